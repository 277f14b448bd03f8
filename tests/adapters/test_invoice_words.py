"""What a family reads first on its invoice, and what each child costs."""

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.adapters.invoice_table import by_child
from chalicelib.adapters.invoice_words import headline
from chalicelib.adapters.pdf_letterhead import ABOVE_WINDOW_MM, BESIDE_WINDOW_MM
from chalicelib.adapters.pdf_sheet import MARGIN_MM
from chalicelib.rules.ids import invoice_number
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.town import PaymentFacts, Town
from tests.adapters.test_access_letters import CREST, texts, touches, windows
from tests.builders import a_child, a_family, a_town, an_invoice

DAYS = "3, 4, 6, 7, 10, 12, 13, 14, 17, 18, 20, 21, 24, 25, 27 et 28 novembre"
MENTION = "Vous pouvez contester cette facture devant le tribunal administratif dans les deux mois qui la suivent."
PAYING = PaymentFacts(
    "T5", "006382", ("par chèque à la mairie", "en espèces au guichet"), MENTION, "web-service", siret="21010004300017"
)
TOWN = replace(a_town(), crest=CREST, payment=PAYING)
FAMILY = replace(a_family(a_child("c-1", "cantine")), address=("12 rue des Cerisiers", "01000 Bourg"))
CHILDREN = ("James BOND", "Aline BOND", "Zoé BOND")
LINES = tuple(
    InvoiceLine(what, child, Decimal(count), Decimal(price), Cents(count * price), days=days)
    for child in CHILDREN
    for what, count, price, days in (
        ("Repas", 16, 345, DAYS),
        ("Garderie du matin", 8, 150, "3, 4 et 6 novembre"),
        ("Garderie du soir", 12, 120, ""),
        ("Mercredi", 4, 890, "5, 12, 19 et 26 novembre"),
    )
)
INVOICE = replace(
    an_invoice(), total=Cents(sum(line.amount for line in LINES)), due_on=date(2026, 11, 30), label="Novembre 2026"
)
BESIDE = MARGIN_MM + BESIDE_WINDOW_MM
"""Millimetres from the left: nothing of what begins at the margin goes further, until the window ends."""
HALF = Payment("p", "Jamie BOND", date(2026, 11, 12), Cents(10000), Means.CHEQUE)


def pages(
    invoice: Invoice = INVOICE, lines: Sequence[InvoiceLine] = LINES, town: Town = TOWN, **more: Any
) -> list[str]:
    """The text of each page, with single spaces."""
    pdf = InvoicePdf("https://portail.ville.fr").render(invoice, lines, FAMILY, town, **more)
    return [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]


def test_an_ordinary_family_has_one_page_with_all_of_it() -> None:
    (text,) = pages()
    for words in (
        "À payer 351,60 € avant le 30/11/2026", "SIRET 210 100 043 00017", "12 rue des Cerisiers 01000 BOURG",
        "sous-total 117,20 €", f"Jours : {DAYS}", "Sur le portail parents : https://portail.ville.fr", MENTION,
        "Identifiant structure : 006382", INVOICE.reference, "Photographiez pour payer",
    ):  # fmt: skip
        assert words in text, words
    assert text.count("sous-total") == len(CHILDREN)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        pytest.param({}, "À payer 351,60 € avant le 30/11/2026", id="to pay"),
        pytest.param({"means": Means.DIRECT_DEBIT}, "351,60 € Sera prélevé le 30/11/2026", id="direct debit"),
        pytest.param(
            {"payments": (HALF,)},
            "À payer 251,60 € avant le 30/11/2026 déjà réglé : 100,00 € · reste 251,60 €",
            id="paid in part",
        ),
        pytest.param(
            {"cancelled_on": date(2026, 12, 4), "payments": (HALF,)},
            "ANNULÉE rien à payer Facture annulée le 04/12/2026. Les 100,00 € déjà réglés vous seront remboursés.",
            id="cancelled",
        ),
        pytest.param(
            {"total": Cents(-1250), "corrects": invoice_number("2013-026-000300")},
            "AVOIR de 12,50 € en votre faveur, rien à payer Corrige la facture n° 2013-026-000300.",
            id="credit note",
        ),
        pytest.param({"total": Cents(10000), "payments": (HALF,)}, "Rien à payer Déjà réglé : 100,00 €.", id="paid"),
        pytest.param({"total": Cents(0)}, "Rien à payer", id="nothing due"),
    ],
)
def test_it_says_first_what_is_to_pay_or_why_nothing_is(changes: dict[str, Any], said: str) -> None:
    invoice = replace(INVOICE, **changes)
    begin = "Ville de démo · "
    (text,) = pages(invoice)
    assert text.startswith(begin)
    assert said in text.partition("Page 1 / 1 ")[2][: len(said) + 1]
    first = headline(invoice)
    assert " ".join(" ".join((first.amount, first.until, *first.notes)).split()) == said.replace("\u202f", " ")


