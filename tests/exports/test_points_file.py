"""What a person has to settle: open points, in French, with what to do about each."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.exports.points_file import HEADS, About, points_file, to_do, why_words
from chalicelib.rules.answering import DIFFERENCES, disagreements
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import BankAnswer, Doubt
from chalicelib.rules.points import Point, PointKind
from tests.builders import BOND, an_attempt, an_invoice
from tests.clock import paris
from tests.exports.reading import cells_of

TODAY = date(2026, 11, 25)
POINT = Point(
    PointKind.TO_CHECK,
    InvoiceNumber("2013-026-000335"),
    BOND,
    paris("dimanche 2026-11-15 23:59"),
    Cents(424),
    Cents(1_424),
    AttemptId("a-1"),
    authorisation="0123",
    bank_at=paris("dimanche 2026-11-15 23:58"),
    letter="P",
    doubt=Doubt.DIFFERS,
    differs=("amount", "reference"),
)
OVERPAID = Point(PointKind.OVERPAID, POINT.invoice, BOND, POINT.opened_at, Cents(424), Cents(524))
SILENT = replace(POINT, doubt=Doubt.SILENT, received=None, letter="", differs=(), bank_at=None, authorisation="")
LETTER = replace(POINT, doubt=Doubt.LETTER, letter="Q", differs=())
DECLARED = replace(POINT, kind=PointKind.DECLARED, doubt=None, differs=())
ABOUT = About("2013-T5-00-26000335", "Jamie BOND", ("3 rue du Four", "38000 GRENOBLE"))


def said(point: Point, about: About = ABOUT) -> dict[str, str]:
    heads, row = cells_of(b"".join(points_file([point], lambda _: about, TODAY)))
    return dict(zip(heads, row, strict=True))


def test_a_point_says_what_is_known() -> None:
    row = said(POINT)
    assert list(row) == list(HEADS)
    todo = row.pop("a_faire")
    assert row == {
        "point": POINT.code,
        "depuis": "15/11/2026",
        "age_jours": "10",
        "quoi": "à vérifier",
        "facture": "2013-026-000335",
        "reference": "2013-T5-00-26000335",
        "payeur": "Jamie BOND",
        "adresse": "3 rue du Four, 38000 GRENOBLE",
        "demande": "4,24",
        "recu": "14,24",
        "autorisation": '="0123"',
        "date_banque": "15/11/2026 23:58",
        "pourquoi": "de l'argent pris autrement que demandé : le montant ; la référence",
        "famille": '="f-bond"',
    }
    assert f"« {POINT.code};25/11/2026;payee;votre nom »" in todo
    assert f"« {POINT.code};25/11/2026;non-payee;votre nom »" in todo


def test_what_nobody_knows_is_empty() -> None:
    row = said(SILENT, About())
    assert {row[name] for name in ("recu", "date_banque", "autorisation", "payeur", "adresse", "reference")} == {""}


@pytest.mark.parametrize(
    ("point", "why", "todo"),
    [
        (OVERPAID, "plus reçu que dû", "Rendez 1,00 € à la famille, puis écrivez dans remboursements.csv"),
        (OVERPAID, "plus reçu que dû", "« 2013-026-000335;25/11/2026;1,00;virement;numéro du mandat »"),
        (OVERPAID, "plus reçu que dû", f"« {OVERPAID.code};25/11/2026;conservee;votre nom »"),
        (replace(OVERPAID, asked=Cents(0)), "rien n'est dû", "Rendez 5,24 €"),
        (SILENT, "la trésorerie n'a jamais répondu", "Cherchez l'opération sur le relevé"),
        (LETTER, "la trésorerie répond « Q »", "Un nouveau moyen de paiement, peut-être"),
        (DECLARED, "un retour non signé", "Le relevé du compte doit le confirmer"),
        (POINT, "le montant ; la référence", "Comparez avec le relevé du compte."),
        (replace(POINT, differs=("invoice",)), "la facture, qui n'est plus dans le portail", "la colonne facture"),
    ],
)
def test_every_point_says_what_to_do(point: Point, why: str, todo: str) -> None:
    assert why in why_words(point)
    assert todo in to_do(point, TODAY)


@pytest.mark.parametrize("point", [OVERPAID, SILENT, LETTER, DECLARED, POINT])
def test_no_word_of_the_operator_is_shown(point: Point) -> None:
    row = said(point)
    for word in ("differs", "silent", "letter", "amount", "declared", "overpaid", "to-check"):
        assert not any(word in cell for cell in row.values()), (word, row)
    assert row["a_faire"].endswith(".")


def test_every_difference_has_words() -> None:
    attempt = an_attempt(an_invoice(), POINT.opened_at)
    nothing = BankAnswer("x", "P", "x", "x", Cents(1), "x")
    assert set(disagreements(attempt, nothing)) | {"invoice"} == set(DIFFERENCES)
