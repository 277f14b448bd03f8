"""The lines of a month's billing -> the CSV that the town's software takes, and the portal's own copy of a closed
month."""

import gzip
import json
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from chalicelib.exports.billed import BilledLine, Children
from chalicelib.exports.csv_out import Bare, Reference, csv_chunks, day_of, second_of
from chalicelib.rules.billing import Billing, BillingCode, is_booked, quantity
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import Slot
from chalicelib.rules.town import Town

LINES_IN_A_PIECE = 5_000
GZIP = 31
"""What zlib is told to read gzip."""
YES_NO = {True: "oui", False: "non"}


def billing_file(lines: Iterable[BilledLine], town: Town, children: Children, at: datetime) -> Iterator[bytes]:
    """``at`` is the instant as of which the lines are true: it is on each of them."""
    facts = Facts(town, children, at)
    titles = [title for title, _ in town.billing.columns]
    return csv_chunks(titles, (row for line in lines for row in facts.rows(line)))


class Facts:
    """What the columns say of a line, see ``rules.billing``."""

    def __init__(self, town: Town, children: Children, at: datetime) -> None:
        self.town = town
        self.billing: Billing = town.billing
        self.children = children
        self.at = second_of(at)

    def rows(self, line: BilledLine) -> Iterator[list[str]]:
        """A correction takes back what was told, then says what is instead: a line each."""
        if line.before and quantity(line.before):
            yield self._row(line, line.before, -1)
        if line.code:
            yield self._row(line, line.code, 1)

    def _row(self, line: BilledLine, code: BillingCode, sign: int) -> list[str]:
        slot, child = line.slot, self.children.get(line.slot.child)
        said = {
            "payeur": Reference(line.family),
            "enfant": Reference(slot.child),
            "nom": child.last_name if child else "",
            "prenom": child.first_name if child else "",
            "ecole": child.school if child else "",
            "classe": child.class_name if child else "",
            "activite": slot.activity,
            "libelle": self.town.label_of(slot.activity),
            "jour": day_of(line.day),
            "reserve": YES_NO[is_booked(code)],
            "quantite": Bare(sign * quantity(code)),
            "code": self.billing.word(code),
            "arrete_le": self.at,
        }
        return [said[fact] for _, fact in self.billing.columns]


def kept_copy(lines: Iterable[BilledLine]) -> Iterator[bytes]:
    """What a closed month said, in the portal's own words: the town's may change. A gzipped line of JSON each."""
    piece: list[str] = []
    for line in lines:
        piece.append(
            json.dumps(
                [line.day.isoformat(), line.family, line.slot.activity, line.slot.child, line.code, line.before],
                ensure_ascii=False,
            )
        )
        if len(piece) == LINES_IN_A_PIECE:
            yield _packed(piece)
            piece = []
    yield _packed(piece)


def lines_of(copy: Iterable[bytes]) -> Iterator[BilledLine]:
    """The lines that ``kept_copy`` kept."""
    for kept in _unpacked(copy):
        day, family, activity, child, code, before = json.loads(kept)
        slot = Slot(ChildId(child), ActivityId(activity), date.fromisoformat(day))
        yield BilledLine(slot.day, FamilyId(family), slot, _code(code), _code(before))


def _packed(piece: list[str]) -> bytes:
    return gzip.compress("".join(f"{line}\n" for line in piece).encode(), mtime=0)


def _code(kept: str | None) -> BillingCode | None:
    return BillingCode(kept) if kept else None


def _unpacked(copy: Iterable[bytes]) -> Iterator[bytes]:
    """The kept lines, each whole. The copy is one gzip member after the other, cut anywhere."""
    unpack, rest = zlib.decompressobj(GZIP), b""
    for piece in copy:
        left = piece
        while left:
            *lines, rest = (rest + unpack.decompress(left)).split(b"\n")
            yield from lines
            left = unpack.unused_data
            if unpack.eof:
                unpack = zlib.decompressobj(GZIP)
