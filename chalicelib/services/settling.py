"""Settling a payment: what the treasury says of an attempt becomes the invoice's truth, once."""

from collections.abc import Mapping
from datetime import datetime

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.looks import next_look
from chalicelib.rules.payments import Attempt, AttemptState, settled, without_answer
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.payment_ports import AttemptStore, Kind, NotYetKnown, PaymentProvider, UnknownOperation
from chalicelib.services.ports import Clock, Report
from chalicelib.services.receipts import entry_of, payment_of, receipt_of, surplus_of

TRIES = 5


class SettlePayment:
    """What the treasury says of an attempt becomes the invoice's truth, once, whoever asks: the bank's notification,
    the parent's return, the waiting page, the reconciliation."""

    def __init__(
        self,
        *,
        attempts: AttemptStore,
        invoices: InvoiceStore,
        providers: Mapping[str, PaymentProvider],
        clock: Clock,
        report: Report,
    ) -> None:
        self.attempts = attempts
        self.invoices = invoices
        self.providers = providers
        self.clock = clock
        self.report = report

    def __call__(self, attempt: Attempt) -> Attempt:
        """The attempt as it now is. Raises Unavailable when the treasury or the tables do not answer: ask again."""
        for _ in range(TRIES):
            now = self.clock.now()
            after = self._asked(attempt, now)
            if after is attempt:
                return attempt
            try:
                self._write(attempt, after, now)
            except StaleWrite:
                attempt = self.attempts.find(attempt.id) or attempt
            else:
                return after
        raise Unavailable(f"payment.settle: {attempt.id} moves all the time")

    def by_idop(self, idop: str) -> Attempt | None:
        """The same for the treasury's name of an attempt; None when it is none of ours."""
        attempt = self.attempts.by_idop(idop)
        if attempt is None:
            self.report("payment.unknown_operation", level="warning")
            return None
        return self(attempt)

    def _asked(self, attempt: Attempt, now: datetime) -> Attempt:
        if attempt.is_final or attempt.state is AttemptState.FAILED:
            return attempt
        if not attempt.idop:
            return without_answer(attempt, now)
        try:
            answer = self.provider_of(attempt).result_of(attempt.idop)
        except (NotYetKnown, UnknownOperation):
            return without_answer(attempt, now)
        return settled(attempt, answer, now)

    def provider_of(self, attempt: Attempt) -> PaymentProvider:
        """The treasury by the contract that the attempt was opened under: the town's may be another by now, or none."""
        return self.providers[attempt.contract]

    def _write(self, before: Attempt, after: Attempt, now: datetime) -> None:
        """Raises StaleWrite when the attempt or its invoice moved since they were read."""
        look_at = next_look(after, now)
        if after.state is AttemptState.TO_CHECK:
            self.attempts.settle(before, after, look_at, entries=[entry_of(after, Kind.TO_CHECK, now)])
            self.report("payment.to_check", level="error", attempt=after.id, invoice=after.invoice, why=after.why)
            return
        if not after.is_received:
            self.attempts.settle(before, after, look_at)
            self.report("payment.settled", attempt=after.id, invoice=after.invoice, state=after.state.value)
            return
        self._receive(before, after, now)

    def _receive(self, before: Attempt, after: Attempt, now: datetime) -> None:
        invoice = self.invoices.find(after.family, after.invoice)
        if invoice is None:
            raise Unavailable(f"payment: invoice {after.invoice} is gone")
        payment, surplus = payment_of(after, now), surplus_of(invoice, after)
        entries = [entry_of(after, Kind.PAID, now)]
        if surplus:
            entries.append(entry_of(after, Kind.OVERPAID, now, surplus))
        self.attempts.settle(
            before,
            after,
            None,
            invoice=invoice,
            payment=payment,
            entries=entries,
            mails=[receipt_of(after, invoice, now)],
        )
        self.report("payment.settled", attempt=after.id, invoice=after.invoice, state=after.state.value)
        if surplus:
            self.report("payment.overpaid", level="error", attempt=after.id, invoice=after.invoice)
