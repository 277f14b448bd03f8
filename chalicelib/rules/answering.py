"""What the treasury's answers make of an attempt to pay, in any order, any number of times.

There are two kinds of news: the treasury's answer to a look-up (``settled``), and what anybody can post
(``announced``). The second never ends an attempt.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.rules.payments import (
    ENDED_UNPAID,
    EXPIRES_AFTER,
    LIVE,
    RECEIVED,
    STATE_OF_LETTER,
    Attempt,
    AttemptState,
    BankAnswer,
    Doubt,
)
from chalicelib.values import Value

INVOICE_GONE = "invoice"
DIFFERENCES = {
    "idop": "l'opération",
    "client_number": "le numéro de client",
    "reference": "la référence",
    "amount": "le montant",
    "saisie": "le mode (T, X, W)",
    INVOICE_GONE: "la facture, qui n'est plus dans le portail",
}
"""The names of ``disagreements``, and of an invoice that is gone -> what a clerk reads."""
FAR = timedelta(days=2)
"""How far from its attempt's beginning a payment's date can be: the treasury's page is usable for minutes."""


def settled(attempt: Attempt, answer: BankAnswer, now: datetime) -> Attempt:
    """The attempt after the treasury's own answer to a look-up; the same object when it changes nothing.

    A payment that is exactly what was asked wins over every state. An abandon is kept as the attempt's answer until the
    operation can no longer be paid. When other money was taken, a person decides; after that, only a payment that is
    exactly what was asked changes the state. What a person knew when she decided does not undo her decision.
    """
    answer = dated(attempt, answer)
    if attempt.is_final or _is_decided_on(attempt, answer):
        return attempt
    meaning = _meaning(attempt, answer)
    if attempt.doubt is Doubt.DIFFERS and meaning.state not in RECEIVED:
        return attempt
    if meaning.state is AttemptState.ABANDONED and attempt.state is AttemptState.PENDING:
        leaving = attempt if attempt.answer == answer else replace(attempt, answer=answer)
        if leaving.gone_at and now < leaving.gone_at:
            return leaving
    return _moved(attempt, meaning, answer, now)


def announced(attempt: Attempt, answer: BankAnswer, now: datetime) -> Attempt:
    """The attempt after unsigned news, where there is no look-up; the same object when it changes nothing.

    Such news is never final. It can announce money, and cannot take it away: what was announced or is to check stays
    so. Only news of a payment that is exactly what was asked changes it.
    """
    if attempt.is_final or attempt.state in {AttemptState.DECLARED, AttemptState.FAILED}:
        return attempt
    answer = dated(attempt, answer)
    if _is_decided_on(attempt, answer):
        return attempt
    meaning = _meaning(attempt, answer)
    if meaning.state in RECEIVED:
        meaning = _Meaning(AttemptState.DECLARED)
    elif attempt.state is AttemptState.TO_CHECK:
        return attempt
    return _moved(attempt, meaning, answer, now)


def dated(attempt: Attempt, answer: BankAnswer) -> BankAnswer:
    """The answer without a date that cannot be its payment's: no bank statement has such a day. A date never blocks a
    payment."""
    if answer.paid_at is None or abs(answer.paid_at - attempt.created_at) <= FAR:
        return answer
    return replace(answer, paid_at=None)


class _Meaning(Value):
    """What an answer makes of an attempt; ``doubt`` and ``why`` when a person must look."""

    state: AttemptState
    doubt: Doubt | None = None
    why: str = ""


def _meaning(attempt: Attempt, answer: BankAnswer) -> _Meaning:
    state = STATE_OF_LETTER.get(answer.letter)
    if state is None:
        return _Meaning(AttemptState.TO_CHECK, Doubt.LETTER, f"letter:{answer.letter[:10]}")
    if state in RECEIVED and (differs := disagreements(attempt, answer)):
        return _Meaning(AttemptState.TO_CHECK, Doubt.DIFFERS, f"differs:{','.join(differs)}")
    return _Meaning(state)


def _is_decided_on(attempt: Attempt, answer: BankAnswer) -> bool:
    """Whether a person already decided that nothing was paid, and this answer says no more than she knew."""
    known = answer == attempt.answer or STATE_OF_LETTER.get(answer.letter) in ENDED_UNPAID
    return attempt.state is AttemptState.DECIDED_UNPAID and known


def _moved(attempt: Attempt, meaning: _Meaning, answer: BankAnswer, now: datetime) -> Attempt:
    state = meaning.state
    same = (state, meaning.doubt) == (attempt.state, attempt.doubt)
    if same or (state is AttemptState.ABANDONED and attempt.state is AttemptState.REFUSED):
        return attempt
    return replace(attempt, state=state, answer=answer, settled_at=now, doubt=meaning.doubt, why=meaning.why)


def disagreements(attempt: Attempt, answer: BankAnswer) -> tuple[str, ...]:
    """Facts of the answer that differ from the attempt's. The budget year is not compared: the treasury truncates
    it."""
    compared = (
        ("idop", attempt.idop, answer.idop),
        ("client_number", attempt.client_number, answer.client_number),
        ("reference", attempt.reference, answer.reference),
        ("amount", attempt.amount, answer.amount),
        ("saisie", attempt.saisie, answer.saisie),
    )
    return tuple(name for name, asked, got in compared if asked != got)


def what_differs(attempt: Attempt) -> tuple[str, ...]:
    """What was taken otherwise than asked, for an attempt that is to check because of it: names of ``DIFFERENCES``."""
    if attempt.doubt is not Doubt.DIFFERS:
        return ()
    return (disagreements(attempt, attempt.answer) if attempt.answer else ()) or (INVOICE_GONE,)


def without_answer(attempt: Attempt, now: datetime) -> Attempt:
    """The attempt when the treasury has no result for it, or has forgotten it; the same object until its time is
    over."""
    unknown = attempt.state in LIVE or attempt.doubt is Doubt.SILENT
    if unknown and now >= attempt.created_at + EXPIRES_AFTER:
        return replace(attempt, state=AttemptState.EXPIRED, settled_at=now, doubt=None, why="")
    return attempt
