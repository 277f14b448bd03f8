"""What a person decides closes its point, once, and the hold on the invoice ends with it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.answering import settled
from chalicelib.rules.decisions import Decision, Undecided, Word
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState, BankAnswer, Doubt
from chalicelib.rules.points import PointCode, code_of
from chalicelib.services.deciding import NotDecided
from tests.builders import a_payment, an_invoice
from tests.services.money_desk import ATTEMPT, CHEQUE, INVOICE, NOW, NUMBER, TODAY, MoneyDesk

CODE = code_of(ATTEMPT)
PAID = Decision(CODE, TODAY, Word.PAID, "Mme Petit", why="vu sur le relevé")
NOT_PAID = Decision(CODE, TODAY, Word.NOT_PAID, "Mme Petit")
KEPT = Decision(code_of(NUMBER), TODAY, Word.KEPT, "Mme Petit")
OTHER, STRANGER = InvoiceNumber("2026-026-000337"), InvoiceNumber("2026-026-000338")


@pytest.fixture
def desk() -> MoneyDesk:
    made = MoneyDesk()
    made.invoices.put(an_invoice(OTHER, total=Cents(600), issued_on=date(2026, 10, 31)), ())
    made.invoices.put(an_invoice(STRANGER, total=Cents(600), family=FamilyId("f-2")), ())
    return made


def test_money_that_was_seen_finds_its_invoice(desk: MoneyDesk) -> None:
    desk.to_check()
    assert desk.attempts.kept[ATTEMPT].is_live(NOW)
    assert desk.decide.check(PAID)
    assert desk.decide(PAID)
    assert (desk.invoice().remaining, desk.book.open) == (400, {})
    assert desk.told() == [("unclassified", 600), ("decision", 0), ("payment", 600), ("unclassified", -600)]
    assert desk.book.told[3].entry.takes_back == desk.book.told[0].name
    assert desk.book.told[1].entry.reason == "payee : décidé par Mme Petit (vu sur le relevé)"
    after = desk.attempts.kept[ATTEMPT]
    assert (after.state, after.is_live(NOW), after.unclassified) == (AttemptState.DECIDED_PAID, False, "")
    assert desk.mails() == ["payment-receipt"]
    assert not desk.decide(PAID)
    desk.adds_up()


def test_it_may_pay_another_invoice_of_the_family(desk: MoneyDesk) -> None:
    desk.to_check()
    assert desk.decide(replace(PAID, invoice=OTHER))
    assert (desk.invoice(OTHER).remaining, desk.invoice().remaining) == (0, 1000)
    desk.adds_up()


def test_what_the_treasury_never_told_is_what_the_statement_says(desk: MoneyDesk) -> None:
    desk.to_check(Doubt.SILENT, amount=None)
    assert desk.decide(replace(PAID, amount=Cents(900), authorisation="B66B"))
    (payment,) = desk.invoice().payments
    assert (payment.amount, payment.authorisation, payment.attempt) == (900, "B66B", ATTEMPT)
    (mail,) = desk.outbox.due(NOW, 9)
    assert mail.facts["amount"] == "9,00\xa0€"
    desk.adds_up()


def test_nothing_was_taken_and_a_late_success_still_counts(desk: MoneyDesk) -> None:
    desk.to_check(Doubt.SILENT, amount=None)
    assert desk.decide(NOT_PAID)
    after = desk.attempts.kept[ATTEMPT]
    assert (after.state, after.is_live(NOW), desk.book.open) == (AttemptState.DECIDED_UNPAID, False, {})
    late = BankAnswer("idop-1", "P", after.client_number, after.reference, after.amount, after.saisie, "A55A", NOW)
    assert settled(after, late, NOW).state is AttemptState.PAID
    assert (desk.told(), desk.mails()) == ([("decision", 0)], [])
    assert not desk.decide(NOT_PAID)


def test_a_surplus_stays_until_more_comes(desk: MoneyDesk) -> None:
    desk.receive(CHEQUE, replace(CHEQUE, id="town-2"))
    assert desk.decide(KEPT)
    assert (desk.book.open, desk.invoice().overpaid) == ({}, 1000)
    desk.receive(replace(CHEQUE, id="town-3"))
    assert not desk.decide(KEPT)
    assert list(desk.book.open) == [KEPT.point]
    desk.adds_up()


def test_what_the_town_s_list_brought_is_not_counted_twice(desk: MoneyDesk) -> None:
    desk.to_check()
    desk.receive(a_payment(600, id="town-9", means=Means.ONLINE, authorisation=" a55a", paid_on=TODAY))
    assert desk.decide(PAID)
    assert desk.invoice().paid == 600
    assert desk.told()[-2:] == [("decision", 0), ("unclassified", -600)]
    desk.adds_up()


@pytest.mark.parametrize(
    ("decision", "why"),
    [
        (replace(PAID, point=PointCode("BCDFGH")), Undecided.UNKNOWN),
        (replace(PAID, day=TODAY + timedelta(days=1)), Undecided.FUTURE),
        (NOT_PAID, Undecided.TAKEN),
        (replace(PAID, word=Word.KEPT), Undecided.NOT_OVERPAID),
        (replace(KEPT, word=Word.PAID), Undecided.OVERPAID),
        (replace(PAID, amount=Cents(601)), Undecided.AMOUNT),
        (replace(PAID, authorisation="B66B"), Undecided.AUTHORISATION),
        (replace(PAID, invoice=STRANGER), Undecided.OTHER_FAMILY),
        (replace(PAID, invoice=InvoiceNumber("2026-9")), Undecided.NO_INVOICE),
    ],
)
def test_what_is_not_followed(desk: MoneyDesk, decision: Decision, why: Undecided) -> None:
    desk.to_check()
    desk.receive(CHEQUE, replace(CHEQUE, id="town-2"))
    before = desk.told()
    with pytest.raises(NotDecided) as refused:
        desk.decide(decision)
    assert refused.value.why is why
    assert (desk.told(), desk.mails()) == (before, [])


def test_a_closed_point_is_not_decided_again(desk: MoneyDesk) -> None:
    desk.to_check(Doubt.SILENT, amount=None)
    assert desk.decide(NOT_PAID)
    for later, why in ((PAID, Undecided.CONTRARY), (replace(NOT_PAID, day=date(2026, 11, 24)), Undecided.UNKNOWN)):
        with pytest.raises(NotDecided) as refused:
            desk.decide(later)
        assert refused.value.why is why


def test_an_invoice_that_is_gone_takes_no_money(desk: MoneyDesk) -> None:
    desk.to_check()
    del desk.invoices.invoices[INVOICE.number]
    with pytest.raises(NotDecided) as refused:
        desk.decide(PAID)
    assert refused.value.why is Undecided.NO_INVOICE
    assert desk.decide(replace(PAID, invoice=OTHER))
