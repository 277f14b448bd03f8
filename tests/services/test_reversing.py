"""A direct debit that bounced: taken back once, in one write, and the invoice is due again."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest

from chalicelib.rules.book import EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.payments import AttemptState
from chalicelib.services.reversing import NotReversible, Reversal
from tests.builders import a_payment
from tests.fake_bank import reversing
from tests.faults import Case, Way, survives
from tests.money import at_the_desk
from tests.services.paying_world import INVOICE, World, a_world

BOUNCED = Reversal(INVOICE.number, "A55A", date(2026, 11, 23), "provision insuffisante")


@contextmanager
def debited() -> Iterator[World]:
    with a_world() as world:
        world.pay()
        world.treasury.says("idop-1", "V")
        world.notified()
        yield world


@pytest.fixture
def world() -> Iterator[World]:
    with debited() as made:
        yield made


def take_back(world: World) -> bool:
    return reversing(world.invoices, world.attempts, world.book)(BOUNCED)


def test_the_invoice_is_due_again_and_both_lines_stay(world: World) -> None:
    assert world.invoice().is_paid
    assert take_back(world)
    invoice = world.invoice()
    assert (invoice.remaining, [payment.amount for payment in invoice.payments]) == (424, [424, -424])
    assert world.journal() == [EntryKind.PAYMENT, EntryKind.REVERSAL]
    paid, back = (line.entry for line in world.book.lines(BOUNCED.day.replace(day=1)))
    assert (paid.amount, back.amount, back.takes_back, back.reason) == (424, -424, "2026-000001", BOUNCED.why)
    assert world.receipts() == ["payment-receipt-a-1", "payment-reversed-a-1"]


def test_once_only_and_the_bank_s_old_word_does_not_bring_it_back(world: World) -> None:
    assert take_back(world)
    assert not take_back(world)
    assert world.settled().state is AttemptState.REVERSED
    assert world.invoice().paid == 0


def test_it_can_be_paid_again(world: World) -> None:
    take_back(world)
    assert world.pay() == "https://bank.example/idop-2"
    world.treasury.says("idop-2", "P", authorisation="B66B")
    world.notified("idop-2")
    assert (world.invoice().paid, world.invoice().overpaid) == (424, 0)
    assert world.points() == []


@pytest.mark.parametrize(
    ("reversal", "why"),
    [
        (Reversal(InvoiceNumber("2026-001-000001"), "A55A", BOUNCED.day, ""), "invoice"),
        (Reversal(INVOICE.number, "A55B", BOUNCED.day, ""), "payment"),
    ],
)
def test_what_the_portal_did_not_take_cannot_be_taken_back(world: World, reversal: Reversal, why: str) -> None:
    with pytest.raises(NotReversible, match=why):
        reversing(world.invoices, world.attempts, world.book)(reversal)


def test_a_payment_of_the_town_is_the_town_s(world: World) -> None:
    at_the_desk(world.book, world.invoices, INVOICE.number, a_payment(100, id="town-1", authorisation="C77C"))
    with pytest.raises(NotReversible, match="payment"):
        reversing(world.invoices, world.attempts, world.book)(Reversal(INVOICE.number, "C77C", BOUNCED.day, ""))


def test_it_survives_every_fault() -> None:
    def whole(world: World) -> None:
        assert world.invoice().paid == 0
        assert world.journal() == [EntryKind.PAYMENT, EntryKind.REVERSAL]
        assert world.attempt().state is AttemptState.REVERSED
        assert world.receipts()[1:] == ["payment-reversed-a-1"]

    tried = survives(Case(fresh=debited, run=take_back, recover=take_back, check=whole))
    assert {fault.way for fault in tried} == set(Way)
