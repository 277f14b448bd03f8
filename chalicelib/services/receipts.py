"""What a received payment leaves behind: the payment on its invoice, and lines of the journal."""

from datetime import datetime

from chalicelib.rules.instants import instant_text
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.payment_ports import Kind, LedgerEntry


def received(attempt: Attempt) -> Cents:
    """Cents that the bank says it took; those that were asked for while it says nothing."""
    return attempt.answer.amount if attempt.answer else attempt.amount


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


def entry_of(attempt: Attempt, kind: Kind, now: datetime, amount: Cents | None = None) -> LedgerEntry:
    answer = attempt.answer
    return LedgerEntry(
        id=f"{instant_text(now)}#{attempt.id}#{kind.value}",
        day=paris_day(now),
        kind=kind,
        attempt=attempt.id,
        family=attempt.family,
        invoice=attempt.invoice,
        reference=attempt.reference,
        amount=received(attempt) if amount is None else amount,
        letter=answer.letter if answer else "",
        authorisation=answer.authorisation if answer else "",
        paid_at=answer.paid_at if answer else None,
        idop=attempt.idop,
        doubt=attempt.doubt,
        why=attempt.why,
    )
