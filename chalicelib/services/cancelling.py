"""Cancelling an invoice, as the town's list says (``etat = annulee``)."""

from chalicelib.rules.cancelling import CancelFault, cancelled_entry, wrong_with_cancelling
from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import Book, MoneyEvent
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.invoicing import UnderWay, live_attempts
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.services.rereading import rereading


class NotCancellable(ValueError):
    """The invoice cannot be cancelled; ``why`` says why."""

    def __init__(self, why: CancelFault) -> None:
        super().__init__(why.value)
        self.why = why


class CancelInvoice:
    """Cancels an invoice and writes the line of the journal that says so, in one event. It is never undone."""

    def __init__(self, *, book: Book, invoices: InvoiceStore, attempts: AttemptStore, clock: Clock) -> None:
        self.book = book
        self.invoices = invoices
        self.attempts = attempts
        self.clock = clock

    def __call__(self, number: InvoiceNumber, *, payer: str, reason: str) -> bool:
        """False when it was cancelled before. Raises NotFound, NotCancellable, Unavailable; raises UnderWay while a
        payment is under way or to check."""
        return rereading(f"cancel: {number}", lambda: self._cancelled(number, payer, reason))

    def _cancelled(self, number: InvoiceNumber, payer: str, reason: str) -> bool:
        invoice = self.invoices.holder(number)
        if invoice is None:
            raise NotFound("invoice")
        if invoice.cancelled_on:
            return False
        if why := wrong_with_cancelling(invoice):
            raise NotCancellable(why)
        now = self.clock.now()
        for attempt in live_attempts([invoice], self.attempts, now).values():
            raise UnderWay(attempt)
        entry = cancelled_entry(invoice, payer=payer, day=paris_day(now), reason=reason)
        self.book.write(MoneyEvent(at=now, entries=(entry,), cancelled=(invoice,)))
        return True
