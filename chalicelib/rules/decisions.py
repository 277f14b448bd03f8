"""What people decide on points: whether money is there, and whether what was paid too much stays with the town."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from enum import Enum

from chalicelib.rules.book import Entry, EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Payment, plain_reference
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt
from chalicelib.rules.points import Point, PointCode, PointKind, code_of
from chalicelib.rules.receipts import payment_of
from chalicelib.rules.school_calendar import paris_day
from chalicelib.values import Value


class Word(Enum):
    """A decision."""

    PAID = "payee"
    """The money is there: it pays an invoice."""
    NOT_PAID = "non-payee"
    """Nothing was taken. A success that the treasury tells later still counts."""
    KEPT = "conservee"
    """What was paid too much stays with the town, as the family's credit."""


class Decision(Value):
    """A row of the town. ``by`` is who decided. ``invoice`` is the one that the money pays, None for the point's own.
    ``amount`` and ``authorisation`` are what the bank's statement says; None and empty when the row does not tell."""

    point: PointCode
    day: date
    word: Word
    by: str
    invoice: InvoiceNumber | None = None
    amount: Cents | None = None
    authorisation: str = ""
    why: str = ""


class Undecided(Enum):
    """Why a decision is not followed: a person has to look."""

    UNKNOWN = "unknown"
    """No point has this code, or it closed by itself."""
    CONTRARY = "contrary"
    """It was decided otherwise before."""
    FUTURE = "future"
    TAKEN = "taken"
    """The bank did take money."""
    NOT_OVERPAID = "not-overpaid"
    """Only what was paid too much can stay with the town."""
    OVERPAID = "overpaid"
    """The money of this point is on its invoice already."""
    AMOUNT = "amount"
    """The bank took another amount."""
    AUTHORISATION = "authorisation"
    NO_INVOICE = "no-invoice"
    OTHER_FAMILY = "other-family"
    GONE = "gone"
    """The attempt of the point is not known any more, or is settled."""


OF_AN_ATTEMPT = frozenset({PointKind.TO_CHECK, PointKind.DECLARED})


def wrong_with(decision: Decision, point: Point, today: date) -> Undecided | None:
    """Why an open point cannot be closed so; None when it can, as far as the point tells. ``today`` is in Paris."""
    of_an_attempt = point.kind in OF_AN_ATTEMPT
    taken = point.received if of_an_attempt else None
    marks = {plain_reference(one) for one in (decision.authorisation, point.authorisation) if one}
    found = {
        Undecided.FUTURE: decision.day > today,
        Undecided.NOT_OVERPAID: decision.word is Word.KEPT and of_an_attempt,
        Undecided.OVERPAID: decision.word is not Word.KEPT and not of_an_attempt,
        Undecided.TAKEN: decision.word is Word.NOT_PAID and taken is not None,
        Undecided.AMOUNT: taken is not None and decision.amount not in (None, taken),
        Undecided.AUTHORISATION: len(marks) > 1,
    }
    return next((why for why in found if found[why]), None)


def wrong_place(point: Point, invoice: Invoice | None) -> Undecided | None:
    """Why the money of a point cannot pay ``invoice`` (None: there is none of that number)."""
    if invoice is None:
        return Undecided.NO_INVOICE
    return Undecided.OTHER_FAMILY if invoice.family != point.family else None


def decided_before(decision: Decision, entries: Iterable[Entry]) -> bool:
    """Whether one of these lines is about this very row."""
    return any(
        _is_about(decision, one) and one.day == decision.day and _word_of(one) is decision.word for one in entries
    )


def contradicts(decision: Decision, entries: Iterable[Entry]) -> bool:
    return any(_is_about(decision, one) and _word_of(one) is not decision.word for one in entries)


def reason_of(decision: Decision) -> str:
    """What the journal says of a decision: ``payee : décidé par Mme Petit (vu sur le relevé)``."""
    why = f" ({decision.why})" if decision.why else ""
    return f"{decision.word.value} : décidé par {decision.by}{why}"


def placed(after: Attempt, now: datetime) -> Payment:
    """The payment by which the money of an attempt comes to an invoice, once somebody found it. Without the bank's day,
    it is the attempt's."""
    payment = payment_of(after, now)
    return replace(payment, paid_on=payment.bank_date or paris_day(after.created_at))


def _is_about(decision: Decision, entry: Entry) -> bool:
    return entry.kind is EntryKind.DECISION and code_of(entry.attempt or entry.invoice) == decision.point


def _word_of(entry: Entry) -> Word | None:
    said = entry.reason.partition(" : ")[0]
    return next((word for word in Word if word.value == said), None)
