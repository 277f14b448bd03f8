"""Names in the scripts of the world: every letter is drawn, joined and in its order, or a sign says that it is not."""

import io
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from fpdf.fonts import TTFFont
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.adapters.plain_pdf import PlainPdf
from chalicelib.adapters.scripts import as_drawn
from chalicelib.adapters.tagged_pdf import FAMILY, FOR_NAMES, NO_GLYPH, TaggedPdf

ALIF, LAM, MEEM, HAH, DAL = "\u0627", "\u0644", "\u0645", "\u062d", "\u062f"


def drawn(*texts: str, bold: bool = False) -> Iterator[str]:
    """What a PDF says of each text, in its own cell; fonts that the PDF does not use are not looked at."""
    pdf = TaggedPdf(title="Noms", author="Ville", created=datetime(2026, 11, 25, tzinfo=UTC))
    pdf.add_page()
    pdf.set_font(FAMILY, "B" if bold else "", 10)
    for row, text in enumerate(texts):
        with pdf.element("P"):
            pdf.set_xy(20, 20 + 10 * row)
            pdf.cell(170, 5, text)
    return iter(PdfReader(io.BytesIO(pdf.to_bytes())).pages[0].extract_text().splitlines())


@pytest.fixture(scope="module")
def document() -> Iterator[TaggedPdf]:
    pdf = TaggedPdf(title="Noms", author="Ville", created=datetime(2026, 11, 25, tzinfo=UTC))
    pdf.add_page()
    pdf._drawable("Анна")
    yield pdf
    pdf.to_bytes()


@pytest.mark.parametrize("bold", [False, True], ids=["plain", "bold"])
@pytest.mark.parametrize("name", ["Đặng Thị Ngọc", "Анна ПЕТРОВА", "Γιώργος", "Ştefan Țîrlea", "გიორგი", "Արամ"])
def test_every_letter_of_a_name_is_drawn(name: str, bold: bool) -> None:
    assert list(drawn(name, bold=bold)) == [name]


def test_what_no_font_has_is_a_sign_that_is_seen() -> None:
    assert list(drawn("李 Li 🎈")) == ["李 Li 🎈"]
    pdf = TaggedPdf(title="Noms", author="Ville", created=datetime(2026, 11, 25, tzinfo=UTC))
    assert pdf._drawable("李") == "李"
    font = pdf.fonts[FOR_NAMES.lower()]
    assert isinstance(font, TTFFont)
    assert font.cmap[ord("李")] == font.cmap[ord(NO_GLYPH)]


@given(st.text(st.characters(min_codepoint=32, exclude_categories=("C", "Z", "M")), min_size=1, max_size=12))
def test_nothing_is_ever_left_out(document: TaggedPdf, name: str) -> None:
    drawable = document._drawable(name)
    assert drawable
    assert all(sign in document.french or ord(sign) in document._characters(FOR_NAMES) for sign in drawable)


def test_a_word_of_arabic_is_joined_and_runs_from_right_to_left() -> None:
    """MUHAMMAD: meem at the beginning, hah and meem in the middle, dal at the end, drawn from its end."""
    assert as_drawn(MEEM + HAH + MEEM + DAL) == "\ufeaa\ufee4\ufea4\ufee3"


def test_lam_and_alef_are_one_sign() -> None:
    assert as_drawn(LAM + ALIF) == "\ufefb"
    assert as_drawn(MEEM + LAM + ALIF) == "\ufefc\ufee3"


def test_a_vowel_sign_does_not_part_letters() -> None:
    assert [sign for sign in as_drawn(f"{MEEM}\u064e{DAL}") if sign != "\u064e"] == ["\ufeaa", "\ufee3"]


@pytest.mark.parametrize(
    ("name", "seen"), [("שלום", "םולש"), ("Rue שלום à Lyon", "Rue םולש à Lyon"), ("Jamie BOND", "Jamie BOND")]
)
def test_hebrew_runs_from_right_to_left_within_a_line_of_french(name: str, seen: str) -> None:
    assert as_drawn(name) == seen


def test_a_line_after_a_name_has_its_own_size() -> None:
    """fpdf2 forgets which font it set last when it took a letter from a second one."""
    pdf = TaggedPdf(title="Noms", author="Ville", created=datetime(2026, 11, 25, tzinfo=UTC))
    pdf.add_page()
    pdf.set_font(FAMILY, "", 7)
    for text in ("Анна Li", "Jamie"):
        pdf.cell(60, 5, text)
    sizes: list[float] = []
    page = PdfReader(io.BytesIO(pdf.to_bytes())).pages[0]
    page.extract_text(visitor_text=lambda text, *state: sizes.append(state[3]) if text.strip() else None)
    assert set(sizes) == {7.0}


NAMES = ("Đặng Thị Ngọc", "Γιώργος", "Анна ПЕТРОВА", "محمد بن علي", "李小龙 Li", "Zoé 🎈", "Zoé")


def in_tagged_pdf() -> bytes:
    pdf = TaggedPdf(title="Noms", author="Ville", created=datetime(2026, 11, 25, tzinfo=UTC))
    pdf.add_page()
    pdf.set_font(FAMILY, "", 10)
    with pdf.element("P"):
        for row, name in enumerate(NAMES):
            pdf.set_xy(20, 20 + 10 * row)
            pdf.cell(170, 5, name)
    return pdf.to_bytes()


def in_plain_pdf() -> bytes:
    pdf = PlainPdf(title="Noms", author="Ville", at=datetime(2026, 11, 25, tzinfo=UTC))
    for name in NAMES:
        pdf.paragraph(name)
    return pdf.to_bytes()


@pytest.mark.parametrize("make", [in_tagged_pdf, in_plain_pdf])
def test_whoever_copies_a_name_or_hears_it_gets_it_whole(make: Callable[[], bytes]) -> None:
    """Also when its letters are drawn joined, or as the sign for no letter. Readers differ in the order of the words of
    a name that runs from right to left."""
    read = PdfReader(io.BytesIO(make())).pages[0].extract_text().splitlines()
    assert [sorted(line.split()) for line in read[: len(NAMES)]] == [sorted(name.split()) for name in NAMES]
