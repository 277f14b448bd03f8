"""What is due, what was paid, the one to pay now, and the PDFs: only the family's own."""

from datetime import date, timedelta

import pytest

from chalicelib.rules.errors import BadForm, NotFound
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import last_paid_on
from chalicelib.rules.payments import HOLD_TO_CHECK, AttemptState
from chalicelib.services.invoicing import (
    PAID_ON_A_PAGE,
    AlreadyPaid,
    ChooseInvoice,
    OpenPdf,
    PaidInvoices,
    PdfMissing,
    ShowInvoices,
    ShowPaidBefore,
)
from tests.builders import BOND, a_payment, an_attempt, an_invoice
from tests.clock import FixedClock, paris
from tests.fakes import MemoryAttempts, MemoryBook, MemoryInvoices, MemoryOutbox, MemoryPdfs
from tests.money import at_the_desk

STRANGERS = FamilyId("f-strangers")
MINE = InvoiceNumber("2013-026-000335")
THEIRS = InvoiceNumber("2013-026-000999")
HERE = "jamie.bond@server.fr"


class Desk:
    def __init__(self) -> None:
        self.invoices = MemoryInvoices(outbox=MemoryOutbox())
        self.pdfs = MemoryPdfs()
        self.clock = FixedClock(paris("mercredi 2013-10-16 00:30"))
        self.attempts = MemoryAttempts(self.invoices, self.invoices.outbox)
        self.book = MemoryBook(self.invoices, self.attempts, self.invoices.outbox)
        self.show = ShowInvoices(invoices=self.invoices, attempts=self.attempts, clock=self.clock)
        self.show_paid_before = ShowPaidBefore(invoices=self.invoices)
        self.choose = ChooseInvoice(invoices=self.invoices, attempts=self.attempts, clock=self.clock)
        self.open_pdf = OpenPdf(invoices=self.invoices, pdfs=self.pdfs)
        self.invoices.put(an_invoice(MINE), [])
        self.invoices.put(an_invoice(THEIRS, family=STRANGERS), [])

    def pay(self, number: InvoiceNumber, amount: int = 424, **changes: object) -> None:
        at_the_desk(self.book, self.invoices, number, a_payment(amount, **changes))


def test_the_oldest_due_date_comes_first_whatever_the_number() -> None:
    desk = Desk()
    desk.invoices.put(an_invoice("2013-027-000001", due_on=date(2013, 7, 31)), [])
    assert [invoice.number for invoice in desk.show(BOND).to_pay] == ["2013-027-000001", MINE]


def test_today_is_the_day_in_paris() -> None:
    shown = Desk().show(BOND)
    assert shown.today == date(2013, 10, 16)
    assert shown.to_pay[0].is_overdue(shown.today)


def test_a_partly_paid_invoice_is_still_to_pay() -> None:
    desk = Desk()
    desk.pay(MINE, 400)
    (invoice,) = desk.show(BOND).to_pay
    assert (invoice.remaining, invoice.paid) == (24, 400)


def test_fifteen_years_are_shown_twelve_by_twelve_last_paid_first() -> None:
    desk = Desk()
    numbers = [InvoiceNumber(f"{2000 + n // 12}-001-{n:06}") for n in range(1, 181)]
    for n, number in enumerate(numbers):
        desk.invoices.put(an_invoice(number), [])
        desk.pay(number, paid_on=date(2000, 1, 1) + timedelta(days=n))
    shown, pages = desk.show(BOND).paid, 1
    seen = list(shown.invoices)
    while shown.more:
        assert len(shown.invoices) == PAID_ON_A_PAGE
        last = shown.invoices[-1]
        shown, pages = desk.show_paid_before(BOND, last_paid_on(last), last.number), pages + 1
        seen += shown.invoices
    assert (pages, [invoice.number for invoice in seen]) == (15, numbers[::-1])


@pytest.mark.parametrize("day", [date(2011, 1, 1), date(1, 1, 1)])
def test_a_page_of_nothing_is_not_found(day: date) -> None:
    with pytest.raises(NotFound):
        Desk().show_paid_before(BOND, day, MINE)


def test_a_family_without_invoices_has_one_empty_page() -> None:
    shown = Desk().show(FamilyId("f-new"))
    assert (shown.to_pay, shown.paid) == ((), PaidInvoices((), more=False))


def test_the_chosen_invoice() -> None:
    assert Desk().choose(BOND, MINE, HERE).number == MINE


@pytest.mark.parametrize(
    ("number", "email", "faults"),
    [
        pytest.param("", "", ("number", "email"), id="nothing"),
        pytest.param("", HERE, ("number",), id="no invoice"),
        pytest.param(MINE, "jamie.bond", ("email",), id="no address"),
        pytest.param(MINE, f"{HERE}, x@server.fr", ("email",), id="two addresses"),
        pytest.param(MINE, f"{HERE}\r\nBcc: x@server.fr", ("email",), id="a header of one's own"),
        pytest.param(MINE, "a" * 250 + "@server.fr", ("email-length",), id="too long"),
        pytest.param(MINE, "jérôme@server.fr", ("email-letters",), id="an accent"),
    ],
)
def test_a_choice_that_cannot_be_names_its_faults(number: str, email: str, faults: tuple[str, ...]) -> None:
    with pytest.raises(BadForm) as refusal:
        Desk().choose(BOND, InvoiceNumber(number), email)
    assert refusal.value.args == faults


@pytest.mark.parametrize("number", [THEIRS, "2013-026-000001"])
def test_another_family_s_invoice_does_not_exist(number: str) -> None:
    desk = Desk()
    with pytest.raises(NotFound):
        desk.choose(BOND, InvoiceNumber(number), HERE)
    with pytest.raises(NotFound):
        desk.open_pdf(BOND, InvoiceNumber(number))


def test_a_paid_invoice_is_not_paid_again() -> None:
    desk = Desk()
    desk.pay(MINE)
    with pytest.raises(AlreadyPaid):
        desk.choose(BOND, MINE, HERE)


def test_the_pdf_opens_by_a_link_of_its_own() -> None:
    desk = Desk()
    desk.pdfs.put(BOND, MINE, b"%PDF-1.7")
    assert desk.open_pdf(BOND, MINE) == desk.pdfs.link(BOND, MINE)


def test_a_pdf_that_is_not_there_is_told() -> None:
    with pytest.raises(PdfMissing):
        Desk().open_pdf(BOND, MINE)


@pytest.mark.parametrize("state", AttemptState)
def test_no_attempt_holds_an_invoice_for_longer_than_it_is_asked_about(state: AttemptState) -> None:
    """What lets a page spare the call: heads whose attempt is older are not asked about."""
    desk = Desk()
    attempt = an_attempt(an_invoice(MINE), desk.clock.now(), state=state)
    assert not attempt.is_live(desk.clock.now() + HOLD_TO_CHECK)
    desk.attempts.begin(attempt, an_invoice(MINE), None)
    assert (MINE in desk.show(BOND).under_way) is attempt.is_live(desk.clock.now())
