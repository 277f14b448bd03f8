"""What becomes of an invoice after it was issued: credit notes, cancellations, corrections, direct debit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.rules.book import EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import HOLD_TO_CHECK, AttemptState
from chalicelib.rules.points import PointKind
from tests.builders import a_payment, an_attempt
from tests.intake.folder import LISTS, a_folder
from tests.intake.invoices.desk import NOW, PAYMENTS, RIGHT, Desk
from tests.money import receive

TITLES = "numero;famille;emise_le;echeance;libelle;regie;total;etat;facture_corrigee;moyen\n"
LINES = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
INVOICE, NOTE, OTHER = (InvoiceNumber(f"2026-026-00033{n}") for n in (5, 6, 7))


def rows(*facts: Sequence[str]) -> dict[str, str]:
    """factures.csv and lignes.csv. A row's facts: number, total, then state, corrected invoice, means, family."""
    invoices, lines = TITLES, LINES
    for number, total, *more in facts:
        state, corrects, means, family = [*more, "", "", "", ""][:4]
        family = family or "f-1"
        invoices += f"{number};{family};31/10/2026;30/11/2026;CANTINE;R;{total};{state};{corrects};{means}\n"
        lines += f"{number};Repas;James;{'-' if total[0] == '-' else ''}1;{total.lstrip('-')};{total}\n"
    return {"factures": invoices, "lignes": lines}


ONE = (INVOICE, "10,00")
CREDIT = (NOTE, "-4,24", "", INVOICE)
CANCELLED = (INVOICE, "10,00", "annulee")
PAID = {"reglements": PAYMENTS + f"{INVOICE};Jamie BOND;2026-11-20;10,00;virement\n"}


def not_put(desk: Desk, **files: str) -> str:
    report = desk.load(**files)
    assert not report.all_taken
    [said] = [str(line) for line in report.not_put]
    return said


def kinds(desk: Desk) -> list[tuple[EntryKind, str, int]]:
    return [(line.entry.kind, line.entry.invoice, line.entry.amount) for line in desk.book.told]


def begin(desk: Desk, number: InvoiceNumber = INVOICE, state: AttemptState = AttemptState.TO_CHECK) -> None:
    invoice = desk.holder(number)
    desk.attempts.begin(an_attempt(invoice, NOW, state=state), invoice, None)


def test_a_credit_note_is_taken_and_the_good_invoice_too(desk: Desk) -> None:
    report = desk.load(**rows(ONE, (NOTE, "-4,24")))
    note = desk.holder(NOTE)
    assert (report.all_taken, report.invoices.added, report.overpaid) == (True, 2, [])
    assert (note.is_credit_note, note.overpaid, note.corrects) == (True, 424, None)
    assert (desk.holder(INVOICE).remaining, desk.book.told) == (1000, [])
    assert (desk.pdfs.pdfs.keys() >= {(note.family, NOTE)}, note.pdf_bytes > 0) == (True, True)
    assert desk.load(**rows(ONE, (NOTE, "-4,24"))).nothing_changed


def test_a_note_that_names_its_invoice_gives_it_what_it_still_owes(desk: Desk) -> None:
    report = desk.load(**rows(ONE, CREDIT))
    assert (desk.holder(INVOICE).remaining, desk.holder(NOTE).overpaid) == (576, 0)
    assert kinds(desk) == [(EntryKind.CREDIT, NOTE, -424), (EntryKind.CREDIT, INVOICE, 424)]
    assert {line.entry.payer for line in desk.book.told} == {"Jamie BOND"}
    said = "\n".join(report.lines()).replace("\xa0", " ").replace("\u202f", " ")
    assert "Avoirs : 1 ajouté (« 2026-026-000336 » : -4,24 €)" in said
    assert "Avoirs déduits de la facture qu'ils corrigent : 1 (« 2026-026-000336 » : 4,24 €)" in said
    again = desk.load(**rows(ONE, CREDIT))
    assert (again.nothing_changed, again.all_taken, len(desk.book.told)) == (True, True, 2)


