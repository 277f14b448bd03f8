"""Invoices, their lines and PDFs: what an import takes, and what it sets aside."""

from datetime import date

import pytest

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.rules.payments import HOLD_TO_CHECK, AttemptState
from tests.builders import an_attempt
from tests.intake.folder import LISTS
from tests.intake.invoices.desk import A_PDF, F1, F2, HEAD, HEADS, LINE, LINES, NOW, NUMBER, PAYMENTS, Desk


def test_an_invoice_with_lines_gets_its_reference_and_its_pdf(desk: Desk) -> None:
    report = desk.load()
    (invoice,) = desk.invoices.of(F1)
    assert (invoice.reference, invoice.total, invoice.due_on) == ("2026-T5-00-26000335", 123450, date(2026, 11, 30))
    assert invoice.published_at == NOW
    assert [(line.what, line.amount) for line in desk.invoices.lines(F1, NUMBER)] == [("Repas", 120000), ("Œuf", 3450)]
    assert len(desk.pdfs.pdfs[F1, NUMBER]) == invoice.pdf_bytes > 1000
    assert (report.invoices.added, report.pdfs_made) == (1, 1)
    assert "Factures : 1 ajoutée" in "\n".join(report.lines())


def test_the_same_files_again_change_nothing(desk: Desk) -> None:
    paid = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-20;20,00;chèque\n"
    desk.give_pdf(f"{NUMBER}.pdf", A_PDF)
    desk.load(reglements=paid)
    before = (desk.invoices.of(F1), dict(desk.pdfs.pdfs))
    report = desk.load(reglements=paid)
    assert report.nothing_changed
    assert (report.invoices.unchanged, report.payments.unchanged) == (1, 1)
    assert (desk.invoices.of(F1), desk.pdfs.pdfs) == before


def test_a_pdf_that_comes_is_preferred_and_may_be_replaced_by_one_of_the_same_size(desk: Desk) -> None:
    desk.give_pdf(f"{NUMBER}.pdf", A_PDF)
    assert desk.load().pdfs_given == 1
    assert desk.pdfs.pdfs[F1, NUMBER] == A_PDF
    desk.give_pdf(f"{NUMBER}.pdf", A_PDF.replace(b"whatever", b"WHATEVER"))
    assert desk.load().pdfs_given == 1
    assert b"WHATEVER" in desk.pdfs.pdfs[F1, NUMBER]


def test_an_unpaid_invoice_may_be_corrected(desk: Desk) -> None:
    desk.load()
    report = desk.load(factures=HEADS + HEAD.replace("CANTINE OCTOBRE", "CANTINE"))
    assert (report.invoices.changed, report.pdfs_made) == (1, 1)
    assert desk.invoices.of(F1)[0].label == "CANTINE"


OTHER = "2026-026-000400"
OTHERS = {
    "factures": HEAD.replace("CANTINE OCTOBRE", "CANTINE") + f"{OTHER};f-1;2026-10-31;30/11/2026;CANTINE;RÉGIE;5,00;\n",
    "lignes": LINE + f"{OTHER};Repas;James;1;5,00;5,00\n",
}


def test_a_correction_of_a_paid_invoice_is_set_aside_and_the_rest_is_done(desk: Desk) -> None:
    paid = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-20;1234,50;virement\n"
    desk.load(reglements=paid)
    before = desk.holder(NUMBER)
    report = desk.load(
        factures=HEADS + OTHERS["factures"],
        lignes=LINES + OTHERS["lignes"],
        reglements=paid + f"{OTHER};Jamie BOND;2026-11-20;1,00;virement\n",
    )
    assert [str(line) for line in report.not_put] == [
        "factures.csv:2: la facture « 2026-026-000335 » a un règlement et change "
        "(libellé : CANTINE OCTOBRE → CANTINE) ; "
        "attendu : la même, ou un avoir qui la corrige puis une nouvelle facture"
    ]
    assert not report.all_taken
    assert desk.holder(NUMBER) == before
    assert desk.holder(InvoiceNumber(OTHER)).paid == 100


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("2026-10-31", "2026-10-30"), "émise le : 31/10/2026 → 30/10/2026"),
        (("CANTINE OCTOBRE", "CANTINE"), "libellé : CANTINE OCTOBRE → CANTINE"),
    ],
)
def test_a_correction_while_money_is_under_way_waits_for_it(desk: Desk, change: tuple[str, str], said: str) -> None:
    desk.load()
    invoice = desk.holder(NUMBER)
    attempt = an_attempt(invoice, NOW, state=AttemptState.TO_CHECK)
    desk.attempts.begin(attempt, invoice, None)
    report = desk.load(factures=HEADS + HEAD.replace(*change))
    assert [str(line) for line in report.not_put] == [
        f"factures.csv:2: la facture « 2026-026-000335 » a un paiement en ligne à vérifier et change ({said}) ; "
        "attendu : la même, ou un nouvel import quand ce paiement sera connu"
    ]
    assert desk.attempts.latest(desk.holder(NUMBER)) == attempt
    desk.clock.at += HOLD_TO_CHECK
    assert desk.load(factures=HEADS + HEAD.replace(*change)).invoices.changed == 1
    assert desk.attempts.latest(desk.holder(NUMBER)) == attempt


def test_families_that_an_older_service_told_are_told(desk: Desk) -> None:
    told = LISTS["familles.csv"].replace("email\n", "email;avertir;avertir_aussi\n")
    told = told.replace("server.fr\n", "server.fr;oui;BOND@server.fr\n").replace("CERISIER22;\n", "CERISIER22;;non;\n")
    assert desk.load(familles=told).notices == 1
    confirmed = Address("BOND@server.fr", AddressState.CONFIRMED)
    assert desk.notices.settings(F1) == NoticeSettings(wanted=True, extra=(confirmed,), version=1)
    desk.notices.save(F1, NoticeSettings(wanted=False, version=1))
    assert desk.load(familles=told).notices == 0, "what the parent chose since stays"
    assert desk.notices.settings(F2) == NoticeSettings()
