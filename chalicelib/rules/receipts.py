"""What a received payment adds to its invoice."""

from datetime import datetime

from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, received
from chalicelib.rules.school_calendar import paris_day


def payment_of(attempt: Attempt, now: datetime) -> Payment:
    answer = attempt.answer
    paid_at = answer.paid_at if answer else None
    return Payment(
        id=f"online-{attempt.id}",
        payer=attempt.payer,
        paid_on=paris_day(paid_at or now),
        amount=received(attempt),
        means=Means.ONLINE,
        authorisation=answer.authorisation if answer else "",
        bank_date=paris_day(paid_at) if paid_at else None,
        attempt=attempt.id,
    )


def surplus_of(invoice: Invoice, attempt: Attempt) -> Cents:
    """The cents of the payment that the invoice no longer asked for, when it was read before."""
    return Cents(max(0, received(attempt) - invoice.remaining))
