"""What the town gave back closes a surplus, or what no invoice explains, once for each warrant."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState
from chalicelib.rules.refunds import NoRefund, Refund
from chalicelib.services.refunding import NotRefunded, Unrefundable
from tests.builders import an_invoice
from tests.services.money_desk import CHEQUE, INVOICE, NOW, NUMBER, TODAY, MoneyDesk

TWICE = replace(CHEQUE, id="town-2", reference="67890")
REFUND = Refund(NUMBER, TODAY, Cents(1000), Means.TRANSFER, "M-17", why="payée deux fois")
UNEXPLAINED = Refund(NUMBER, TODAY, Cents(600), Means.TRANSFER, "M-18", authorisation="a55a")
NOTE = InvoiceNumber("2026-026-000336")
OTHER = InvoiceNumber("2026-026-000337")


@pytest.fixture
def desk() -> MoneyDesk:
    return MoneyDesk()


def test_what_was_paid_twice_is_given_back_once(desk: MoneyDesk) -> None:
    desk.receive(CHEQUE, TWICE)
    assert len(desk.book.open) == 1
    assert desk.refund.check(REFUND)
    assert desk.refund(REFUND)
    invoice = desk.invoice()
    assert (invoice.overpaid, invoice.is_paid, desk.book.open) == (0, True, {})
    assert desk.told()[-1] == ("refund", -1000)
    assert desk.book.told[-1].entry.reason == "mandat M-17 (payée deux fois)"
    (mail,) = desk.outbox.due(NOW, 9)
    assert (mail.kind, mail.facts["day"], mail.facts["amount"]) == ("refund-done", "25/11/2026", "10,00\xa0€")
    assert not desk.refund(REFUND)
    assert not desk.refund.check(REFUND)
    desk.adds_up()


def test_a_cancelled_invoice_that_was_paid_is_given_back(desk: MoneyDesk) -> None:
    desk.receive(CHEQUE)
    desk.invoices.invoices[NUMBER] = replace(desk.invoice(), cancelled_on=TODAY)
    assert desk.refund(REFUND)
    assert desk.invoice().paid == 0


def test_the_credit_of_a_note_is_given_back(desk: MoneyDesk) -> None:
    desk.invoices.put(an_invoice(NOTE, total=Cents(-424), issued_on=date(2026, 11, 1)), ())
    assert desk.refund(replace(REFUND, invoice=NOTE, amount=Cents(424)))
    assert (desk.invoice(NOTE).overpaid, desk.invoice(NOTE).remaining) == (0, 0)
    desk.adds_up()


def test_money_that_no_invoice_explains_is_given_back_whole(desk: MoneyDesk) -> None:
    desk.to_check()
    assert desk.refund(UNEXPLAINED)
    assert desk.told() == [("unclassified", 600), ("payment", 600), ("unclassified", -600), ("refund", -600)]
    assert desk.book.told[2].entry.takes_back == desk.book.told[0].name
    assert (desk.invoice().remaining, desk.book.open) == (1000, {})
    attempt = desk.attempts.kept[next(iter(desk.attempts.kept))]
    assert (attempt.state, attempt.unclassified, attempt.is_live(NOW)) == (AttemptState.DECIDED_PAID, "", False)
    assert [mail.to for mail in desk.outbox.due(NOW, 9)] == [attempt.email]
    assert not desk.refund(UNEXPLAINED)
    desk.adds_up()


@pytest.mark.parametrize(
    ("refund", "why"),
    [
        (replace(REFUND, amount=Cents(1001)), NoRefund.TOO_MUCH),
        (replace(REFUND, day=date(2026, 11, 26)), NoRefund.FUTURE),
        (replace(REFUND, day=date(2026, 11, 19)), NoRefund.EARLIER),
        (replace(REFUND, invoice=OTHER, amount=Cents(1)), NoRefund.NO_SURPLUS),
        (replace(REFUND, invoice=InvoiceNumber("2026-9")), Unrefundable.NO_INVOICE),
        (replace(REFUND, authorisation="B66B"), Unrefundable.NO_MONEY),
        (replace(UNEXPLAINED, amount=Cents(599)), Unrefundable.OTHER_AMOUNT),
        (replace(UNEXPLAINED, invoice=OTHER), Unrefundable.OTHER_INVOICE),
        (replace(UNEXPLAINED, day=date(2026, 11, 24)), NoRefund.EARLIER),
    ],
)
def test_what_is_not_given_back(desk: MoneyDesk, refund: Refund, why: NoRefund | Unrefundable) -> None:
    desk.receive(CHEQUE, TWICE)
    desk.to_check()
    desk.invoices.put(an_invoice(OTHER, total=Cents(1000), family=FamilyId("f-2")), ())
    before = desk.told()
    with pytest.raises(NotRefunded) as refused:
        desk.refund(refund)
    assert refused.value.why is why
    assert (desk.told(), desk.mails()) == (before, [])


def test_a_warrant_is_used_once_in_a_family(desk: MoneyDesk) -> None:
    desk.invoices.put(replace(INVOICE, number=OTHER, reference="2026-T5-00-1"), ())
    for number in (NUMBER, OTHER):
        desk.receive(CHEQUE, TWICE, number=number)
    assert desk.refund(REFUND)
    with pytest.raises(NotRefunded) as refused:
        desk.refund(replace(REFUND, invoice=OTHER))
    assert refused.value.why is NoRefund.SAME_WARRANT
