"""A family is not erased while money is between it and the town."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.looks import next_look
from chalicelib.rules.payments import Attempt, AttemptState
from chalicelib.services.personal_data import MoneyBetween
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.builders import BOND, a_payment, an_attempt, an_invoice
from tests.money import at_the_desk
from tests.services.test_personal_data import NOW, World, fresh


@pytest.fixture
def world() -> Iterator[World]:
    with fresh() as made:
        yield made


def paid_at_the_desk_after(world: World, attempt_ends: Callable[[Attempt], object]) -> InvoiceNumber:
    """An invoice that an attempt was begun for an hour ago, and that was then paid by cheque."""
    invoices, invoice = DynamoInvoiceStore(world.database), an_invoice("2013-026-000099")
    invoices.put(invoice, ())
    attempt = an_attempt(invoice, NOW - timedelta(hours=1))
    world.attempts.begin(attempt, invoice, None)
    attempt_ends(attempt)
    at_the_desk(DynamoBook(world.database), invoices, invoice.number, a_payment(invoice.total))
    return invoice.number


def test_nor_is_one_whose_payment_is_under_way_for_what_was_paid_at_the_desk(world: World) -> None:
    """A parent may still be on the bank's page, or was there and nobody asked yet."""
    number = paid_at_the_desk_after(world, lambda attempt: world.attempts.opened(attempt, "idop-099", NOW))
    with pytest.raises(MoneyBetween) as refused:
        world.erase()
    assert (refused.value.owed, refused.value.under_way) == ((), (number,))


def test_nor_is_one_whose_refused_payment_is_looked_at_once_more(world: World) -> None:
    def is_refused(attempt: Attempt) -> None:
        opened = world.attempts.opened(attempt, "idop-099", NOW)
        ended = replace(opened, state=AttemptState.REFUSED, settled_at=NOW)
        world.attempts.settle(opened, ended, next_look(ended, NOW))

    number = paid_at_the_desk_after(world, is_refused)
    with pytest.raises(MoneyBetween) as refused:
        world.erase()
    assert refused.value.under_way == (number,)


def test_a_payment_whose_opening_died_is_not_waited_for(world: World) -> None:
    """Nobody will ever look at it again, so it must not keep its family for good."""
    paid_at_the_desk_after(world, lambda _attempt: None)
    world.erase()
    assert world.items_of(BOND) == []


def test_money_to_give_back_keeps_its_family(world: World) -> None:
    invoices = DynamoInvoiceStore(world.database)
    (paid,) = invoices.of(BOND)
    at_the_desk(DynamoBook(world.database), invoices, paid.number, a_payment(100))
    with pytest.raises(MoneyBetween) as refused:
        world.erase()
    assert refused.value.under_way == (paid.number,)
