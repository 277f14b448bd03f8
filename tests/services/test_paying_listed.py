"""Money of the bank that the town's list has before the treasury tells of it: it counts once."""

from collections.abc import Iterator

import pytest

from chalicelib.rules.invoices import Means
from chalicelib.rules.payments import AttemptState
from chalicelib.services.late_payments import RecordLatePayment
from tests.builders import a_payment
from tests.services.paying_world import NOW, World, a_world


@pytest.fixture
def world() -> Iterator[World]:
    with a_world() as made:
        yield made


def by_the_list(world: World, amount: int) -> None:
    """The town's list has the money before the treasury tells of it."""
    row = a_payment(amount, id="list-1", means=Means.ONLINE, authorisation="a55a", paid_on=NOW.date())
    RecordLatePayment(book=world.book, clock=world.clock)(world.invoice(), row)


def test_money_that_the_list_had_first_counts_once(world: World) -> None:
    world.pay()
    by_the_list(world, 424)
    world.treasury.says("idop-1", "P")
    assert world.settled().state is AttemptState.PAID
    assert [one.id for one in world.invoice().payments] == ["list-1"]
    assert [line.entry.amount for line in world.book.lines(NOW.date().replace(day=1))] == [424]
    assert world.points() == []
    assert "payment.overpaid" not in world.told


def test_money_of_another_amount_that_the_list_had_first_counts_once(world: World) -> None:
    world.pay()
    by_the_list(world, 100)
    world.treasury.says("idop-1", "P", amount=100)
    assert world.settled().state is AttemptState.TO_CHECK
    assert [line.entry.amount for line in world.book.lines(NOW.date().replace(day=1))] == [100]
