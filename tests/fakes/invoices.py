"""Invoices and their PDF files in memory."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from chalicelib.rules.errors import NotFound, StaleWrite, Unavailable
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, last_paid_on
from chalicelib.services.invoice_ports import AskedInvoice, HeldInvoice
from chalicelib.services.mail_ports import Mail
from tests.fakes.instants import aware
from tests.fakes.mails import MemoryOutbox


class MemoryInvoices:
    """``InvoiceStore``. ``waiting``: numbers whose families were not told, as the sparse index has them."""

    def __init__(self, outbox: MemoryOutbox | None = None) -> None:
        self.outbox = outbox or MemoryOutbox()
        self.invoices: dict[InvoiceNumber, Invoice] = {}
        self.invoice_lines: dict[InvoiceNumber, tuple[InvoiceLine, ...]] = {}
        self.waiting: set[InvoiceNumber] = set()

    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        mine = (invoice for invoice in self.invoices.values() if invoice.family == family)
        return tuple(sorted(mine, key=lambda invoice: (invoice.issued_on, invoice.number), reverse=True))

    def latest(self, family: FamilyId, paid: int) -> tuple[Invoice, ...]:
        due = tuple(invoice for invoice in self.of(family) if invoice.is_open)
        return (*due, *self._paid(family)[:paid])

    def paid_before(self, family: FamilyId, day: date, number: InvoiceNumber, most: int) -> tuple[Invoice, ...]:
        return tuple(one for one in self._paid(family) if _place(one) < (day, number))[:most]

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        invoice = self.invoices.get(number)
        return invoice if invoice and invoice.family == family else None

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]:
        return self.invoice_lines.get(number, ()) if self.find(family, number) else ()

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        return self.invoices.get(number)

    def holder_of_reference(self, reference: str) -> Invoice | None:
        bare = reference.replace("-", "")
        return next((one for one in self.invoices.values() if one.reference.replace("-", "") == bare), None)

    def several(self, asked: Sequence[AskedInvoice]) -> dict[InvoiceNumber, HeldInvoice]:
        return {one.number: self._held(one) for one in asked}

    def _held(self, asked: AskedInvoice) -> HeldInvoice:
        holder = self.holder_of_reference(asked.reference) if asked.reference else None
        number = holder.number if holder and holder.number != asked.number else None
        return HeldInvoice(self.invoices.get(asked.number), self.invoice_lines.get(asked.number, ()), number)

    def add(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        if invoice.number in self.invoices and self.invoices[invoice.number] != replace(invoice, payments=()):
            raise StaleWrite("invoices.put")
        self.put(invoice, lines)

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        aware(invoice.published_at)
        there = self.invoices.get(invoice.number)
        holder = self.holder_of_reference(invoice.reference)
        if (holder and holder.number != invoice.number) or (
            there and (there.family != invoice.family or there.payments or there.begun != invoice.begun)
        ):
            raise StaleWrite("invoices.put")
        if there is None:
            self.waiting.add(invoice.number)
        self.invoices[invoice.number] = replace(invoice, payments=())
        self.invoice_lines[invoice.number] = tuple(lines)

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int, tag: str) -> None:
        self.invoices[number] = replace(self._mine(family, number), pdf_bytes=size, pdf_tag=tag)

    def to_notify(self, limit: int) -> tuple[Invoice, ...]:
        waiting = (replace(self.invoices[number], payments=()) for number in self.waiting)
        return tuple(sorted(waiting, key=lambda invoice: (invoice.published_at, invoice.number))[:limit])

    def notified(self, invoice: Invoice, mails: Sequence[Mail]) -> None:
        if invoice.number in self.waiting:
            self.waiting.remove(invoice.number)
            self.outbox.bring(mails)

    def _paid(self, family: FamilyId) -> list[Invoice]:
        return sorted((one for one in self.of(family) if not one.is_open), key=_place, reverse=True)

    def _mine(self, family: FamilyId, number: InvoiceNumber) -> Invoice:
        invoice = self.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        return invoice


def _place(paid: Invoice) -> tuple[date, InvoiceNumber]:
    return last_paid_on(paid), paid.number


class MemoryPdfs:
    """``PdfStore``; ``down`` makes it refuse."""

    def __init__(self) -> None:
        self.pdfs: dict[tuple[FamilyId, InvoiceNumber], bytes] = {}
        self.down = False

    def put(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> None:
        self._answer("pdfs.put")
        self.pdfs[family, number] = pdf

    def exists(self, family: FamilyId, number: InvoiceNumber) -> bool:
        self._answer("pdfs.exists")
        return (family, number) in self.pdfs

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        self._answer("pdfs.link")
        return f"https://documents.example/factures/{family}/{number}.pdf?signed"

    def _answer(self, operation: str) -> None:
        if self.down:
            raise Unavailable(operation)
