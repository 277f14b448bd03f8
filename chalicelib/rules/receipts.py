"""What a received payment leaves on its invoice."""

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
    """What of the payment is more than the invoice, as it was read before, still asked for."""
    return Cents(max(0, received(attempt) - invoice.remaining))
