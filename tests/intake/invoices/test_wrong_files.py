"""Each row and each PDF that an import of invoices refuses: it is named, and nothing is written."""

import pytest

from chalicelib.intake.invoices import pdf_files
from tests.intake.folder import TOWN
from tests.intake.invoices.desk import A_PDF, HEAD, HEADS, LINE, LINES, NUMBER, PAYMENTS, Desk


def test_another_family_cannot_take_a_number_nor_a_reference(desk: Desk) -> None:
    desk.load()
    (said,) = desk.faults(factures=HEADS + HEAD.replace("f-1", "f-2"))
    assert "est celle d'une autre famille" in said
    other = HEAD.replace(NUMBER, "2026-026-000336").replace(";1234,50;", ";1234,50;2026-T50026000335")
    (said,) = desk.faults(factures=HEADS + other, lignes=LINES + LINE.replace(NUMBER, "2026-026-000336"))
    assert "est celle de la facture « 2026-026-000335 » du portail" in said


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"factures": HEADS + HEAD.replace("1234,50", "1 234,50")}, "factures.csv:2: « total » vaut « 1 234,50 »"),
        ({"factures": HEADS + HEAD.replace("1234,50", "1234,50 €")}, "factures.csv:2: « total » vaut « 1234,50 € »"),
        ({"factures": HEADS + HEAD.replace("1234,50", "1234,5012")}, "factures.csv:2: « total » vaut"),
        ({"factures": HEADS + HEAD.replace("30/11/2026", "30/10/2026")}, "factures.csv:2: l'échéance (30/10/2026)"),
        ({"factures": HEADS + HEAD.replace("1234,50", "1234,49")}, "factures.csv:2: le total est 1\u202f234,49"),
        ({"factures": HEADS + HEAD.replace("f-1", "f-9")}, "factures.csv:2: la famille « f-9 » n'existe pas"),
        ({"factures": HEADS + HEAD + HEAD}, "factures.csv:3: la facture « 2026-026-000335 » est déjà ligne 2"),
        (
            {"factures": HEADS + HEAD + HEAD.replace("-026-", "-26-")},
            "factures.csv:3: le numéro « 2026-26-000335 » se lit comme celui de la ligne 2",
        ),
        ({"factures": HEADS + HEAD.replace(";\n", ";T5\n")}, "factures.csv:2: la référence « T5 » n'est pas comprise"),
        ({"factures": HEADS + HEAD.replace(NUMBER, "F2026")}, "factures.csv:2: le numéro « F2026 » ne donne pas"),
        ({"town": TOWN}, "factures.csv:2: la référence manque"),
        ({"lignes": LINES}, "factures.csv:2: la facture « 2026-026-000335 » n'a ni lignes ni PDF"),
        ({"lignes": LINES + LINE.replace("1200,00", "1200,01")}, "factures.csv:2: le total est 1\u202f234,50"),
        ({"lignes": LINES + LINE + "2026-1;Repas;;1;1;1\n"}, "lignes.csv:4: la facture « 2026-1 » n'existe pas"),
        ({"reglements": PAYMENTS + "2026-9;J;2026-11-20;1;cheque\n"}, "reglements.csv:2: la facture « 2026-9 » n'exi"),
        ({"reglements": PAYMENTS + f"{NUMBER};J;2026-11-24;1;cheque\n"}, "reglements.csv:2: le 24/11/2026 est dans"),
        ({"reglements": PAYMENTS + f"{NUMBER};J;2026-11-20;0;cheque\n"}, "reglements.csv:2: le montant est 0,00"),
        ({"reglements": PAYMENTS + f"{NUMBER};J;2026-11-20;1;troc\n"}, "reglements.csv:2: « moyen »"),
        (
            {"reglements": PAYMENTS + f"{NUMBER};J;2026-11-20;1;\n"},
            "reglements.csv:2: la colonne « moyen » est vide ; attendu : cheque, especes",
        ),
        (
            {"reglements": PAYMENTS + f"{NUMBER};J;;1;cheque\n"},
            "reglements.csv:2: la colonne « date » est vide ; attendu : une date",
        ),
        (
            {"reglements": PAYMENTS + f"{NUMBER};J;2026-11-20;;cheque\n"},
            "reglements.csv:2: la colonne « montant » est vide ; attendu : un montant",
        ),
        (
            {"reglements": PAYMENTS + 2 * f"{NUMBER};J;2026-11-20;1;cheque\n"},
            "reglements.csv:3: le même règlement est déjà ligne 2",
        ),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_written(desk: Desk, files: dict[str, str], expected: str) -> None:
    said = desk.faults(**files)
    assert any(line.startswith(expected) for line in said), said
    assert not desk.invoices.invoices
    assert not desk.pdfs.pdfs
    assert not desk.store.families.families


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        (f"{NUMBER}.pdf", b"<html>", f"pdf/{NUMBER}.pdf: le fichier est abîmé"),
        (f"{NUMBER}.pdf", A_PDF[:-8], f"pdf/{NUMBER}.pdf: le fichier est abîmé"),
        (f"{NUMBER}.pdf", A_PDF + b" " * pdf_files.MOST_PDF_BYTES, f"pdf/{NUMBER}.pdf: le fichier pèse"),
        ("notes.txt", b"", "pdf/notes.txt: ce n'est pas le PDF"),
        ("2026-7.pdf", A_PDF, "pdf/2026-7.pdf: la facture « 2026-7 » n'existe pas"),
    ],
)
def test_a_wrong_pdf_is_named(desk: Desk, name: str, content: bytes, expected: str) -> None:
    desk.give_pdf(name, content)
    (said,) = desk.faults()
    assert said.startswith(expected)
