"""What the journal says of money: entries from payments, and from what the treasury answered."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from chalicelib.rules.answering import DIFFERENCES, what_differs
from chalicelib.rules.book import Entry, EntryKind
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, received
from chalicelib.rules.school_calendar import paris_day


def received_entry(invoice: Invoice, payment: Payment, attempt: Attempt | None = None) -> Entry:
    """Money received for an invoice. ``attempt`` is the attempt by which the portal took it; None for what the town
    recorded."""
    return Entry(
        EntryKind.PAYMENT,
        invoice.regie,
        invoice.number,
        invoice.reference,
        invoice.family,
        payment.payer,
        payment.amount,
        payment.paid_on,
        payment.means,
        payment.id,
        **_bank_facts(attempt) if attempt else {"authorisation": payment.authorisation},
        reason=f"référence « {payment.reference} »" if payment.reference else "",
    )


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
