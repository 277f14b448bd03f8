"""What settles payments besides the bank's own word: the unsigned return of a URL contract, and asking again later."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.looks import LOOK_GAP, next_look, next_try
from chalicelib.rules.payments import BY_URL, Attempt, AttemptState, BankAnswer, announced
from chalicelib.services.payment_ports import Kind
from chalicelib.services.receipts import entry_of
from chalicelib.services.settling import TRIES, NotAnswered, SettlePayment

HINTS = {AttemptState.DECLARED: Kind.DECLARED, AttemptState.TO_CHECK: Kind.TO_CHECK}
"""What the régisseur reads of an unsigned word that speaks of money."""
BATCH = 500
"""Of one run, those that wait for the longest time first; most runs end sooner by their time."""
MARGIN = 40.0
"""Seconds of a process that are kept: more than one look-up with its time-outs and its writes may take."""


class DeclarePayment:
    """What somebody posts as the treasury's return of the URL contract. Nothing proves who it was.

    Where the operation can be looked up, it is no more than a reason to do so; where it cannot, it is kept as a hint
    that the bank's statement must confirm.
    """

    def __init__(self, *, settle: SettlePayment) -> None:
        self.settle = settle

    def __call__(self, nonce: str, told: Mapping[str, str]) -> None:
        """``told``: the fields as they were posted, their names in lower case.

        Ignores what is not ours, what was told before, and what cannot be read: the bank would only repeat it. Raises
        Unavailable.
        """
        try:
            answer = self.settle.providers[BY_URL].declared(told)
        except ValueError as fault:
            self.settle.report("payment.return_unreadable", level="warning", why=str(fault))
            return
        self._hear(nonce, answer)

    def _hear(self, nonce: str, answer: BankAnswer) -> None:
        attempt = self.settle.attempts.by_idop(nonce)
        for _ in range(TRIES):
            if attempt is None:
                return
            if attempt.can_be_asked:
                self.settle.told(attempt)
                return
            now = self.settle.clock.now()
            after = announced(attempt, replace(answer, idop=nonce), now)
            if after is attempt:
                return
            try:
                self._write(attempt, after, now)
            except StaleWrite:
                # Another word came at once: this one may still say more.
                attempt = self.settle.attempts.find(attempt.id)
            else:
                return
        raise Unavailable("payment.hear: the attempt moves all the time")

    def _write(self, before: Attempt, after: Attempt, now: datetime) -> None:
        """Raises StaleWrite when the attempt moved since it was read."""
        kind = HINTS.get(after.state)
        entries = [entry_of(after, kind, now)] if kind else []
        self.settle.attempts.settle(before, after, next_look(after, now), entries=entries)
        self.settle.report("payment.declared", attempt=after.id, invoice=after.invoice, state=after.state.value)


class Reconcile:
    """Asks the treasury what became of attempts that nobody told us about, until it is known for good.

    Those over which it breaks down come back later and later, so that they never stand before the others; in the end
    they are a person's.
    """

    def __init__(self, *, settle: SettlePayment) -> None:
        self.settle = settle

    def __call__(self, seconds_left: Callable[[], float]) -> int:
        """How many attempts were looked at. Raises Unavailable, at the end, when one could not be: others were."""
        due = self.settle.attempts.to_look_at(self.settle.clock.now(), BATCH)
        looked, failed = 0, 0
        for attempt in due:
            if seconds_left() <= MARGIN:
                break
            looked += 1
            failed += not self._is_looked_at(attempt)
        if due:
            self.settle.report("payment.reconciled", looked=looked, failed=failed, left=len(due) - looked)
        if failed:
            raise Unavailable(f"payment: {failed} attempts could not be looked at")
        return looked

    def _is_looked_at(self, attempt: Attempt) -> bool:
        try:
            self._look(attempt)
        except Unavailable as unavailable:
            self.settle.report("payment.not_reconciled", level="error", attempt=attempt.id, why=str(unavailable))
            self._put_off(attempt, unavailable)
            return False
        return True

    def _look(self, attempt: Attempt) -> None:
        """The list may be a little late: an attempt that moved since is the other writer's."""
        look, now = self.settle.look(attempt), self.settle.clock.now()
        if not look.changed:
            self.settle.attempts.look_again(attempt, next_look(attempt, now) if look.asked else now + LOOK_GAP)

    def _put_off(self, attempt: Attempt, fault: Unavailable) -> None:
        """What cannot be written now stays due, and is tried again by the next run."""
        with suppress(StaleWrite, Unavailable):
            if not (isinstance(fault, NotAnswered) and self.settle.give_up(attempt)):
                self.settle.attempts.look_again(attempt, next_try(attempt, self.settle.clock.now()))
