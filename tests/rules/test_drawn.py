"""The letters that a remark promises to be drawn are those that the fonts have, in both weights."""

from pathlib import Path
from unicodedata import normalize

import pytest
from fontTools.ttLib import TTFont

from chalicelib.adapters import plain_text
from chalicelib.rules.drawn import not_drawn

FONTS = Path(plain_text.__file__).parent / "fonts"
FIRST_FORM = 0xFB1D
"""From here Unicode has the joined forms of letters, which nobody writes."""


@pytest.mark.parametrize("weight", ["", "-Bold"])
def test_the_fonts_have_these_letters_and_no_others(weight: str) -> None:
    known = {code for name in ("", "-Names") for code in TTFont(FONTS / f"DejaVuSans{weight}{name}.ttf").getBestCmap()}
    for code in range(0x20, FIRST_FORM):
        letters = normalize("NFC", chr(code))
        if all(ord(letter) < FIRST_FORM for letter in letters):
            is_drawn = not not_drawn(letters)
            assert is_drawn == (letters.isascii() or all(ord(letter) in known for letter in letters)), hex(code)


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("Đặng Thị Ngọc", ""),
        ("Γιώργος", ""),
        ("Анна ПЕТРОВА", ""),
        ("محمد بن علي", ""),
        ("שלום", ""),
        ("Zoe\u0308", ""),
        ("李小龙 Li 李", "李小龙"),
        ("Zoé 🎈", "🎈"),
    ],
)
def test_which_letters_of_a_name_are_missing(name: str, missing: str) -> None:
    assert not_drawn(name) == missing
