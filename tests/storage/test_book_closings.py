"""Months of the journal that are closed, on every backend: nothing enters them any more."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.book import BookHead, Closing, broken_links
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from tests.builders import a_payment, an_invoice
from tests.clock import paris
from tests.money import NOW, receive
from tests.present import present
from tests.storage.conftest import Stores

NOVEMBER, DECEMBER, JANUARY = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
IN_DECEMBER, IN_JANUARY = paris("mardi 2026-12-01 00:01"), paris("vendredi 2027-01-01 00:01")
INVOICE = an_invoice()


@pytest.fixture(autouse=True)
def _invoice(stores: Stores) -> None:
    stores.invoices.put(INVOICE, ())


def read(stores: Stores) -> Invoice:
    return present(stores.invoices.holder(INVOICE.number))


def a_closing(stores: Stores, month: date = NOVEMBER) -> Closing:
    head = stores.book.head(month.year)
    return Closing(month, "Mme Martin", IN_DECEMBER, head.number, head.hash, Cents(1))


def test_a_month_is_closed_once(stores: Stores) -> None:
    receive(stores.book, INVOICE, a_payment(1))
    closing = a_closing(stores)
    stores.book.close(closing)
    stores.book.close(closing)
    assert list(stores.book.closings()) == [closing]
    with pytest.raises(StaleWrite):
        stores.book.close(replace(closing, by="M. Dupont"))
    assert list(stores.book.closings()) == [closing]


def test_nothing_enters_a_closed_month(stores: Stores) -> None:
    """Not even what was decided a moment before its end."""
    (first,) = receive(stores.book, INVOICE, a_payment(1))
    stores.book.close(a_closing(stores))
    (late,) = receive(stores.book, read(stores), a_payment(1, id="p-2"), at=NOW)
    assert (late.month, late.number) == (DECEMBER, 2)
    assert list(stores.book.lines(NOVEMBER)) == [first]
    assert list(broken_links([first, late], BookHead(2026))) == []


def test_the_book_of_a_year_whose_december_is_closed_is_full(stores: Stores) -> None:
    receive(stores.book, INVOICE, a_payment(1))
    stores.book.close(a_closing(stores, DECEMBER))
    (line,) = receive(stores.book, read(stores), a_payment(1, id="p-2"), at=NOW)
    assert (line.name, line.month) == ("2027-000001", JANUARY)


@pytest.mark.parametrize("wrong", [{"last": 0, "hash": ""}, {"last": 2}, {"hash": "f" * 64}])
def test_a_closing_that_does_not_know_the_last_line_is_refused(stores: Stores, wrong: dict[str, object]) -> None:
    receive(stores.book, INVOICE, a_payment(1))
    with pytest.raises(StaleWrite):
        stores.book.close(replace(a_closing(stores), **wrong))  # type: ignore[arg-type]
    assert list(stores.book.closings()) == []


def test_a_month_is_closed_after_lines_of_the_next(stores: Stores) -> None:
    (first,) = receive(stores.book, INVOICE, a_payment(1))
    receive(stores.book, read(stores), a_payment(1, id="p-2"), at=IN_DECEMBER)
    with pytest.raises(StaleWrite):
        stores.book.close(a_closing(stores))
    closing = replace(a_closing(stores), last=1, hash=first.hash)
    stores.book.close(closing)
    (third,) = receive(stores.book, read(stores), a_payment(1, id="p-3"), at=IN_DECEMBER + timedelta(1))
    assert third.number == 3


def test_a_month_without_lines_is_closed_too(stores: Stores) -> None:
    october = date(2026, 10, 1)
    stores.book.close(a_closing(stores, october))
    (first,) = receive(stores.book, INVOICE, a_payment(1), at=NOW - timedelta(days=60))
    assert (first.number, first.month) == (1, NOVEMBER)
    stores.book.close(a_closing(stores))
    stores.book.close(a_closing(stores, DECEMBER))
    assert [one.month for one in stores.book.closings()] == [october, NOVEMBER, DECEMBER]
    assert [one.last for one in stores.book.closings()] == [0, 1, 1]


def test_an_old_month_is_closed_among_later_lines(stores: Stores) -> None:
    (first,) = receive(stores.book, INVOICE, a_payment(1), at=paris("mardi 2026-09-15 10:00"))
    receive(stores.book, read(stores), a_payment(1, id="p-2"), at=IN_DECEMBER)
    for month in (date(2026, 9, 1), NOVEMBER):
        stores.book.close(replace(a_closing(stores, month), last=1, hash=first.hash))
    august = replace(a_closing(stores, date(2026, 8, 1)), last=0, hash="")
    stores.book.close(august)
    assert len(stores.book.closings()) == 3
    assert stores.book.head(2026).number == 2
    (line,) = receive(stores.book, read(stores), a_payment(1, id="p-3"), at=IN_JANUARY)
    assert line.name == "2027-000001"
