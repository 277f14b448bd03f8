"""What a town took back, gave back and decided, by its files: done once, or set aside with the reason."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.money_acts import MoneyAct
from chalicelib.rules.book import Closing, EntryKind
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState, BankAnswer, Doubt
from chalicelib.rules.points import Point, PointKind, code_of
from chalicelib.services.book_ports import MoneyEvent
from tests.builders import a_payment, an_attempt
from tests.intake.invoices.desk import HEAD, HEADS, LINE, LINES, NOW, NUMBER, PAYMENTS, WITH_REFERENCES, Desk
from tests.money import an_entry, receive

ATTEMPT = AttemptId("a-1")
CODE = code_of(ATTEMPT)
TOTAL = 123_450
REFUNDS = "facture;date;montant;moyen;mandat;autorisation;motif\n"
DECISIONS = "point;date;decision;par;facture;montant;autorisation;motif\n"
BOUNCES = "facture;autorisation;date;motif\n"


@pytest.fixture
def paid_twice(desk: Desk) -> Desk:
    desk.load()
    for name in ("town-a", "town-b"):
        receive(desk.book, desk.holder(), a_payment(TOTAL, id=name, paid_on=date(2026, 11, 20), reference=name), at=NOW)
    return desk


def doubtful_at(folder: Path, **files: str) -> Desk:
    """The bank took 6,00 and was asked for all."""
    desk = Desk(folder)
    desk.load(**files)
    invoice = desk.holder()
    state = {"state": AttemptState.TO_CHECK, "doubt": Doubt.DIFFERS}
    attempt = an_attempt(invoice, NOW, id=ATTEMPT, email="a@server.fr", idop="idop-1", **state)
    facts = (attempt.client_number, attempt.reference, Cents(600), attempt.saisie)
    attempt = replace(attempt, answer=BankAnswer("idop-1", "P", *facts, "A55A", NOW))
    point = Point(PointKind.TO_CHECK, NUMBER, invoice.family, NOW, invoice.total, Cents(600), ATTEMPT, "A55A")
    money = a_payment(600, id="", means=Means.ONLINE, authorisation="A55A")
    entry = an_entry(invoice, money, kind=EntryKind.UNCLASSIFIED, attempt=ATTEMPT)
    (line,) = desk.book.write(MoneyEvent(NOW, (entry,), opens=(point,)))
    desk.attempts.keep(replace(attempt, unclassified=line.name))
    return desk


@pytest.fixture
def doubtful(tmp_path: Path) -> Desk:
    return doubtful_at(tmp_path)


def test_a_refund_closes_what_was_paid_too_much(paid_twice: Desk) -> None:
    rows = REFUNDS + f"{NUMBER};23/11/2026;1234,50;virement;M-17;;payée deux fois\n"
    report = paid_twice.load(remboursements=rows)
    assert "Remboursements : 1 enregistré, 0 déjà connu" in report.lines()
    assert (paid_twice.holder().overpaid, paid_twice.book.open, report.overpaid) == (0, {}, [])
    again = paid_twice.load(remboursements=rows)
    assert "Remboursements : 0 enregistré, 1 déjà connu" in again.lines()
    assert again.nothing_changed


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (f"{NUMBER};23/11/2026;1234,51;virement;M-17;;", "plus grand que ce qui est de trop (1\u202f234,50"),
        (f"{NUMBER};24/11/2026;1,00;virement;M-17;;", "est dans l'avenir"),
        (f"{NUMBER};19/11/2026;1,00;virement;M-17;;", "est avant l'argent à rendre"),
        (f"{NUMBER};23/11/2026;1,00;virement;M-17;B66B;", "n'a le numéro « B66B »"),
        ("2026-9;23/11/2026;1,00;virement;M-17;;", "n'existe pas sur le portail"),
        (f"{NUMBER};23/11/2026;-1,00;virement;M-17;;", "attendu : plus de 0,00"),
        (f"{NUMBER};23/11/2026;1,00;cheque;M-17;;\n{NUMBER};23/11/2026;2,00;cheque;m-17;;", "déjà celui d'un autre"),
    ],
)
def test_a_refund_that_is_set_aside(paid_twice: Desk, row: str, said: str) -> None:
    report = paid_twice.load(remboursements=f"{REFUNDS}{row}\n")
    (aside,) = report.waiting
    assert aside.where.file == "remboursements.csv"
    assert said in aside.text.replace("\u00a0", "\u202f")
    assert " ; attendu : " in aside.text


@pytest.mark.parametrize("warrant", ["M-17", "m-17", "M - 17"])
def test_a_warrant_does_not_refund_two_families(paid_twice: Desk, warrant: str) -> None:
    other = "2026-026-000336"
    paid_twice.load(
        factures=f"{HEADS}{HEAD}{other};f-2;2026-10-31;30/11/2026;CANTINE OCTOBRE;RÉGIE;5,00;\n",
        lignes=f"{LINES}{LINE}{other};Repas;Noé;1;5,00;5,00\n",
        reglements=f"{PAYMENTS}{other};P;20/11/2026;5,00;cheque\n{other};P;21/11/2026;5,00;cheque\n",
    )
    rows = f"{REFUNDS}{NUMBER};23/11/2026;4,00;virement;M-17;;\n{other};23/11/2026;5,00;virement;{warrant};;\n"
    for again in (False, True):
        report = paid_twice.load(remboursements=rows)
        (aside,) = report.waiting
        assert str(aside.where) == "remboursements.csv:3"
        assert aside.text.startswith(f"le mandat « {warrant} » est déjà celui de la ligne 2")
        assert f"Remboursements : {0 if again else 1} enregistré, {1 if again else 0} déjà connu" in report.lines()


def test_the_warrants_of_another_year_are_others(paid_twice: Desk) -> None:
    rows = f"{REFUNDS}{NUMBER};23/11/2026;4,00;virement;17;;\n2025-9;23/11/2025;5,00;virement;17;;\n"
    (aside,) = paid_twice.load(remboursements=rows).waiting
    assert "« 2025-9 » n'existe pas sur le portail" in aside.text


def test_a_credit_without_the_number_of_its_note_is_set_aside(desk: Desk) -> None:
    (aside,) = desk.load(reglements=f"{WITH_REFERENCES}{NUMBER};Jamie BOND;23/11/2026;4,00;avoir;\n").waiting
    assert (
        aside.text == "le moyen est « avoir » et la référence est vide ; attendu : le numéro d'un avoir de la famille"
    )


def test_a_decision_closes_its_point(doubtful: Desk) -> None:
    rows = DECISIONS + f"{CODE};23/11/2026;payee;Mme Petit;;6,00;A55A;vu sur le relevé\n"
    report = doubtful.load(decisions=rows)
    assert "Décisions : 1 enregistrée, 0 déjà connue" in report.lines()
    assert (doubtful.holder().paid, doubtful.book.open) == (600, {})
    assert doubtful.load(decisions=rows).nothing_changed


@pytest.mark.parametrize(
    "written", [" {0} ", "{0[0]}{0[1]}{0[2]} {0[3]}{0[4]}{0[5]}", "{0[0]}{0[1]}{0[2]}-{0[3]}{0[4]}{0[5]}"]
)
@pytest.mark.parametrize("word", ["payee", "Payée", " PAYÉE "])
def test_a_code_and_a_word_as_a_person_writes_them(doubtful: Desk, written: str, word: str) -> None:
    row = f"{written.format(CODE.lower())};23/11/2026;{word};Mme Petit;;;;\n"
    assert not doubtful.load(decisions=DECISIONS + row).waiting
    assert doubtful.book.open == {}


@pytest.mark.parametrize("word", ["non-payee", "non payée", "Non - Payée"])
def test_the_words_of_a_decision_may_have_a_space_for_a_dash(doubtful: Desk, word: str) -> None:
    (aside,) = doubtful.load(decisions=f"{DECISIONS}{CODE};23/11/2026;{word};Mme Petit;;;;\n").waiting
    assert "« non-payee » ne convient pas" in aside.text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("BCDFGH;23/11/2026;payee;Mme Petit;;;;", "aucun point ouvert n'a le code « BCDFGH »"),
        (f"{CODE};23/11/2026;non-payee;Mme Petit;;;;", "la banque a pris 6,00"),
        (f"{CODE};23/11/2026;conservee;Mme Petit;;;;", "pour ce qui est payé de trop"),
        (f"{CODE};24/11/2026;payee;Mme Petit;;;;", "est dans l'avenir"),
        (f"{CODE};23/11/2026;payee;Mme Petit;2026-9;;;", "n'existe pas sur le portail"),
        (f"{CODE};23/11/2026;payee;Mme Petit;;5,00;;", "la banque a pris 6,00"),
        (f"{CODE};23/11/2026;payee;P;;;;\n{CODE};23/11/2026;non-payee;P;;;;", "déjà décidé autrement"),
    ],
)
def test_a_decision_that_is_set_aside(doubtful: Desk, row: str, said: str) -> None:
    (aside,) = doubtful.load(decisions=f"{DECISIONS}{row}\n").waiting
    assert said in aside.text
    assert " ; attendu : " in aside.text


def test_a_surplus_that_the_town_keeps_is_not_told_as_one_to_give_back(paid_twice: Desk) -> None:
    assert paid_twice.load().overpaid
    kept = DECISIONS + f"{code_of(NUMBER)};23/11/2026;conservee;Mme Petit;;;;\n"
    for _ in range(2):
        assert paid_twice.load(decisions=kept).overpaid == []
    more = a_payment(500, id="town-c", paid_on=date(2026, 11, 21), reference="town-c")
    receive(paid_twice.book, paid_twice.holder(), more, at=NOW)
    assert len(paid_twice.load(decisions=kept).overpaid) == 1


@pytest.mark.parametrize("mark", ["A55A", ""])
def test_money_online_of_the_list_settles_the_point_that_waits_for_it(doubtful: Desk, mark: str) -> None:
    rows = f"{WITH_REFERENCES}{NUMBER};Jamie BOND;23/11/2026;6,00;en ligne;{mark}\n"
    for added in (1, 0):
        report = doubtful.load(reglements=rows)
        assert (report.payments.added, report.payments.unchanged) == (added, 1 - added)
        assert (doubtful.holder().paid, doubtful.book.open) == (600, {})
    left = [line.entry.amount for line in doubtful.book.told if line.entry.kind is EntryKind.UNCLASSIFIED]
    assert sum(left) == 0


@pytest.mark.parametrize(("letter", "done"), [("V", True), ("P", False)])
def test_only_a_debit_bounces(desk: Desk, letter: str, done: bool) -> None:
    desk.load()
    state = AttemptState.DEBIT_ACCEPTED if letter == "V" else AttemptState.PAID
    desk.attempts.keep(an_attempt(desk.holder(), NOW, id=ATTEMPT, email="a@server.fr", state=state))
    facts = {"means": Means.ONLINE, "authorisation": "3fd", "attempt": ATTEMPT, "paid_on": date(2026, 11, 20)}
    receive(desk.book, desk.holder(), a_payment(TOTAL, id="online-a-1", **facts), at=NOW)
    report = desk.load(
        contrepassations=f"{BOUNCES}{NUMBER};3FD;23/11/2026;provision insuffisante\n{NUMBER};9;23/11/2026;\n"
    )
    assert desk.holder().is_paid is not done
    assert report.acts[MoneyAct.REVERSAL].added == done
    said = [aside.text for aside in report.waiting]
    assert [text for text in said if "aucun règlement" in text]
    assert bool([text for text in said if "carte" in text]) is not done


def test_what_is_dated_in_a_closed_month_is_taken_and_said(desk: Desk) -> None:
    desk.load()
    desk.book.close(Closing(date(2026, 10, 1), "Mme Petit", NOW, 0, "", Cents(0)))
    rows = f"{WITH_REFERENCES}{NUMBER};Jamie BOND;31/10/2026;100,00;cheque;1\n"
    report = desk.load(reglements=rows)
    assert desk.holder().paid == 10_000
    (late,) = report.late
    assert str(late) == "reglements.csv:2: octobre 2026 est arrêté : sa ligne du journal est en novembre 2026"
    assert report.all_taken


def test_credit_of_a_note_goes_to_an_invoice(desk: Desk) -> None:
    desk.load()
    note = replace(
        desk.holder(), number=InvoiceNumber("2026-026-000336"), reference="2026-T5-00-9", total=Cents(-500), payments=()
    )
    desk.invoices.put(note, ())
    rows = f"{WITH_REFERENCES}{NUMBER};Jamie BOND;23/11/2026;5,00;avoir;2026-026-000336\n"
    report = desk.load(reglements=rows)
    assert "Avoirs donnés : 1 enregistré, 0 déjà connu" in report.lines()
    assert desk.holder().paid == 500
    assert desk.load(reglements=rows).nothing_changed
    (aside,) = desk.load(reglements=rows.replace("5,00", "2,00")).waiting
    assert "n'a plus que 0,00" in aside.text


def test_the_preview_names_what_will_be_done(paid_twice: Desk) -> None:
    said: list[str] = []
    paid_twice.preview(said, remboursements=REFUNDS + f"{NUMBER};23/11/2026;1234,50;virement;M-17;;\n")
    assert f"  Remboursements : 1 ({NUMBER})" in said
