"""Fonts shared by documents: each document is what it would be alone, and draws the letters that it says."""

import gc
import io
import subprocess
import sys
import weakref
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, StreamObject

from chalicelib.adapters.tagged_pdf import FAMILY, FONTS, TaggedPdf

TEXTS = ("Cantine du lundi, 4,94 €", "Œufs à la coque", "Ştefan Țîrlea", "Анна ПЕТРОВА", "Ça ira", "Łukasz")
"""Everyday letters, rarer ones of the first font, and letters of the second."""
ALONE = f"""
import sys
from {__name__} import document
sys.stdout.buffer.write(document(sys.argv[1]).to_bytes())
"""


def document(*texts: str) -> TaggedPdf:
    pdf = TaggedPdf(title="Lettres", author="Ville", created=datetime(2026, 11, 25, tzinfo=UTC))
    pdf.add_page()
    for row, text in enumerate(texts):
        for style in ("", "B"):
            pdf.set_font(FAMILY, style, 10)
            with pdf.element("P"):
                pdf.set_xy(20 if style else 110, 20 + 10 * row)
                pdf.cell(80, 5, text)
    return pdf


def _fonts(pdf: bytes) -> Iterator[tuple[str, DictionaryObject]]:
    (page,) = PdfReader(io.BytesIO(pdf)).pages
    for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
        yield font["/BaseFont"].removeprefix("/MPDFAA+"), font.get_object()


def _program(font: DictionaryObject) -> bytes:
    descendant = font["/DescendantFonts"][0]  # type: ignore[index]
    stream = descendant["/FontDescriptor"]["/FontFile2"]
    assert isinstance(stream, StreamObject)
    return stream.get_data()


def _letters(font: DictionaryObject) -> dict[int, str]:
    """The letter that each code of the text means, as a reader of the PDF copies it."""
    lines = font["/ToUnicode"].get_data().decode().splitlines()  # type: ignore[attr-defined]
    pairs = (line.replace("<", "").replace(">", "").split() for line in lines if line.startswith("<") and "> <" in line)
    return {int(pair[0], 16): chr(int(pair[1], 16)) for pair in pairs if pair != ["0000", "FFFF"]}


def _outlines(font: TTFont, glyph: str) -> object:
    coordinates, ends, flags = font["glyf"][glyph].getCoordinates(font["glyf"])
    return list(coordinates), list(ends), list(flags), font["hmtx"][glyph][0]


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_drawn_is_the_letter_that_is_said(text: str) -> None:
    for name, font in _fonts(document(text).to_bytes()):
        cut = TTFont(io.BytesIO(_program(font)))
        whole = {path.stem: TTFont(path) for path in FONTS.glob("*.ttf") if _name(path) == name}
        glyphs = font["/DescendantFonts"][0]["/CIDToGIDMap"].get_data()  # type: ignore[index]
        for code, letter in _letters(font).items():
            if letter in "\0 ":
                continue
            drawn = _outlines(cut, cut.getGlyphName(int.from_bytes(glyphs[2 * code : 2 * code + 2])))
            assert drawn in [
                _outlines(one, one.getBestCmap()[ord(letter)])
                for one in whole.values()
                if ord(letter) in one.getBestCmap()
            ], letter


def _name(path: Path) -> str:
    return str(TTFont(path)["name"].getBestFullName()).replace(" ", "")


@pytest.mark.parametrize("text", TEXTS)
def test_a_document_after_others_is_what_it_is_alone(text: str) -> None:
    for other in TEXTS:
        document(other).to_bytes()
    alone = subprocess.run([sys.executable, "-c", ALONE, text], check=True, capture_output=True)
    assert document(text).to_bytes() == alone.stdout


def test_documents_begun_together_do_not_meet() -> None:
    alone = [document(text).to_bytes() for text in TEXTS]
    together = [document(text) for text in TEXTS]
    assert [pdf.to_bytes() for pdf in together] == alone


def test_threads_make_the_same_bytes() -> None:
    texts = [f"{text} {number}" for number in range(10) for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda text: document(text).to_bytes(), texts))
    assert made == [document(text).to_bytes() for text in texts]


def test_everyday_letters_share_one_cut_and_a_rarer_one_comes_besides() -> None:
    first, second, rarer = ({_program(font) for _, font in _fonts(document(text).to_bytes())} for text in TEXTS[:3])
    assert first == second
    assert not first & rarer


def test_nothing_is_kept_of_a_document_that_is_written() -> None:
    pdf = document(*TEXTS)
    letters = [weakref.ref(font.subset) for font in pdf.fonts.values() if hasattr(font, "subset")]
    assert letters
    pdf.to_bytes()
    del pdf
    gc.collect()
    assert not [one for one in letters if one()]
