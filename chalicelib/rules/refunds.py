"""What a town gives back of an invoice: what was received too much, or the credit that is left on a credit note."""

import hashlib
from datetime import date
from enum import Enum

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment, plain_reference
from chalicelib.rules.money import Cents
from chalicelib.values import Value


class Refund(Value):
    """The town gave ``amount`` (positive) back on ``day``. ``warrant`` is the number of its *mandat*, by which one
    refund is known from another. ``authorisation`` names money of the bank that no invoice explains; empty for all
    else."""

    invoice: InvoiceNumber
    day: date
    amount: Cents
    means: Means
    warrant: str
    authorisation: str = ""
    why: str = ""


class NoRefund(Enum):
    """Why a refund is not written. DONE: it was already; a person has to look at all others."""

    DONE = "done"
    SAME_WARRANT = "same-warrant"
    """Another refund has this warrant."""
    FUTURE = "future"
    NO_SURPLUS = "no-surplus"
    TOO_MUCH = "too-much"
    EARLIER = "earlier"
    """It is dated before the money that it gives back was there."""


def judged(refund: Refund, invoice: Invoice, today: date) -> NoRefund | None:
    """Why ``refund`` cannot be written on ``invoice``; None when it can. ``today`` is the day in Paris."""
    if there := refund_with(refund.warrant, invoice):
        return NoRefund.DONE if _same(refund, there) else NoRefund.SAME_WARRANT
    if refund.day > today:
        return NoRefund.FUTURE
    if not invoice.overpaid:
        return NoRefund.NO_SURPLUS
    if refund.amount > invoice.overpaid:
        return NoRefund.TOO_MUCH
    if refund.amount > _there_on(refund.day, invoice):
        return NoRefund.EARLIER
    return None


def refund_of(refund: Refund, payer: str) -> Payment:
    """The negative payment that a refund is."""
    return Payment(
        id=refund_id(refund.warrant),
        payer=payer,
        paid_on=refund.day,
        amount=Cents(-refund.amount),
        means=refund.means,
        reference=refund.warrant,
    )


def refund_id(warrant: str) -> str:
    """The same for one warrant, however a spreadsheet wrote it."""
    return f"refund-{hashlib.sha256(plain_reference(warrant).encode()).hexdigest()[:20]}"


def refund_with(warrant: str, invoice: Invoice) -> Payment | None:
    """The refund of the invoice that has this warrant."""
    name = refund_id(warrant)
    return next((one for one in invoice.payments if one.id == name), None)


def _same(refund: Refund, there: Payment) -> bool:
    return (there.amount, there.paid_on, there.means) == (-refund.amount, refund.day, refund.means)


def _there_on(day: date, invoice: Invoice) -> Cents:
    """What was received until ``day`` and not given back; for a credit note, its credit since the day it was issued."""
    if invoice.is_credit_note:
        return invoice.overpaid if invoice.issued_on <= day else Cents(0)
    return Cents(sum(one.amount for one in invoice.payments if one.paid_on <= day))
