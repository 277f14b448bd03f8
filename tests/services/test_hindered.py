"""What prevents a payment prevents it in the use case that opens payments, whatever page asked."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payable import Hindrance
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.invoicing import AlreadyPaid, ChooseInvoice, NotPayable
from tests.builders import BOND
from tests.services.paying_world import EMAIL, INVOICE, NOW, PAYING, World, a_world

TODAY = paris_day(NOW)


def with_invoice(world: World, **changes: Any) -> Invoice:
    invoice = replace(INVOICE, **changes)
    world.invoices.put(invoice, ())
    return invoice


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"means": Means.DIRECT_DEBIT}, Hindrance.DIRECT_DEBIT),
        ({"cancelled_on": TODAY}, Hindrance.CANCELLED),
        ({"due_on": TODAY - timedelta(days=31)}, Hindrance.TOO_LATE),
        ({"total": Cents(5001)}, Hindrance.AMOUNT),
        ({"total": Cents(99)}, Hindrance.AMOUNT),
    ],
)
def test_no_payment_is_opened(changes: dict[str, Any], why: Hindrance) -> None:
    payment = replace(PAYING, days_after_due=30, ceiling=Cents(5000))
    with a_world(payment=payment) as world:
        with_invoice(world, due_on=TODAY - timedelta(days=30))
        assert world.pay() == "https://bank.example/idop-1", "the last day, and less than the ceiling"
    with a_world(payment=payment) as world:
        with_invoice(world, **{"due_on": TODAY, **changes})
        with pytest.raises(NotPayable) as refused:
            world.pay()
        assert refused.value.why is why
        assert world.treasury.asked == []
        assert world.attempts.latest(world.invoice()) is None


def test_a_credit_note_is_settled_whatever_is_left_of_it() -> None:
    with a_world() as world:
        with_invoice(world, total=Cents(-424))
        with pytest.raises(AlreadyPaid):
            world.pay()


def test_a_cancelled_invoice_cannot_be_chosen() -> None:
    with a_world() as world:
        with_invoice(world, cancelled_on=TODAY)
        choose = ChooseInvoice(invoices=world.invoices, attempts=world.attempts, clock=world.clock)
        with pytest.raises(NotPayable) as refused:
            choose(BOND, INVOICE.number, EMAIL)
        assert refused.value.why is Hindrance.CANCELLED


def test_what_was_begun_on_the_last_day_may_be_ended_after_it() -> None:
    with a_world(payment=replace(PAYING, days_after_due=0)) as world:
        with_invoice(world, due_on=TODAY)
        world.clock.at = NOW.replace(hour=22, minute=55)
        assert world.pay() == "https://bank.example/idop-1"
        world.later(minutes=10)
        assert paris_day(world.clock.now()) > TODAY
        assert world.pay() == "https://bank.example/idop-1"
