"""A family's invoices: what is due, what was paid, the one to pay now, their PDFs."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.rules.errors import BadForm, NotFound
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, already_paid, in_order_to_pay
from chalicelib.rules.payments import HOLD_TO_CHECK, Attempt
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.emails import is_email
from chalicelib.services.invoice_ports import InvoiceStore, PdfStore
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock

PAID_ON_A_PAGE = 12


class AlreadyPaid(ValueError):
    """Nothing is due for the invoice any more. ``args[0]`` is its number."""


class UnderWay(RuntimeError):
    """A payment of the invoice is under way, or a person has to look at one: it may not be paid a second time."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.invoice)
        self.attempt = attempt


class PdfMissing(LookupError):
    """The invoice exists and its PDF does not. ``args[0]`` is the invoice's number."""


@dataclass(frozen=True)
class InvoicesPage:
    """Every invoice still due, oldest due date first; one page of the paid ones, last paid first.

    ``page`` counts from 1 to ``pages``; ``pages`` is 1 when none is paid. ``today`` is the day in Paris. ``under_way``:
    those of ``to_pay`` that may not be paid now, and the attempt that keeps them.
    """

    to_pay: tuple[Invoice, ...]
    under_way: Mapping[InvoiceNumber, Attempt]
    paid: tuple[Invoice, ...]
    page: int
    pages: int
    today: date


def live_attempts(
    invoices: Iterable[Invoice], attempts: AttemptStore, now: datetime
) -> Mapping[InvoiceNumber, Attempt]:
    """Those of ``invoices`` that a live attempt keeps from being paid, or changed. One call, and none when no attempt
    was begun lately: nothing holds an invoice for longer than HOLD_TO_CHECK."""
    begun = {invoice.begun.attempt for invoice in invoices if invoice.begun and now < invoice.begun.at + HOLD_TO_CHECK}
    return {one.invoice: one for one in attempts.among(begun) if one.is_live(now)} if begun else {}


class ShowInvoices:
    def __init__(self, *, invoices: InvoiceStore, attempts: AttemptStore, clock: Clock) -> None:
        self.invoices = invoices
        self.attempts = attempts
        self.clock = clock

    def __call__(self, family: FamilyId, page: int = 1) -> InvoicesPage:
        """One Query, whatever the number of invoices, and one BatchGet when one due was tried to be paid lately.

        Raises NotFound for a page that does not exist.
        """
        now = self.clock.now()
        every = self.invoices.of(family)
        to_pay = tuple(in_order_to_pay(every))
        paid = already_paid(every)
        pages = max(1, -(-len(paid) // PAID_ON_A_PAGE))
        if not 1 <= page <= pages:
            raise NotFound("page")
        start = (page - 1) * PAID_ON_A_PAGE
        return InvoicesPage(
            to_pay=to_pay,
            under_way=live_attempts(to_pay, self.attempts, now),
            paid=tuple(paid[start : start + PAID_ON_A_PAGE]),
            page=page,
            pages=pages,
            today=paris_day(now),
        )


class ChooseInvoice:
    def __init__(self, *, invoices: InvoiceStore, attempts: AttemptStore, clock: Clock) -> None:
        self.invoices = invoices
        self.attempts = attempts
        self.clock = clock

    def __call__(self, family: FamilyId, number: InvoiceNumber | None, email: str) -> Invoice:
        """The invoice to pay, and ``email`` is where the bank's receipt goes.

        Raises BadForm (args: ``number`` when none is chosen, ``email`` when it is no address), NotFound for an invoice
        that is not the family's, AlreadyPaid, UnderWay.
        """
        faults = [name for name, wrong in (("number", not number), ("email", not is_email(email))) if wrong]
        if faults or not number:
            raise BadForm(*faults)
        invoice = self.invoices.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        if invoice.is_paid:
            raise AlreadyPaid(number)
        for attempt in live_attempts([invoice], self.attempts, self.clock.now()).values():
            raise UnderWay(attempt)
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


@dataclass(frozen=True)
class InvoiceUseCases:
    """A family's invoices: listed, chosen to be paid, opened as PDF."""

    show: ShowInvoices
    choose: ChooseInvoice
    open_pdf: OpenPdf
