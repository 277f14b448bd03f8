"""The unsigned return of the URL contract, which anybody can post."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ledger import entries_of
from chalicelib.rules.looks import next_look
from chalicelib.rules.payments import BY_URL, Attempt, BankAnswer, announced
from chalicelib.services.payment_ports import AttemptStore, PaymentProvider
from chalicelib.services.ports import Clock, Report
from chalicelib.services.settling import MOST_TRIES, SettlePayment


class DeclarePayment:
    """What somebody posts as the treasury's return of the URL contract. Nothing proves who it was.

    Where the operation can be looked up, it is no more than a reason to do so; where it cannot, it is kept as a hint
    that the bank's statement must confirm.
    """

    def __init__(
        self,
        *,
        attempts: AttemptStore,
        providers: Mapping[str, PaymentProvider],
        settle: SettlePayment,
        clock: Clock,
        report: Report,
    ) -> None:
        self.attempts = attempts
        self.providers = providers
        self.settle = settle
        self.clock = clock
        self.report = report

    def __call__(self, nonce: str, told: Mapping[str, str]) -> None:
        """``told``: the fields as they were posted, their names in lower case.

        Ignores what is not ours, what was told before, and what cannot be read: the bank would only repeat it. Raises
        Unavailable.
        """
        try:
            answer = self.providers[BY_URL].declared(told)
        except ValueError as fault:
            self.report("payment.return_unreadable", level="warning", why=str(fault))
            return
        self._hear(nonce, answer)

    def _hear(self, nonce: str, answer: BankAnswer) -> None:
        attempt = self.attempts.by_idop(nonce)
        for _ in range(MOST_TRIES):
            if attempt is None:
                return
            if attempt.can_be_asked:
                self.settle.told(attempt)
                return
            now = self.clock.now()
            after = announced(attempt, replace(answer, idop=nonce), now)
            if after is attempt:
                return
            try:
                self._write(attempt, after, now)
            except StaleWrite:
                # Another word came at once: this one may still say more.
                attempt = self.attempts.find(attempt.id)
            else:
                return
        raise Unavailable("payment.hear: the attempt moves all the time")

    def _write(self, before: Attempt, after: Attempt, now: datetime) -> None:
        """Raises StaleWrite when the attempt moved since it was read."""
        self.attempts.settle(before, after, next_look(after, now), entries=entries_of(after, now))
        self.report("payment.declared", attempt=after.id, invoice=after.invoice, state=after.state.value)
