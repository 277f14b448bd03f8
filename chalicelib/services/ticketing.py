"""Tickets of what was paid online: a parent keeps, or prints, what the bank took."""

from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.payments import Attempt
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.payment_ports import AttemptStore


class FindTickets:
    def __init__(self, *, invoices: InvoiceStore, attempts: AttemptStore) -> None:
        self.invoices = invoices
        self.attempts = attempts

    def __call__(self, family: FamilyId, number: InvoiceNumber) -> tuple[Invoice, tuple[Attempt, ...]]:
        """One of the family's invoices, and what was received online for it, the first payment first. At most one
        BatchGet besides the invoice.

        Raises NotFound, also when nothing was received online, or all of it was taken back.
        """
        invoice = self.invoices.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        online = {one.attempt for one in invoice.payments if one.means is Means.ONLINE and one.attempt}
        received = [one for one in self.attempts.among(online) if one.is_received]
        if not received:
            raise NotFound("ticket")
        return invoice, tuple(sorted(received, key=lambda one: (one.created_at, one.id)))
