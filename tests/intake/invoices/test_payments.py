"""Payments of the town's lists: each is recorded once, and what may be counted already is said."""

from datetime import date

import pytest

from chalicelib.rules.invoices import Means, Payment
from chalicelib.rules.money import Cents
from tests.intake.invoices.desk import F1, HEADS, LINES, NUMBER, PAYMENTS, WITH_REFERENCES, Desk
from tests.money import at_the_desk

CHEQUE = f"{NUMBER};Jamie BOND;20/11/2026;5,00;cheque;0012345\n"


@pytest.mark.parametrize("again", ["12345", " 00 12345"])
def test_a_cheque_whose_zeros_are_lost_is_the_same_cheque(desk: Desk, again: str) -> None:
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    report = desk.load(reglements=WITH_REFERENCES + CHEQUE.replace("0012345", again).replace("Jamie BOND", "BOND J."))
    assert (report.payments.added, report.payments.unchanged, report.all_taken) == (0, 1, True)
    assert [str(line) for line in report.recognised] == [
        f"reglements.csv:2: facture « {NUMBER} » : 5,00\u00a0€ de BOND J. le 20/11/2026, "
        f"référence « {again.strip()} », c'est 5,00\u00a0€ de Jamie BOND le 20/11/2026, référence « 0012345 »"
    ]
    assert desk.holder(NUMBER).paid == 500


@pytest.mark.parametrize(
    "again",
    [
        pytest.param(("0012345", "777"), id="its reference alone"),
        pytest.param(("0012345", ""), id="its reference left out"),
        pytest.param(("5,00", "6,00"), id="its amount"),
    ],
)
def test_a_payment_that_may_be_counted_already_is_not_recorded_and_said(desk: Desk, again: tuple[str, str]) -> None:
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    report = desk.load(reglements=WITH_REFERENCES + CHEQUE.replace(*again))
    (said,) = report.not_recorded
    assert said.where.line == 2
    assert "5,00\u00a0€ de Jamie BOND le 20/11/2026, référence « 0012345 »" in said.text
    assert not report.all_taken
    assert desk.holder(NUMBER).paid == 500
    assert str(said) in "\n".join(report.lines())


def test_the_report_says_which_online_payment_a_row_is(desk: Desk) -> None:
    desk.load()
    online = Payment("online-1", "Jamie BOND", date(2026, 11, 10), Cents(500), Means.ONLINE, "A55A", date(2026, 11, 10))
    at_the_desk(desk.book, desk.invoices, NUMBER, online)
    rows = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-12;5,00;en ligne\n{NUMBER};Jamie BOND;2026-11-13;5,00;en ligne\n"
    for added in (1, 0):
        report = desk.load(reglements=rows)
        assert (report.payments.added, report.payments.unchanged) == (added, 2 - added)
        (said,) = report.recognised
        assert (said.where.line, said.text.partition("c'est ")[2]) == (
            2,
            "5,00\u00a0€ de Jamie BOND le 10/11/2026, référence « A55A »",
        )
        assert "1 règlement que le portail a déjà, sous une autre forme :" in report.lines()
    assert desk.holder(NUMBER).paid == 1000


def test_two_cheques_of_one_day_are_two_payments_when_both_are_listed(desk: Desk) -> None:
    both = WITH_REFERENCES + CHEQUE + CHEQUE.replace("0012345", "777")
    desk.load(reglements=WITH_REFERENCES + CHEQUE)
    assert desk.load(reglements=both).payments.added == 1
    assert desk.load(reglements=both).payments.unchanged == 2
    assert desk.holder(NUMBER).paid == 1000


def test_a_town_payment_on_an_invoice_paid_online_is_kept_and_told_each_time(desk: Desk) -> None:
    desk.load()
    online = Payment(
        "online-1", "Jamie BOND", date(2026, 11, 10), Cents(123_450), Means.ONLINE, "A55A", date(2026, 11, 10)
    )
    at_the_desk(desk.book, desk.invoices, NUMBER, online)
    cheque = PAYMENTS + f"{NUMBER};Jamie BOND;2026-11-20;1234,50;cheque\n"
    for _ in range(2):
        report = desk.load(reglements=cheque)
        assert [str(line) for line in report.overpaid] == [
            "factures.csv:2: facture « 2026-026-000335 » : 1\u202f234,50\u00a0€ de trop"
        ]
    assert len(desk.invoices.of(F1)[0].payments) == 2
    assert desk.invoices.of(F1)[0].overpaid == 123450


def test_a_payment_may_come_without_its_invoice(desk: Desk) -> None:
    desk.load()
    report = desk.load(factures=HEADS, lignes=LINES, reglements=PAYMENTS + f"{NUMBER};Jamie;2026-11-20;10;especes\n")
    assert report.payments.added == 1
    assert desk.invoices.of(F1)[0].paid == 1000
