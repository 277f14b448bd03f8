"""The lines that a settled attempt leaves in the payments' journal."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.rules.ledger import NEEDS_A_PERSON, Kind, LedgerEntry, entries_of
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer, Doubt
from tests.builders import an_attempt, an_invoice
from tests.clock import paris

NOW = paris("lundi 2026-11-23 00:10")
PAID_AT = paris("dimanche 2026-11-22 23:59")
ANSWER = BankAnswer("idop-1", "P", "006382", "2013T50026000335", Cents(424), "T", "A55A", PAID_AT)


def settled_as(state: AttemptState) -> Attempt:
    asked = an_attempt(an_invoice(), NOW)
    return replace(asked, state=state, answer=ANSWER, idop="idop-1", settled_at=NOW)


def test_a_payment_is_one_line_of_what_the_bank_says() -> None:
    paid = settled_as(AttemptState.PAID)
    assert entries_of(paid, NOW) == (
        LedgerEntry(
            id=f"2026-11-22T23:10:00.000000Z#{paid.id}#paid",
            day=date(2026, 11, 23),
            kind=Kind.PAID,
            attempt=paid.id,
            family=paid.family,
            invoice=paid.invoice,
            reference=paid.reference,
            amount=Cents(424),
            letter="P",
            authorisation="A55A",
            paid_at=PAID_AT,
            idop="idop-1",
        ),
    )


@pytest.mark.parametrize("state", AttemptState)
def test_a_state_leaves_a_line_when_it_speaks_of_money(state: AttemptState) -> None:
    says = {
        AttemptState.PAID: [(Kind.PAID, 424)],
        AttemptState.DEBIT_ACCEPTED: [(Kind.PAID, 424)],
        AttemptState.REVERSED: [(Kind.REVERSED, -424)],
        AttemptState.TO_CHECK: [(Kind.TO_CHECK, 424)],
        AttemptState.DECLARED: [(Kind.DECLARED, 424)],
    }
    assert [(line.kind, line.amount) for line in entries_of(settled_as(state), NOW)] == says.get(state, [])


def test_what_nobody_asked_for_is_a_second_line_for_a_person() -> None:
    paid, surplus = entries_of(settled_as(AttemptState.PAID), NOW, surplus=Cents(24))
    assert (paid.kind, paid.amount, surplus.kind, surplus.amount) == (Kind.PAID, 424, Kind.OVERPAID, 24)
    assert surplus.kind in NEEDS_A_PERSON
    assert paid.id != surplus.id


def test_without_an_answer_the_line_says_what_was_asked_for_and_why_it_is_open() -> None:
    silent = replace(settled_as(AttemptState.TO_CHECK), answer=None, doubt=Doubt.SILENT, why="silent")
    (line,) = entries_of(silent, NOW)
    assert (line.amount, line.letter, line.authorisation, line.paid_at) == (silent.amount, "", "", None)
    assert (line.doubt, line.why) == (Doubt.SILENT, "silent")
