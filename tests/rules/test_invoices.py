"""Invoices: references at the treasury, what is due, what was paid too much, in which order they show."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import in_order_to_pay, last_paid_on, reference_of
from chalicelib.rules.money import Cents
from tests.builders import a_payment, an_invoice

DAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("number", "code", "reference"),
    [
        pytest.param("2013-026-000335", "T5", "2013-T5-00-26000335", id="the manual's"),
        pytest.param("2013-019-000345", "T5", "2013-T5-00-19000345", id="the manual's other"),
        pytest.param("2012-003-000314", "T5", "2012-T5-00-3000314", id="leading zeros are lost"),
        pytest.param("2026-12345-12345678", "CA", "2026-CA-00-1234512345678", id="thirteen digits"),
    ],
)
def test_a_reference_is_made_from_the_number(number: str, code: str, reference: str) -> None:
    assert reference_of(number, code) == reference


@pytest.mark.parametrize(
    ("number", "code"),
    [("2026-12345-1234567890", "T5"), ("026-335", "T5"), ("2026-A-1", "T5"), ("2026-1", "t5"), ("2026-1", "T55")],
)
def test_a_number_of_another_shape_makes_none(number: str, code: str) -> None:
    with pytest.raises(ValueError, match=number):
        reference_of(number, code)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 5_000), max_size=5))
def test_due_and_surplus_add_up(total: int, amounts: list[int]) -> None:
    payments = tuple(replace(a_payment(amount), id=str(n)) for n, amount in enumerate(amounts))
    invoice = replace(an_invoice(), total=Cents(total), payments=payments)
    assert invoice.paid + invoice.remaining - invoice.overpaid == total
    assert invoice.remaining >= 0
    assert invoice.overpaid >= 0
    assert not (invoice.remaining and invoice.overpaid)
    assert invoice.is_paid == (sum(amounts) >= total)


@given(st.lists(st.tuples(st.integers(-30, 30), st.booleans()), max_size=12))
def test_every_invoice_is_either_to_pay_or_paid_each_in_its_order(drawn: list[tuple[int, bool]]) -> None:
    invoices = [
        replace(
            an_invoice(),
            number=InvoiceNumber(f"2026-{n}"),
            total=Cents(100),
            due_on=DAY + timedelta(days=days),
            payments=(replace(a_payment(100), paid_on=DAY + timedelta(days=days)),) if paid else (),
        )
        for n, (days, paid) in enumerate(drawn)
    ]
    due = in_order_to_pay(invoices)
    assert sorted(i.number for i in due) == sorted(i.number for i in invoices if not i.is_paid)
    assert [i.due_on for i in due] == sorted(i.due_on for i in due)


def test_the_day_of_the_last_payment_counts_however_they_were_written() -> None:
    days = DAY, DAY + timedelta(days=2), DAY + timedelta(days=1)
    payments = tuple(a_payment(1, id=f"p-{n}", paid_on=day) for n, day in enumerate(days))
    assert last_paid_on(replace(an_invoice(), payments=payments)) == days[1]
    assert last_paid_on(replace(an_invoice(), payments=(), issued_on=DAY)) == DAY


def test_an_invoice_is_overdue_the_day_after() -> None:
    invoice = replace(an_invoice(), total=Cents(100), payments=(), due_on=DAY)
    assert not invoice.is_overdue(DAY)
    assert invoice.is_overdue(DAY + timedelta(days=1))
