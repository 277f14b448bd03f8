"""What a received payment adds to its invoice."""

from datetime import datetime

from chalicelib.rules.invoices import Invoice, Means, Payment, plain_reference
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


def told_by_the_town(invoice: Invoice, amount: Cents, authorisation: str) -> Payment | None:
    """The payment of the town's list that is this money already."""
    mark = plain_reference(authorisation)
    same = (
        one
        for one in invoice.payments
        if one.means is Means.ONLINE and one.attempt is None and one.amount == amount
        if mark and plain_reference(one.authorisation) == mark
    )
    return next(same, None)


def surplus_of(invoice: Invoice, attempt: Attempt) -> Cents:
    """The cents of the payment that the invoice no longer asked for, when it was read before. What the town's list
    brought already adds nothing."""
    if attempt.answer and told_by_the_town(invoice, received(attempt), attempt.answer.authorisation):
        return Cents(0)
    return Cents(max(0, received(attempt) - invoice.remaining))
