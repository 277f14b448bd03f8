"""Every CSV that leaves the portal is written here: UTF-8 with its mark, semicolons, CRLF. A French spreadsheet opens
it without a question.

A cell is what its type says. ``Bare`` is for the spreadsheet to understand; ``Reference`` is text whatever it looks
like; a plain ``str`` is text, and is guarded when a spreadsheet would make something else of it: run it, count with it,
take it for a day. Guarded text is ``="007"``, a formula whose only content is that text. The import reads it back.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime

from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import PARIS

MARK = b"\xef\xbb\xbf"
MINUTE = "%d/%m/%Y %H:%M"
CHUNK_CHARACTERS = 64 * 1024
_RUNS = frozenset("=+-@＝＋－＠")
_CHANGES = re.compile(
    r"[ \t\r\n].*"  # white space before a formula does not stop every spreadsheet
    r"|0\d+|\d{12,}"  # zeros in front go, a dozen digits become 1,2E+11
    r"|\d[\d., ]*e[-+]?\d+"
    r"|\d{1,4}[-/.]\d{1,2}(?:[-/.]\d{1,4})?"  # a class « 3-4 » is not the 3rd of April
    r"|\d{1,2}[-/ ]?[a-zà-ÿ]{3,9}\.?(?:[-/ ]?\d{2,4})?"  # « 1 mars »
    r"|#.*|vrai|faux|true|false|null|\(null\)|none|nan|n/a|undefined|\\n",
    re.IGNORECASE | re.DOTALL,
)


class Bare(str):
    """An amount, a day, an hour: made here, never by a person, so that it needs no guard."""

    __slots__ = ()


class Reference(str):
    """An identifier, a code, a reference: it keeps its zeros."""

    __slots__ = ()


def csv_chunks(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """The file, a piece at a time: however long the list is, a few rows of it are in memory."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(heads)
    yield MARK
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
        if text.tell() >= CHUNK_CHARACTERS:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def csv_bytes(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The whole file, for a short list."""
    return b"".join(csv_chunks(heads, rows))


def euros_of(cents: Cents) -> Bare:
    """``-4,24``: without thousands separator and currency sign."""
    whole, part = divmod(abs(cents), 100)
    return Bare(f"{'-' if cents < 0 else ''}{whole},{part:02}")


def day_of(day: date) -> Bare:
    """``23/11/2026``."""
    return Bare(f"{day:%d/%m/%Y}")


def minute_of(at: datetime | None) -> Bare:
    """``22/11/2026 23:59`` in Paris; empty when there is no such instant."""
    return Bare(f"{at.astimezone(PARIS):{MINUTE}}" if at else "")


def minute_read(text: str) -> datetime | None:
    """What ``minute_of`` wrote, aware UTC; None when it is no such text."""
    try:
        wall = datetime.strptime(text, MINUTE)  # noqa: DTZ007 - its zone follows
    except ValueError:
        return None
    return wall.replace(tzinfo=PARIS).astimezone(UTC)


def second_of(at: datetime) -> Bare:
    """``22/11/2026 23:59:07`` in Paris."""
    return Bare(f"{at.astimezone(PARIS):%d/%m/%Y %H:%M:%S}")


def _cell(text: str) -> str:
    if not text or isinstance(text, Bare):
        return text
    if isinstance(text, Reference) or text[0] in _RUNS or _CHANGES.fullmatch(text):
        doubled = text.replace('"', '""')
        return f'="{doubled}"'
    return text
