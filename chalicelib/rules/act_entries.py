"""What the régie's journal says of payments, of money without a place, and of decisions."""

from dataclasses import replace
from datetime import date

from chalicelib.rules.book import Entry, EntryKind
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, received
from chalicelib.rules.points import Point


def payment_entry(
    kind: EntryKind, invoice: Invoice, payment: Payment, attempt: Attempt | None, *, reason: str, takes_back: str = ""
) -> Entry:
    """The line about a payment on ``invoice``, which may be negative. ``attempt`` is the one by which it came: the line
    says what the treasury said of it; before it said anything, what it was asked."""
    answer = attempt.answer if attempt else None
    told = answer or attempt
    return Entry(
        kind=kind,
        regie=invoice.regie,
        invoice=invoice.number,
        reference=invoice.reference,
        family=invoice.family,
        payer=payment.payer,
        amount=payment.amount,
        day=payment.paid_on,
        means=payment.means,
        payment=payment.id,
        exercice=attempt.exercice if attempt else "",
        transmitted=told.reference if told else "",
        letter=answer.letter if answer else "",
        bank_at=answer.paid_at if answer and payment.amount > 0 else None,
        authorisation=payment.authorisation,
        client_number=told.client_number if told else "",
        idop=attempt.idop if attempt else "",
        saisie=told.saisie if told else "",
        attempt=attempt.id if attempt else None,
        takes_back=takes_back,
        reason=reason,
    )


def placed_entry(invoice: Invoice, payment: Payment, attempt: Attempt) -> Entry:
    """The line by which money that no invoice explained leaves the *recettes à classer*: ``payment`` has it now."""
    line = payment_entry(
        EntryKind.UNCLASSIFIED, invoice, payment, attempt, reason="classé", takes_back=attempt.unclassified
    )
    return replace(line, payment="", amount=Cents(-received(attempt)))


def decision_entry(point: Point, invoice: Invoice | None, *, payer: str, day: date, reason: str) -> Entry:
    """The line about what a person decided on a point; ``invoice`` is the point's, None when it is gone."""
    return Entry(
        kind=EntryKind.DECISION,
        regie=invoice.regie if invoice else "",
        invoice=point.invoice,
        reference=invoice.reference if invoice else "",
        family=point.family,
        payer=payer,
        amount=Cents(0),
        day=day,
        attempt=point.attempt,
        authorisation=point.authorisation,
        letter=point.letter,
        reason=reason,
    )
