"""Settling a payment: what the treasury says of an attempt becomes the invoice's truth, once."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.looks import LOOK_GAP, TOLD_GAP, is_looked_at_soon, may_look, never_answered
from chalicelib.rules.payments import (
    Attempt,
    AttemptState,
    BankAnswer,
    Doubt,
)
from chalicelib.rules.receipts import surplus_of
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.payment_ports import AttemptStore, NotYetKnown, PaymentProvider, UnknownOperation
from chalicelib.services.ports import Clock, Report
from chalicelib.values import Value

if TYPE_CHECKING:
    from chalicelib.services.book_ports import Book

MOST_TRIES = 5


class Look(Value):
    """The result of a look: the attempt as it is now; whether the treasury was ``asked`` (False when it was asked a
    moment ago); whether anything ``changed``."""

    attempt: Attempt
    asked: bool = True
    changed: bool = False


class NotAnswered(Unavailable):
    """The treasury does not answer; our own tables do."""


class SettlePayment:
    """What the treasury says of an attempt becomes the invoice's truth, once, whoever asks: the bank's notification,
    the parent's return, the waiting page, the reconciliation."""

    def __init__(
        self,
        *,
        attempts: AttemptStore,
        invoices: InvoiceStore,
        book: "Book",
        providers: Mapping[str, PaymentProvider],
        clock: Clock,
        report: Report,
    ) -> None:
        self.attempts = attempts
        self.invoices = invoices
        self.book = book
        self.providers = providers
        self.clock = clock
        self.report = report

    def __call__(self, attempt: Attempt) -> Attempt:
        """The attempt as it is now. Raises Unavailable when the treasury or the tables do not answer: ask again."""
        return self.look(attempt).attempt

    def by_idop(self, idop: str) -> Attempt | None:
        """The attempt after a notification of its ``idop``; None when no attempt of ours has it."""
        attempt = self.attempts.by_idop(idop)
        if attempt is None:
            self.report("payment.unknown_operation", level="warning")
            return None
        return self.told(attempt)

    def told(self, attempt: Attempt) -> Attempt:
        """Somebody says that there is news of an operation that can be looked up. When the treasury was asked a moment
        ago, the reconciliation will look soon, because the treasury may tell only once."""
        look = self.look(attempt, gap=TOLD_GAP)
        now = self.clock.now()
        if not look.asked and not is_looked_at_soon(attempt, now):
            self.attempts.look_again(attempt, now + TOLD_GAP)
        return look.attempt

    def look(self, attempt: Attempt, *, gap: timedelta = LOOK_GAP) -> Look:
        """Look the operation up, unless that was done within ``gap``: the last answer then holds. Raises
        Unavailable."""
        from chalicelib.rules.answering import settled, without_answer  # noqa: PLC0415 - no page needs it before money comes

        now, answer = self.clock.now(), None
        if attempt.can_be_asked and attempt.idop and not attempt.is_final:
            if not self._takes_turn(attempt, now, gap):
                return Look(attempt, asked=False)
            attempt, answer = replace(attempt, looked_at=now), self._answer(attempt)
        for _ in range(MOST_TRIES):
            now = self.clock.now()
            after = settled(attempt, answer, now) if answer else without_answer(attempt, now)
            if after is attempt:
                return Look(attempt)
            try:
                after = self._write(attempt, after, now)
            except StaleWrite:
                attempt = self.attempts.find(attempt.id) or attempt
            else:
                return Look(after, changed=after is not attempt)
        raise Unavailable(f"payment.settle: {attempt.id} moves all the time")

    def _takes_turn(self, attempt: Attempt, now: datetime, gap: timedelta) -> bool:
        """Whether this look may ask the treasury. What was read refuses most of those who come too often; of those who
        come at once, the table admits one."""
        return not gap or (may_look(attempt, now, gap) and self.attempts.take_look(attempt, now, gap))

    def _answer(self, attempt: Attempt) -> BankAnswer | None:
        try:
            return self.providers[attempt.contract].result_of(attempt.idop)
        except (NotYetKnown, UnknownOperation):
            return None
        except Unavailable as silent:
            raise NotAnswered(str(silent)) from silent

    def give_up(self, attempt: Attempt) -> bool:
        """Hand an attempt to a person when the treasury never answered about it; False when it is too early.

        Raises StaleWrite, Unavailable.
        """
        now = self.clock.now()
        after = never_answered(attempt, now)
        if after is not attempt:
            self._write(attempt, after, now)
        return after is not attempt

    def _write(self, before: Attempt, after: Attempt, now: datetime) -> Attempt:
        """Write what an attempt becomes, and return it; ``before`` when there is nothing to write.

        Raises StaleWrite when the attempt or its invoice changed after they were read.
        """
        moves_money = after.is_received or after.doubt is Doubt.DIFFERS
        invoice = self.invoices.find(after.family, after.invoice) if moves_money else None
        if after.is_received and invoice is None:
            # Another look would not bring the invoice back, and the money is there.
            after = replace(after, state=AttemptState.TO_CHECK, doubt=Doubt.DIFFERS, why="differs:invoice")
            if (before.doubt, before.why) == (after.doubt, after.why):
                return before
        from chalicelib.services.moving import money_event  # noqa: PLC0415 - no page needs it before money comes

        self.book.write(money_event(before, after, invoice, now))
        self._tell(after, invoice)
        return after

    def _tell(self, after: Attempt, invoice: Invoice | None) -> None:
        told = {"attempt": after.id, "invoice": after.invoice}
        if after.state is AttemptState.TO_CHECK:
            self.report("payment.to_check", level="error", **told, why=after.why)
            return
        if after.gone_at:
            self.report("payment.leaving", **told, state=after.state.value)
        else:
            self.report("payment.settled", **told, state=after.state.value)
        if after.is_received and invoice and surplus_of(invoice, after):
            self.report("payment.overpaid", level="error", **told)
