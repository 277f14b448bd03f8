"""Attempts to pay online in memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Lock

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.invoices import Begun, Invoice
from chalicelib.rules.payments import Attempt, AttemptState
from tests.fakes.invoices import MemoryInvoices
from tests.fakes.mails import MemoryOutbox


class MemoryAttempts:
    """``AttemptStore``."""

    def __init__(self, invoices: MemoryInvoices, outbox: MemoryOutbox) -> None:
        self.invoices = invoices
        self.outbox = outbox
        self.kept: dict[AttemptId, Attempt] = {}
        self.latest_of: dict[InvoiceNumber, AttemptId] = {}
        self.looks: dict[AttemptId, datetime] = {}
        self.turn = Lock()

    def find(self, attempt: AttemptId) -> Attempt | None:
        return self.kept.get(attempt)

    def among(self, attempts: Iterable[AttemptId]) -> tuple[Attempt, ...]:
        return tuple(self.kept[attempt] for attempt in attempts if attempt in self.kept)

    def by_idop(self, idop: str) -> Attempt | None:
        return next((one for one in self.kept.values() if idop and one.idop == idop), None)

    def latest(self, invoice: Invoice) -> Attempt | None:
        name = self.latest_of.get(invoice.number)
        return self.kept[name] if name else None

    def begin(self, attempt: Attempt, invoice: Invoice, over: Attempt | None) -> None:
        there = self.invoices.find(invoice.family, invoice.number)
        same = there and (there.paid, there.total) == (invoice.paid, invoice.total)
        if there is None or not same or self.latest_of.get(invoice.number) != (over.id if over else None):
            raise StaleWrite("attempts.begin")
        begun = Begun(attempt.id, attempt.created_at)
        self.invoices.invoices[invoice.number] = replace(there, begun=begun)
        self.kept[attempt.id] = attempt
        self.latest_of[invoice.number] = attempt.id

    def opened(self, attempt: Attempt, idop: str, look_at: datetime) -> Attempt:
        after = replace(attempt, state=AttemptState.PENDING, idop=idop)
        self.settle(attempt, after, look_at)
        return self.kept[attempt.id]

    def settle(self, before: Attempt, after: Attempt, look_at: datetime | None) -> None:
        if self.kept[before.id].version != before.version:
            raise StaleWrite("attempts.settle")
        self.keep(replace(after, version=before.version + 1, look_at=look_at))

    def keep(self, attempt: Attempt) -> None:
        """What another store's transaction brings."""
        self.kept[attempt.id] = replace(attempt, unanswered=False)
        self.looks.pop(attempt.id, None)
        if attempt.look_at:
            self.looks[attempt.id] = attempt.look_at

    def to_look_at(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        due = sorted((at, name) for name, at in self.looks.items() if at <= now)
        return tuple(self.kept[name] for _, name in due[:limit])

    def take_look(self, attempt: Attempt, now: datetime, gap: timedelta) -> bool:
        with self.turn:
            there = self.kept[attempt.id]
            if there.looked_at and there.looked_at > now - gap:
                return False
            self.kept[attempt.id] = replace(there, looked_at=now)
            return True

    def look_again(self, attempt: Attempt, look_at: datetime | None, *, unanswered: bool = False) -> None:
        there = self.kept[attempt.id]
        if there.version != attempt.version:
            return
        self.kept[attempt.id] = replace(there, look_at=look_at, unanswered=unanswered)
        self.looks.pop(attempt.id, None)
        if look_at:
            self.looks[attempt.id] = look_at
