"""A payment among the products of its invoice: whatever they are, the cents add up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.money import Cents
from chalicelib.rules.products import UNKNOWN, products_of, shared

AMOUNTS = st.integers(-1_000_000, 1_000_000).map(Cents)
PRODUCTS = st.dictionaries(st.sampled_from(["Cantine", "Garderie", "Étude", "Remise"]), AMOUNTS, min_size=1)


def line(what: str, amount: int) -> InvoiceLine:
    return InvoiceLine(what, "", Decimal(1), Decimal(amount), Cents(amount))


def test_lines_of_one_product_are_one_whatever_their_case_and_spaces() -> None:
    lines = [line("Cantine  scolaire", 300), line("Étude", 50), line("CANTINE SCOLAIRE ", 24), line("etude", 1)]
    assert products_of(lines) == {"Cantine scolaire": 324, "Étude": 51}
    assert products_of([line("Cantine 10/2026", 1), line("Cantine 11/2026", 1)]).keys() == {
        "Cantine 10/2026",
        "Cantine 11/2026",
    }


@pytest.mark.parametrize(
    ("amount", "asked", "got"),
    [
        (424, {"a": 300, "b": 124}, {"a": 300, "b": 124}),
        (100, {"a": 1, "b": 1, "c": 1}, {"a": 34, "b": 33, "c": 33}),
        (-100, {"a": 1, "b": 1, "c": 1}, {"a": -34, "b": -33, "c": -33}),
        (200, {"a": 299, "b": 1}, {"a": 199, "b": 1}),
        (100, {"a": 300, "remise": -100}, {"a": 150, "remise": -50}),
        (-50, {"avoir": -200}, {"avoir": -50}),
        (7, {"a": 5, "b": -5}, {UNKNOWN: 7}),
        (7, {}, {UNKNOWN: 7}),
        (1, {"a": 1, "b": 1}, {"a": 1}),
    ],
)
def test_a_part_of_an_invoice_is_shared_as_the_whole(amount: int, asked: dict[str, int], got: dict[str, int]) -> None:
    assert shared(Cents(amount), {name: Cents(cents) for name, cents in asked.items()}) == got


@given(amount=AMOUNTS, products=PRODUCTS)
def test_no_cent_is_lost_and_a_reversal_takes_back_what_was_given(amount: Cents, products: dict[str, Cents]) -> None:
    parts = shared(amount, products)
    assert sum(parts.values()) == amount
    assert shared(Cents(-amount), products) == {name: -part for name, part in parts.items()}


@given(products=PRODUCTS)
def test_an_invoice_that_is_paid_whole_gives_each_product_its_own(products: dict[str, Cents]) -> None:
    total = Cents(sum(products.values()))
    if total > 0:
        assert shared(total, products) == {name: asked for name, asked in products.items() if asked}


@given(amount=AMOUNTS, products=PRODUCTS)
def test_nobody_gets_a_cent_more_than_his_part_rounded_up(amount: Cents, products: dict[str, Cents]) -> None:
    total = sum(products.values())
    if total:
        for name, asked in products.items():
            assert abs(abs(shared(amount, products).get(name, 0)) - abs(Fraction(amount * asked, total))) < 1
