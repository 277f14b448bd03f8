"""Invoices and the payments received for them: one partition for each family. Numbers and references are unique in the
town."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.rules.errors import NotFound, StaleWrite
from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.invoices import Begun, Invoice, InvoiceLine, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.services.mail_ports import Mail
from chalicelib.storage import keys
from chalicelib.storage.database import Database, RawItem, WriteRefused
from chalicelib.storage.outbox import row_of as mail_row
from chalicelib.storage.rows import InvoiceRow, OutboxRow, ToNotify

WAITING = "1"
"""Value of ``notify`` until the family is told: only such items are in the index."""
PAYMENT_AT = 0
"""Place of the payment's row in its transaction: it is the only row that is put."""


class DynamoInvoiceStore:
    """``InvoiceStore``. Reads are consistent: a parent who has just paid must see it."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(InvoiceRow)
        self.mails = database.bind(OutboxRow)

    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        heads = self.rows.item.startswith(keys.HEADS)
        items = self.database.pages("invoices.of", self.rows, family, range_key_condition=heads, consistent_read=True)
        return tuple(_invoices(items))[::-1]

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        invoice = self.holder(number)
        return invoice if invoice and invoice.family == family else None

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]:
        row = self.database.get("invoices.lines", self.rows, family, keys.invoice_lines(number), consistent_read=True)
        return tuple(_line(str(text)) for text in row.lines) if row else ()

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        return self._held("invoices.holder", keys.number_holder(number))

    def holder_of_reference(self, reference: str) -> Invoice | None:
        return self._held("invoices.holder_of_reference", keys.reference_holder(reference))

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        there = self.holder(invoice.number)
        if there and (there.family != invoice.family or there.payments or there.begun != invoice.begun):
            raise StaleWrite("invoices.put")
        head = keys.invoice_head(invoice.issued_on, invoice.number)
        before = self._own_head(there) if there else None

        def fill(transaction: TransactWrite) -> None:
            if before is None:
                transaction.save(self._head_row(invoice, head), condition=self.rows.item.does_not_exist())
            elif before.item == head:
                still = self._is_still(before)
                transaction.update(self.rows(invoice.family, head), actions=self._facts(invoice), condition=still)
            else:
                self._move_head(transaction, before, invoice, head)
            transaction.save(
                self.rows(invoice.family, keys.invoice_lines(invoice.number), lines=[_line_text(x) for x in lines])
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

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int) -> None:
        """Raises NotFound for an invoice that is not the family's."""
        head = self._head_of(family, number)

        def fill(transaction: TransactWrite) -> None:
            actions: list[Action] = [self.rows.pdf_bytes.set(size)]
            transaction.update(self.rows(family, head), actions=actions, condition=self.rows.item.exists())

        self.database.transact("invoices.set_pdf", fill)

    def record(self, family: FamilyId, number: InvoiceNumber, payment: Payment) -> bool:
        """Raises NotFound for an invoice that is not the family's."""
        head = self._head_of(family, number)
        row = payment_row(self.rows, family, head, payment)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=self.rows.item.does_not_exist())
            actions: list[Action] = [self.rows.paid.add(payment.amount)]
            transaction.update(self.rows(family, head), actions=actions, condition=self.rows.item.exists())

        try:
            self.database.transact("invoices.record", fill)
        except WriteRefused as refused:
            if PAYMENT_AT in refused.found:
                return False
            raise
        return True

    def to_notify(self, limit: int) -> tuple[Invoice, ...]:
        items = self.database.pages(
            "invoices.to_notify", self.rows, WAITING, index_name=ToNotify.Meta.index_name, limit=limit
        )
        return tuple(_invoice(item) for item in items)

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
        # The payments of a head follow it directly; "~" comes after every character of their keys.
        between = self.rows.item.between(row.head, f"{row.head}{keys.PAYMENT}~")
        items = self.database.pages(operation, self.rows, row.holder, range_key_condition=between, consistent_read=True)
        return next(_invoices(items), None)

    def _holder_row(self, operation: str, partition: str) -> InvoiceRow | None:
        return self.database.get(operation, self.rows, partition, keys.UNIQUE, consistent_read=True)

    def _head_row(self, invoice: Invoice, head: str) -> InvoiceRow:
        return self.rows(
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
            paid=0,
            notify=WAITING,
        )

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
        ]


def _same(attribute: UnicodeAttribute, value: str | None) -> Condition:
    return attribute == value if value else attribute.does_not_exist()


def payment_row(rows: type[InvoiceRow], family: FamilyId, head: str, payment: Payment) -> InvoiceRow:
    return rows(
        family,
        keys.invoice_payment(head, payment.id),
        payment=payment.id,
        payer=payment.payer,
        paid_on=payment.paid_on.isoformat(),
        amount=payment.amount,
        means=payment.means.value,
        authorisation=payment.authorisation,
        bank_date=payment.bank_date.isoformat() if payment.bank_date else "",
        reference=payment.reference,
        attempt=payment.attempt,
    )


def _invoices(items: Iterable[RawItem]) -> Iterator[Invoice]:
    """Heads with their payments, which follow them, in the order of issue dates."""
    invoice: Invoice | None = None
    for item in items:
        if keys.PAYMENT in item["item"]["S"]:
            if invoice:
                invoice = replace(invoice, payments=(*invoice.payments, _payment(item)))
            continue
        if invoice:
            yield invoice
        invoice = _invoice(item)
    if invoice:
        yield invoice


def _invoice(item: RawItem) -> Invoice:
    return Invoice(
        number=InvoiceNumber(item["number"]["S"]),
        reference=item["reference"]["S"],
        family=FamilyId(item["family"]["S"]),
        issued_on=date.fromisoformat(item["issued_on"]["S"]),
        due_on=date.fromisoformat(item["due_on"]["S"]),
        label=item["label"]["S"],
        regie=item["regie"]["S"],
        total=Cents(int(item["total"]["N"])),
        published_at=instant_of(item["published_at"]["S"]),
        pdf_bytes=int(item["pdf_bytes"]["N"]),
        begun=Begun(AttemptId(item["attempt"]["S"]), instant_of(item["begun_at"]["S"])) if "attempt" in item else None,
    )


def _payment(item: RawItem) -> Payment:
    bank_date = item["bank_date"]["S"]
    return Payment(
        id=item["payment"]["S"],
        payer=item["payer"]["S"],
        paid_on=date.fromisoformat(item["paid_on"]["S"]),
        amount=Cents(int(item["amount"]["N"])),
        means=Means(item["means"]["S"]),
        authorisation=item["authorisation"]["S"],
        bank_date=date.fromisoformat(bank_date) if bank_date else None,
        reference=item["reference"]["S"],
        attempt=AttemptId(item["attempt"]["S"]) if "attempt" in item else None,
    )


def _line_text(line: InvoiceLine) -> str:
    facts = [line.what, line.child, str(line.quantity), line.unit_price, line.amount]
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def _line(text: str) -> InvoiceLine:
    what, child, quantity, unit_price, amount = json.loads(text)
    return InvoiceLine(what, child, Decimal(quantity), Cents(unit_price), Cents(amount))
