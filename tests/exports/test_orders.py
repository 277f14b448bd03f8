"""An order asked for by hand: the figures of now, nothing kept, nothing sent."""

from datetime import timedelta

import pytest

from chalicelib.exports.orders import HEADS, order_by_hand, order_csv
from chalicelib.rules.errors import NotFound
from chalicelib.rules.kitchen import Adults, Margin
from chalicelib.services.ordering import MakeOrder
from tests.builders import SCHOOL
from tests.services.kitchen_world import FRIDAY, MONDAY, Kitchen


@pytest.fixture
def kitchen() -> Kitchen:
    return Kitchen()


def make(kitchen: Kitchen) -> MakeOrder:
    return MakeOrder(bookings=kitchen.bookings, directory=kitchen.children, orders=kitchen.orders)


@pytest.mark.parametrize("name", ["Cantine", "cantine"])
def test_an_order_by_hand_is_a_list_that_adds_up(kitchen: Kitchen, name: str) -> None:
    kitchen.configure(margin=Margin(count=2), adults=(Adults(SCHOOL, "", 5),))
    kitchen.clock.forward(minutes=30)
    days = [MONDAY + timedelta(days=n) for n in range(7)]
    version = order_by_hand(make(kitchen), kitchen.towns.current(), name, days, kitchen.clock.now())
    assert [day.isoweekday() for day in version.days] == [1, 2, 4, 5]
    heads, *rows = (row.split(";") for row in order_csv(version).decode("utf-8-sig").splitlines())
    assert tuple(heads) == HEADS
    assert sum(int(row[-1]) for row in rows) == sum(version.figures.total(day) for day in version.days)
    assert (kitchen.orders.kept, kitchen.outbox.mails) == ({}, {})


def test_it_is_compared_with_what_was_sent(kitchen: Kitchen) -> None:
    kitchen.run(FRIDAY)
    kitchen.bookings.book("vendredi 2026-11-27 11:00", kitchen.children.listed[0], MONDAY, booked=False)
    kitchen.clock.set("vendredi 2026-11-27 12:00")
    version = order_by_hand(make(kitchen), kitchen.towns.current(), "Cantine", [MONDAY], kitchen.clock.now())
    assert [(change.before, change.after) for change in version.changes] == [(2, 1)]


@pytest.mark.parametrize(("name", "days"), [("Goûter", [MONDAY]), ("Cantine", [MONDAY - timedelta(days=1)])])
def test_what_the_town_does_not_order_is_not_found(kitchen: Kitchen, name: str, days: list[object]) -> None:
    with pytest.raises(NotFound):
        order_by_hand(make(kitchen), kitchen.towns.current(), name, days, kitchen.clock.now())  # type: ignore[arg-type]
