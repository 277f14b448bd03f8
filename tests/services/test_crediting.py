"""Credit of a credit note goes to invoices once, in one event, and never beside a payment that is under way."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.book import BookLine, Entry, EntryKind
from chalicelib.rules.crediting import CreditFault, CreditPart
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.services.book_ports import MoneyEvent
from chalicelib.services.crediting import GiveCredit, NotCreditable
from chalicelib.services.invoicing import UnderWay
from tests.builders import a_payment, an_attempt, an_invoice
from tests.clock import FixedClock, paris
from tests.fakes import MemoryAttempts, MemoryBook, MemoryInvoices, MemoryOutbox
from tests.money import at_the_desk

NOW = paris("mercredi 2026-11-25 10:00")
INVOICE = an_invoice(total=Cents(1000))
NOTE = an_invoice("2013-026-000336", total=Cents(-424), corrects=INVOICE.number)
PAYER = "Jamie BOND"
PART = CreditPart(NOTE.number, INVOICE.number, Cents(100), date(2026, 11, 24), PAYER, "town-1")


class StaleBook(MemoryBook):
    """``stale`` is how many writes somebody else comes before."""

    stale = 0

    def write(self, event: MoneyEvent) -> tuple[BookLine, ...]:
        if self.stale:
            self.stale -= 1
            raise StaleWrite("book.write")
        return super().write(event)


class Desk:
    def __init__(self, note: Invoice = NOTE, invoice: Invoice = INVOICE) -> None:
        self.invoices = MemoryInvoices()
        outbox = MemoryOutbox()
        self.attempts = MemoryAttempts(self.invoices, outbox)
        self.clock = FixedClock(NOW)
        self.book = StaleBook(self.invoices, self.attempts, outbox)
        for one in (note, invoice):
            self.invoices.put(replace(one, payments=()), ())
            for payment in one.payments:
                at_the_desk(self.book, self.invoices, one.number, payment)
        self.give = GiveCredit(book=self.book, invoices=self.invoices, attempts=self.attempts, clock=self.clock)

    def of(self, invoice: Invoice) -> Invoice:
        return self.invoices.invoices[invoice.number]

    def entries(self, kind: EntryKind = EntryKind.CREDIT) -> list[Entry]:
        entries = (line.entry for line in self.book.lines(date(2026, 11, 1)))
        return [entry for entry in entries if entry.kind is kind]

    def begin_a_payment(self) -> None:
        invoice = self.of(INVOICE)
        self.attempts.begin(an_attempt(invoice, NOW), invoice, None)


def test_a_note_gives_its_invoice_at_once_what_it_still_owes() -> None:
    desk = Desk(invoice=replace(INVOICE, payments=(a_payment(700),)))
    assert desk.give.at_once(NOTE.number, PAYER) == 300
    assert (desk.of(INVOICE).remaining, desk.of(INVOICE).overpaid) == (0, 0)
    assert (desk.of(NOTE).overpaid, desk.of(NOTE).remaining) == (124, 0)
    assert [(entry.kind, entry.invoice, entry.amount, entry.means) for entry in desk.entries()] == [
        (EntryKind.CREDIT, NOTE.number, -300, Means.CREDIT_NOTE),
        (EntryKind.CREDIT, INVOICE.number, 300, Means.CREDIT_NOTE),
    ]
    assert {entry.reason for entry in desk.entries()} == {"avoir 2013-026-000336 pour la facture 2013-026-000335"}


def test_it_gives_once() -> None:
    desk = Desk()
    assert [desk.give.at_once(NOTE.number, PAYER) for _ in range(3)] == [424, 0, 0]
    assert (desk.of(INVOICE).remaining, len(desk.entries())) == (576, 2)


@pytest.mark.parametrize(
    "note",
    [
        pytest.param(replace(NOTE, corrects=None), id="names no invoice"),
        pytest.param(replace(NOTE, corrects=InvoiceNumber("2013-9")), id="its invoice is gone"),
        pytest.param(replace(NOTE, cancelled_on=date(2026, 11, 24)), id="cancelled"),
    ],
)
def test_a_note_that_has_nobody_to_give_to_keeps_its_credit(note: Invoice) -> None:
    desk = Desk(note=note)
    assert desk.give.at_once(note.number, PAYER) == 0
    assert desk.entries() == []


def test_an_unknown_note_gives_nothing() -> None:
    assert Desk().give.at_once(InvoiceNumber("2013-9"), PAYER) == 0


def test_a_part_that_the_town_decides_goes_to_any_invoice_of_the_family() -> None:
    desk = Desk(note=replace(NOTE, corrects=None))
    assert desk.give.part(PART)
    assert not desk.give.part(PART)
    assert (desk.of(INVOICE).remaining, desk.of(NOTE).overpaid) == (900, 324)
    [payment] = desk.of(INVOICE).payments
    assert (payment.id, payment.reference, payment.paid_on) == ("town-1", NOTE.number, PART.day)


@pytest.mark.parametrize(
    ("part", "why"),
    [
        (replace(PART, note=InvoiceNumber("2013-9")), CreditFault.NO_NOTE),
        (replace(PART, invoice=InvoiceNumber("2013-9")), CreditFault.NO_INVOICE),
        (replace(PART, amount=Cents(425)), CreditFault.MORE_THAN_LEFT),
    ],
)
def test_a_part_that_cannot_be_given_is_refused_and_writes_nothing(part: CreditPart, why: CreditFault) -> None:
    desk = Desk()
    for give in (desk.give.check, desk.give.part):
        with pytest.raises(NotCreditable) as refused:
            give(part)
        assert refused.value.why is why
    assert desk.entries() == []


def test_what_was_given_is_no_fault_when_it_is_checked_again() -> None:
    desk = Desk(note=replace(NOTE, total=Cents(-100)))
    desk.give.part(PART)
    desk.give.check(PART)


def test_nothing_is_given_while_a_payment_is_under_way_and_it_is_given_after() -> None:
    desk = Desk()
    desk.begin_a_payment()
    for give in (lambda: desk.give.at_once(NOTE.number, PAYER), lambda: desk.give.part(PART)):
        with pytest.raises(UnderWay):
            give()
    with pytest.raises(UnderWay):
        desk.give.check(PART)
    assert desk.entries() == []
    desk.clock.at = NOW + timedelta(hours=1)
    assert desk.give.at_once(NOTE.number, PAYER) == 424


@pytest.mark.parametrize("stale", [1, 4])
def test_what_moved_meanwhile_is_read_again(stale: int) -> None:
    desk = Desk()
    desk.book.stale = stale
    assert desk.give.at_once(NOTE.number, PAYER) == 424
    desk.book.stale = stale
    assert desk.give.part(replace(PART, amount=Cents(0), payment="town-2"))


def test_what_moves_all_the_time_is_tried_later() -> None:
    desk = Desk()
    desk.book.stale = 99
    with pytest.raises(Unavailable):
        desk.give.at_once(NOTE.number, PAYER)
    with pytest.raises(Unavailable):
        desk.give.part(PART)