@pytest.mark.parametrize(
    "changes",
    [
        {"means": Means.DIRECT_DEBIT},
        {"cancelled_on": date(2026, 12, 4)},
        {"total": Cents(-1250)},
        {"payments": (replace(HALF, amount=INVOICE.total),)},
    ],
    ids=str,
)
def test_nobody_is_asked_to_pay_what_is_not_theirs_to_pay(changes: dict[str, Any]) -> None:
    (text,) = pages(replace(INVOICE, **changes))
    assert not [words for words in ("Pour payer", "payfip", "Photographiez", "À payer") if words in text]
    assert MENTION in text


def test_it_says_what_a_credit_note_and_the_familys_credit_are() -> None:
    note = replace(INVOICE, total=Cents(-1250), payments=(replace(HALF, amount=Cents(-250)),))
    assert "Déjà utilisé : 2,50 € · reste 10,00 €." in pages(note)[0]
    assert "10,00 € encore à votre crédit" in pages(credit_notes=[note])[0]
    assert "Total de l'avoir : -12,50 €" in pages(note)[0]


def test_without_payment_online_no_code_sends_a_phone_there() -> None:
    (text,) = pages(town=replace(TOWN, payment=replace(PAYING, online="")))
    assert "Photographiez" not in text
    assert "consulter sur le portail parents : https://portail.ville.fr" in text


@pytest.mark.parametrize("window", list(windows()), ids=str)
def test_the_window_shows_the_address_and_nothing_else(window: tuple[float, float, float, float]) -> None:
    cancelled = replace(INVOICE, cancelled_on=date(2026, 12, 4), payments=(HALF,))
    for invoice in (INVOICE, cancelled):
        pdf = InvoicePdf("https://portail.ville.fr").render(invoice, LINES, FAMILY, TOWN)
        page = PdfReader(io.BytesIO(pdf)).pages[0]
        shown = [text for text, box in texts(page) if box[0] > BESIDE and touches(box, window)]
        assert shown == [FAMILY.payer, "12 rue des Cerisiers", "01000 BOURG"]
    assert window[0] > BESIDE
    assert window[1] > ABOVE_WINDOW_MM


def test_lines_are_by_child_and_those_of_the_family_are_last() -> None:
    meal, extra, other = LINES[0], replace(LINES[0], child=""), LINES[4]
    assert by_child([meal, extra, other, meal]) == [
        ("James BOND", [meal, meal]),
        ("Aline BOND", [other]),
        ("Pour la famille", [extra]),
    ]
    assert by_child([extra]) == [("", [extra])]


def test_a_page_that_begins_among_the_lines_of_a_child_says_whose_they_are() -> None:
    found = pages(lines=[LINES[0]] * 90)
    assert len(found) > 2
    assert all("Désignation" in text and "James BOND (suite)" in text for text in found[1:-1])
    assert sum(text.count("Repas") for text in found) == 90
