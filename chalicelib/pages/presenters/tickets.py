"""A payment -> the words of its ticket on paper."""

from collections.abc import Sequence

from chalicelib.french.words import typeset
from chalicelib.pages.presenters.payments import ticket_of
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.payments import Attempt
from chalicelib.services.ticket_ports import TicketSheet

TYPES = {"T": "paiement unique, essai sans débit", "X": "paiement unique, essai d'activation"}
"""Of the treasury's modes that take no town's money; any other is a real payment."""
NO_RECEIPT = "Ce ticket ne vaut pas quittance."


def sheet_of(invoice: Invoice, attempts: Sequence[Attempt], town: str) -> TicketSheet:
    overpaid = ticket_of(attempts[-1], invoice, town).overpaid
    return TicketSheet(
        title=f"Ticket de paiement, facture {invoice.number}",
        payments=tuple(_lines(attempt, invoice, town) for attempt in attempts),
        notes=tuple(note for note in (overpaid, NO_RECEIPT) if note),
    )


def _lines(attempt: Attempt, invoice: Invoice, town: str) -> Sequence[tuple[str, str]]:
    """The lines of the page, and those that only paper has: who paid, the treasury's own name of the payment, its
    kind."""
    on_paper = [
        ("Payeur", attempt.payer),
        ("Type de paiement", TYPES.get(attempt.saisie, "paiement unique")),
        ("Numéro de transaction", attempt.idop),
        ("Identifiant de la collectivité", attempt.client_number),
    ]
    return [*ticket_of(attempt, invoice, town).lines, *((typeset(name), value) for name, value in on_paper if value)]
