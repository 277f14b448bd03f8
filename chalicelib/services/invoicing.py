"""A family's invoices: what is due, what was paid, the one to pay now, their PDFs."""

from dataclasses import dataclass
from datetime import date

from chalicelib.rules.errors import BadForm, NotFound
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, already_paid, in_order_to_pay
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.emails import is_email
from chalicelib.services.invoice_ports import InvoiceStore, PdfStore
from chalicelib.services.ports import Clock

PAID_ON_A_PAGE = 12


class AlreadyPaid(ValueError):
    """Nothing is due for the invoice any more. ``args[0]`` is its number."""


class PdfMissing(LookupError):
    """The invoice exists and its PDF does not. ``args[0]`` is the invoice's number."""


@dataclass(frozen=True)
class InvoicesPage:
    """Every invoice still due, oldest due date first; one page of the paid ones, last paid first.

    ``page`` counts from 1 to ``pages``; ``pages`` is 1 when none is paid. ``today`` is the day in Paris.
    """

    to_pay: tuple[Invoice, ...]
    paid: tuple[Invoice, ...]
    page: int
    pages: int
    today: date


class ShowInvoices:
    def __init__(self, *, invoices: InvoiceStore, clock: Clock) -> None:
        self.invoices = invoices
        self.clock = clock

    def __call__(self, family: FamilyId, page: int = 1) -> InvoicesPage:
        """One Query, whatever the number of invoices. Raises NotFound for a page that does not exist."""
        every = self.invoices.of(family)
        paid = already_paid(every)
        pages = max(1, -(-len(paid) // PAID_ON_A_PAGE))
        if not 1 <= page <= pages:
            raise NotFound("page")
        start = (page - 1) * PAID_ON_A_PAGE
        return InvoicesPage(
            to_pay=tuple(in_order_to_pay(every)),
            paid=tuple(paid[start : start + PAID_ON_A_PAGE]),
            page=page,
            pages=pages,
            today=paris_day(self.clock.now()),
        )


class ChooseInvoice:
    def __init__(self, *, invoices: InvoiceStore) -> None:
        self.invoices = invoices

    def __call__(self, family: FamilyId, number: InvoiceNumber | None, email: str) -> Invoice:
        """The invoice to pay, and ``email`` is where the bank's receipt goes.

        Raises BadForm (args: ``number`` when none is chosen, ``email`` when it is no address), NotFound for an invoice
        that is not the family's, AlreadyPaid.
        """
        faults = [name for name, wrong in (("number", not number), ("email", not is_email(email))) if wrong]
        if faults or not number:
            raise BadForm(*faults)
        invoice = self.invoices.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        if invoice.is_paid:
            raise AlreadyPaid(number)
        return invoice


class OpenPdf:
    def __init__(self, *, invoices: InvoiceStore, pdfs: PdfStore) -> None:
        self.invoices = invoices
        self.pdfs = pdfs

    def __call__(self, family: FamilyId, number: InvoiceNumber) -> str:
        """A link to the PDF, good for a minute. Raises NotFound for an invoice that is not the family's, PdfMissing."""
        if self.invoices.find(family, number) is None:
            raise NotFound("invoice")
        if not self.pdfs.exists(family, number):
            raise PdfMissing(number)
        return self.pdfs.link(family, number)
