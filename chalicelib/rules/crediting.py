"""Credit notes (*avoirs*): which ones can be taken, and how their credit goes to invoices.

Giving credit moves no money. It is a negative payment on the note and the same positive payment on the invoice, both of
``Means.CREDIT_NOTE``, each with the other's number as its reference.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.values import Value


class NoteFault(Enum):
    """Why a credit note cannot be taken. The first that is true is the one to say."""

    UNKNOWN = "unknown"
    """No invoice has the number that it corrects."""
    OTHER_FAMILY = "other-family"
    OF_A_NOTE = "of-a-note"
    CANCELLED = "cancelled"
    """Nothing is due any more for what it corrects."""
    TOO_LARGE = "too-large"
    """All credit notes of one invoice together are more than the invoice asked for."""


class CreditFault(Enum):
    """Why a part of a credit note cannot go to an invoice. The first that is true is the one to say."""

    NO_INVOICE = "no-invoice"
    NO_NOTE = "no-note"
    """No credit note has that number."""
    OTHER_FAMILY = "other-family"
    CANCELLED = "cancelled"
    """The invoice is cancelled, or is itself a credit note: nothing is due for it."""
    MORE_THAN_LEFT = "more-than-left"
    """The note has less credit left; a cancelled one has none."""
    MORE_THAN_DUE = "more-than-due"
    """The invoice owes less."""


class CreditPart(Value):
    """Credit that goes from ``note`` to ``invoice``. ``amount`` is cents, more than nothing. ``day`` is the day in
    Paris on which it counts. ``payment`` is the identifier that the payment on the invoice gets, unique there."""

    note: InvoiceNumber
    invoice: InvoiceNumber
    amount: Cents
    day: date
    payer: str
    payment: str


def wrong_with_note(note: Invoice, corrected: Invoice | None, others: Iterable[Invoice]) -> NoteFault | None:
    """What is wrong with ``note``, which corrects ``corrected``. ``others`` are invoices of the family, whichever; None
    when the note can be taken."""
    if corrected is None:
        return NoteFault.UNKNOWN
    credit = -note.total - sum(one.total for one in others if _is_beside(one, note))
    found = {
        NoteFault.OTHER_FAMILY: corrected.family != note.family,
        NoteFault.OF_A_NOTE: corrected.is_credit_note,
        NoteFault.CANCELLED: corrected.cancelled_on is not None,
        NoteFault.TOO_LARGE: credit > corrected.total,
    }
    return next((why for why in found if found[why]), None)


def wrong_with_part(part: CreditPart, note: Invoice | None, invoice: Invoice | None) -> CreditFault | None:
    """Why the credit cannot be given; None when it can. ``note`` and ``invoice`` are None when no invoice has their
    number."""
    if invoice is None:
        return CreditFault.NO_INVOICE
    if note is None or not note.is_credit_note:
        return CreditFault.NO_NOTE
    found = {
        CreditFault.OTHER_FAMILY: note.family != invoice.family,
        CreditFault.CANCELLED: invoice.cancelled_on is not None or invoice.is_credit_note,
        CreditFault.MORE_THAN_LEFT: part.amount > credit_left(note),
        CreditFault.MORE_THAN_DUE: part.amount > invoice.remaining,
    }
    return next((why for why in found if found[why]), None)


def credit_left(note: Invoice) -> Cents:
    """What a credit note still has to give, in cents; nothing once it is cancelled."""
    return Cents(0) if note.cancelled_on else note.overpaid


def part_at_once(note: Invoice, invoice: Invoice, *, day: date, payer: str) -> CreditPart | None:
    """What a note gives by itself to the invoice that it corrects: what the invoice still owes, as far as the credit
    goes, once. None when there is nothing to give, or when it gave already."""
    amount = Cents(min(credit_left(note), invoice.remaining))
    part = CreditPart(note.number, invoice.number, amount, day, payer, f"credit-{note.number}")
    return part if amount > 0 and not has_part(invoice, part) else None


def has_part(invoice: Invoice, part: CreditPart) -> bool:
    """Whether the invoice has this credit already."""
    return any(payment.id == part.payment for payment in invoice.payments)


def payments_of(part: CreditPart) -> tuple[Payment, Payment]:
    """What the part adds to the note and to the invoice, in this order."""
    given = Payment(
        id=f"given-{part.invoice}-{part.payment}",
        payer=part.payer,
        paid_on=part.day,
        amount=Cents(-part.amount),
        means=Means.CREDIT_NOTE,
        reference=part.invoice,
    )
    received = Payment(
        id=part.payment,
        payer=part.payer,
        paid_on=part.day,
        amount=part.amount,
        means=Means.CREDIT_NOTE,
        reference=part.note,
    )
    return given, received


def _is_beside(other: Invoice, note: Invoice) -> bool:
    """Whether ``other`` is another credit note of the same invoice."""
    return other.corrects == note.corrects and other.number != note.number and other.cancelled_on is None
