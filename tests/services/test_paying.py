"""Opening a payment and settling it: once, whoever tells, whatever fails. On DynamoDB's tables, with a bank of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from chalicelib.rules.book import EntryKind
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.payments import AttemptState
from chalicelib.rules.points import PointKind
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import PaymentFacts
from chalicelib.services.invoicing import AlreadyPaid, NotPayable
from chalicelib.services.payment_ports import OrderRefused
from chalicelib.services.starting import BeingOpened
from tests.aws_calls import counted
from tests.builders import BOND, a_payment
from tests.faults import Case, Way, survives
from tests.money import at_the_desk
from tests.services.paying_world import INVOICE, NOW, Links, World, a_world, looked_up


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def test_a_payment_is_opened_paid_and_receipted(world: World) -> None:
    assert world.pay() == "https://bank.example/idop-1"
    ((attempt, notify, back),) = world.treasury.asked
    assert (attempt.amount, attempt.reference, attempt.exercice) == (424, INVOICE.reference.replace("-", ""), "2013")
    assert (notify, back) == (Links().notify(), Links().back())
    assert world.shown().state is AttemptState.PENDING
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    assert world.settled().state is AttemptState.PAID
    (payment,) = world.invoice().payments
    assert (payment.amount, payment.authorisation, payment.bank_date) == (424, "A55A", paris_day(NOW))
    assert world.receipts() == ["payment-receipt-a-1"]
    assert world.journal() == [EntryKind.PAYMENT]
    with pytest.raises(AlreadyPaid):
        world.pay()


def test_being_told_again_and_again_changes_nothing(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "P")
    for _ in range(3):
        world.notified()
        world.show(BOND, INVOICE.number)
        world.reconcile(lambda: 100.0)
    assert (world.invoice().paid, len(world.receipts()), world.journal()) == (424, 1, [EntryKind.PAYMENT])


def test_a_second_click_finds_the_same_operation(world: World) -> None:
    assert world.pay() == world.pay()
    assert len(world.treasury.asked) == 1


def test_a_refused_card_may_be_tried_again_at_once(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "R")
    assert world.pay() == "https://bank.example/idop-2"
    assert world.attempt().state is AttemptState.REFUSED


def test_an_abandon_that_lives_on_keeps_the_invoice_for_two_minutes_and_can_be_paid(world: World) -> None:
    """She cancels, comes back, clicks « payer », then pays in the bank's window that she had left open."""
    world.pay()
    world.treasury.says("idop-1", "A")
    with pytest.raises(BeingOpened):
        world.pay()
    world.later(seconds=90)
    with pytest.raises(BeingOpened):
        world.pay()
    world.treasury.says("idop-1", "P")
    world.later(seconds=29)
    assert world.settled().state is AttemptState.PAID
    assert (len(world.treasury.asked), world.invoice().paid) == (1, 424)


def test_an_abandon_is_looked_up_again_before_another_operation_opens(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "A")
    world.notified()
    world.later(minutes=3)
    assert world.pay() == "https://bank.example/idop-2"
    assert looked_up(world) == 2
    assert world.attempt().state is AttemptState.ABANDONED
    world.treasury.says("idop-2", "A")
    world.later(minutes=1)
    world.notified("idop-2")
    world.later(minutes=3)
    world.treasury.says("idop-2", "P")
    with pytest.raises(AlreadyPaid):
        world.pay()


def test_an_abandon_becomes_true_without_anybody(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "A")
    world.notified()
    world.later(minutes=3)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.attempt().state is AttemptState.ABANDONED


def test_a_result_that_nobody_told_is_looked_up_before_a_second_payment(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "P")
    world.later(minutes=20)
    with pytest.raises(AlreadyPaid):
        world.pay()
    assert world.invoice().is_paid


def test_two_operations_that_both_end_paid_are_both_kept_and_one_is_to_refund(world: World) -> None:
    world.pay()
    world.later(minutes=20)
    world.pay()
    for idop in ("idop-1", "idop-2"):
        world.treasury.says(idop, "P")
        world.notified(idop)
    assert (world.invoice().paid, world.invoice().overpaid) == (848, 424)
    (point,) = world.points()
    assert (point.kind, point.asked, point.received) == (PointKind.OVERPAID, 424, 848)
    assert "payment.overpaid" in world.told


def test_cash_at_the_desk_in_between_makes_it_too_much(world: World) -> None:
    world.pay()
    at_the_desk(world.book, world.invoices, INVOICE.number, a_payment(400))
    world.treasury.says("idop-1", "P")
    world.notified()
    (point,) = world.points()
    assert (point.kind, point.received, world.invoice().overpaid) == (PointKind.OVERPAID, 824, 400)


