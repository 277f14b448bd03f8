"""Invoices and the payments received for them: one partition for each family. Numbers and references are unique in the
town."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.rules.errors import NotFound, StaleWrite
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_text
from chalicelib.rules.invoices import Invoice, InvoiceLine
from chalicelib.services.mail_ports import Mail
from chalicelib.storage import keys
from chalicelib.storage.database import Database, RawItem, WriteRefused
from chalicelib.storage.invoice_items import invoice_of, line_of, line_text, listed
from chalicelib.storage.invoice_looks import InvoiceLooks
from chalicelib.storage.outbox import row_of as mail_row
from chalicelib.storage.rows import InvoiceRow, Listed, OutboxRow, ToNotify

WAITING = "1"
"""Value of ``notify`` until the family is told: only such items are in the index."""
DUE_IN_ONE_CALL = 12
"""Invoices due and credit notes for which the first Query of a family's list has room, besides the paid ones that are
asked for."""


class DynamoInvoiceStore:
    """``InvoiceStore``. Reads are consistent: a parent who has just paid must see it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(InvoiceRow)
        self.mails = database.bind(OutboxRow)
        self.several = InvoiceLooks(database, self.rows)

    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        heads = self.rows.item.startswith(keys.HEADS)
        items = self.database.pages("invoices.of", self.rows, family, range_key_condition=heads, consistent_read=True)
        return tuple(map(invoice_of, items))[::-1]

    def latest(self, family: FamilyId, paid: int) -> tuple[Invoice, ...]:
        return tuple(self._latest(family, paid))

    def paid_before(self, family: FamilyId, day: date, number: InvoiceNumber, most: int) -> tuple[Invoice, ...]:
        before = self.rows.listed < keys.paid_invoice(day, number)
        return tuple(map(invoice_of, self._listed("invoices.paid_before", family, before, limit=most)))

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        invoice = self.holder(number)
        return invoice if invoice and invoice.family == family else None

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]:
        row = self.database.get("invoices.lines", self.rows, family, keys.invoice_lines(number), consistent_read=True)
        return tuple(line_of(str(text)) for text in row.lines) if row else ()

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        return self._held("invoices.holder", keys.number_holder(number))

    def holder_of_reference(self, reference: str) -> Invoice | None:
        return self._held("invoices.holder_of_reference", keys.reference_holder(reference))

    def add(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        self._put(invoice, lines, None, None)

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        there = self.holder(invoice.number)
        if there and (there.family != invoice.family or there.payments or there.begun != invoice.begun):
            raise StaleWrite("invoices.put")
        self._put(invoice, lines, there, self._own_head(there) if there else None)

    def _put(
        self, invoice: Invoice, lines: Sequence[InvoiceLine], there: Invoice | None, before: InvoiceRow | None
    ) -> None:
        head = keys.invoice_head(invoice.issued_on, invoice.number)

        def fill(transaction: TransactWrite) -> None:
            if before is None:
                transaction.save(self._head_row(invoice, head), condition=self.rows.item.does_not_exist())
            elif before.item == head:
                still = self._is_still(before)
                transaction.update(self.rows(invoice.family, head), actions=self._facts(invoice), condition=still)
            else:
                self._move_head(transaction, before, invoice, head)
            transaction.save(
                self.rows(invoice.family, keys.invoice_lines(invoice.number), lines=[line_text(x) for x in lines])
            )
            self._hold(transaction, keys.number_holder(invoice.number), invoice, head)
            self._hold(transaction, keys.reference_holder(invoice.reference), invoice, head)
            if there and there.reference != invoice.reference:
                transaction.delete(self.rows(keys.reference_holder(there.reference), keys.UNIQUE))

        try:
            self.database.transact("invoices.put", fill)
        except WriteRefused:
            if self.holder(invoice.number) != replace(invoice, payments=()):
                raise  # Otherwise it was this same write, and its answer was lost.

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int, tag: str) -> None:
        """Raises NotFound for an invoice that is not the family's."""
        head = self._head_of(family, number)

        def fill(transaction: TransactWrite) -> None:
            actions: list[Action] = [self.rows.pdf_bytes.set(size), self.rows.pdf_tag.set(tag)]
            transaction.update(self.rows(family, head), actions=actions, condition=self.rows.item.exists())

        self.database.transact("invoices.set_pdf", fill)

    def to_notify(self, limit: int) -> tuple[Invoice, ...]:
        items = self.database.pages(
            "invoices.to_notify", self.rows, WAITING, index_name=ToNotify.Meta.index_name, limit=limit
        )
        return tuple(replace(invoice_of(item), payments=()) for item in items)

    def notified(self, invoice: Invoice, mails: Sequence[Mail]) -> None:
        head = self.rows(invoice.family, keys.invoice_head(invoice.issued_on, invoice.number))

        def fill(transaction: TransactWrite) -> None:
            transaction.update(head, actions=[self.rows.notify.remove()], condition=self.rows.notify.exists())
            for mail in mails:
                transaction.save(mail_row(self.mails, mail))

        try:
            self.database.transact("invoices.notified", fill)
        except WriteRefused:
            return  # It was off the list already: the same transaction put its mails in the outbox.

    def _latest(self, family: FamilyId, paid: int) -> Iterator[Invoice]:
        for item in self._listed("invoices.latest", family, None, at_once=paid + DUE_IN_ONE_CALL):
            invoice = invoice_of(item)
            yield invoice
            paid -= not invoice.is_open
            if paid == 0:
                return

    def _listed(self, operation: str, family: FamilyId, which: Condition | None, **options: Any) -> Iterator[RawItem]:
        return self.database.pages(
            operation,
            self.rows,
            family,
            index_name=Listed.Meta.index_name,
            range_key_condition=which,
            consistent_read=True,
            scan_index_forward=False,
            **options,
        )

    def _own_head(self, invoice: Invoice) -> InvoiceRow:
        """The stored head, which has facts that the town's list does not have. Raises StaleWrite when it was moved just
        now."""
        head = keys.invoice_head(invoice.issued_on, invoice.number)
        row = self.database.get("invoices.head", self.rows, invoice.family, head, consistent_read=True)
        if row is None:
            raise StaleWrite("invoices.put")
        return row

    def _is_still(self, head: InvoiceRow) -> Condition:
        """Condition: nothing was paid and no other attempt was begun after ``head`` was read."""
        still: Condition = (self.rows.paid == 0) & _same(self.rows.attempt, head.attempt)
        return still

    def _move_head(self, transaction: TransactWrite, before: InvoiceRow, invoice: Invoice, head: str) -> None:
        """The head's key holds the issue date. When a correction changes it, the facts that are not of the town's list
        move along."""
        row = self._head_row(invoice, head)
        row.notify, row.attempt, row.begun_at = before.notify, before.attempt, before.begun_at
        transaction.save(row, condition=self.rows.item.does_not_exist())
        still = self._is_still(before) & _same(self.rows.notify, before.notify)
        transaction.delete(self.rows(before.family, before.item), condition=still)

    def _hold(self, transaction: TransactWrite, partition: str, invoice: Invoice, head: str) -> None:
        """Take a number or a reference, or keep the one that this same invoice holds."""
        row = self.rows(partition, keys.UNIQUE, holder=invoice.family, head=head, number=invoice.number)
        mine = (self.rows.number == invoice.number) & (self.rows.holder == invoice.family)
        transaction.save(row, condition=self.rows.item.does_not_exist() | mine)

    def _head_of(self, family: FamilyId, number: InvoiceNumber) -> str:
        row = self._holder_row("invoices.holder", keys.number_holder(number))
        if row is None or row.holder != family:
            raise NotFound("invoice")
        return str(row.head)

    def _held(self, operation: str, partition: str) -> Invoice | None:
        row = self._holder_row(operation, partition)
        if row is None:
            return None
        own = self.rows.item == row.head
        items = self.database.pages(operation, self.rows, row.holder, range_key_condition=own, consistent_read=True)
        return next(map(invoice_of, items), None)

    def _holder_row(self, operation: str, partition: str) -> InvoiceRow | None:
        return self.database.get(operation, self.rows, partition, keys.UNIQUE, consistent_read=True)

    def _head_row(self, invoice: Invoice, head: str) -> InvoiceRow:
        row = self.rows(
            invoice.family,
            head,
            number=invoice.number,
            reference=invoice.reference,
            issued_on=invoice.issued_on.isoformat(),
            due_on=invoice.due_on.isoformat(),
            label=invoice.label,
            regie=invoice.regie,
            total=invoice.total,
            published_at=instant_text(invoice.published_at),
            pdf_bytes=invoice.pdf_bytes,
            pdf_tag=invoice.pdf_tag,
            paid=0,
            payments={},
            listed=listed(invoice),
            notify=WAITING,
        )
        for name, value in _declared(invoice).items():
            setattr(row, name, value)
        return row

    def _facts(self, invoice: Invoice) -> list[Action]:
        """What a correction may change. It keeps whether the family was told, and what was paid."""
        rows = self.rows
        return [
            rows.reference.set(invoice.reference),
            rows.due_on.set(invoice.due_on.isoformat()),
            rows.label.set(invoice.label),
            rows.regie.set(invoice.regie),
            rows.total.set(invoice.total),
            rows.published_at.set(instant_text(invoice.published_at)),
            rows.pdf_bytes.set(invoice.pdf_bytes),
            rows.pdf_tag.set(invoice.pdf_tag),
            rows.listed.set(listed(invoice)),
            *(_set(getattr(rows, name), value) for name, value in _declared(invoice).items()),
        ]


def _declared(invoice: Invoice) -> dict[str, str | None]:
    """What only some invoices have."""
    return {
        "cancelled_on": invoice.cancelled_on.isoformat() if invoice.cancelled_on else None,
        "corrects": invoice.corrects,
        "means": invoice.means.value if invoice.means else None,
    }


def _set(attribute: UnicodeAttribute, value: str | None) -> Action:
    action: Action = attribute.set(value) if value else attribute.remove()
    return action


def _same(attribute: UnicodeAttribute, value: str | None) -> Condition:
    return attribute == value if value else attribute.does_not_exist()
