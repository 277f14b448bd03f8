"""Cancelling an invoice: nothing is due for it any more, it stays readable, and what was paid is to be refunded."""

from datetime import date
from enum import Enum

from chalicelib.rules.book import Entry, EntryKind
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents


class CancelFault(Enum):
    """Why an invoice cannot be cancelled. The first that is true is the one to say."""

    GAVE = "gave"
    """It is a credit note of which credit was given or refunded: cancelled, it would be owed."""
    HAS_CREDIT = "has-credit"
    """Credit of a credit note was given to it: cancelled, credit would be refunded that nobody paid."""


def wrong_with_cancelling(invoice: Invoice) -> CancelFault | None:
    """None when the invoice can be cancelled."""
    if invoice.paid < 0:
        return CancelFault.GAVE
    credit = sum(payment.amount for payment in invoice.payments if payment.means is Means.CREDIT_NOTE)
    return CancelFault.HAS_CREDIT if credit else None


def cancelled_entry(invoice: Invoice, *, payer: str, day: date, reason: str) -> Entry:
    """The line of the journal that says that the town cancelled the invoice."""
    return Entry(
        kind=EntryKind.DECISION,
        regie=invoice.regie,
        invoice=invoice.number,
        reference=invoice.reference,
        family=invoice.family,
        payer=payer,
        amount=Cents(0),
        day=day,
        reason=reason,
    )
