"""A font read by hand is the font that fontTools reads."""

import io
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from chalicelib.adapters import plain_font
from chalicelib.adapters.plain_font import read_font

FONTS = sorted((Path(plain_font.__file__).parent / "fonts").glob("*.ttf"))
WORDS = "Œuvre à Ștefan, Đặng Γιώργος Анна"


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_it_has_the_letters_and_widths_of_the_font(path: Path) -> None:
    ours, theirs = read_font(path), TTFont(path)
    order = theirs.getGlyphOrder()
    assert {letter: order[glyph] for letter, glyph in ours.glyphs.items()} == theirs.getBestCmap()
    thousandths = [round(theirs["hmtx"][name][0] * 1000 / theirs["head"].unitsPerEm) for name in order]
    assert list(ours.widths) == thousandths


@pytest.mark.parametrize("path", FONTS, ids=lambda path: path.stem)
def test_a_cut_font_draws_the_letters_that_it_keeps(path: Path) -> None:
    ours, whole = read_font(path), TTFont(path)
    kept = {ours.glyphs[ord(letter)] for letter in WORDS if ord(letter) in ours.glyphs}
    data = ours.with_only(kept)
    cut = TTFont(io.BytesIO(data), checkChecksums=2)
    for glyph in kept:
        name, same = whole.getGlyphName(glyph), cut.getGlyphName(glyph)
        assert cut["glyf"][same].getCoordinates(cut["glyf"]) == whole["glyf"][name].getCoordinates(whole["glyf"])
    assert len(data) < path.stat().st_size / 2
