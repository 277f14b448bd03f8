"""What may be given back: never more than was received too much, and one warrant once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.refunds import NoRefund, Refund, judged, refund_of
from tests.builders import a_payment, an_invoice

TODAY = date(2026, 11, 25)
PAID = a_payment(1424, paid_on=date(2026, 11, 20))
OVERPAID = an_invoice(total=Cents(424), payments=(PAID,))
CREDIT = an_invoice(total=Cents(-424), issued_on=date(2026, 11, 20))
REFUND = Refund(OVERPAID.number, date(2026, 11, 24), Cents(1000), Means.TRANSFER, "M-2026-17")


@pytest.mark.parametrize(
    ("invoice", "refund", "expected"),
    [
        (OVERPAID, REFUND, None),
        (OVERPAID, replace(REFUND, amount=Cents(1)), None),
        (OVERPAID, replace(REFUND, amount=Cents(1001)), NoRefund.TOO_MUCH),
        (OVERPAID, replace(REFUND, day=date(2026, 11, 26)), NoRefund.FUTURE),
        (OVERPAID, replace(REFUND, day=date(2026, 11, 19)), NoRefund.EARLIER),
        (replace(OVERPAID, total=Cents(1424)), REFUND, NoRefund.NO_SURPLUS),
        (replace(OVERPAID, total=Cents(2000)), REFUND, NoRefund.NO_SURPLUS),
        (replace(OVERPAID, total=Cents(1424), cancelled_on=TODAY), replace(REFUND, amount=Cents(1424)), None),
        (CREDIT, replace(REFUND, amount=Cents(424)), None),
        (CREDIT, replace(REFUND, amount=Cents(425)), NoRefund.TOO_MUCH),
        (CREDIT, replace(REFUND, amount=Cents(424), day=date(2026, 11, 19)), NoRefund.EARLIER),
    ],
)
def test_what_may_be_given_back(invoice: Invoice, refund: Refund, expected: NoRefund | None) -> None:
    assert judged(refund, invoice, TODAY) is expected


def test_a_warrant_is_one_refund() -> None:
    half = replace(REFUND, amount=Cents(500))
    given_back = replace(OVERPAID, payments=(PAID, refund_of(half, "Jamie BOND")))
    assert judged(half, given_back, TODAY) is NoRefund.DONE
    assert judged(replace(half, warrant="m-2026-17 "), given_back, TODAY) is NoRefund.DONE
    assert judged(replace(half, amount=Cents(400)), given_back, TODAY) is NoRefund.SAME_WARRANT
    assert judged(replace(half, day=TODAY), given_back, TODAY) is NoRefund.SAME_WARRANT
    assert judged(replace(half, warrant="M-2026-18"), given_back, TODAY) is None


@given(
    total=st.integers(-2000, 2000),
    paid=st.lists(st.integers(1, 1500), max_size=3),
    cancelled=st.booleans(),
    asked=st.lists(st.tuples(st.integers(1, 2500), st.sampled_from("abc"), st.integers(10, 28)), max_size=8),
)
def test_never_more_than_the_surplus(
    total: int, paid: list[int], cancelled: bool, asked: list[tuple[int, str, int]]
) -> None:
    payments = tuple(a_payment(one, id=f"p-{rank}", paid_on=date(2026, 11, 20)) for rank, one in enumerate(paid))
    invoice = an_invoice(total=Cents(total), payments=payments if total > 0 else (), issued_on=date(2026, 11, 1))
    invoice = replace(invoice, cancelled_on=TODAY if cancelled and total > 0 else None)
    left: int = invoice.overpaid
    for amount, warrant, day in [*asked, *asked]:
        refund = replace(REFUND, amount=Cents(amount), warrant=warrant, day=date(2026, 11, day))
        if judged(refund, invoice, TODAY) is None:
            invoice = replace(invoice, payments=(*invoice.payments, refund_of(refund, "X")))
            left -= amount
        assert left >= 0
        assert invoice.overpaid == left
