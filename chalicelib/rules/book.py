"""The régie's journal: every event of money is a line with a number, chained to the line before it.

A line is never changed or removed. What was wrong is taken back by a second line.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import date, datetime, timedelta
from enum import Enum

from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_text
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import paris_day, paris_instant
from chalicelib.values import Value


class EntryKind(Enum):
    """What a line of the journal says."""

    PAYMENT = "payment"
    REVERSAL = "reversal"
    """Money that was counted and is not there: a debit or a cheque that bounced, an entry by mistake. Negative."""
    REFUND = "refund"
    """Money that the town gave back. Negative."""
    UNCLASSIFIED = "unclassified"
    """Money that the bank took and no invoice explains yet (*recette à classer*); negative when it finds its place."""
    CREDIT = "credit"
    """Part of a credit note, from the note (negative) to an invoice (positive): no money moves."""
    DECISION = "decision"
    """What a person decided or the town declared: a check closed, an invoice cancelled. Its amount is nothing."""


MONEY = frozenset({EntryKind.PAYMENT, EntryKind.REVERSAL, EntryKind.UNCLASSIFIED})
"""The kinds whose sum is what the banks and the desk took, less what they took back."""


class Entry(Value):
    """What a line says, before it has its number. Amounts are cents.

    ``means`` is None for a decision. ``day`` is the day of the money in Paris: the bank's for a payment online, the
    desk's for others. ``bank_at`` (aware UTC) is the bank's own instant, None when it gave none. ``reference`` is the
    payment reference as printed, ``transmitted`` as the treasury got it. ``payment`` is the identifier of the payment
    on its invoice; empty when there is none. ``takes_back`` is the number of the line that this one takes back
    (``BookLine.name``), or empty.
    """

    kind: EntryKind
    regie: str
    invoice: InvoiceNumber
    reference: str
    family: FamilyId
    payer: str
    amount: Cents
    day: date
    means: Means | None = None
    payment: str = ""
    exercice: str = ""
    """The debt's budget year, as the treasury got it; empty for what did not go through the treasury."""
    transmitted: str = ""
    letter: str = ""
    """The treasury's ``resultrans``: ``P`` a card, ``V`` a debit."""
    bank_at: datetime | None = None
    authorisation: str = ""
    client_number: str = ""
    idop: str = ""
    saisie: str = ""
    attempt: AttemptId | None = None
    takes_back: str = ""
    reason: str = ""
    """Why, for people: French, of a clerk's file or of ours."""


class BookLine(Value):
    """A line of the journal. ``exercice`` is the year of the book, in which ``number`` counts from 1 without a gap;
    ``at`` (aware UTC) is when the portal wrote it, never before the line before it; ``before`` is the hash of that
    line, empty for the first of a year."""

    exercice: int
    number: int
    at: datetime
    before: str
    entry: Entry

    @property
    def name(self) -> str:
        """``2026-000123``"""
        return line_name(self.exercice, self.number)

    @property
    def month(self) -> date:
        """First day of the month of the book, in Paris."""
        return paris_day(self.at).replace(day=1)

    @property
    def hash(self) -> str:
        """Sixty-four hex digits of all that the line says and of the line before it."""
        return hashlib.sha256(_told(self).encode()).hexdigest()


def line_name(exercice: int, number: int) -> str:
    return f"{exercice}-{number:06}"


class BookHead(Value):
    """The last line of a year's book; number 0 while it has none. ``at`` is before which instant no line is written any
    more: when the last line was written, or the end of the last month that was closed; None for a new book."""

    exercice: int
    number: int = 0
    hash: str = ""
    at: datetime | None = None


def numbered(entries: Iterable[Entry], head: BookHead, at: datetime) -> tuple[BookLine, ...]:
    """The lines that come after ``head``, written ``at`` (aware UTC, in the year of the head's book)."""
    lines: list[BookLine] = []
    number, before = head.number, head.hash
    for entry in entries:
        number += 1
        lines.append(BookLine(head.exercice, number, max(at, head.at or at), before, entry))
        before = lines[-1].hash
    return tuple(lines)


def broken_links(lines: Iterable[BookLine], head: BookHead) -> Iterator[BookLine]:
    """The lines that do not follow the line before them: a number is missing or double, or something was altered.

    ``lines`` are in the order of their numbers, and the first one follows ``head``.
    """
    for line in lines:
        if (line.number, line.before) != (head.number + 1, head.hash):
            yield line
        head = BookHead(line.exercice, line.number, line.hash, line.at)


def follows(head: BookHead, at: datetime) -> bool:
    """Whether what is written ``at`` can still be in the head's book: after December was closed, it is in the next
    year's."""
    return paris_day(max(at, head.at or at)).year == head.exercice


def end_of(month: date) -> datetime:
    """The first instant after the month in Paris, aware UTC."""
    return paris_instant((month.replace(day=28) + timedelta(days=4)).replace(day=1), 0)


class Closing(Value):
    """A month that nothing enters any more (*arrêté*). ``by`` is who closed it, ``at`` (aware UTC) when. ``last`` and
    ``hash`` are of the last line written until the month's end; ``total`` is the sum of its MONEY lines in cents."""

    month: date
    by: str
    at: datetime
    last: int
    hash: str
    total: Cents


def _told(line: BookLine) -> str:
    entry = line.entry
    facts = {one.name: getattr(entry, one.name) for one in fields(entry)}
    facts |= {
        "kind": entry.kind.value,
        "means": entry.means.value if entry.means else "",
        "day": entry.day.isoformat(),
        "bank_at": instant_text(entry.bank_at) if entry.bank_at else "",
        "attempt": entry.attempt or "",
    }
    told = {"line": line.name, "at": instant_text(line.at), "before": line.before, **facts}
    # Each text with its length, so that no two lines are told alike.
    return "\n".join(f"{name}:{len(str(fact))}:{fact}" for name, fact in sorted(told.items()))
