"""The list for the wall: read back by another library, tagged, and long enough for any class and any name."""

import io
from typing import Any

from pypdf import PdfReader

from chalicelib.adapters.attendance_pdf import BLANK_LINES, NAME_POINTS, AttendancePdf
from chalicelib.services.attendance_ports import AttendanceSheet, ClassSheet, NameRow
from tests.clock import paris

AT = paris("mardi 2026-11-03 08:45")
LONG = "DE LA ROCHEFOUCAULD-MONTMORENCY D'ALBRET", "Marie-Antoinette Joséphine Bernadette"
NAMES = [LONG, ("NGUYỄN", "Thị Hồng"), ("محمود", "فاطمة"), ("Иванова", "Екатерина"), ("X" * 120, "")]


def a_class(title: str, count: int) -> ClassSheet:
    names = [*NAMES, *((f"NOM{number:02}", "Zoé") for number in range(count))]
    present = [NameRow(last, first, "PAI, Sans porc", "") for last, first in names]
    return ClassSheet(
        title, [(str(len(present)), "enfants")], "Première liste.", present, [NameRow("PETIT", "Noé", "", "−")]
    )


def read(*classes: ClassSheet) -> PdfReader:
    sheet = AttendanceSheet("Cantine – MALLERIN", "mardi 3 novembre 2026", "État au mardi", classes)
    return PdfReader(io.BytesIO(AttendancePdf()(sheet, "Ville de démo", AT)), strict=True)


def test_each_class_begins_a_page_and_goes_on_under_its_headings() -> None:
    pages = [page.extract_text() for page in read(a_class("CP", 40), a_class("CE1", 2)).pages]
    assert len(pages) >= 3
    begun = [number for number, text in enumerate(pages) if "(suite)" not in text]
    assert ["CP \n" in pages[number] for number in begun] == [True, False]
    assert ["CE1 \n" in pages[number] for number in begun] == [False, True]
    for text in pages:
        assert "Cantine – MALLERIN" in text
        assert "Enfant" in text
        assert "État au mardi" in text
    assert sum(text.count("NOM") for text in pages) == 42
    assert sum(text.count("Enfants non annoncés") for text in pages) == 2


def test_names_of_every_script_are_drawn() -> None:
    text = " ".join(read(a_class("CP", 0)).pages[0].extract_text().split())
    for name in ("NGUYỄN Thị Hồng", "Иванова Екатерина", "DE LA ROCHEFOUCAULD-MONTMORENCY"):
        assert name in text
    assert text.count("X") == 120
    assert "□" not in text


def test_it_is_tagged_and_its_table_is_one_over_all_pages() -> None:
    reader = read(a_class("CP", 40))
    root: Any = reader.trailer["/Root"]
    assert (root["/Lang"], root["/MarkInfo"]["/Marked"]) == ("fr-FR", True)
    (document,) = root["/StructTreeRoot"]["/K"]
    elements = [one.get_object() for one in document.get_object()["/K"]]
    kinds = [one["/S"] for one in elements]
    assert kinds.count("/H1") == kinds.count("/H2") == kinds.count("/Table") == 1
    table = next(one for one in elements if one["/S"] == "/Table")
    first, *rows = (row.get_object() for row in table["/K"])
    assert {cell.get_object()["/S"] for cell in first["/K"]} == {"/TH"}
    assert len(rows) == 40 + len(NAMES) + 1


def test_names_are_as_large_as_they_must_be() -> None:
    assert NAME_POINTS >= 12
    assert BLANK_LINES >= 3


def test_a_class_of_twenty_nine_is_one_page() -> None:
    names = [NameRow(f"NOM{number:02}", "Zoé", "Sans porc", "") for number in range(29)]
    one = ClassSheet("CP", [("29", "enfants")], "Première liste.", names, [])
    first, *rest = (page.extract_text() for page in read(one).pages)
    assert first.count("NOM") == 29
    assert len(rest) <= 1
