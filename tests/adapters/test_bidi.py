"""The order of drawn letters, beside what another implementation of Unicode's algorithm makes of the same line."""

from fpdf.bidi import BidiParagraph
from fpdf.enums import TextDirection
from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.bidi import from_left_to_right, is_reordered

SIGNS = "aé שלםعليم٣٤12 ,.-%€/:'\u00a0"


@settings(max_examples=1500)
@given(st.text(SIGNS, max_size=14))
@example("Rue שלום à Lyon")
@example("12 עלי 3,50 €")
@example("محمد 12/3 بن")
def test_it_is_the_order_of_the_algorithm(text: str) -> None:
    theirs = BidiParagraph(text=text, base_direction=TextDirection.LTR).get_reordered_string()
    assert from_left_to_right(text) == theirs


def test_a_bracket_opens_on_the_side_where_the_name_begins() -> None:
    assert from_left_to_right("(שלום) Lyon") == "(םולש) Lyon"
    assert from_left_to_right("של (ום) לי") == "יל (םו) לש"


def test_french_is_as_it_was() -> None:
    assert not is_reordered("Œuf, 3,50 € (à Lyon)")
    assert from_left_to_right("Œuf, 3,50 € (à Lyon)") == "Œuf, 3,50 € (à Lyon)"


def test_a_vowel_sign_stays_behind_its_letter() -> None:
    assert from_left_to_right("םֶשׁ") == "שׁםֶ"
