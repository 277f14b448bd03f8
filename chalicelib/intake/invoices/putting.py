"""Writing one invoice as it was planned: its PDF before it, and what it needs of the portal."""

from dataclasses import replace
from pathlib import Path

from chalicelib.intake.invoices.credit_shown import credit_beside
from chalicelib.intake.invoices.decisions import InFiles, InvoiceChange, InvoicePlan, PdfSource
from chalicelib.intake.invoices.pdf_files import read_pdf, tag_of
from chalicelib.rules.families import Family
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.book_ports import Book, PaymentOn
from chalicelib.services.cancelling import CancelInvoice
from chalicelib.services.invoice_ports import InvoiceRenderer, InvoiceStore, PdfStore
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock, FamilyStore
from chalicelib.services.recording import RecordPayments
from chalicelib.values import Value

BY_THE_TOWN = "facture annulée par la ville (factures.csv)"


class InvoiceImport(Value):
    """What the import of invoices needs."""

    invoices: InvoiceStore
    pdfs: PdfStore
    renderer: InvoiceRenderer
    families: FamilyStore
    attempts: AttemptStore
    record: RecordPayments
    clock: Clock
    book: Book


class PutInvoice:
    """Writes a plan's PDF, then its invoice. ``folder`` has the town's own PDFs."""

    def __init__(self, *, ports: InvoiceImport, town: Town, folder: Path) -> None:
        self.ports = ports
        self.town = town
        self.folder = folder
        self.cancel = CancelInvoice(
            book=ports.book, invoices=ports.invoices, attempts=ports.attempts, clock=ports.clock
        )

    def __call__(self, plan: InvoicePlan, family: Family, in_files: InFiles) -> Invoice:
        """Write one plan's PDF and invoice, and return the invoice as it is now. Raises StaleWrite when it should
        change and got a payment meanwhile; raises UnderWay or NotCancellable when it should be cancelled."""
        invoice, invoices = plan.invoice, self.ports.invoices
        if plan.pdf is not PdfSource.KEPT:
            pdf = self._pdf(plan, family, in_files)
            self.ports.pdfs.put(invoice.family, invoice.number, pdf)
            tag = tag_of(pdf) if plan.pdf is PdfSource.GIVEN else ""
            invoice = replace(invoice, pdf_bytes=len(pdf), pdf_tag=tag)
        if plan.change is InvoiceChange.ADDED:
            invoices.add(invoice, plan.lines)
        elif plan.change is InvoiceChange.CHANGED:
            invoices.put(invoice, plan.lines)
        elif invoice != plan.invoice:
            invoices.set_pdf(invoice.family, invoice.number, invoice.pdf_bytes, invoice.pdf_tag)
        if plan.cancel:
            self.ports.record(payments_of(plan, invoice))
            self.cancel(invoice.number, payer=self._debtor(family).payer, reason=BY_THE_TOWN)
        return invoice

    def _pdf(self, plan: InvoicePlan, family: Family, in_files: InFiles) -> bytes:
        if plan.pdf is PdfSource.GIVEN:
            return read_pdf(self.folder, in_files.pdf)
        received = tuple(one.payment for one in plan.to_record)
        as_it_will_be = replace(plan.invoice, payments=(*plan.invoice.payments, *received))
        if plan.cancel:
            as_it_will_be = replace(as_it_will_be, cancelled_on=paris_day(self.ports.clock.now()))
        beside = credit_beside(as_it_will_be, self.ports.invoices)
        return self.ports.renderer.render(as_it_will_be, plan.lines, self._debtor(family), self.town, beside)

    def _debtor(self, family: Family) -> Family:
        """Who owes the invoice. Only the portal knows the family when only a payment or a PDF names its invoice."""
        if family.payer:
            return family
        return self.ports.families.find(family.id) or Family(family.id, "", "", 0, ())


def payments_of(plan: InvoicePlan, invoice: Invoice) -> list[PaymentOn]:
    return [PaymentOn(invoice, received.payment) for received in plan.to_record]
