"""The payments' own journal: which lines a settled attempt adds. Lines are only added, never changed or removed."""

from datetime import date, datetime
from enum import Enum

from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_text
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, Doubt, received
from chalicelib.rules.school_calendar import paris_day
from chalicelib.values import Value


class Kind(Enum):
    """What a line of the payments' journal says."""

    PAID = "paid"
    OVERPAID = "overpaid"
    """Money that was received while less or nothing was due: it is to be refunded."""
    REVERSED = "reversed"
    """A direct debit that bounced, taken back: a negative amount."""
    TO_CHECK = "to-check"
    DECLARED = "declared"
    """The unsigned return of the URL contract said so: the bank's statement must confirm it."""


NEEDS_A_PERSON = frozenset({Kind.OVERPAID, Kind.TO_CHECK, Kind.DECLARED})
_SAYS = {
    AttemptState.PAID: Kind.PAID,
    AttemptState.DEBIT_ACCEPTED: Kind.PAID,
    AttemptState.REVERSED: Kind.REVERSED,
    AttemptState.TO_CHECK: Kind.TO_CHECK,
    AttemptState.DECLARED: Kind.DECLARED,
}
"""The states that speak of money. An attempt that reaches another state adds no line."""


class LedgerEntry(Value):
    """One line of the payments' journal. ``day`` is the day in Paris on which we wrote it; ``amount`` is in cents."""

    id: str
    """``<UTC instant>#<attempt>#<kind>``."""
    day: date
    kind: Kind
    attempt: AttemptId
    family: FamilyId
    invoice: InvoiceNumber
    reference: str
    amount: Cents
    letter: str
    authorisation: str
    paid_at: datetime | None
    idop: str
    doubt: Doubt | None = None
    """What a person has to find out; for TO_CHECK only."""
    why: str = ""


def entries_of(attempt: Attempt, now: datetime, *, surplus: Cents | None = None) -> tuple[LedgerEntry, ...]:
    """The lines that an attempt adds when it reaches its state, at ``now`` (aware UTC).

    ``surplus`` is the part of its amount that nobody asked for, in cents; it makes a second line.
    """
    kind = _SAYS.get(attempt.state)
    if kind is None:
        return ()
    amount = received(attempt)
    line = _entry(attempt, kind, now, Cents(-amount) if kind is Kind.REVERSED else amount)
    return (line, _entry(attempt, Kind.OVERPAID, now, surplus)) if surplus else (line,)


def _entry(attempt: Attempt, kind: Kind, now: datetime, amount: Cents) -> LedgerEntry:
    answer = attempt.answer
    return LedgerEntry(
        id=f"{instant_text(now)}#{attempt.id}#{kind.value}",
        day=paris_day(now),
        kind=kind,
        attempt=attempt.id,
        family=attempt.family,
        invoice=attempt.invoice,
        reference=attempt.reference,
        amount=amount,
        letter=answer.letter if answer else "",
        authorisation=answer.authorisation if answer else "",
        paid_at=answer.paid_at if answer else None,
        idop=attempt.idop,
        doubt=attempt.doubt,
        why=attempt.why,
    )
