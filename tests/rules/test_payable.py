"""What prevents an invoice from being paid online, one hindrance at a time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payable import Hindrance, hindrance
from chalicelib.rules.payments import WEB_SERVICE
from chalicelib.rules.town import PaymentFacts
from tests.builders import an_invoice

INVOICE = an_invoice(total=Cents(1000))
OPEN = PaymentFacts(client_number="006382", online=WEB_SERVICE)
DUE = INVOICE.due_on


@pytest.mark.parametrize(
    ("invoice", "payment", "day", "why"),
    [
        (INVOICE, OPEN, DUE, None),
        (INVOICE, OPEN, DUE + timedelta(days=900), None),
        (INVOICE, replace(OPEN, days_after_due=0), DUE, None),
        (INVOICE, replace(OPEN, days_after_due=0), DUE + timedelta(days=1), Hindrance.TOO_LATE),
        (INVOICE, replace(OPEN, ceiling=Cents(999)), DUE, Hindrance.AMOUNT),
        (replace(INVOICE, total=Cents(99)), OPEN, DUE, Hindrance.AMOUNT),
        (INVOICE, replace(OPEN, online=""), DUE, Hindrance.CLOSED),
        (replace(INVOICE, means=Means.DIRECT_DEBIT), OPEN, DUE, Hindrance.DIRECT_DEBIT),
        (replace(INVOICE, total=Cents(-424)), OPEN, DUE, Hindrance.PAID),
        (replace(INVOICE, cancelled_on=DUE), OPEN, DUE, Hindrance.CANCELLED),
    ],
)
def test_the_first_hindrance_that_is_true_is_the_one_to_say(
    invoice: Invoice, payment: PaymentFacts, day: date, why: Hindrance | None
) -> None:
    assert hindrance(invoice, payment, day) is why
