"""Closing points as people decide: the money finds its place, or nothing was taken, or the surplus stays."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime

from chalicelib.rules.book import Entry, EntryKind, end_of
from chalicelib.rules.deciding import decided_paid, decided_unpaid
from chalicelib.rules.decisions import (
    Decision,
    Undecided,
    Word,
    contradicts,
    decided_before,
    placed,
    reason_of,
    wrong_place,
    wrong_with,
)
from chalicelib.rules.entries import classified_entry, decision_entry, received_entry
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.payments import Attempt
from chalicelib.rules.points import Point
from chalicelib.rules.receipts import told_by_the_town
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import Book, MoneyEvent, Moved, PaymentOn
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mails import payment_receipt
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.services.rereading import rereading
from chalicelib.values import Value


class NotDecided(ValueError):
    """The decision is not followed: a person has to look. ``point`` is the open point, if there is one."""

    def __init__(self, why: Undecided, point: Point | None = None) -> None:
        super().__init__(why.value)
        self.why = why
        self.point = point


class Judged(Value):
    """A decision that can be followed. ``invoice`` is the point's own, None when it is gone; ``pays`` is the one that
    the money pays."""

    decision: Decision
    point: Point
    invoice: Invoice | None
    attempt: Attempt | None = None
    pays: Invoice | None = None


class Decide:
    """Follows one decision. What was decided is read in the journal; each month is read once by one ``Decide``."""

    def __init__(self, *, book: Book, attempts: AttemptStore, invoices: InvoiceStore, clock: Clock) -> None:
        self.book = book
        self.attempts = attempts
        self.invoices = invoices
        self.clock = clock
        self.read: dict[date, list[Entry]] = {}

    def check(self, decision: Decision) -> bool:
        """Whether it would be followed now; False when it was before. Writes nothing. Raises NotDecided."""
        return self._judged(decision) is not None

    def __call__(self, decision: Decision) -> bool:
        """Close the point. False when the same row did it before. Raises NotDecided, Unavailable."""
        return rereading(f"point.decide: {decision.point}", lambda: self._decided(decision))

    def _decided(self, decision: Decision) -> bool:
        judged = self._judged(decision)
        if judged is None:
            return False
        try:
            lines = self.book.write(self._event(judged))
        except StaleWrite:
            self.read.clear()
            raise
        for line in lines:
            self.read.setdefault(line.month, []).append(line.entry)
        return True

    def _judged(self, decision: Decision) -> Judged | None:
        """None when the same row was followed before."""
        now = self.clock.now()
        if decision.day > paris_day(now):
            raise NotDecided(Undecided.FUTURE)
        decided = [entry for month in _months(decision.day, now) for entry in self._decisions(month)]
        if decided_before(decision, decided):
            return None
        point = self.book.point(decision.point)
        if point is None:
            raise NotDecided(Undecided.CONTRARY if contradicts(decision, decided) else Undecided.UNKNOWN)
        if why := wrong_with(decision, point, paris_day(now)):
            raise NotDecided(why, point)
        return self._with_its_attempt(Judged(decision, point, self.invoices.holder(point.invoice)))

    def _with_its_attempt(self, judged: Judged) -> Judged:
        decision, point = judged.decision, judged.point
        if decision.word is Word.KEPT:
            return judged
        attempt = self.attempts.find(point.attempt) if point.attempt else None
        if attempt is None or not attempt.needs_a_person:
            raise NotDecided(Undecided.GONE, point)
        if decision.word is Word.NOT_PAID:
            return replace(judged, attempt=attempt)
        pays = self.invoices.holder(decision.invoice) if decision.invoice else judged.invoice
        if why := wrong_place(point, pays):
            raise NotDecided(why, point)
        return replace(judged, attempt=attempt, pays=pays)

    def _decisions(self, month: date) -> list[Entry]:
        if month not in self.read:
            lines = self.book.lines(month)
            self.read[month] = [line.entry for line in lines if line.entry.kind is EntryKind.DECISION]
        return self.read[month]

    def _event(self, judged: Judged) -> MoneyEvent:
        decision, point, attempt, now = judged.decision, judged.point, judged.attempt, self.clock.now()
        payer = attempt.payer if attempt else ""
        entry = decision_entry(point, judged.invoice, payer=payer, day=decision.day, reason=reason_of(decision))
        event = MoneyEvent(at=now, entries=(entry,), closes=(point.code,))
        if attempt is None:
            return event
        if judged.pays is None:
            return replace(event, moved=Moved(attempt, decided_unpaid(attempt, now, why=entry.reason)))
        return _paying(event, judged, attempt, judged.pays)


def _paying(event: MoneyEvent, judged: Judged, attempt: Attempt, invoice: Invoice) -> MoneyEvent:
    """The same event, and the money finds its place. What the town's list brought already is not counted twice."""
    decision, point, own = judged.decision, judged.point, judged.invoice
    amount = point.received if point.received is not None else decision.amount or point.asked
    after = decided_paid(
        attempt, event.at, amount=amount, authorisation=decision.authorisation, why=reason_of(decision)
    )
    payment, entries = placed(after, event.at), event.entries
    payments: tuple[PaymentOn, ...] = ()
    mails = event.mails
    if not told_by_the_town(invoice, amount, payment.authorisation):
        entries += (received_entry(invoice, payment, after),)
        payments = (PaymentOn(invoice, payment),)
        mails = (payment_receipt(after, invoice, event.at, payment),)
    if attempt.unclassified:
        entries += (classified_entry(attempt, own, event.at),)
    return replace(event, entries=entries, payments=payments, moved=Moved(attempt, after), mails=mails)


def _months(day: date, now: datetime) -> Iterator[date]:
    """The months of the book in which what was decided on ``day`` can stand, the first first."""
    month, last = day.replace(day=1), paris_day(now)
    while month <= last:
        yield month
        month = paris_day(end_of(month))
