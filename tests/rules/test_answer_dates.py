"""A date that cannot be a payment's is no date: the money counts on the day on which the portal learnt of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.answering import announced, settled
from chalicelib.rules.payments import BY_URL, AttemptState, BankAnswer
from chalicelib.rules.receipts import payment_of
from tests.builders import an_attempt, an_invoice
from tests.clock import paris
from tests.present import present

NOW = paris("mercredi 2026-11-25 10:00")
ATTEMPT = an_attempt(an_invoice(), NOW - timedelta(minutes=5), state=AttemptState.PENDING, idop="op-1")


def paid(at: timedelta) -> BankAnswer:
    asked = ATTEMPT
    return BankAnswer("op-1", "P", asked.client_number, asked.reference, asked.amount, asked.saisie, "A55A", NOW + at)


@pytest.mark.parametrize("days", [-400, -3, 3, 37])
def test_a_date_far_from_the_attempt_is_no_date(days: int) -> None:
    after = settled(ATTEMPT, paid(timedelta(days=days)), NOW)
    assert after.state is AttemptState.PAID
    assert present(after.answer).paid_at is None
    payment = payment_of(after, NOW)
    assert (payment.paid_on, payment.bank_date) == (date(2026, 11, 25), None)


def test_an_impossible_date_of_the_unsigned_return_is_none_either() -> None:
    after = announced(replace(ATTEMPT, contract=BY_URL), paid(timedelta(days=30)), NOW)
    assert (after.state, present(after.answer).paid_at) == (AttemptState.DECLARED, None)


@pytest.mark.parametrize("minutes", [-4, 0, 3, 60])
def test_a_date_beside_the_attempt_is_the_bank_s(minutes: int) -> None:
    at = timedelta(minutes=minutes)
    assert present(settled(ATTEMPT, paid(at), NOW).answer).paid_at == NOW + at
