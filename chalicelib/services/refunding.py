"""Money that the town gave back: it closes what was received too much, or what no invoice explains."""

from datetime import date
from enum import Enum

from chalicelib.rules.book import EntryKind
from chalicelib.rules.deciding import decided_paid
from chalicelib.rules.decisions import placed
from chalicelib.rules.entries import classified_entry, payment_entry, received_entry
from chalicelib.rules.invoices import Invoice, Payment, plain_reference
from chalicelib.rules.payments import Attempt
from chalicelib.rules.points import Point
from chalicelib.rules.refunds import NoRefund, Refund, judged, refund_of, refund_with
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.taking_back import mark_of
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import Book, MoneyEvent, Moved, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mails import refund_done
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.services.rereading import rereading
from chalicelib.values import Value


class Unrefundable(Enum):
    """Why no refund can be looked for."""

    NO_INVOICE = "no-invoice"
    NO_MONEY = "no-money"
    """No money of the bank has that authorisation."""
    OTHER_INVOICE = "other-invoice"
    """The money with that authorisation came for another invoice."""
    OTHER_AMOUNT = "other-amount"
    """Money that no invoice explains is given back whole."""


class NotRefunded(LookupError):
    """The refund is not written: a person has to look. ``invoice`` is the one that was found, if any."""

    def __init__(self, why: NoRefund | Unrefundable, invoice: Invoice | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.invoice = invoice


class Unexplained(Value):
    """Money of the bank that no invoice explains: its open point and its attempt."""

    point: Point
    attempt: Attempt


class RecordRefund:
    """Writes a negative payment on the invoice. Money that no invoice explains comes to its invoice and leaves it in
    one event."""

    def __init__(
        self,
        *,
        book: Book,
        attempts: AttemptStore,
        invoices: InvoiceStore,
        addresses: ConcernedAddresses,
        clock: Clock,
    ) -> None:
        self.book = book
        self.attempts = attempts
        self.invoices = invoices
        self.addresses = addresses
        self.clock = clock

    def check(self, refund: Refund) -> bool:
        """Whether it would be written now; False when it was before. Writes nothing. Raises NotRefunded."""
        return self._event(refund) is not None

    def __call__(self, refund: Refund) -> bool:
        """Write the refund. False when it was written before. Raises NotRefunded, Unavailable."""
        return rereading(f"payment.refund: {refund.invoice}", lambda: self._refunded(refund))

    def _refunded(self, refund: Refund) -> bool:
        event = self._event(refund)
        if event:
            self.book.write(event)
        return event is not None

    def _event(self, refund: Refund) -> MoneyEvent | None:
        """None when it was written before."""
        invoice = self.invoices.holder(refund.invoice)
        if invoice is None:
            raise NotRefunded(Unrefundable.NO_INVOICE)
        self._refuse_used_warrant(refund, invoice)
        money = None if refund_with(refund.warrant, invoice) else self._unexplained(refund, invoice)
        placing = self._placing(refund, invoice, money) if money else None
        why = _refusal(refund, invoice, placing, paris_day(self.clock.now()))
        if why is NoRefund.DONE:
            return None
        if why:
            raise NotRefunded(why, invoice)
        return self._written(refund, invoice, placing, money)

    def _refuse_used_warrant(self, refund: Refund, invoice: Invoice) -> None:
        """Raises NotRefunded when another invoice of the family was refunded by this warrant."""
        for other in self.invoices.of(invoice.family):
            if other.number != invoice.number and refund_with(refund.warrant, other):
                raise NotRefunded(NoRefund.SAME_WARRANT, other)

    def _unexplained(self, refund: Refund, invoice: Invoice) -> Unexplained | None:
        """The money that the refund's authorisation names; None when it names none, or a payment of the invoice."""
        mark = plain_reference(refund.authorisation)
        if not mark or any(one.amount > 0 and mark_of(one) == mark for one in invoice.payments):
            return None
        for point in self.book.points():
            if point.received is None or plain_reference(point.authorisation) != mark or point.attempt is None:
                continue
            attempt = self.attempts.find(point.attempt)
            if point.invoice != invoice.number or attempt is None:
                raise NotRefunded(Unrefundable.OTHER_INVOICE, invoice)
            return Unexplained(point, attempt)
        raise NotRefunded(Unrefundable.NO_MONEY, invoice)

    def _placing(self, refund: Refund, invoice: Invoice, money: Unexplained) -> Payment:
        amount = money.point.received or refund.amount
        if amount != refund.amount:
            raise NotRefunded(Unrefundable.OTHER_AMOUNT, invoice)
        now = self.clock.now()
        return placed(decided_paid(money.attempt, now), now)

    def _written(
        self, refund: Refund, invoice: Invoice, placing: Payment | None, money: Unexplained | None
    ) -> MoneyEvent:
        now, entries = self.clock.now(), []
        payer = next((one.payer for one in (placing, *invoice.payments) if one), "")
        given_back = refund_of(refund, payer)
        emails = (money.attempt.email,) if money else self.addresses(invoice.family)
        mails = tuple(
            refund_done(invoice, given_back, email, rank, why=refund.why, now=now) for rank, email in enumerate(emails)
        )
        attempt = money.attempt if money else None
        moved = Moved(attempt, decided_paid(attempt, now, why=_reason(refund))) if attempt else None
        payments = tuple(PaymentOn(invoice, one) for one in (placing, given_back) if one)
        if placing and attempt and moved:
            entries.append(received_entry(invoice, placing, moved.after))
            if attempt.unclassified:
                entries.append(classified_entry(attempt, invoice, now))
        entries.append(payment_entry(EntryKind.REFUND, invoice, given_back, reason=_reason(refund)))
        closes = (money.point.code,) if money else ()
        return MoneyEvent(now, tuple(entries), payments, moved=moved, closes=closes, mails=mails)


def _refusal(refund: Refund, invoice: Invoice, placing: Payment | None, today: date) -> NoRefund | None:
    """Why the refund cannot be written. What no invoice explained goes back whole, whatever the invoice still owes."""
    if placing is None:
        return judged(refund, invoice, today)
    if refund.day > today:
        return NoRefund.FUTURE
    return NoRefund.EARLIER if refund.day < placing.paid_on else None


def _reason(refund: Refund) -> str:
    return f"mandat {refund.warrant}" + (f" ({refund.why})" if refund.why else "")
