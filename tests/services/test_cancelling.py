"""An invoice is cancelled once, in one event, and never beside a payment that is under way."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.rules.book import EntryKind
from chalicelib.rules.cancelling import CancelFault
from chalicelib.rules.errors import NotFound, Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.points import PointKind
from chalicelib.services.cancelling import CancelInvoice, NotCancellable
from chalicelib.services.invoicing import UnderWay
from tests.builders import a_payment
from tests.services.test_crediting import INVOICE, NOTE, PAYER, Desk


def cancel(desk: Desk, number: InvoiceNumber = INVOICE.number) -> bool:
    use_case = CancelInvoice(book=desk.book, invoices=desk.invoices, attempts=desk.attempts, clock=desk.clock)
    return use_case(number, payer=PAYER, reason="facture annulée")


def test_nothing_is_due_and_the_journal_says_why() -> None:
    desk = Desk()
    assert [cancel(desk) for _ in range(2)] == [True, False]
    assert (desk.of(INVOICE).cancelled_on, desk.of(INVOICE).remaining) == (date(2026, 11, 25), 0)
    [entry] = desk.entries(EntryKind.DECISION)
    assert (entry.kind, entry.amount, entry.means, entry.payer) == (EntryKind.DECISION, 0, None, PAYER)
    assert (entry.reason, entry.day) == ("facture annulée", date(2026, 11, 25))


def test_what_was_paid_is_to_be_refunded() -> None:
    desk = Desk(invoice=replace(INVOICE, payments=(a_payment(700),)))
    cancel(desk)
    [point] = desk.book.points()
    assert (point.kind, point.received, desk.of(INVOICE).overpaid) == (PointKind.OVERPAID, 700, 700)


@pytest.mark.parametrize(("number", "why"), [(INVOICE.number, CancelFault.HAS_CREDIT), (NOTE.number, CancelFault.GAVE)])
def test_credit_that_was_given_is_not_cancelled(number: InvoiceNumber, why: CancelFault) -> None:
    desk = Desk()
    desk.give.at_once(NOTE.number, PAYER)
    with pytest.raises(NotCancellable) as refused:
        cancel(desk, number)
    assert refused.value.why is why


def test_credit_that_was_taken_back_is_no_obstacle() -> None:
    given = a_payment(424, means=Means.CREDIT_NOTE)
    back = replace(given, id="p-2", amount=Cents(-424), takes_back="p-1")
    assert cancel(Desk(invoice=replace(INVOICE, payments=(given, back))))


def test_nothing_is_cancelled_while_a_payment_is_under_way() -> None:
    desk = Desk()
    desk.begin_a_payment()
    with pytest.raises(UnderWay):
        cancel(desk)
    assert desk.entries(EntryKind.DECISION) == []


def test_what_moves_meanwhile_is_read_again() -> None:
    desk = Desk()
    desk.book.stale = 4
    assert cancel(desk)
    other = Desk()
    other.book.stale = 99
    with pytest.raises(Unavailable):
        cancel(other)
    with pytest.raises(NotFound):
        cancel(other, InvoiceNumber("2013-9"))
