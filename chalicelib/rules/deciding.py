"""What a person decides about an attempt of which the treasury's word was not enough."""

from dataclasses import replace
from datetime import date, datetime

from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer
from chalicelib.rules.school_calendar import paris_instant


def decided_paid(
    attempt: Attempt,
    now: datetime,
    *,
    amount: Cents | None = None,
    authorisation: str = "",
    day: date | None = None,
    why: str = "",
) -> Attempt:
    """The attempt after a person found its money: final. ``amount`` (cents), ``authorisation`` and ``day`` (in Paris)
    are those of the bank's statement; the treasury's own instant stays. ``why`` is for the operator.

    Raises ValueError for an attempt that waits for nobody.
    """
    return _decided(attempt, AttemptState.DECIDED_PAID, now, _found(attempt, amount, authorisation, day), why)


def decided_unpaid(attempt: Attempt, now: datetime, *, why: str = "") -> Attempt:
    """The attempt after a person found that nothing was paid: its hold on the invoice ends at once, and what the
    treasury did not say before still counts. Raises ValueError for an attempt that waits for nobody."""
    return _decided(attempt, AttemptState.DECIDED_UNPAID, now, attempt.answer, why)


def _decided(attempt: Attempt, state: AttemptState, now: datetime, answer: BankAnswer | None, why: str) -> Attempt:
    if not attempt.needs_a_person:
        raise ValueError(f"attempt {attempt.id} is {attempt.state.value}: nobody has to decide")
    return replace(attempt, state=state, answer=answer, settled_at=now, doubt=None, why=why)


def _found(attempt: Attempt, amount: Cents | None, authorisation: str, day: date | None) -> BankAnswer:
    """What the bank's statement says, in the words of an answer. Without a word of the treasury there is no letter."""
    facts = (attempt.client_number, attempt.reference, attempt.amount, attempt.saisie)
    answer = attempt.answer or BankAnswer(attempt.idop, "", *facts)
    return replace(
        answer,
        amount=answer.amount if amount is None else amount,
        authorisation=authorisation or answer.authorisation,
        paid_at=answer.paid_at or (paris_instant(day, 12 * 60) if day else None),
    )
