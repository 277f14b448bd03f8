"""Attempts to pay, in the payments table. What moves money is written by ``storage.book``."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.rules.ids import AttemptId
from chalicelib.rules.instants import instant_text
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.payments import Attempt, AttemptState
from chalicelib.storage import keys
from chalicelib.storage.attempt_items import attempt_of, row_of
from chalicelib.storage.database import Database, WriteRefused
from chalicelib.storage.payment_rows import AttemptRow, OperationRow, ToLookAt
from chalicelib.storage.rows import InvoiceRow


class DynamoAttemptStore:
    """``AttemptStore``. Reads are consistent, except the reconciliation's list."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(AttemptRow)
        self.operations = database.bind(OperationRow)
        self.invoices = database.bind(InvoiceRow)

    def find(self, attempt: AttemptId) -> Attempt | None:
        partition = keys.attempt_partition(attempt)
        row = self.database.get("attempts.find", self.rows, partition, keys.UNIQUE, consistent_read=True)
        return attempt_of(row.serialize()) if row else None

    def among(self, attempts: Iterable[AttemptId]) -> tuple[Attempt, ...]:
        asked = ({"partition": keys.attempt_partition(attempt), "item": keys.UNIQUE} for attempt in attempts)
        return tuple(map(attempt_of, self.database.batch_get("attempts.among", self.rows, asked, consistent_read=True)))

    def by_idop(self, idop: str) -> Attempt | None:
        partition = keys.operation_partition(idop)
        row = self.database.get("attempts.by_idop", self.operations, partition, keys.UNIQUE, consistent_read=True)
        return self.find(AttemptId(str(row.attempt))) if row else None

    def latest(self, invoice: Invoice) -> Attempt | None:
        head = keys.invoice_head(invoice.issued_on, invoice.number)
        row = self.database.get("attempts.latest", self.invoices, invoice.family, head, consistent_read=True)
        return self.find(AttemptId(str(row.attempt))) if row and row.attempt else None

    def begin(self, attempt: Attempt, invoice: Invoice, over: Attempt | None) -> None:
        rows = self.invoices
        as_read = (rows.paid == invoice.paid) & (rows.total == invoice.total)
        before = (rows.attempt == over.id) if over else rows.attempt.does_not_exist()

        begun: list[Action] = [rows.attempt.set(attempt.id), rows.begun_at.set(instant_text(attempt.created_at))]

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row_of(self.rows, attempt, None), condition=self.rows.item.does_not_exist())
            transaction.update(self._head(invoice), actions=begun, condition=as_read & before)

        try:
            self.database.transact("attempts.begin", fill)
        except WriteRefused:
            if self.find(attempt.id) is None:
                raise  # Otherwise it was this same write, and its answer was lost.

    def opened(self, attempt: Attempt, idop: str, look_at: datetime) -> Attempt:
        after = replace(attempt, state=AttemptState.PENDING, idop=idop, look_at=look_at, version=attempt.version + 1)
        operation = self.operations(keys.operation_partition(idop), keys.UNIQUE, attempt=attempt.id)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row_of(self.rows, after, look_at), condition=self.rows.version == attempt.version)
            transaction.save(operation, condition=self.operations.item.does_not_exist())

        try:
            self.database.transact("attempts.opened", fill)
        except WriteRefused:
            if self.find(attempt.id) != after:
                raise
        return after

    def settle(self, before: Attempt, after: Attempt, look_at: datetime | None) -> None:
        row = row_of(self.rows, replace(after, version=before.version + 1), look_at)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=self.rows.version == before.version)

        self.database.transact("attempts.settle", fill)

    def to_look_at(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        items = self.database.pages(
            "attempts.to_look_at",
            self.rows,
            keys.TO_LOOK_AT,
            index_name=ToLookAt.Meta.index_name,
            range_key_condition=self.rows.look_at <= instant_text(now),
            limit=limit,
        )
        return tuple(attempt_of(item) for item in items)

    def take_look(self, attempt: Attempt, now: datetime, gap: timedelta) -> bool:
        looked_at = self.rows.looked_at
        turn = looked_at.does_not_exist() | (looked_at <= instant_text(now - gap))
        row = self.rows(keys.attempt_partition(attempt.id), keys.UNIQUE)

        def fill(transaction: TransactWrite) -> None:
            transaction.update(row, actions=[looked_at.set(instant_text(now))], condition=turn)

        try:
            self.database.transact("attempts.take_look", fill)
        except WriteRefused:
            return False
        return True

    def look_again(self, attempt: Attempt, look_at: datetime | None, *, unanswered: bool = False) -> None:
        rows = self.rows
        moved: list[Action] = [rows.look.remove(), rows.look_at.remove()]
        if look_at:
            moved = [rows.look.set(keys.TO_LOOK_AT), rows.look_at.set(instant_text(look_at))]
        moved.append(rows.unanswered.set(True) if unanswered else rows.unanswered.remove())
        row = rows(keys.attempt_partition(attempt.id), keys.UNIQUE)

        def fill(transaction: TransactWrite) -> None:
            transaction.update(row, actions=moved, condition=rows.version == attempt.version)

        try:
            self.database.transact("attempts.look_again", fill)
        except WriteRefused:
            return  # Somebody settled it, and decided when to look again.

    def _head(self, invoice: Invoice) -> InvoiceRow:
        return self.invoices(invoice.family, keys.invoice_head(invoice.issued_on, invoice.number))
