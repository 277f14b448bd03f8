"""What the journal says: entries from payments, from what the treasury answered, and from decisions."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.rules.answering import DIFFERENCES, what_differs
from chalicelib.rules.book import Entry, EntryKind
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, received
from chalicelib.rules.points import Point
from chalicelib.rules.school_calendar import paris_day


def payment_entry(
    kind: EntryKind,
    invoice: Invoice,
    payment: Payment,
    attempt: Attempt | None = None,
    *,
    reason: str = "",
    takes_back: str = "",
) -> Entry:
    """The line about a payment on ``invoice``, which may be negative. ``attempt`` is the one by which it came; None for
    what the town recorded, and for credit."""
    facts = _bank_facts(attempt) if attempt else {}
    if payment.amount < 0:
        facts["bank_at"] = None  # It is the instant at which the money came.
    return Entry(
        kind,
        invoice.regie,
        invoice.number,
        invoice.reference,
        invoice.family,
        payment.payer,
        payment.amount,
        payment.paid_on,
        payment.means,
        payment.id,
        **{**facts, "authorisation": payment.authorisation},
        takes_back=takes_back,
        reason=reason,
    )


def received_entry(invoice: Invoice, payment: Payment, attempt: Attempt | None = None) -> Entry:
    """Money received for an invoice. ``attempt`` is the attempt by which the portal took it; None for what the town
    recorded."""
    reason = f"référence « {payment.reference} »" if payment.reference else ""
    return payment_entry(EntryKind.PAYMENT, invoice, payment, attempt, reason=reason)


def unclassified_entry(attempt: Attempt, invoice: Invoice | None, now: datetime) -> Entry:
    """Money that the bank took otherwise than it was asked; ``invoice`` is None when it is gone."""
    answer = attempt.answer
    paid_at = answer.paid_at if answer else None
    return Entry(
        EntryKind.UNCLASSIFIED,
        invoice.regie if invoice else "",
        attempt.invoice,
        invoice.reference if invoice else attempt.reference,
        attempt.family,
        attempt.payer,
        received(attempt),
        paris_day(paid_at or now),
        Means.ONLINE,
        **_bank_facts(attempt),
        reason=_why_unclassified(attempt),
    )


def classified_entry(attempt: Attempt, invoice: Invoice | None, now: datetime) -> Entry:
    """Take back what ``unclassified_entry`` said of the attempt, as it still is: its money has found its place."""
    entry = unclassified_entry(attempt, invoice, now)
    return replace(entry, amount=Cents(-entry.amount), takes_back=attempt.unclassified, reason="a trouvé sa place")


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


def _bank_facts(attempt: Attempt) -> dict[str, Any]:
    """What the treasury said; before it said anything, what it was asked."""
    facts = {"exercice": attempt.exercice, "idop": attempt.idop, "attempt": attempt.id}
    answer = attempt.answer
    if answer is None:
        asked = {"transmitted": attempt.reference, "client_number": attempt.client_number, "saisie": attempt.saisie}
        return {**facts, **asked}
    return {
        **facts,
        "transmitted": answer.reference,
        "client_number": answer.client_number,
        "saisie": answer.saisie,
        "letter": answer.letter,
        "bank_at": answer.paid_at,
        "authorisation": answer.authorisation,
    }


def _why_unclassified(attempt: Attempt) -> str:
    return f"prise autrement que demandé : {', '.join(DIFFERENCES[name] for name in what_differs(attempt))}"
