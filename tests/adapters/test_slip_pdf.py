"""The bordereau on paper: read back by another library, with its sums, who closed it, and a place to sign."""

import io
from dataclasses import replace
from datetime import date

from pypdf import PdfReader

from chalicelib.adapters.slip_pdf import SIGNED, SlipPdf
from chalicelib.exports.slip import slip_rows, tally
from chalicelib.exports.slip_file import slip_sheet
from chalicelib.rules.book import BookLine, Closing
from chalicelib.rules.money import Cents
from chalicelib.services.slip_ports import SlipSheet
from tests.clock import paris
from tests.exports.lines import an_entry, lines_of

AT = paris("mardi 2026-12-01 09:12")


def a_sheet(regies: int) -> SlipSheet:
    def split(line: BookLine) -> dict[str, Cents]:
        return {"Restauration scolaire": line.entry.amount}

    lines = lines_of(an_entry(104_210 + number, regie=f"RÉGIE Nº {number:02}") for number in range(regies))
    closing = Closing(date(2026, 11, 1), "Mme Cœuré, régisseuse", AT, regies, "ab", Cents(0))
    return slip_sheet(slip_rows(tally(lines, split), {}), date(2026, 11, 1), closing)


def read(regies: int) -> tuple[PdfReader, list[str]]:
    content = SlipPdf()(a_sheet(regies), "Ville de Sœur-l’Évêque", AT)
    assert content == SlipPdf()(a_sheet(regies), "Ville de Sœur-l’Évêque", AT)
    reader = PdfReader(io.BytesIO(content), strict=True)
    return reader, [page.extract_text() for page in reader.pages]


def test_it_says_sums_and_who_closed_the_month() -> None:
    reader, (page,) = read(1)
    words = page.replace("\n", " ")
    for said in (
        *(
            "Ville de Sœur-l’Évêque",
            "Bordereau des recettes de 11/2026",
            "Régie : RÉGIE Nº 00",
            "Restauration scolaire",
        ),
        *("1\u202f042,10\u00a0€", "Arrêté le 01/12/2026 à 09:12 par Mme Cœuré, régisseuse", "plus forts restes"),
    ):
        assert said in words, said
    assert [" ".join(line.split())[:8] for line in SIGNED] == [
        " ".join(line.split())[:8] for line in page.splitlines() if line.startswith(("Fait", "Le rég", "Vu"))
    ]
    assert reader.metadata is not None
    assert reader.metadata.title == "Bordereau des recettes de 11/2026"


def test_a_signature_never_stands_alone() -> None:
    for regies in range(1, 14):
        _, pages = read(regies)
        assert any("Vu, le comptable" in page and "plus forts restes" in page for page in pages), regies


def test_no_letter_of_a_name_is_lost() -> None:
    sheet = replace(a_sheet(1), closed="Arrêté par Mme Trần Thị Hồng, régisseuse")
    page = PdfReader(io.BytesIO(SlipPdf()(sheet, "Ville", AT))).pages[0].extract_text()
    assert "Arrêté par Mme Trần Thị Hồng, régisseuse" in page
