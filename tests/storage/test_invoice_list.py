"""A family's list of invoices, on every backend: all that is due, and what was paid last, in one Query."""

from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import last_paid_on
from chalicelib.rules.money import Cents
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.aws_calls import counted
from tests.builders import BOND, a_payment, an_invoice
from tests.money import at_the_desk, receive
from tests.stand_in import database_for, moto_town
from tests.storage.conftest import Stores

OTHERS = FamilyId("f-other")
INVOICE = an_invoice()


def listed_of(stores: Stores, paid: int) -> list[tuple[bool, InvoiceNumber]]:
    """What the first page asks for; what is due in the order of its numbers."""
    found = stores.invoices.latest(BOND, paid)
    due = sorted(one.number for one in found if not one.is_paid)
    assert [one.is_paid for one in found] == [False] * len(due) + [True] * (len(found) - len(due))
    return [(False, number) for number in due] + [(True, one.number) for one in found if one.is_paid]


def paid_on(stores: Stores, number: str, day: int, **changes: Any) -> InvoiceNumber:
    invoice = an_invoice(number, **changes)
    stores.invoices.put(invoice, ())
    at_the_desk(stores.book, stores.invoices, invoice.number, a_payment(invoice.total, paid_on=date(2014, 1, day)))
    return invoice.number


def test_the_list_has_all_that_is_due_and_what_was_paid_last(stores: Stores) -> None:
    first, third, second = (paid_on(stores, f"2013-00{n}-000001", day) for n, day in ((1, 2), (2, 9), (3, 5)))
    stores.invoices.put(INVOICE, ())
    nothing = an_invoice("2014-001-000001", total=Cents(0), issued_on=date(2014, 1, 7))
    stores.invoices.put(nothing, ())
    assert listed_of(stores, 2) == [(False, INVOICE.number), (True, third), (True, nothing.number)]
    assert [one.number for one in stores.invoices.latest(BOND, 9)][1:] == [third, nothing.number, second, first]
    behind = stores.invoices.paid_before(BOND, date(2014, 1, 9), third, 2)
    assert [one.number for one in behind] == [nothing.number, second]
    assert stores.invoices.paid_before(BOND, date(2014, 1, 2), first, 2) == ()
    assert stores.invoices.latest(OTHERS, 2) == ()


def test_credit_that_is_left_is_never_behind_what_was_paid_later(stores: Stores) -> None:
    """However old the note is; and what was cancelled stands at the day of its cancellation."""
    note = an_invoice("2012-001-000001", total=Cents(-500), corrects=INVOICE.number)
    gone = an_invoice("2012-002-000001", issued_on=date(2012, 1, 1), cancelled_on=date(2014, 1, 8))
    for invoice in (note, gone):
        stores.invoices.put(invoice, ())
    last, first = paid_on(stores, "2013-002-000001", 9), paid_on(stores, "2013-001-000001", 2)
    assert [one.number for one in stores.invoices.latest(BOND, 9)] == [note.number, last, gone.number, first]
    assert [one.number for one in stores.invoices.latest(BOND, 1)] == [note.number, last]
    at_the_desk(stores.book, stores.invoices, note.number, a_payment(-500, paid_on=date(2014, 1, 5)))
    assert [one.number for one in stores.invoices.latest(BOND, 3)] == [last, gone.number, note.number]
    behind = stores.invoices.paid_before(BOND, date(2014, 1, 8), gone.number, 9)
    assert [one.number for one in behind] == [note.number, first]


def test_two_paid_on_one_day_are_told_apart_by_their_numbers(stores: Stores) -> None:
    lower, higher = paid_on(stores, "2013-001-000001", 2), paid_on(stores, "2013-002-000001", 2)
    assert [one.number for one in stores.invoices.latest(BOND, 1)] == [higher]
    assert [one.number for one in stores.invoices.paid_before(BOND, date(2014, 1, 2), higher, 9)] == [lower]


