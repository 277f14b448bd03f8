"""A family's invoices: what is due, what was paid, the one to pay now, their PDFs."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from chalicelib.rules.errors import BadForm, NotFound
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, in_order_to_pay
from chalicelib.rules.payable import Hindrance
from chalicelib.rules.payments import HOLD_TO_CHECK, Attempt
from chalicelib.rules.receipt_email import LONGEST, email_fault
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.emails import is_email
from chalicelib.services.invoice_ports import InvoiceStore, PdfStore
from chalicelib.services.opening import OpenCertificate
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.values import Value

PAID_ON_A_PAGE = 12


class AlreadyPaid(ValueError):
    """Nothing is due for the invoice any more. ``args[0]`` is its number."""


class NotPayable(ValueError):
    """The invoice cannot be paid online; ``why`` says why."""

    def __init__(self, why: Hindrance, invoice: Invoice) -> None:
        super().__init__(why.value)
        self.why = why
        self.invoice = invoice


class UnderWay(RuntimeError):
    """A payment of the invoice is under way, or a person has to check one: it may not be paid a second time."""

    def __init__(self, attempt: Attempt) -> None:
        super().__init__(attempt.invoice)
        self.attempt = attempt


class PdfMissing(LookupError):
    """The invoice exists but its PDF does not. ``args[0]`` is the invoice's number."""


class PaidInvoices(Value):
    """Some of the invoices that are paid or cancelled and of the credit notes that are used up, the last first.
    ``more`` says whether there are others behind them."""

    invoices: tuple[Invoice, ...]
    more: bool


class InvoicesPage(Value):
    """Every invoice still due, the oldest due date first; every credit note that has credit left; and of all others
    those that were paid or cancelled last.

    ``today`` is the day in Paris. ``under_way`` has the invoices of ``to_pay`` that may not be paid now, and for each
    the attempt that prevents it.
    """

    to_pay: tuple[Invoice, ...]
    credits: tuple[Invoice, ...]
    under_way: Mapping[InvoiceNumber, Attempt]
    paid: PaidInvoices
    today: date


def live_attempts(
    invoices: Iterable[Invoice], attempts: AttemptStore, now: datetime
) -> Mapping[InvoiceNumber, Attempt]:
    """The ``invoices`` that may not be paid or changed now, because of a live attempt.

    One call; no call when no attempt was begun lately, because nothing holds an invoice for longer than HOLD_TO_CHECK.
    """
    begun = {invoice.begun.attempt for invoice in invoices if invoice.begun and now < invoice.begun.at + HOLD_TO_CHECK}
    return {one.invoice: one for one in attempts.among(begun) if one.is_live(now)} if begun else {}


def must_be_due(invoice: Invoice) -> None:
    """Raises NotPayable for an invoice that is cancelled, AlreadyPaid for any other of which nothing is due."""
    if invoice.cancelled_on:
        raise NotPayable(Hindrance.CANCELLED, invoice)
    if invoice.is_paid:
        raise AlreadyPaid(invoice.number)


class ShowInvoices:
    def __init__(self, *, invoices: InvoiceStore, attempts: AttemptStore, clock: Clock) -> None:
        self.invoices = invoices
        self.attempts = attempts
        self.clock = clock

    def __call__(self, family: FamilyId) -> InvoicesPage:
        """One Query, however many invoices, and one BatchGet when somebody lately tried to pay one that is due."""
        now = self.clock.now()
        found = self.invoices.latest(family, PAID_ON_A_PAGE + 1)
        to_pay = tuple(in_order_to_pay(found))
        return InvoicesPage(
            to_pay=to_pay,
            credits=tuple(invoice for invoice in found if invoice.credit),
            under_way=live_attempts(to_pay, self.attempts, now),
            paid=_one_page([invoice for invoice in found if not invoice.is_open]),
            today=paris_day(now),
        )


class ShowPaidBefore:
    def __init__(self, *, invoices: InvoiceStore) -> None:
        self.invoices = invoices

    def __call__(self, family: FamilyId, day: date, number: InvoiceNumber) -> PaidInvoices:
        """The paid invoices behind the one of that number, paid last on ``day``. One Query.

        Raises NotFound when there are none.
        """
        found = self.invoices.paid_before(family, day, number, PAID_ON_A_PAGE + 1)
        if not found:
            raise NotFound("invoices")
        return _one_page(found)


def _one_page(found: Sequence[Invoice]) -> PaidInvoices:
    """``found``: one more than a page shows, if there is one more."""
    return PaidInvoices(tuple(found[:PAID_ON_A_PAGE]), more=len(found) > PAID_ON_A_PAGE)


class ChooseInvoice:
    def __init__(self, *, invoices: InvoiceStore, attempts: AttemptStore, clock: Clock) -> None:
        self.invoices = invoices
        self.attempts = attempts
        self.clock = clock

    def __call__(self, family: FamilyId, number: InvoiceNumber | None, email: str) -> Invoice:
        """The invoice to pay; ``hindrance`` says whether it can be paid online. ``email`` is the address for the bank's
        receipt.

        Raises BadForm (args: ``number`` when none is chosen, and what is wrong with the address), NotFound for an
        invoice that is not the family's, NotPayable for one that is cancelled, AlreadyPaid, UnderWay.
        """
        wrong = wrong_with_email(email)
        if wrong or not number:
            raise BadForm(*([] if number else ["number"]), *([wrong] if wrong else []))
        invoice = self.invoices.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        must_be_due(invoice)
        for attempt in live_attempts([invoice], self.attempts, self.clock.now()).values():
            raise UnderWay(attempt)
        return invoice


def wrong_with_email(email: str) -> str:
    """Empty for an address to which the bank can send its receipt. ``email``: it is no address. ``email-length`` and
    ``email-letters``: it may be one, and the treasury does not take it."""
    if len(email) <= LONGEST and not is_email(email):
        return "email"
    fault = email_fault(email)
    return f"email-{fault.value}" if fault else ""


class OpenPdf:
    def __init__(self, *, invoices: InvoiceStore, pdfs: PdfStore) -> None:
        self.invoices = invoices
        self.pdfs = pdfs

    def __call__(self, family: FamilyId, number: InvoiceNumber) -> str:
        """A link to the PDF, valid for a minute. Raises NotFound for an invoice that is not the family's,
        PdfMissing."""
        if self.invoices.find(family, number) is None:
            raise NotFound("invoice")
        if not self.pdfs.exists(family, number):
            raise PdfMissing(number)
        return self.pdfs.link(family, number)


class InvoiceUseCases(Value):
    """A family's invoices: listed, chosen for payment, opened as PDF; its tax certificates, opened as PDF."""

    show: ShowInvoices
    show_paid_before: ShowPaidBefore
    choose: ChooseInvoice
    open_pdf: OpenPdf
    open_certificate: OpenCertificate
