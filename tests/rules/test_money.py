"""Money as people write it, and as it is written for them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.money import Cents, euros, in_words, price, price_in_words


@pytest.mark.parametrize(
    ("text", "cents"),
    [("3,45", 345), ("3.4", 340), ("12", 1200), ("-0,05", -5), (" 7,77 ", 777), ("999999999,99", 99999999999)],
)
def test_an_amount_is_read(text: str, cents: int) -> None:
    assert euros(text) == cents


@pytest.mark.parametrize("text", ["", "3,455", "1 234,50", "1\u202f234", "12 €", "1,234.50", "1e3", "NaN", "٣", "--1"])
def test_what_would_have_to_be_guessed_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        euros(text)


@pytest.mark.parametrize(
    ("cents", "words"),
    [(424, "4,24\u00a0€"), (5, "0,05\u00a0€"), (-5, "-0,05\u00a0€"), (123456789, "1\u202f234\u202f567,89\u00a0€")],
)
def test_an_amount_is_written(cents: int, words: str) -> None:
    assert in_words(Cents(cents)) == words


@given(st.integers(-99999999999, 99999999999))
def test_what_is_written_is_read_back(cents: int) -> None:
    assert euros(in_words(Cents(cents)).removesuffix("\u00a0€").replace("\u202f", "")) == cents


@pytest.mark.parametrize(
    ("text", "cents", "words"),
    [
        ("2,125", "212.5", "2,125\u00a0€"),
        ("-2.12", "-212", "-2,12\u00a0€"),
        ("3", "300", "3,00\u00a0€"),
        ("0,000001", "0.0001", "0,000001\u00a0€"),
        ("1234,5", "123450", "1\u202f234,50\u00a0€"),
    ],
)
def test_a_price_keeps_all_its_decimals(text: str, cents: str, words: str) -> None:
    assert price(text) == Decimal(cents)
    assert price_in_words(price(text)) == words


@pytest.mark.parametrize("text", ["", "1,1234567", "1 234", "2 €", "NaN", "Infinity", "٣"])
def test_what_is_no_price_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a price"):
        price(text)


@given(st.decimals("-99999", "99999", places=4))
def test_a_price_that_is_written_is_read_back(cents: Decimal) -> None:
    assert price(price_in_words(cents).removesuffix("\u00a0€").replace("\u202f", "")) == cents
