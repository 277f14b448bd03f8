"""The unsigned return of the URL contract, which anybody can post."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.payments import BY_URL, Attempt, BankAnswer
from chalicelib.services.payment_ports import AttemptStore, PaymentProvider
from chalicelib.services.ports import Clock, Report
from chalicelib.services.settling import MOST_TRIES, SettlePayment

if TYPE_CHECKING:
    from chalicelib.services.book_ports import Book


class DeclarePayment:
    """What somebody posts as the treasury's return of the URL contract. Nothing proves who posted it.

    When the operation can be looked up, the post is only a reason to look it up. When it cannot, the post is kept as a
    hint that the bank's statement must confirm.
    """

    def __init__(
        self,
        *,
        attempts: AttemptStore,
        book: "Book",
        providers: Mapping[str, PaymentProvider],
        settle: SettlePayment,
        clock: Clock,
        report: Report,
    ) -> None:
        self.attempts = attempts
        self.book = book
        self.providers = providers
        self.settle = settle
        self.clock = clock
        self.report = report

    def __call__(self, nonce: str, told: Mapping[str, str]) -> None:
        """``told`` are the fields as they were posted, with their names in lower case.

        What is not ours, what was told before and what cannot be read is ignored: an error would only make the bank
        repeat it. Raises Unavailable.
        """
        try:
            answer = self.providers[BY_URL].declared(told)
        except ValueError as fault:
            self.report("payment.return_unreadable", level="warning", why=str(fault))
            return
        self._hear(nonce, answer)

    def _hear(self, nonce: str, answer: BankAnswer) -> None:
        from chalicelib.rules.answering import announced  # noqa: PLC0415 - no page needs it before money comes

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
                # Other news came at the same moment: this news may still add to it.
                attempt = self.attempts.find(attempt.id)
            else:
                return
        raise Unavailable("payment.hear: the attempt moves all the time")

    def _write(self, before: Attempt, after: Attempt, now: datetime) -> None:
        """Raises StaleWrite when the attempt moved since it was read."""
        from chalicelib.services.moving import money_event  # noqa: PLC0415 - no page needs it before money comes

        self.book.write(money_event(before, after, None, now))
        self.report("payment.declared", attempt=after.id, invoice=after.invoice, state=after.state.value)