def test_what_the_invoice_does_not_owe_stays_on_the_note(desk: Desk) -> None:
    desk.load(**rows(ONE), **{"reglements": PAID["reglements"].replace(";10,00;", ";8,00;")})
    desk.load(**rows(CREDIT))
    assert (desk.holder(INVOICE).remaining, desk.holder(INVOICE).overpaid, desk.holder(NOTE).overpaid) == (0, 0, 224)


def test_payments_of_the_same_files_come_before_the_credit(desk: Desk) -> None:
    desk.load(**rows(ONE, CREDIT), **PAID)
    assert (desk.holder(INVOICE).overpaid, desk.holder(NOTE).overpaid) == (0, 424)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ([(NOTE, "-4,24", "", "2026-9")], "qui n'existe pas"),
        ([(OTHER, "9,00", "", "", "", "f-2"), (NOTE, "-4,24", "", OTHER)], "qui est celle d'une autre famille"),
        ([(INVOICE, "-10,00"), CREDIT], "qui est elle-même un avoir"),
        ([CANCELLED, CREDIT], "qui est annulée"),
        ([ONE, (NOTE, "-10,01", "", INVOICE)], "qui demandait moins que tous ses avoirs"),
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_a_note_that_cannot_be_waits_and_the_rest_is_done(
    desk: Desk, facts: list[Sequence[str]], said: str, *, before: bool
) -> None:
    good = ("2026-026-000400", "5,00")
    if before:
        desk.load(**rows(*[one for one in facts if one[0] != NOTE]))
    for _ in range(2):
        files = rows(good, *([one for one in facts if one[0] == NOTE] if before else facts))
        text = not_put(desk, **files)
        line = files["factures"].splitlines().index(next(x for x in files["factures"].splitlines() if NOTE in x)) + 1
        assert text.startswith(f"factures.csv:{line}: l'avoir « {NOTE} »")
        assert said in text
        assert " ; attendu : " in text
        assert NOTE not in desk.invoices.invoices
        assert desk.holder(InvoiceNumber("2026-026-000400")).total == 500


def test_two_notes_of_one_invoice_are_no_more_than_it(desk: Desk) -> None:
    first, second, third = (("2026-1", "-6,00"), ("2026-2", "-6,00"), ("2026-3", "-4,00"))
    facts = [ONE, *((number, total, "", INVOICE) for number, total in (first, second, third))]
    assert "l'avoir « 2026-2 »" in not_put(desk, **rows(*facts))
    assert (desk.holder(INVOICE).remaining, desk.holder(InvoiceNumber("2026-3")).overpaid) == (0, 0)


def test_what_pays_a_note_that_waits_waits_too(desk: Desk) -> None:
    paid = PAYMENTS + f"{NOTE};Jamie BOND;2026-11-20;4,24;virement\n"
    report = desk.load(**rows((NOTE, "-4,24", "", "2026-9")), reglements=paid)
    assert [str(one.where) for one in report.not_recorded] == ["reglements.csv:2"]


def test_a_positive_total_corrects_nothing(desk: Desk) -> None:
    report = desk.load(**rows(ONE, (OTHER, "5,00", "", INVOICE)))
    [waiting] = [str(line) for line in report.waiting]
    assert waiting.startswith(f"factures.csv:3: la facture « {OTHER} » corrige « {INVOICE} » et son total est 5,00")
    assert desk.invoices.invoices.keys() == {INVOICE}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ((INVOICE, "10,00", "soldee"), "« etat » vaut « soldee » ; attendu : annulee, ou une case vide"),
        ((INVOICE, "10,00", "", "", "carte"), "« moyen » vaut « carte » ; attendu : prelevement, ou une case vide"),
        ((INVOICE, "10,00", "", "a/b"), "« facture_corrigee » vaut « a/b »"),
    ],
)
def test_a_word_that_is_not_understood_is_a_fault(desk: Desk, facts: Sequence[str], said: str) -> None:
    [fault] = desk.faults(**rows(facts))
    assert said in fault


