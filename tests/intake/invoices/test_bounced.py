"""A cheque that bounced, told in each of the ways a town has: the first payment stays, a second takes it back, once."""

import pytest

from chalicelib.intake.brakes import Braked
from tests.intake.invoices.desk import NUMBER, RIGHT, WITH_REFERENCES, Desk

CHEQUE = f"{NUMBER};Jamie BOND;20/11/2026;100,00;cheque;12345\n"
NEGATIVE = f"{NUMBER};Jamie BOND;21/11/2026;-100,00;cheque;12345R\n"
ANNULLED = WITH_REFERENCES.replace("reference", "reference;annule") + CHEQUE.replace("12345", "12345;oui")
BOUNCES = "facture;autorisation;date;motif\n"
COMPLETE = {"town": RIGHT["town"] + '\n[listes.reglements]\ncomplet = "oui"\n'}
WAYS = {
    "a negative row": {"reglements": WITH_REFERENCES + CHEQUE + NEGATIVE},
    "a negative row of another name": {"reglements": WITH_REFERENCES + NEGATIVE.replace("12345R", "IMPAYE-3")},
    "annulled": {"reglements": ANNULLED},
    "the bank's list": {"contrepassations": BOUNCES + f"{NUMBER};0012345;21/11/2026;sans provision\n"},
    "gone from a complete list": {**COMPLETE, "reglements": WITH_REFERENCES},
}


@pytest.fixture
def paid(desk: Desk) -> Desk:
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    return desk


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS)
def test_the_first_payment_stays_and_a_second_takes_it_back_once(paid: Desk, files: dict[str, str]) -> None:
    report = paid.load(**files)
    invoice = paid.holder()
    assert sorted(payment.amount for payment in invoice.payments) == [-10_000, 10_000]
    assert [payment.takes_back for payment in invoice.payments if payment.amount < 0] == [
        payment.id for payment in invoice.payments if payment.amount > 0
    ]
    assert not report.nothing_changed
    assert report.waiting == []
    again = paid.load(**files)
    assert again.nothing_changed, again.lines()
    assert paid.holder() == invoice


@pytest.mark.parametrize("files", WAYS.values(), ids=WAYS)
def test_the_same_cheque_is_paid_later(paid: Desk, files: dict[str, str]) -> None:
    paid.load(**files)
    later = WITH_REFERENCES + CHEQUE.replace("20/11", "23/11")
    for _ in range(2):
        paid.load(reglements=later)
        assert sorted(payment.amount for payment in paid.holder().payments) == [-10_000, 10_000, 10_000]


def test_bounced_and_paid_again_in_one_list_in_any_order(desk: Desk) -> None:
    later = CHEQUE.replace("20/11", "22/11")
    for rows in (CHEQUE + NEGATIVE + later, later + NEGATIVE + CHEQUE):
        report = desk.load(reglements=WITH_REFERENCES + rows)
        assert report.waiting == report.not_recorded == []
        assert sorted(payment.amount for payment in desk.holder().payments) == [-10_000, 10_000, 10_000]
    assert report.nothing_changed


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (NEGATIVE.replace("100,00", "99,00"), "aucun règlement"),
        (NEGATIVE.replace("cheque", "especes"), "aucun règlement"),
        (NEGATIVE.replace("21/11", "19/11"), "est avant le règlement"),
        (NEGATIVE.replace("21/11", "24/11"), "est dans l'avenir"),
        (NEGATIVE.replace("cheque;12345R", "en ligne;A55A"), "une ligne de contrepassations.csv"),
        (NEGATIVE.replace("cheque", "avoir"), "un avoir donné"),
        (NEGATIVE.replace(str(NUMBER), "2026-9"), "n'existe pas sur le portail"),
        (CHEQUE.replace("12345", "54321") + NEGATIVE.replace("12345R", "99"), "plusieurs règlements"),
    ],
)
def test_a_negative_row_that_cannot_be_followed_is_set_aside(paid: Desk, rows: str, said: str) -> None:
    report = paid.load(reglements=WITH_REFERENCES + CHEQUE + rows)
    (aside,) = report.waiting
    assert aside.where.file == "reglements.csv"
    assert said in aside.text
    assert " ; attendu : " in aside.text
    assert not report.all_taken
    assert all(payment.amount > 0 for payment in paid.holder().payments)


def test_a_complete_list_says_nothing_of_what_is_before_it(paid: Desk) -> None:
    """The list of a month, with the invoices of the year: the payments of the month before stay, and are remarked."""
    report = paid.load(
        **COMPLETE, reglements=WITH_REFERENCES + CHEQUE.replace("20/11", "21/11").replace("12345", "777")
    )
    assert sorted(payment.amount for payment in paid.holder().payments) == [10_000, 10_000]
    (kept,) = report.before_list
    assert "n'est plus dans la liste" in kept.text
    assert report.all_taken


def test_a_complete_list_is_about_the_invoices_that_the_files_name(paid: Desk) -> None:
    for files in (
        {**COMPLETE, "factures": RIGHT["factures"].splitlines()[0], "lignes": RIGHT["lignes"].splitlines()[0]},
        {**COMPLETE, "reglements": WITH_REFERENCES + CHEQUE.replace("cheque", "sou")},
    ):
        if "reglements" in files:
            paid.faults(**files)
        else:
            paid.load(**files, reglements=WITH_REFERENCES)
    assert [payment.amount for payment in paid.holder().payments] == [10_000]


def test_a_list_that_waits_in_part_takes_nothing_back(paid: Desk) -> None:
    paid.load(**COMPLETE, reglements=WITH_REFERENCES + NEGATIVE.replace("21/11", "24/11"))
    assert [payment.amount for payment in paid.holder().payments] == [10_000]


def test_many_that_are_gone_brake(desk: Desk) -> None:
    head, row = RIGHT["factures"].splitlines()
    other = row.replace("000335", "000336").replace("f-1", "f-2")
    lines = RIGHT["lignes"] + RIGHT["lignes"].split("\n", 1)[1].replace("000335", "000336")
    files = {"factures": f"{head}\n{row}\n{other}\n", "lignes": lines}
    cheques = CHEQUE + CHEQUE.replace("000335", "000336").replace("12345", "777")
    desk.load(**files, reglements=WITH_REFERENCES + cheques)
    with pytest.raises(Braked, match="2 règlements sur 2"):
        desk.load(**files, **COMPLETE, reglements=WITH_REFERENCES)
    assert desk.holder().paid == 10_000
