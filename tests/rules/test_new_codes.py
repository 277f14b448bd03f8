"""The codes that the town has made: strong, read without a doubt, and never somebody else's."""

import itertools
import math
import random
import secrets
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.codes import normal_code, rewritten_by_a_spreadsheet, weakness
from chalicelib.rules.new_codes import ALPHABET, LENGTH, in_groups, new_code

LOOK_ALIKE = ("O0QD", "IL1", "B8", "S5", "Z2", "G6", "UV")


def drawing(*codes: str) -> Callable[[str], str]:
    """Draws the signs of ``codes``, one after the other."""
    signs = iter("".join(codes))
    return lambda _: next(signs)


def test_a_code_is_fifty_bits() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert LENGTH * math.log2(len(ALPHABET)) >= 50


@pytest.mark.parametrize("alike", LOOK_ALIKE)
def test_no_two_signs_look_alike(alike: str) -> None:
    assert len(set(alike) & set(ALPHABET)) <= 1


@given(st.integers(), st.lists(st.text("CDFHJKMNPRTWXY3479", min_size=4, max_size=8), max_size=3))
def test_what_is_made_the_import_takes(seed: int, names: list[str]) -> None:
    dice = random.Random(seed)  # noqa: S311 - found again by Hypothesis
    code = new_code(dice.choice, names, set())
    assert weakness(code, names) is None
    assert normal_code(code) == normal_code(in_groups(code).lower()) == code
    assert not rewritten_by_a_spreadsheet(code)


def test_a_weak_code_a_taken_one_and_the_familys_name_are_drawn_again() -> None:
    weak, taken, named, good = "CDCDCDCDCDCD", "X7KR4TWN9CPM", "MARTYNK7X3CC", "K7RW4TXN9CPM"
    assert weakness(named, ["MARTYNK7"])
    assert new_code(drawing(weak, taken, named, good), ["MARTYNK7"], {taken}) == good


def test_twenty_thousand_codes_differ() -> None:
    taken: set[str] = set()
    for code in itertools.islice(iter(lambda: new_code(secrets.choice, ("f-1", "BOND"), taken), ""), 20_000):
        taken.add(code)
    assert len(taken) == 20_000
