"""The state of an invoice's payment, for the page that waits and the page that shows the result."""

from datetime import datetime

from chalicelib.rules.errors import NotFound, Unavailable
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.payments import Attempt
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock, Report
from chalicelib.services.settling import SettlePayment
from chalicelib.values import Value


class PaymentProgress(Value):
    """The state of an invoice's payment: its latest attempt (None when there is none). ``now`` is when it was asked."""

    invoice: Invoice
    attempt: Attempt | None
    now: datetime


class ShowPayment:
    """The state of the payment of one of the family's invoices. The treasury is asked when it is not known yet."""

    def __init__(
        self, *, attempts: AttemptStore, invoices: InvoiceStore, settle: SettlePayment, clock: Clock, report: Report
    ) -> None:
        self.attempts = attempts
        self.invoices = invoices
        self.settle = settle
        self.clock = clock
        self.report = report

    def __call__(self, family: FamilyId, number: InvoiceNumber) -> PaymentProgress:
        """Raises NotFound. When the treasury does not answer, nothing is raised: the attempt is then as it was."""
        now = self.clock.now()
        invoice = self.invoices.find(family, number)
        if invoice is None:
            raise NotFound("invoice")
        attempt = self.attempts.latest(invoice)
        if attempt is None:
            return PaymentProgress(invoice, None, now)
        after = self._known(attempt)
        if after.is_received and not attempt.is_received:
            invoice = self.invoices.find(family, number) or invoice
        return PaymentProgress(invoice, after, now)

    def by_idop(self, idop: str) -> Attempt | None:
        """The attempt after one look-up, found by its ``idop``; None when no attempt of ours has it."""
        attempt = self.attempts.by_idop(idop)
        return self._known(attempt) if attempt else None

    def _known(self, attempt: Attempt) -> Attempt:
        """The attempt after one look-up; unchanged when nobody answers."""
        try:
            return self.settle(attempt)
        except Unavailable as unavailable:
            self.report("payment.not_asked", level="warning", attempt=attempt.id, why=str(unavailable))
            return attempt
