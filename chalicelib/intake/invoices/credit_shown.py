"""The credit of a family, which the PDF of a later invoice shows."""

from chalicelib.rules.invoices import Invoice
from chalicelib.services.invoice_ports import InvoiceStore


def credit_beside(invoice: Invoice, invoices: InvoiceStore) -> tuple[Invoice, ...]:
    """The family's credit notes that the PDF of ``invoice`` shows, the oldest first: those that the portal has, with
    something left. One Query; none for a credit note and for an invoice that asks for nothing.

    A note that corrects an invoice which is still due is left out: this import will give it to that invoice.
    """
    if invoice.asked <= 0:
        return ()
    found = invoices.latest(invoice.family, 1)
    due = {one.number for one in found if not one.is_paid} | {invoice.number}
    notes = [one for one in found if one.credit and one.number not in due and one.corrects not in due]
    return tuple(sorted(notes, key=lambda note: (note.issued_on, note.number)))
