"""An order on paper: read back by another library, tagged, the same bytes each time."""

import io
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.adapters.order_pdf import OrderPdf
from chalicelib.adapters.plain_pdf import wrapped
from chalicelib.adapters.plain_text import width
from chalicelib.rules.order_counts import Figures, Line, Place
from chalicelib.services.order_words import sheet_of
from tests.storage.test_orders import AT, MONDAY, VERSION

SHEET = sheet_of(VERSION)


def read(**changes: Any) -> tuple[PdfReader, str]:
    named = changes.pop("named", ())
    content = OrderPdf()(sheet_of(replace(VERSION, **changes)), named, "Ville de Sœur-l’Évêque", AT)
    reader = PdfReader(io.BytesIO(content), strict=True)
    return reader, "\n".join(page.extract_text() for page in reader.pages)


def test_everything_is_read_back() -> None:
    reader, text = read(named=("lundi 30 novembre – Zoé BOND (FERRY, CP)",))
    for said in ("Ville de Sœur-l’Évêque", SHEET.title, *SHEET.changes, *(day.title for day in SHEET.days)):
        assert said in text.replace("\n", " "), said
    for day in SHEET.days:
        for row in (day.columns, *day.rows):
            assert all(cell in text for cell in row)
    assert "Zoé BOND" in text
    assert reader.metadata is not None
    assert reader.metadata.title == SHEET.title


def test_it_is_tagged_and_says_its_language() -> None:
    reader, _ = read()
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr-FR", True)
    document = root["/StructTreeRoot"]["/K"]
    kinds = [one.get_object()["/S"] for one in document["/K"]]
    assert kinds.count("/H1") == 1
    assert kinds.count("/Table") == len(VERSION.days)
    table = next(one.get_object() for one in document["/K"] if one.get_object()["/S"] == "/Table")
    first, *rows = (row.get_object() for row in table["/K"])
    assert {cell.get_object()["/S"] for cell in first["/K"]} == {"/TH"}
    assert {cell.get_object()["/S"] for row in rows for cell in row["/K"]} == {"/TD"}


def test_a_long_order_goes_on_and_loses_nothing() -> None:
    schools = {f"e{number:02}": f"ÉCOLE NUMÉRO {number:02}" for number in range(120)}
    figures = Figures(
        tuple(Line(MONDAY, school, "1er service", "", 7) for school in schools),
        tuple(Place(MONDAY, school, 7, 0, 0) for school in schools),
    )
    reader, text = read(figures=figures, schools=schools, days=(MONDAY,), changes=())
    assert len(reader.pages) > 2
    assert all(label in text for label in schools.values())
    assert "840" in text


def test_the_same_order_gives_the_same_bytes() -> None:
    assert OrderPdf()(SHEET, (), "Ville", AT) == OrderPdf()(SHEET, (), "Ville", AT)


LETTERS = st.characters(codec="cp1252", min_codepoint=32)


@given(text=st.text(LETTERS, max_size=80), room=st.floats(20, 300))
def test_lines_hold_what_they_say_and_no_more(text: str, room: float) -> None:
    lines = wrapped(text, room, 9, bold=False)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line, 9, bold=False) <= room or len(line) == 1 for line in lines)


def test_letters_that_the_font_does_not_have_are_still_read() -> None:
    assert wrapped("Ŵrocław 日", 500, 9, bold=True) == ["Ŵrocław 日"]
    assert "Ŵrocław 日" in read(label="Ŵrocław 日")[1]
