"""Taking back a payment that is not there: it bounced, or it was entered by mistake. The treasury never tells of it:
the town reads it on its own bank statement."""

from dataclasses import replace
from enum import Enum

from chalicelib.rules.book import EntryKind
from chalicelib.rules.entries import payment_entry
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.payments import Attempt, AttemptState, received_by
from chalicelib.rules.taking_back import BOUNCES, Found, NotThere, Unfound, found, taken_back
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import Book, MoneyEvent, Moved, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mail_ports import Mail
from chalicelib.services.mails import payment_reversed
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.services.rereading import rereading
from chalicelib.values import Value


class Cause(Enum):
    """Why a payment is taken back."""

    BOUNCED = "bounced"
    """The payer's bank did not pay."""
    WITHDRAWN = "withdrawn"
    """The town withdraws what it wrote itself."""


class Unfit(Enum):
    """Why a payment that was found cannot be taken back, or that none could be looked for."""

    NO_INVOICE = "no-invoice"
    CARD = "card"
    """A card payment does not bounce."""
    NO_BANK = "no-bank"
    """No bank can refuse it afterwards: cash, a card at the desk, a credit note."""
    ONLINE = "online"
    """A payment online was no mistake of the town."""


class TakingBack(Value):
    """One row of the town. ``payment`` is the identifier of the payment that it is about, when that is known already;
    otherwise ``row`` says which one. ``why`` is for the payer and the journal, ``note`` for the journal alone."""

    invoice: InvoiceNumber
    cause: Cause
    row: NotThere
    why: str = ""
    payment: str = ""
    note: str = ""


class NotTakenBack(LookupError):
    """The payment is not taken back: a person has to look. ``payment`` is the one that was found, if any."""

    def __init__(self, why: Unfound | Unfit, payment: Payment | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.payment = payment


class TakeBack:
    """Writes a negative payment beside the first. Nothing is rewritten."""

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

    def check(self, asked: TakingBack) -> bool:
        """Whether it would be taken back now; False when it was before. Writes nothing. Raises NotTakenBack."""
        return self._judged(asked) is not None

    def __call__(self, asked: TakingBack) -> bool:
        """Take the payment back. False when the same row did it before. Raises NotTakenBack, Unavailable."""
        return rereading(f"payment.take_back: {asked.invoice}", lambda: self._taken_back(asked))

    def _taken_back(self, asked: TakingBack) -> bool:
        judged = self._judged(asked)
        if judged:
            self._write(asked, *judged)
        return judged is not None

    def _judged(self, asked: TakingBack) -> tuple[Invoice, Payment, Attempt | None] | None:
        """What is to be taken back, as it was read; None when it was before."""
        invoice = self.invoices.holder(asked.invoice)
        if invoice is None:
            raise NotTakenBack(Unfit.NO_INVOICE)
        which = _named(asked.payment, invoice) if asked.payment else found(asked.row, invoice.payments)
        if isinstance(which, Unfound):
            raise NotTakenBack(which)
        if which.already:
            return None
        attempt = self.attempts.find(which.payment.attempt) if which.payment.attempt else None
        if why := _unfit(asked.cause, which.payment, attempt):
            raise NotTakenBack(why, which.payment)
        return invoice, which.payment, attempt

    def _write(self, asked: TakingBack, invoice: Invoice, payment: Payment, attempt: Attempt | None) -> None:
        """Raises StaleWrite when the invoice or the attempt changed after they were read."""
        back, now = taken_back(payment, asked.row), self.clock.now()
        reason = asked.why or asked.note
        entry = payment_entry(EntryKind.REVERSAL, invoice, back, attempt, reason=reason, takes_back=payment.line)
        mails = self._mails(asked, invoice, payment, attempt)
        event = MoneyEvent(at=now, entries=(entry,), payments=(PaymentOn(invoice, back),), mails=mails)
        if attempt and attempt.is_received:
            after = replace(attempt, state=AttemptState.REVERSED, settled_at=now, why=asked.why)
            event = replace(event, moved=Moved(attempt, after))
        self.book.write(event)

    def _mails(
        self, asked: TakingBack, invoice: Invoice, payment: Payment, attempt: Attempt | None
    ) -> tuple[Mail, ...]:
        """To the address that got the receipt, or else to the family's."""
        emails = (attempt.email,) if attempt else self.addresses(invoice.family)
        back, now = taken_back(payment, asked.row), self.clock.now()
        after, bounced = replace(invoice, payments=(*invoice.payments, back)), asked.cause is Cause.BOUNCED
        return tuple(
            payment_reversed(after, payment, back, email, rank, bounced=bounced, why=asked.why, now=now)
            for rank, email in enumerate(emails)
        )


def _named(name: str, invoice: Invoice) -> Found | Unfound:
    payment = next((one for one in invoice.payments if one.id == name), None)
    if payment is None:
        return Unfound.NOTHING
    return Found(payment, already=any(one.takes_back == name for one in invoice.payments))


def _unfit(cause: Cause, payment: Payment, attempt: Attempt | None) -> Unfit | None:
    if cause is Cause.WITHDRAWN:
        return Unfit.ONLINE if payment.means is Means.ONLINE else None
    if payment.means is not Means.ONLINE:
        return None if payment.means in BOUNCES else Unfit.NO_BANK
    return None if attempt and _is_debit(attempt) else Unfit.CARD


def _is_debit(attempt: Attempt) -> bool:
    """The treasury's letter says so, or what was decided on it."""
    letter = attempt.answer.letter if attempt.answer else ""
    return AttemptState.DEBIT_ACCEPTED in {attempt.state, received_by(letter)}
