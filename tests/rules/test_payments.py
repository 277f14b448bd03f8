"""What the treasury's answers make of an attempt to pay, in any order, any number of times."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.answering import announced, settled, without_answer
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import bare_reference
from chalicelib.rules.looks import next_look
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import (
    AttemptState,
    BankAnswer,
    Doubt,
    padded_reference,
)
from tests.builders import an_attempt, an_invoice
from tests.clock import paris

NOW = paris("lundi 2026-11-23 10:00")
ATTEMPT = an_attempt(
    an_invoice(payments=()),
    NOW,
    id=AttemptId("a-1"),
    label="CANTINE",
    state=AttemptState.PENDING,
    idop="idop-1",
)


def an_answer(letter: str = "P", **changes: Any) -> BankAnswer:
    return replace(BankAnswer("idop-1", letter, "006382", "2013T50026000335", Cents(424), "T", "A55A", NOW), **changes)


@pytest.mark.parametrize(
    ("before", "letter", "after"),
    [
        ("pending", "P", "paid"),
        ("pending", "V", "debit-accepted"),
        ("pending", "R", "refused"),
        ("pending", "Z", "refused"),
        ("pending", "A", "pending"),
        ("pending", "W", "to-check"),
        ("abandoned", "P", "paid"),
        ("expired", "P", "paid"),
        ("expired", "V", "debit-accepted"),
        ("refused", "P", "paid"),
        ("refused", "A", "refused"),
        ("to-check", "P", "paid"),
        ("paid", "R", "paid"),
        ("paid", "A", "paid"),
        ("debit-accepted", "Z", "debit-accepted"),
    ],
)
def test_an_answer_moves_an_attempt(before: str, letter: str, after: str) -> None:
    attempt = replace(ATTEMPT, state=AttemptState(before))
    assert settled(attempt, an_answer(letter), NOW).state.value == after


@pytest.mark.parametrize(
    "changes",
    [{"amount": 100}, {"reference": "X"}, {"client_number": "000000"}, {"saisie": "W"}, {"idop": "idop-2"}],
    ids=lambda changes: next(iter(changes)),
)
def test_money_that_is_not_what_was_asked_is_for_a_person_unless_the_bank_corrects_itself(
    changes: dict[str, Any],
) -> None:
    after = settled(ATTEMPT, an_answer(**changes), NOW)
    assert (after.state, after.doubt) == (AttemptState.TO_CHECK, Doubt.DIFFERS)
    assert after.why == f"differs:{next(iter(changes))}"
    for letter in "RAQ":
        assert settled(after, an_answer(letter), NOW) is after
    assert settled(after, an_answer(), NOW).state is AttemptState.PAID


@pytest.mark.parametrize("doubt", [Doubt.SILENT, Doubt.LETTER])
def test_money_taken_otherwise_is_told_whatever_was_to_check_before(doubt: Doubt) -> None:
    attempt = replace(ATTEMPT, state=AttemptState.TO_CHECK, doubt=doubt)
    assert settled(attempt, an_answer(amount=100), NOW).doubt is Doubt.DIFFERS


BY_URL = replace(ATTEMPT, contract="url")


@pytest.mark.parametrize(
    ("before", "letter", "changes", "after"),
    [
        ("pending", "P", {}, "declared"),
        ("pending", "V", {}, "declared"),
        ("pending", "P", {"amount": 1}, "to-check"),
        ("pending", "Q", {}, "to-check"),
        ("pending", "R", {}, "refused"),
        ("refused", "A", {}, "refused"),
        ("refused", "P", {}, "declared"),
        ("abandoned", "P", {"amount": 1}, "to-check"),
        ("expired", "P", {}, "declared"),
        ("to-check", "P", {}, "declared"),
        ("to-check", "R", {}, "to-check"),
        ("to-check", "Q", {}, "to-check"),
        ("declared", "R", {}, "declared"),
        ("declared", "P", {"amount": 1}, "declared"),
        ("paid", "R", {}, "paid"),
        ("reversed", "P", {}, "reversed"),
        ("failed", "P", {}, "failed"),
    ],
)
def test_an_unsigned_word_says_more_of_money_never_less_and_ends_nothing(
    before: str, letter: str, changes: dict[str, int], after: str
) -> None:
    attempt = replace(BY_URL, state=AttemptState(before))
    told = announced(attempt, an_answer(letter, **changes), NOW)
    assert told.state.value == after
    assert told is attempt or not told.is_final


@given(st.lists(st.tuples(st.sampled_from("PVRZAQ"), st.sampled_from([424, 1]))))
def test_no_unsigned_words_open_a_second_payment_while_the_page_can_be_used(words: list[tuple[str, int]]) -> None:
    attempt = BY_URL
    for letter, amount in words:
        attempt = announced(attempt, an_answer(letter, amount=amount), NOW)
        assert attempt.is_live(NOW + timedelta(minutes=14))
    said = announced(attempt, an_answer("P"), NOW)
    assert said.state is AttemptState.DECLARED
    assert not said.is_received


@pytest.mark.parametrize(
    ("paid_at", "gone_at"),
    [
        pytest.param(NOW + timedelta(minutes=3), NOW + timedelta(minutes=6), id="two minutes after"),
        pytest.param(NOW - timedelta(seconds=40), NOW + timedelta(seconds=140), id="its minute is that of our opening"),
        pytest.param(None, NOW + timedelta(minutes=17), id="no date: after the page's end"),
        pytest.param(NOW + timedelta(days=1), NOW + timedelta(minutes=17), id="tomorrow: after the page's end"),
    ],
)
def test_an_abandon_is_true_two_minutes_after_the_treasury_s_minute(
    paid_at: datetime | None, gone_at: datetime
) -> None:
    answer = an_answer("A", paid_at=paid_at)
    leaving = settled(ATTEMPT, answer, NOW)
    before = gone_at - timedelta(seconds=1)
    assert (leaving.state, leaving.gone_at) == (AttemptState.PENDING, gone_at)
    assert settled(leaving, answer, before) is leaving, "told again"
    assert (leaving.is_live(before), leaving.can_resume(before), leaving.is_live(gone_at)) == (True, False, False)
    assert next_look(leaving, NOW) == gone_at
    assert settled(leaving, an_answer("P"), before).state is AttemptState.PAID
    assert settled(leaving, an_answer("R"), before).state is AttemptState.REFUSED
    gone = settled(leaving, answer, gone_at)
    assert (gone.state, gone.gone_at) == (AttemptState.ABANDONED, None)
    assert settled(gone, an_answer("P"), gone_at).state is AttemptState.PAID


@given(st.lists(st.sampled_from("PRAZW")))
def test_paid_wins_whatever_the_order_and_repeats_change_nothing(letters: list[str]) -> None:
    attempt = ATTEMPT
    for letter in letters:
        attempt = settled(attempt, an_answer(letter), NOW)
        assert settled(attempt, an_answer(letter), NOW) is attempt
    assert attempt.is_received == ("P" in letters)


def test_without_an_answer_it_expires_after_two_hours() -> None:
    assert without_answer(ATTEMPT, NOW + timedelta(minutes=119)) is ATTEMPT
    assert without_answer(ATTEMPT, NOW + timedelta(hours=2)).state is AttemptState.EXPIRED


def test_the_treasury_is_asked_every_five_minutes_then_at_two_hours_fifteen_then_next_morning() -> None:
    asked: list[timedelta] = []
    at = next_look(ATTEMPT, NOW)
    while at:
        asked.append(at - NOW)
        at = next_look(ATTEMPT, at)
    assert asked[:3] == [timedelta(minutes=5), timedelta(minutes=10), timedelta(minutes=15)]
    assert timedelta(hours=2, minutes=15) in asked
    assert asked[-1] == paris("mardi 2026-11-24 07:00") - NOW
    assert next_look(replace(ATTEMPT, state=AttemptState.PAID), NOW) is None
    assert next_look(replace(ATTEMPT, idop=""), NOW) is None


def test_one_live_attempt_lasts_as_long_as_the_bank_lets_it() -> None:
    assert ATTEMPT.can_resume(NOW + timedelta(minutes=14))
    assert not ATTEMPT.is_live(NOW + timedelta(minutes=15))
    created = replace(ATTEMPT, state=AttemptState.CREATED, idop="")
    assert created.is_live(NOW + timedelta(seconds=29))
    assert not created.is_live(NOW + timedelta(seconds=30))
    assert not created.can_resume(NOW)


def test_references_lose_their_dashes() -> None:
    assert bare_reference("2013-T5-00-26000335") == "2013T50026000335"
    assert padded_reference("2013-T5-00-26000335") == "2013T5000000026000335"
    with pytest.raises(ValueError, match="no payment reference"):
        bare_reference("a-b")
