"""Many invoices at once, as the import compares, adds and pays them: what is found, and how many calls it takes."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.services.invoice_ports import AskedInvoice, HeldInvoice
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.aws_calls import counted
from tests.builders import BOND, a_payment, an_invoice
from tests.money import at_the_desk, receive
from tests.stand_in import database_for, moto_town
from tests.storage.conftest import Stores
from tests.storage.test_invoices import LINES, OTHERS

INVOICE = replace(an_invoice(), pdf_tag="tag")


def asked(invoice: Invoice = INVOICE, **changes: Any) -> AskedInvoice:
    facts: dict[str, Any] = {"number": invoice.number, "family": invoice.family, "issued_on": invoice.issued_on}
    return AskedInvoice(**{**facts, "reference": invoice.reference, **changes})


def found(stores: Stores, one: AskedInvoice) -> HeldInvoice:
    return stores.invoices.several([one])[one.number]


def test_an_invoice_is_found_where_the_lists_say(stores: Stores) -> None:
    stores.invoices.add(INVOICE, LINES)
    at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(1))
    assert found(stores, asked()) == HeldInvoice(replace(INVOICE, payments=(a_payment(1, line="2026-000001"),)), LINES)


@pytest.mark.parametrize(
    "changes",
    [{"issued_on": date(2014, 2, 3)}, {"family": OTHERS}, {"family": None, "issued_on": None, "reference": ""}],
    ids=["another day", "another family", "its number alone"],
)
def test_an_invoice_is_found_elsewhere_by_its_number(stores: Stores, changes: dict[str, Any]) -> None:
    stores.invoices.add(INVOICE, LINES)
    assert found(stores, asked(**changes)) == HeldInvoice(INVOICE, LINES)


def test_a_reference_is_found_with_the_number_that_has_it(stores: Stores) -> None:
    stores.invoices.add(INVOICE, LINES)
    new = asked(an_invoice("2014-001-000009"), reference=INVOICE.reference)
    assert found(stores, new) == HeldInvoice(holder=INVOICE.number)
    stores.invoices.add(an_invoice("2014-001-000010"), ())
    other = asked(reference=an_invoice("2014-001-000010").reference)
    assert found(stores, other) == HeldInvoice(INVOICE, LINES, InvoiceNumber("2014-001-000010"))


def test_what_nobody_has_is_nothing(stores: Stores) -> None:
    assert found(stores, asked()) == HeldInvoice()
    assert stores.invoices.several([]) == {}


def test_a_number_or_a_reference_that_was_taken_meanwhile_is_not_added(stores: Stores) -> None:
    stores.invoices.add(INVOICE, LINES)
    stores.invoices.add(INVOICE, LINES)  # The same again: its answer was lost.
    taken = replace(an_invoice("2014-001-000009"), reference=INVOICE.reference)
    for other in (replace(INVOICE, family=OTHERS), replace(INVOICE, total=Cents(1)), taken):
        with pytest.raises(StaleWrite):
            stores.invoices.add(other, ())
    assert stores.invoices.holder(INVOICE.number) == INVOICE


def test_a_hundred_invoices_cost_a_call_for_a_hundred_items(moto_database: Database) -> None:
    store = DynamoInvoiceStore(moto_database)
    invoices = [an_invoice(f"2014-001-{number:06}") for number in range(100)]
    with counted() as calls:
        store.several([asked(one) for one in invoices])
    assert Counter(calls.names) == {"dynamodb:BatchGetItem": 4}, "two places, a number and a reference each"
    with counted() as calls:
        for one in invoices:
            store.add(one, LINES)
    assert Counter(calls.names) == {"dynamodb:TransactWriteItems": 100}
    with counted() as calls:
        assert all(one.invoice for one in store.several([asked(one) for one in invoices]).values())
    assert Counter(calls.names) == {"dynamodb:BatchGetItem": 2}
    with counted() as calls:
        receive(DynamoBook(moto_database), invoices[0], a_payment(1))
    assert Counter(calls.names) == {"dynamodb:BatchGetItem": 1, "dynamodb:TransactWriteItems": 1}


FAMILIES = st.sampled_from((BOND, OTHERS, FamilyId("f-3")))
DAYS = st.sampled_from((date(2014, 1, 1), date(2014, 2, 1)))
NUMBERS = [f"2014-001-00000{number}" for number in range(4)]


@settings(max_examples=20)
@given(
    st.lists(st.tuples(st.sampled_from(NUMBERS), FAMILIES, DAYS), unique_by=lambda one: one[0]),
    st.lists(
        st.tuples(st.sampled_from(NUMBERS), FAMILIES, DAYS, st.sampled_from(NUMBERS)), unique_by=lambda one: one[0]
    ),
)
def test_several_find_what_one_look_at_a_time_finds(
    there: list[tuple[str, FamilyId, date]], wanted: list[tuple[str, FamilyId, date, str]]
) -> None:
    with moto_town() as town:
        store = DynamoInvoiceStore(database_for(town))
        for number, family, day in there:
            store.add(an_invoice(number, family=family, issued_on=day), LINES)
        looks = [
            AskedInvoice(InvoiceNumber(number), family, day, an_invoice(reference).reference)
            for number, family, day, reference in wanted
        ]
        for one, held in zip(looks, store.several(looks).values(), strict=True):
            known = store.holder(one.number)
            holder = store.holder_of_reference(one.reference)
            another = holder.number if holder and not (known and known.reference == one.reference) else None
            assert held == HeldInvoice(known, LINES if known else (), another)
