"""Which numbers are SIRETs, and which slips of the pen are seen."""

import pytest

from chalicelib.rules.siret import is_siret

PARIS, LYON = "21750001600019", "21690123100011"
"""Two towns, as the register of establishments has them."""


@pytest.mark.parametrize("digits", [PARIS, LYON])
def test_towns_have_one(digits: str) -> None:
    assert is_siret(digits)


@pytest.mark.parametrize("text", ["", "217500016", f"{PARIS}0", "2175000160001O", "²1750001600019", "21750001600091"])
def test_another_text_is_none(text: str) -> None:
    assert not is_siret(text)


@pytest.mark.parametrize("at", range(14))
def test_one_wrong_digit_is_seen(at: int) -> None:
    other = str((int(PARIS[at]) + 1) % 10)
    assert not is_siret(PARIS[:at] + other + PARIS[at + 1 :])