def test_credit_waits_for_a_payment_that_is_under_way(desk: Desk) -> None:
    desk.load(**rows(ONE))
    begin(desk)
    said = not_put(desk, **rows(ONE, CREDIT))
    assert f"l'avoir « {NOTE} » n'est pas encore déduit : la facture « {INVOICE} » a un paiement en ligne à vér" in said
    assert (desk.holder(NOTE).overpaid, desk.book.told) == (424, [])
    desk.clock.at += HOLD_TO_CHECK
    assert desk.load(**rows(ONE, CREDIT)).all_taken
    assert (desk.holder(INVOICE).remaining, desk.holder(NOTE).overpaid) == (576, 0)


def test_a_cancelled_invoice_is_no_longer_payable_and_stays(desk: Desk) -> None:
    desk.load(**rows(ONE))
    before = dict(desk.pdfs.pdfs)
    report = desk.load(**rows(CANCELLED))
    invoice = desk.holder(INVOICE)
    assert (invoice.cancelled_on, invoice.remaining, invoice.total) == (date(2026, 11, 23), 0, 1000)
    assert (kinds(desk), desk.pdfs.pdfs == before) == ([(EntryKind.DECISION, INVOICE, 0)], True)
    assert desk.book.told[0].entry.reason == "facture annulée par la ville (factures.csv)"
    assert "Factures annulées : 1 (« 2026-026-000335 »" in "\n".join(report.lines())
    again = desk.load(**rows((INVOICE, "0,00", "annulee")))
    assert (again.nothing_changed, again.all_taken, len(desk.book.told)) == (True, True, 1)


def test_a_list_without_the_column_leaves_it_cancelled(desk: Desk) -> None:
    desk.load(**rows(CANCELLED))
    plain = rows(ONE)["factures"].replace(";etat;facture_corrigee;moyen", "").replace(";;;\n", "\n")
    assert desk.load(factures=plain, lignes=rows(ONE)["lignes"]).nothing_changed


def test_a_new_invoice_may_come_cancelled(desk: Desk) -> None:
    report = desk.load(**rows(CANCELLED))
    assert (report.invoices.added, desk.holder(INVOICE).cancelled_on) == (1, date(2026, 11, 23))
    assert desk.load(**rows(CANCELLED)).nothing_changed


def test_what_was_paid_for_a_cancelled_invoice_is_to_refund(desk: Desk) -> None:
    desk.load(**rows(ONE), **PAID)
    report = desk.load(**rows(CANCELLED), **PAID)
    assert desk.holder(INVOICE).overpaid == 1000
    [point] = desk.book.points()
    assert (point.kind, point.invoice, point.received) == (PointKind.OVERPAID, INVOICE, 1000)
    assert report.all_taken
    [overpaid] = desk.load(**rows(CANCELLED), **PAID).overpaid
    assert "10,00" in overpaid.text


def test_an_invoice_is_not_un_cancelled(desk: Desk) -> None:
    desk.load(**rows(CANCELLED))
    said = not_put(desk, **rows(ONE, (OTHER, "5,00")))
    assert said.startswith(f"factures.csv:2: la facture « {INVOICE} » est annulée ; attendu : annulee dans « etat »")
    assert (desk.holder(INVOICE).remaining, desk.holder(OTHER).remaining) == (0, 500)


@pytest.mark.parametrize(("state", "word"), [(AttemptState.TO_CHECK, "à vérifier"), (AttemptState.PENDING, "en cours")])
def test_nothing_is_cancelled_while_a_payment_is_under_way(desk: Desk, state: AttemptState, word: str) -> None:
    desk.load(**rows(ONE))
    begin(desk, state=state)
    assert f"a un paiement en ligne {word} et est annulée" in not_put(desk, **rows(CANCELLED))
    desk.clock.at += HOLD_TO_CHECK
    assert desk.load(**rows(CANCELLED)).all_taken
    assert desk.holder(INVOICE).cancelled_on


def test_what_gave_or_got_credit_is_not_cancelled(desk: Desk) -> None:
    desk.load(**rows(ONE, CREDIT))
    assert "a reçu un avoir et est annulée" in not_put(desk, **rows(CANCELLED))
    assert "a déjà été déduit ou remboursé" in not_put(desk, **rows((NOTE, "-4,24", "annulee", INVOICE)))
    assert (desk.holder(INVOICE).remaining, desk.holder(NOTE).cancelled_on) == (576, None)


