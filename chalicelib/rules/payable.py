"""Whether an invoice may be paid online now, and what prevents it."""

from datetime import date, timedelta
from enum import Enum

from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.payments import LEAST
from chalicelib.rules.town import PaymentFacts


class Hindrance(Enum):
    """Why no payment of an invoice may be opened. The first that is true is the one to say."""

    CANCELLED = "cancelled"
    PAID = "paid"
    """Nothing is due. A credit note is so, too."""
    DIRECT_DEBIT = "direct-debit"
    """The town will debit the family: paying here would pay twice."""
    CLOSED = "closed"
    """The town has no contract with the treasury, or takes no new payments."""
    TOO_LATE = "too-late"
    """The last day for paying online is over: the invoice is payable elsewhere."""
    AMOUNT = "amount"
    """Less than the treasury takes in one payment, or more than the town's contract allows."""


def hindrance(invoice: Invoice, payment: PaymentFacts, today: date) -> Hindrance | None:
    """``today`` is the day in Paris. None when a payment may be opened."""
    last = last_day_online(invoice, payment)
    found = {
        Hindrance.CANCELLED: invoice.cancelled_on is not None,
        Hindrance.PAID: invoice.is_paid,
        Hindrance.DIRECT_DEBIT: invoice.means is Means.DIRECT_DEBIT,
        Hindrance.CLOSED: not (payment.online and payment.client_number),
        Hindrance.TOO_LATE: last is not None and today > last,
        Hindrance.AMOUNT: not LEAST <= invoice.remaining <= payment.ceiling,
    }
    return next((why for why in Hindrance if found[why]), None)


def last_day_online(invoice: Invoice, payment: PaymentFacts) -> date | None:
    """The last day on which it can be paid online; None when there is no such day."""
    if payment.days_after_due is None:
        return None
    return invoice.due_on + timedelta(days=payment.days_after_due)