def test_money_of_another_amount_is_kept_for_a_person(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "P", amount=100)
    assert world.settled().state is AttemptState.TO_CHECK
    (point,) = world.points()
    assert (point.kind, point.asked, point.received, point.differs) == (PointKind.TO_CHECK, 424, 100, ("amount",))
    assert not world.invoice().payments
    (line,) = world.book.lines(NOW.date().replace(day=1))
    entry = line.entry
    assert (entry.kind, entry.amount, entry.authorisation) == (EntryKind.UNCLASSIFIED, 100, "A55A")
    assert entry.reason == "prise autrement que demandé : le montant"
    assert world.attempt().unclassified == line.name


def test_a_late_exact_success_takes_back_the_line_that_nothing_explained(world: World) -> None:
    world.pay()
    world.treasury.says("idop-1", "P", amount=100)
    world.notified()
    world.later(minutes=6)
    world.treasury.says("idop-1", "P")
    assert world.settled().state is AttemptState.PAID
    lines = [line.entry for line in world.book.lines(NOW.date().replace(day=1))]
    assert [(one.kind, one.amount) for one in lines] == [
        (EntryKind.UNCLASSIFIED, 100),
        (EntryKind.UNCLASSIFIED, -100),
        (EntryKind.PAYMENT, 424),
    ]
    assert lines[1].takes_back == "2026-000001"
    assert (world.points(), world.attempt().unclassified, world.invoice().paid) == ([], "", 424)


def test_the_treasury_down_at_creation_leaves_no_attempt_hanging(world: World) -> None:
    world.treasury.down = True
    with pytest.raises(Unavailable):
        world.pay()
    assert world.attempt().state is AttemptState.FAILED
    world.treasury.down = False
    assert world.pay() == "https://bank.example/idop-1"


def test_the_treasury_refusing_the_address_is_told(world: World) -> None:
    world.treasury.refuses = "A2"
    with pytest.raises(OrderRefused):
        world.pay()
    assert world.attempt().why == "refused:A2"


def test_a_lost_notification_is_made_up_for_and_a_late_success_counts(world: World) -> None:
    world.pay()
    world.later(minutes=6)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.reconcile(lambda: 100.0) == 0, "the next look is in five minutes"
    world.later(hours=2)
    world.reconcile(lambda: 100.0)
    assert world.attempt().state is AttemptState.EXPIRED
    world.treasury.says("idop-1", "P")
    world.later(minutes=15)
    world.reconcile(lambda: 100.0)
    assert world.invoice().is_paid


def test_the_treasury_down_at_look_up_is_asked_again(world: World) -> None:
    world.pay()
    world.treasury.down = True
    world.later(minutes=6)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.shown().state is AttemptState.PENDING
    world.treasury.down = False
    assert world.reconcile(lambda: 100.0) == 0, "the next look is in five minutes"
    world.later(minutes=5)
    assert world.reconcile(lambda: 100.0) == 1


def test_an_operation_that_is_not_ours_does_nothing(world: World) -> None:
    assert world.notified("idop-9") is None


def test_a_town_without_contract_and_amounts_that_the_treasury_does_not_take() -> None:
    with a_world(payment=PaymentFacts()) as closed, pytest.raises(NotPayable, match="closed"):
        closed.pay()
    with a_world() as world:
        at_the_desk(world.book, world.invoices, INVOICE.number, a_payment(400))
        with pytest.raises(NotPayable, match="amount"):
            world.pay()


def test_opening_survives_every_fault() -> None:
    def whole(world: World) -> None:
        attempt = world.attempts.latest(world.invoice())
        assert attempt is not None
        assert attempt.state is AttemptState.PENDING
        assert world.attempts.by_idop(attempt.idop) == attempt
        assert not world.invoice().payments

    def again(world: World) -> None:
        world.later(minutes=1)
        world.pay()

    tried = survives(Case(fresh=a_world, run=World.pay, recover=again, check=whole))
    assert {fault.way for fault in tried} == set(Way)


def test_settling_survives_every_fault() -> None:
    @contextmanager
    def fresh() -> Iterator[World]:
        with a_world() as world:
            world.pay()
            world.treasury.says("idop-1", "P")
            yield world

    def job(world: World) -> None:
        world.later(minutes=6)
        world.reconcile(lambda: 100.0)

    def once(world: World) -> None:
        assert world.invoice().paid == 424
        assert world.receipts() == ["payment-receipt-a-1"]
        assert world.journal() == [EntryKind.PAYMENT]

    survives(Case(fresh=fresh, run=World.notified, recover=job, check=once))


def test_calls_to_the_tables_are_few(world: World) -> None:
    """Each is 5 to 10 ms of a parent's wait, and counted in the town's bill. One of asking and of settling is the write
    that lets one of many ask: who comes too soon does without it. One of settling reads the journal's last number."""
    with counted() as opening:
        world.pay()
    with counted() as waiting:
        world.show(BOND, INVOICE.number)
    world.treasury.says("idop-1", "P")
    world.later(seconds=1)
    with counted() as settling:
        world.notified()
    with counted() as again:
        world.notified()
    assert [len(calls.names) for calls in (opening, waiting, settling, again)] == [5, 5, 7, 2]
