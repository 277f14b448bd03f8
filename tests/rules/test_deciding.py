"""A person decides about an attempt that is to check or declared."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.rules.answering import announced, settled
from chalicelib.rules.deciding import decided_paid, decided_unpaid
from chalicelib.rules.looks import next_look
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import NEEDS_A_PERSON, Attempt, AttemptState, BankAnswer, Doubt, received
from tests.builders import an_attempt, an_invoice
from tests.clock import paris

NOW = paris("lundi 2026-11-23 10:00")
LATER = NOW + timedelta(minutes=5)
ANSWER = BankAnswer("idop-1", "P", "006382", "2013T50026000335", Cents(424), "T", "A55A", NOW)
OTHERWISE = replace(ANSWER, amount=Cents(400))
SILENT = an_attempt(an_invoice(), NOW, idop="idop-1", state=AttemptState.TO_CHECK, doubt=Doubt.SILENT, why="silent")
DIFFERS = replace(SILENT, doubt=Doubt.DIFFERS, why="differs:amount", answer=OTHERWISE)
DECLARED = replace(SILENT, state=AttemptState.DECLARED, doubt=None, why="", answer=ANSWER, contract="url")
WAITING = pytest.mark.parametrize("attempt", [SILENT, DIFFERS, DECLARED], ids=["silent", "differs", "declared"])


@WAITING
def test_money_that_a_person_found_is_final(attempt: Attempt) -> None:
    after = decided_paid(attempt, LATER, why="relevé du 24")
    assert (after.is_final, after.is_received, after.needs_a_person) == (True, True, False)
    assert (after.settled_at, after.doubt, after.why) == (LATER, None, "relevé du 24")
    for letter in "PVRZAQ":
        assert settled(after, replace(ANSWER, letter=letter), LATER) is after
        assert announced(after, replace(ANSWER, letter=letter), LATER) is after
    assert next_look(after, LATER) is None


@pytest.mark.parametrize(
    ("attempt", "says", "amount", "authorisation"),
    [
        (SILENT, {}, 424, ""),
        (SILENT, {"amount": Cents(100), "authorisation": "B66B"}, 100, "B66B"),
        (DIFFERS, {}, 400, "A55A"),
        (DIFFERS, {"amount": Cents(0)}, 0, "A55A"),
        (DECLARED, {"authorisation": "B66B"}, 424, "B66B"),
    ],
)
def test_the_statement_s_amount_and_authorisation_are_those_of_the_money(
    attempt: Attempt, says: dict[str, Any], amount: int, authorisation: str
) -> None:
    after = decided_paid(attempt, LATER, **says)
    assert after.answer
    assert (received(after), after.answer.authorisation) == (amount, authorisation)


@WAITING
def test_what_was_not_paid_holds_nothing_any_more(attempt: Attempt) -> None:
    assert attempt.is_live(LATER)
    after = decided_unpaid(attempt, LATER)
    assert (after.is_live(LATER), after.is_open, after.is_final, after.is_received) == (False, False, False, False)


@WAITING
@pytest.mark.parametrize("letter", ["R", "Z", "A", "known"])
def test_what_says_no_more_than_was_known_does_not_undo_the_decision(attempt: Attempt, letter: str) -> None:
    after = decided_unpaid(attempt, LATER)
    answer = after.answer if letter == "known" else replace(ANSWER, letter=letter)
    if answer:
        assert settled(after, answer, LATER) is after
        assert announced(after, answer, LATER) is after


def test_a_late_success_of_the_treasury_still_counts() -> None:
    after = decided_unpaid(SILENT, LATER)
    assert next_look(after, LATER) == LATER + timedelta(minutes=5)
    assert settled(after, ANSWER, LATER).state is AttemptState.PAID
    otherwise = settled(after, OTHERWISE, LATER)
    assert (otherwise.state, otherwise.doubt) == (AttemptState.TO_CHECK, Doubt.DIFFERS)


def test_an_announcement_that_was_not_known_is_for_a_person_again() -> None:
    after = decided_unpaid(replace(DECLARED, answer=OTHERWISE), LATER)
    assert announced(after, ANSWER, LATER).state is AttemptState.DECLARED


@pytest.mark.parametrize("state", [state for state in AttemptState if state not in NEEDS_A_PERSON])
def test_nobody_decides_on_what_waits_for_nobody(state: AttemptState) -> None:
    attempt = replace(SILENT, state=state)
    for decide in (decided_paid, decided_unpaid):
        with pytest.raises(ValueError, match="nobody has to decide"):
            decide(attempt, LATER)
