"""Every paper that the portal makes keeps to PDF/UA-1: a screen reader can read it aloud. The judge is not ours."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject

from chalicelib.adapters.access_letters import AccessLetters
from chalicelib.adapters.attendance_pdf import AttendancePdf
from chalicelib.adapters.order_pdf import OrderPdf
from chalicelib.adapters.slip_pdf import SlipPdf
from chalicelib.adapters.ticket_pdf import TicketPdf
from chalicelib.services.attendance_ports import AttendanceSheet
from chalicelib.services.ticket_ports import TicketSheet
from tests.adapters.test_access_letters import CREST, LETTER
from tests.adapters.test_attendance_pdf import a_class
from tests.adapters.test_certificate_pdf import printed as certificate_printed
from tests.adapters.test_invoice_pdf import LINE, printed
from tests.adapters.test_order_pdf import SHEET
from tests.adapters.test_slip_pdf import a_sheet as a_slip
from tests.builders import a_town
from tests.pdf_ua import faults_of
from tests.storage.test_orders import AT

OTHERS = "Анна Đặng محمد 李 🎈"
"""A name in letters of every font, and in letters of none."""


def a_letter() -> bytes:
    letter = replace(LETTER, payer=OTHERS)
    return AccessLetters("https://portail.ville.fr").render(
        [LETTER, letter], replace(a_town(), crest=CREST), date(2026, 11, 25)
    )


def an_order() -> bytes:
    return OrderPdf()(SHEET, [f"lundi 30 novembre – {OTHERS}"], "Ville de Sœur-l’Évêque", AT)


def a_list() -> bytes:
    sheet = AttendanceSheet("Cantine", "mardi 3 novembre 2026", "État", (a_class("CP", 40), a_class("CE1", 2)))
    return AttendancePdf()(sheet, "Ville de démo", AT)


def a_ticket() -> bytes:
    lines = [("Payeur", OTHERS), ("Montant", "4,24 €")]
    sheet = TicketSheet("Ticket de paiement", (lines, lines * 40), ("Ce ticket ne vaut pas quittance.",))
    return TicketPdf()(sheet, "Ville de Sœur-l’Évêque", AT).encode("ascii")


def a_certificate() -> bytes:
    return certificate_printed(payer=OTHERS)


PAPERS = {
    "invoice": printed,
    "invoice in other letters": lambda: printed(lines=[replace(LINE, child=OTHERS)]),
    "invoice of many pages": lambda: printed(lines=[LINE] * 120),
    "tax certificate": a_certificate,
    "access letter": a_letter,
    "kitchen's order": an_order,
    "attendance list": a_list,
    "ticket": a_ticket,
    "bordereau": lambda: SlipPdf()(a_slip(9), "Ville de démo", AT),
}


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_a_paper_keeps_to_pdf_ua(paper: Callable[[], bytes]) -> None:
    assert faults_of(paper()) == []


@pytest.mark.parametrize("paper", PAPERS.values(), ids=PAPERS)
def test_titles_of_columns_say_that_they_are(paper: Callable[[], bytes]) -> None:
    """The checker asks for an attribute, and not for what it says."""
    found = PdfReader(io.BytesIO(paper()))
    objects = [found.get_object(number) for number in range(1, int(str(found.trailer["/Size"])))]
    titles = [one for one in objects if isinstance(one, DictionaryObject) and one.get("/S") == "/TH"]
    assert {str(one["/A"]["/Scope"]) for one in titles} <= {"/Column", "/Row"}  # type: ignore[index]


@pytest.mark.parametrize(
    ("entry", "said"),
    [("/Lang", "LANG"), ("/MarkInfo", "TAGGED"), ("/Metadata", "METADATA"), ("/StructTreeRoot", "STRUCT-TREE")],
)
def test_the_checker_sees_what_is_missing(entry: str, said: str) -> None:
    broken = PdfWriter(clone_from=io.BytesIO(printed()))
    del broken._root_object[NameObject(entry)]
    written = io.BytesIO()
    broken.write(written)
    assert said in " ".join(faults_of(written.getvalue()))