def test_a_note_that_gave_nothing_may_be_cancelled(desk: Desk) -> None:
    desk.load(**rows((NOTE, "-4,24")))
    desk.load(**rows((NOTE, "-4,24", "annulee")))
    note = desk.holder(NOTE)
    assert (note.overpaid, note.remaining, note.is_paid) == (0, 0, True)


def test_a_correction_with_its_payment_in_the_same_files_is_set_aside(desk: Desk) -> None:
    desk.load(**rows(ONE))
    paid = PAYMENTS + f"{INVOICE};Jamie BOND;20/11/2026;4,00;cheque\n"
    said = not_put(desk, **rows((INVOICE, "8,00"), (OTHER, "5,00")), reglements=paid)
    assert "a un règlement et change (total : 10,00" in said
    assert said.endswith("attendu : la même, ou un avoir qui la corrige puis une nouvelle facture")
    assert (desk.holder(INVOICE).total, desk.holder(INVOICE).paid, desk.holder(OTHER).total) == (1000, 400, 500)


def debited(word: str) -> str:
    return LISTS["familles.csv"].replace("email\n", "email;prelevement\n").replace(".fr\n", f".fr;{word}\n")


def test_the_family_or_the_row_says_that_it_is_debited(desk: Desk) -> None:
    desk.load(**rows(ONE, (OTHER, "5,00", "", "", "prelevement")))
    assert (desk.holder(INVOICE).means, desk.holder(OTHER).means) == (None, Means.DIRECT_DEBIT)
    desk.load(familles=debited("oui"), **rows(ONE, (NOTE, "-4,24", "", INVOICE, "prelevement")))
    assert (desk.holder(INVOICE).means, desk.holder(NOTE).means) == (Means.DIRECT_DEBIT, None)
    desk.load(**rows(ONE))
    assert desk.holder(INVOICE).means is Means.DIRECT_DEBIT, "a list without the column says nothing"


def test_a_family_that_is_debited_from_now_on_changes_no_paid_invoice(desk: Desk) -> None:
    desk.load(**rows(ONE), **PAID)
    report = desk.load(familles=debited("oui"), **rows(ONE), **PAID)
    assert (report.all_taken, desk.holder(INVOICE).means) == (True, None)
    said = not_put(desk, **rows((INVOICE, "10,00", "", "", "prelevement")), **PAID)
    assert "change (moyen : aucun → prélèvement)" in said


def test_money_that_came_for_a_cancelled_invoice_is_taken(desk: Desk) -> None:
    desk.load(**rows(CANCELLED))
    desk.load(**rows(CANCELLED), **PAID)
    assert (desk.holder(INVOICE).paid, desk.holder(INVOICE).overpaid) == (1000, 1000)


def test_a_refunded_note_has_nothing_left(desk: Desk) -> None:
    desk.load(**rows((NOTE, "-4,24")))
    receive(desk.book, desk.holder(NOTE), replace(a_payment(-424), means=Means.TRANSFER))
    assert desk.holder(NOTE).overpaid == Cents(0)
    assert desk.load(**rows((NOTE, "-4,24"))).nothing_changed


def test_what_comes_is_shown_before_anything_is_written(desk: Desk) -> None:
    desk.load(**rows(ONE, (OTHER, "6,00")))
    folder = a_folder(desk.folder, **{**RIGHT, **rows(ONE, CREDIT, (OTHER, "6,00", "annulee"))})
    shown = desk.run.look(folder, Silence())
    said = "\n".join(shown.preview.lines()).replace("\xa0", " ").replace("\u202f", " ")
    assert "Avoirs : 1 ajouté (« 2026-026-000336 » : -4,24 €)" in said
    assert "Factures : 1 serait annulée (« 2026-026-000337 » : 6,00 €)" in said
    assert (shown.waiting, NOTE in desk.invoices.invoices, desk.book.told) == ([], False, [])


def test_the_check_says_what_would_wait(desk: Desk) -> None:
    desk.load(**rows(CANCELLED))
    folder = a_folder(desk.folder, **{**RIGHT, **rows(ONE)})
    [waiting] = desk.run.look(folder, Silence()).waiting
    assert "est annulée ; attendu" in waiting.text
