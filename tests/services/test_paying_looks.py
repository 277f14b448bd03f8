"""When the treasury is asked what became of an operation: once for many, and again soon enough."""

import threading
from collections.abc import Callable, Iterator

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.looks import LOOK_GAP
from chalicelib.rules.payments import AttemptState
from chalicelib.services.invoicing import AlreadyPaid
from tests.builders import BOND, a_payment
from tests.money import at_the_desk
from tests.services.paying_world import INVOICE, World, a_world, looked_up


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


@pytest.mark.parametrize(
    ("come", "times"),
    [
        pytest.param(World.notified, 200, id="notifications"),
        pytest.param(lambda world: world.show.by_idop("idop-1"), 60, id="returns"),
        pytest.param(lambda world: world.show(BOND, INVOICE.number), 60, id="the waiting page"),
        pytest.param(World.pay, 60, id="clicks on pay"),
        pytest.param(lambda world: world.reconcile(lambda: 100.0), 60, id="jobs"),
    ],
)
def test_many_who_come_at_once_are_one_look_up(world: World, come: Callable[[World], object], times: int) -> None:
    world.pay()
    world.later(minutes=6)
    for _ in range(times):
        come(world)
    assert looked_up(world) == 1


def test_the_treasury_is_asked_again_after_five_seconds_or_one_when_it_tells(world: World) -> None:
    world.pay()
    for seconds, come, asked in (
        (0, world.show.by_idop, 1), (0.9, world.notified, 1), (0.1, world.notified, 2), (4.9, world.show.by_idop, 2),
        (0.1, world.show.by_idop, 3), (1, world.notified, 4),
    ):  # fmt: skip
        world.later(seconds=seconds)
        come("idop-1")
        assert looked_up(world) == asked


def test_many_who_read_before_any_wrote_are_one_look_up(world: World) -> None:
    """Two Lambdas, no memory in common: the table lets one ask."""
    world.pay()
    read = world.attempt()
    for _ in range(3):
        assert world.settle(read).state is AttemptState.PENDING
    assert looked_up(world) == 1


def test_of_many_who_come_at_the_same_instant_the_table_lets_one_ask(world: World) -> None:
    """From several threads, as from several Lambdas."""
    world.pay()
    read, start, turns = world.attempt(), threading.Barrier(6), list[bool]()

    def come() -> None:
        start.wait()
        turns.append(world.attempts.take_look(read, world.clock.now(), LOOK_GAP))

    several = [threading.Thread(target=come) for _ in range(6)]
    for one in several:
        one.start()
    for one in several:
        one.join()
    assert sorted(turns) == [False] * 5 + [True]


@pytest.mark.parametrize("old", [{"seconds": 30}, {"days": 3}], ids=["young", "off the list"])
def test_a_notification_that_comes_too_soon_after_noise_is_looked_up_soon(world: World, old: dict[str, int]) -> None:
    """The treasury tells once; that a stranger knocked half a second before must not cost it its word."""
    world.pay()
    for moment in ({"hours": 3}, {"days": 1}) if "days" in old else ():
        world.later(**moment)
        world.reconcile(lambda: 100.0)
    world.later(**old)
    world.notified()
    world.treasury.says("idop-1", "P")
    world.later(milliseconds=500)
    assert not world.settled().is_received
    world.later(minutes=6)
    assert world.reconcile(lambda: 100.0) == 1
    assert world.invoice().is_paid


def test_what_no_longer_keeps_the_invoice_is_asked_about_whenever_a_new_payment_would_open(world: World) -> None:
    """A stranger who looked a moment ago, and heard nothing because the treasury was down, is no reason not to."""
    world.pay()
    world.later(minutes=20)
    world.treasury.down = True
    with pytest.raises(Unavailable):
        world.notified()
    with pytest.raises(Unavailable):
        world.pay()
    world.treasury.down = False
    world.treasury.says("idop-1", "P")
    with pytest.raises(AlreadyPaid):
        world.pay()
    assert len(world.treasury.asked) == 1


def test_an_answer_that_meets_another_writer_is_not_asked_for_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pay()
    world.treasury.says("idop-1", "P")
    find = world.invoices.find

    def then_paid_at_the_desk(family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        found = find(family, number)
        monkeypatch.undo()
        at_the_desk(world.book, world.invoices, INVOICE.number, a_payment(400))
        return found

    monkeypatch.setattr(world.invoices, "find", then_paid_at_the_desk)
    assert world.settled().state is AttemptState.PAID
    assert looked_up(world) == 1
    assert world.invoice().overpaid == 400
