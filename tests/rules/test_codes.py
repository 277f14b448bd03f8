"""How codes are read, and which ones would not protect a family."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.codes import has_other_letters, normal_code, rewritten_by_a_spreadsheet, weakness
from chalicelib.rules.letters import without_accents

NAMES = ("f-00012", "Jeanne", "MARTIN", "LE", "GALL")


@pytest.mark.parametrize(
    "typed",
    [
        "GOLDENEYE7. ",
        "golden–eye7",
        "golden‑eye7",
        "ＧＯＬＤＥＮＥＹＥ７",
        "G0LDENEYE7",
        "GO1DENEYE7",
        "go|ldeneye7",
        "goldén\u00adeye7",
        "golden\u202feye\u00a07\t",
    ],
)
def test_what_people_type_is_what_was_printed(typed: str) -> None:
    assert normal_code(typed) == normal_code("GOLDENEYE7")


@given(st.text())
def test_reading_twice_is_reading_once(typed: str) -> None:
    read = normal_code(typed)
    assert re.fullmatch(r"[A-Z0-9]*", read)
    assert normal_code(read) == read


@given(st.text(alphabet="ABCDEFGHJKMNPQRSTUVWXYZ0123456789", min_size=1), st.text(alphabet=" .-–_/·\u00a0", max_size=3))
def test_what_stands_between_does_not_matter(code: str, between: str) -> None:
    assert normal_code(between.join(code.lower())) == normal_code(code)


def test_ligatures_and_accents_are_spelt_out() -> None:
    assert without_accents("SACRÉ-CŒUR, lætitia, Strauß, ﬁn") == "SACRE-COEUR, laetitia, Strauss, fin"


@pytest.mark.parametrize("code", ["GOLDENEYE7", "CERISIER22", "SKYFALL2012", "PAYEUR0001", "7391046285", "X7KQ-29PM"])
def test_a_fair_code_passes(code: str) -> None:
    assert weakness(code, NAMES) is None


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("GOLDEN-7", "moins de 8"),
        ("........", "moins de 8"),
        (",,,,,,,,,", "moins de 8"),
        ("11111111", "répète"),
        ("OOOOOOOO", "répète"),
        ("O0O0O0O0", "répète"),
        ("ABABABAB", "répète"),
        ("12345678", "suite"),
        ("9876543210", "suite"),
        ("7890123456", "suite"),
        ("ABCDEFGH", "suite"),
        ("ijklmnop", "suite"),
        ("ABCD1234", "suite"),
        ("00001234", "suite"),
        ("azertyui", "suite"),
        ("poiuytre", "suite"),
        ("73910462", "que des chiffres"),
        ("OIL73916", "que des chiffres"),
        ("JEANNEMARTIN", "le nom"),
        ("Martin-2015", "le nom"),
        ("MARTlN2015", "le nom"),
        ("F00012F00012", "le nom"),
    ],
)
def test_a_weak_code_is_refused_with_its_reason(code: str, why: str) -> None:
    assert why in (weakness(code, NAMES) or "")


def test_codes_drawn_at_random_are_hardly_ever_refused() -> None:
    dice = random.Random(7)  # noqa: S311 - the same at each run
    for letters, length in (("ABCDEFGHJKMNPQRSTUVWXYZ23456789", 8), ("0123456789", 10)):
        drawn = ("".join(dice.choices(letters, k=length)) for _ in range(20_000))
        assert sum(weakness(code, NAMES) is not None for code in drawn) <= 2


REWRITTEN = (
    "1,23457E+11 1.23457e+11 1E+11 12345678,0 12345678.00 7,0 #### ######### #N/A #REF! #VALEUR! #NOM? #DIV/0! #NUL! "
    "Err:502 1-févr 01-févr.-26 déc-26 01/02/2026 1/2/26"
)


@pytest.mark.parametrize("cell", REWRITTEN.split())
def test_what_a_spreadsheet_makes_of_a_code_is_recognised(cell: str) -> None:
    assert rewritten_by_a_spreadsheet(cell)


@pytest.mark.parametrize("code", ["007", "7", "GOLDENEYE7", "3E12", "12345E07", "12 345 678", "12-34", "MAI", "A/12"])
def test_a_code_is_not_taken_for_one(code: str) -> None:
    assert not rewritten_by_a_spreadsheet(code)


def test_letters_that_reading_would_drop_are_seen() -> None:
    assert has_other_letters("КОД12345")
    assert not has_other_letters("Œ-É 12345ß")