def test_an_invoice_changes_its_place_with_its_payments_and_its_total(stores: Stores) -> None:
    earlier = paid_on(stores, "2013-001-000001", 5)
    stores.invoices.put(INVOICE, ())
    pay = partial(at_the_desk, stores.book, stores.invoices, INVOICE.number)
    pay(a_payment(400, id="p-1", paid_on=date(2014, 1, 9)))
    assert listed_of(stores, 1) == [(False, INVOICE.number), (True, earlier)]
    pay(a_payment(24, id="p-2", paid_on=date(2014, 1, 6)))
    assert listed_of(stores, 2) == [(True, INVOICE.number), (True, earlier)], "by the last day, not the last write"
    pay(a_payment(-24, id="p-3", paid_on=date(2014, 1, 10)))
    assert listed_of(stores, 1) == [(False, INVOICE.number), (True, earlier)]
    free = an_invoice("2013-002-000001")
    stores.invoices.put(free, ())
    stores.invoices.put(replace(free, total=Cents(0), issued_on=date(2014, 1, 1)), ())
    assert listed_of(stores, 2) == [(False, INVOICE.number), (True, earlier), (True, free.number)]


def test_a_payment_may_be_called_anything(stores: Stores) -> None:
    stores.invoices.put(INVOICE, ())
    names = ["a.b", "c[0]", "d#e", "f g", "é%20", "#0", ":1"]
    for name in names:
        at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(1, id=name))
        with pytest.raises(StaleWrite):
            at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(1, id=name))
    assert {one.id for one in stores.invoices.of(BOND)[0].payments} == set(names)


STEPS = st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["put", "pay", "part", "back"]), st.integers(1, 28)))


@settings(max_examples=15)
@given(steps=STEPS, paid=st.integers(1, 5))
def test_whatever_happened_the_list_is_that_of_all_invoices(steps: list[tuple[int, str, int]], paid: int) -> None:
    """Who writes a payment or a total writes the place too: nothing but the whole list knows whether it is right."""
    with moto_town() as here:
        store, book = DynamoInvoiceStore(database_for(here)), DynamoBook(database_for(here))
        for step, (rank, what, day) in enumerate(steps):
            invoice = store.holder(InvoiceNumber(f"2013-001-00000{rank}"))
            if invoice is None or (what == "put" and not invoice.payments):
                gone = date(2014, 1, day) if day % 5 == 0 else None
                store.put(an_invoice(f"2013-001-00000{rank}", total=Cents(100 * (day % 4 - 1)), cancelled_on=gone), ())
            elif what != "put":
                cents = {"pay": invoice.remaining, "part": 10, "back": -invoice.paid}[what]
                receive(book, invoice, a_payment(cents, id=f"p-{step}", paid_on=date(2014, 1, day)))
        every = store.of(BOND)
        due = {one for one in every if one.is_open}
        in_order = sorted(set(every) - due, key=lambda one: (last_paid_on(one), one.number), reverse=True)
        found = store.latest(BOND, paid)
        assert set(found[: len(due)]) == due
        assert list(found[len(due) :]) == in_order[:paid]
        for place, one in enumerate(in_order):
            assert list(store.paid_before(BOND, last_paid_on(one), one.number, paid)) == in_order[place + 1 :][:paid]


def test_the_list_reads_no_more_than_it_shows(ministack_database: Database) -> None:
    """Fifteen years cost what two cost; only who owes more than a year costs a second call."""
    store, book = DynamoInvoiceStore(ministack_database), DynamoBook(ministack_database)
    for number in range(60):
        invoice = an_invoice(f"{2000 + number // 12}-001-{number:06}")
        store.put(invoice, ())
        if number >= 12:
            receive(book, invoice, a_payment(424))
    with counted() as calls:
        assert len(store.latest(BOND, 13)) == 12 + 13
    assert calls.names == ["dynamodb:Query"]
    assert calls.received < 20_000
    for number in range(60, 70):
        store.put(an_invoice(f"2008-001-{number:06}"), ())
    with counted() as calls:
        assert len(store.latest(BOND, 13)) == 22 + 13
    assert calls.names == ["dynamodb:Query"] * 2
    with counted() as calls:
        assert len(store.paid_before(BOND, date(2013, 10, 2), InvoiceNumber("2003-001-000040"), 13)) == 13
    assert calls.names == ["dynamodb:Query"]
