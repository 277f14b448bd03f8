"""Taking back a payment that bounced. The treasury never tells of it; the town reads it on its own bank statement."""

from dataclasses import replace
from datetime import date

from chalicelib.rules.entries import reversed_entry
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState
from chalicelib.services.book_ports import Book, MoneyEvent, Moved, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mails import payment_reversed
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock, Report
from chalicelib.values import Value

MOST_TRIES = 5


class NotReversible(LookupError):
    """The payment cannot be taken back. ``args[0]`` is ``invoice`` (no invoice has that number) or ``payment`` (the
    portal took no payment with that authorisation)."""


class Reversal(Value):
    """A line of the town's list: the online payment of ``invoice`` with the bank's ``authorisation`` number bounced."""

    invoice: InvoiceNumber
    authorisation: str
    day: date
    why: str


class ReversePayment:
    """Writes a negative payment beside the one that bounced. Nothing is rewritten, and the invoice is due again."""

    def __init__(
        self, *, attempts: AttemptStore, invoices: InvoiceStore, book: Book, clock: Clock, report: Report
    ) -> None:
        self.attempts = attempts
        self.book = book
        self.invoices = invoices
        self.clock = clock
        self.report = report

    def check(self, reversal: Reversal) -> None:
        """Check that the payment can be taken back, and write nothing. Raises NotReversible."""
        self._found(reversal)

    def __call__(self, reversal: Reversal) -> bool:
        """Take the payment back. False when that was done already. Raises NotReversible, Unavailable."""
        for _ in range(MOST_TRIES):
            invoice, payment = self._found(reversal)
            attempt = self.attempts.find(payment.attempt) if payment.attempt else None
            if attempt is None:
                raise NotReversible("payment")
            if attempt.state is AttemptState.REVERSED:
                return False
            try:
                self._write(reversal, invoice, payment, attempt)
            except StaleWrite:
                continue
            return True
        raise Unavailable(f"payment.reverse: {reversal.invoice} moves all the time")

    def _found(self, reversal: Reversal) -> tuple[Invoice, Payment]:
        invoice = self.invoices.holder(reversal.invoice)
        if invoice is None:
            raise NotReversible("invoice")
        for payment in invoice.payments:
            if payment.attempt and payment.amount > 0 and payment.authorisation == reversal.authorisation:
                return invoice, payment
        raise NotReversible("payment")

    def _write(self, reversal: Reversal, invoice: Invoice, payment: Payment, attempt: Attempt) -> None:
        """Raises StaleWrite when the invoice or the attempt changed after they were read."""
        now = self.clock.now()
        after = replace(attempt, state=AttemptState.REVERSED, settled_at=now, why=reversal.why)
        back = _back(payment, attempt, reversal.day)
        self.book.write(
            MoneyEvent(
                now,
                (reversed_entry(invoice, back, payment, attempt, reversal.why),),
                (PaymentOn(invoice, back),),
                moved=Moved(attempt, after),
                mails=(payment_reversed(after, invoice, payment, reversal.day, now),),
            )
        )
        self.report("payment.reversed", attempt=attempt.id, invoice=invoice.number)


def _back(payment: Payment, attempt: Attempt, day: date) -> Payment:
    taken_back = Cents(-payment.amount)
    return Payment(
        id=f"reversed-{attempt.id}",
        payer=payment.payer,
        paid_on=day,
        amount=taken_back,
        means=Means.ONLINE,
        authorisation=payment.authorisation,
        attempt=attempt.id,
        takes_back=payment.id,
    )
