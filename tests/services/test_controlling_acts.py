"""What a régisseur does with money that the treasury told of is no difference with the treasury."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from chalicelib.rules.decisions import Decision, Word
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.points import code_of
from chalicelib.rules.refunds import Refund
from chalicelib.rules.taking_back import NotThere
from chalicelib.services.controlling import ControlBook
from chalicelib.services.taking_back import Cause, TakingBack
from tests.fake_bank import Treasury
from tests.services.money_desk import ATTEMPT, NUMBER, TODAY, MoneyDesk

PAID = Decision(code_of(ATTEMPT), TODAY, Word.PAID, "Mme Petit")
GIVEN_BACK = Refund(NUMBER, TODAY, Cents(600), Means.TRANSFER, "M-1", authorisation="A55A")
BOUNCED = TakingBack(NUMBER, Cause.BOUNCED, NotThere(TODAY, "A55A"), "sans provision")


@pytest.fixture
def desk() -> MoneyDesk:
    return MoneyDesk()


def agrees(desk: MoneyDesk) -> bool:
    """Whether the treasury was asked once, and agrees: it says again what it said of the attempt."""
    attempt = desk.attempts.kept[ATTEMPT]
    treasury = Treasury(answers={attempt.idop: attempt.answer})
    control = ControlBook(book=desk.book, treasury=treasury, invoices=desk.invoices.invoices.values, clock=desk.clock)
    found = control(date(2026, 11, 1))
    assert found.discrepancies == ()
    return found.asked == 1


def test_a_debit_that_bounced(desk: MoneyDesk) -> None:
    """The treasury never tells of it: the line has no instant of its own."""
    desk.paid_online("V")
    assert desk.take_back(BOUNCED)
    assert agrees(desk)


@pytest.mark.parametrize("told", [{"client_number": "000001"}, {"reference": "2013T5002"}, {"saisie": "W"}])
@pytest.mark.parametrize("act", [lambda desk: desk.decide(PAID), lambda desk: desk.refund(GIVEN_BACK)])
def test_money_that_was_taken_otherwise_and_found_its_place(
    desk: MoneyDesk, act: Callable[[MoneyDesk], bool], told: dict[str, Any]
) -> None:
    """The lines of the journal say what the treasury said, not what it was asked."""
    desk.to_check(**told)
    assert act(desk)
    assert agrees(desk)
