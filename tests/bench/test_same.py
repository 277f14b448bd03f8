"""The comparison of two trees' pages tells what a parent would see, and nothing else."""

import pytest

from infra.bench import same

PAGE = '200\nX-Frame-Options: DENY\n\n<p>Le 22/12/2015<input name="csrf" value="{}"></p>'


def test_what_is_signed_anew_is_no_difference() -> None:
    first, second = (same.steady(PAGE.format(letter * 60)) for letter in "ab")
    assert first == second


@pytest.mark.parametrize("changed", ["le 22/12/2015", "Le 23/12/2015", "Le 22/12/2015 "])
def test_a_changed_word_a_day_or_a_space_is_one(changed: str) -> None:
    assert same.steady(PAGE) != same.steady(PAGE.replace("Le 22/12/2015", changed))


def test_a_header_is_compared_too() -> None:
    assert same.steady(PAGE) != same.steady(PAGE.replace("DENY", "SAMEORIGIN"))


def test_the_town_s_own_port_is_none() -> None:
    first, second = (same.steady(f"Location: http://127.0.0.1:{port}/", f"http://127.0.0.1:{port}") for port in (1, 2))
    assert first == second


def test_the_lines_that_differ_are_shown() -> None:
    shown = "\n".join(same.differences("<p>un</p>", "<p>deux</p>"))
    assert "-<p>un" in shown and "+<p>deux" in shown
