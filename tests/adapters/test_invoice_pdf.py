"""The invoice on paper: what it says, that it is tagged, that the same invoice is the same bytes."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, PdfObject

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.rules.invoices import Invoice, InvoiceLine
from chalicelib.rules.money import Cents
from chalicelib.rules.town import PaymentFacts
from tests.builders import a_child, a_family, a_town, an_invoice

LINE = InvoiceLine("Œufs à la cantine", "James", Decimal("2.5"), Decimal(49400), Cents(123500))
PAYING = PaymentFacts("T5", "006382", ("par chèque à l'ordre du Trésor public",), "TVA non applicable")
INVOICE = replace(an_invoice(), total=Cents(123500), due_on=date(2026, 11, 30))


def printed(
    invoice: Invoice = INVOICE,
    lines: Sequence[InvoiceLine] = (LINE,),
    payment: PaymentFacts = PAYING,
    portal: str = "https://portail.ville.fr",
) -> bytes:
    town = replace(a_town(), payment=payment)
    return InvoicePdf(portal).render(invoice, lines, a_family(a_child("c-1", "cantine")), town)


def text_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def _dictionary(element: PdfObject) -> DictionaryObject:
    found = element.get_object()
    assert isinstance(found, DictionaryObject)
    return found


def test_it_says_what_a_public_invoice_must() -> None:
    (text,) = text_of(printed())
    family = a_family(a_child("c-1", "cantine"))
    said = " ".join(text.split())
    for words in (
        a_town().name, INVOICE.number, INVOICE.label, INVOICE.regie, family.payer, "30/11/2026", "Œufs à la cantine",
        "James", "2,5", "494,00\u00a0€", "1\u202f235,00\u00a0€", "Vous pouvez payer sur internet", "www.payfip.gouv.fr",
        "006382", INVOICE.reference, "https://portail.ville.fr", "par chèque", "TVA non applicable",
    ):  # fmt: skip
        assert " ".join(words.split()) in said, words


def test_the_same_invoice_is_the_same_bytes() -> None:
    assert printed() == printed()
    assert printed() != printed(replace(INVOICE, label="Autre chose"))


def test_a_screen_reader_finds_its_language_its_title_and_its_parts() -> None:
    root = _dictionary(PdfReader(io.BytesIO(printed())).trailer["/Root"])
    assert str(root["/Lang"]) == "fr-FR"
    assert _dictionary(root["/MarkInfo"])["/Marked"]
    assert _dictionary(root["/ViewerPreferences"])["/DisplayDocTitle"]
    kinds: set[PdfObject | None] = set()

    def walk(element: PdfObject) -> None:
        found = element.get_object()
        if not isinstance(found, DictionaryObject):
            return
        kinds.add(found.get("/S"))
        below = found.get("/K", ArrayObject())
        for one in below if isinstance(below, ArrayObject) else [below]:
            walk(one)

    walk(root["/StructTreeRoot"])
    assert {"/H1", "/H2", "/P", "/Table", "/TR", "/TH", "/TD"} <= kinds


def test_a_long_invoice_goes_on_over_numbered_pages_with_its_titles() -> None:
    pages = text_of(printed(lines=[LINE] * 120))
    assert len(pages) > 2
    for number, text in enumerate(pages, 1):
        assert f"Page {number} / {len(pages)}" in text
    assert all("Désignation" in text for text in pages[:-1])
    assert sum(text.count("Œufs à la cantine") for text in pages) == 120


@pytest.mark.parametrize(
    ("lines", "payment"),
    [
        pytest.param((), PAYING, id="no line"),
        pytest.param((LINE,), PaymentFacts(), id="a town that cannot be paid online"),
        pytest.param((replace(LINE, what="Repas " * 60, child="A" * 90),), PAYING, id="names longer than the page"),
        pytest.param((replace(LINE, child="李 🎈 Ñúñez"),), PAYING, id="characters that the font has not"),
    ],
)
def test_unusual_invoices_are_printed_too(lines: tuple[InvoiceLine, ...], payment: PaymentFacts) -> None:
    assert INVOICE.number in text_of(printed(lines=lines, payment=payment))[0]
