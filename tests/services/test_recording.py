"""Payments of the town's own lists: each counts once, many go into one event, and none is lost to another."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from threading import Barrier

import pytest

from chalicelib.rules.book import EntryKind
from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.services.book_ports import MOST_PAYMENTS, PaymentOn
from chalicelib.services.recording import RecordPayments
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.aws_calls import counted
from tests.builders import BOND, a_payment, an_invoice
from tests.clock import FixedClock
from tests.faults import Case, survives
from tests.money import NOW
from tests.stand_in import database_for, moto_town

INVOICE = an_invoice()
SEVERAL = [an_invoice(f"2014-001-{number:06}") for number in range(MOST_PAYMENTS + 1)]
WRITERS = 12
NOVEMBER = date(2026, 11, 1)


class Town:
    def __init__(self, database: Database) -> None:
        self.invoices, self.book = DynamoInvoiceStore(database), DynamoBook(database)
        self.record = RecordPayments(invoices=self.invoices, book=self.book, clock=FixedClock(NOW))

    def put(self, *invoices: Invoice) -> None:
        for invoice in invoices:
            self.invoices.put(invoice, ())

    def amounts(self) -> list[int]:
        return [line.entry.amount for line in self.book.lines(NOVEMBER)]


@pytest.fixture
def town(moto_database: Database) -> Town:
    return Town(moto_database)


def test_a_line_says_what_the_list_said(town: Town) -> None:
    town.put(INVOICE)
    town.record([PaymentOn(INVOICE, a_payment(424, reference="0001234"))])
    (line,) = town.book.lines(NOVEMBER)
    entry = line.entry
    assert (entry.kind, entry.regie, entry.payer, entry.day) == (
        EntryKind.PAYMENT,
        "REGIE PERISCOLAIRE",
        "Jamie BOND",
        date(2012, 8, 16),
    )
    assert (entry.reason, entry.reference, entry.transmitted) == ("référence « 0001234 »", INVOICE.reference, "")


def test_many_invoices_cost_two_calls(town: Town) -> None:
    town.put(*SEVERAL)
    with counted() as calls:
        town.record([PaymentOn(one, a_payment(424)) for one in SEVERAL])
    assert Counter(calls.names) == {"dynamodb:BatchGetItem": 2, "dynamodb:TransactWriteItems": 2}
    assert town.amounts() == [424] * len(SEVERAL)


def test_several_payments_of_one_invoice_count_each(town: Town) -> None:
    town.put(INVOICE)
    payments = [PaymentOn(INVOICE, a_payment(10, id=f"p-{number:02}")) for number in range(MOST_PAYMENTS + 3)]
    town.record(payments)
    town.record(payments)
    assert town.amounts() == [10] * (MOST_PAYMENTS + 3)


def test_one_that_changed_since_it_was_read_does_not_keep_the_others(town: Town) -> None:
    town.put(*SEVERAL[:3])
    town.record([PaymentOn(SEVERAL[1], a_payment(1))])
    again = [PaymentOn(SEVERAL[1], a_payment(1)), PaymentOn(SEVERAL[1], a_payment(2, id="p-2"))]
    town.record([PaymentOn(SEVERAL[0], a_payment(3)), *again, PaymentOn(SEVERAL[2], a_payment(4))])
    assert sorted(town.amounts()) == [1, 2, 3, 4]


def test_an_invoice_that_is_gone_is_told(town: Town) -> None:
    with pytest.raises(NotFound):
        town.record([PaymentOn(INVOICE, a_payment(1))])
    town.put(INVOICE)
    with pytest.raises(NotFound):
        town.record([PaymentOn(replace(INVOICE, family=FamilyId("f-strangers")), a_payment(1))])
    assert town.amounts() == []


def test_one_payment_told_many_times_at_once_counts_once(ministack_database: Database) -> None:
    town, together = Town(ministack_database), Barrier(WRITERS)
    town.put(INVOICE)

    def record(_number: int) -> None:
        together.wait()
        town.record([PaymentOn(INVOICE, a_payment(424))])

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(record, range(WRITERS)))
    assert town.amounts() == [424]


def test_many_payments_at_once_all_count(ministack_database: Database) -> None:
    town, together = Town(ministack_database), Barrier(WRITERS)
    town.put(INVOICE)

    def record(number: int) -> None:
        together.wait()
        town.record([PaymentOn(INVOICE, a_payment(40, id=f"p-{number}", paid_on=date(2014, 1, 1 + number)))])

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(record, range(WRITERS)))
    assert town.amounts() == [40] * WRITERS
    assert town.invoices.of(BOND)[0].paid == 40 * WRITERS
    behind = town.invoices.paid_before(BOND, date(2014, 1, WRITERS), InvoiceNumber("9"), 1)
    assert [one.number for one in behind] == [INVOICE.number], "it stands where its last payment puts it"


@contextmanager
def fresh() -> Iterator[Town]:
    with moto_town() as settings:
        town = Town(database_for(settings))
        town.put(*SEVERAL[:2])
        yield town


def test_recording_survives_every_fault() -> None:
    def record(town: Town) -> None:
        town.record([PaymentOn(one, a_payment(424)) for one in SEVERAL[:2]])

    def whole(town: Town) -> None:
        assert town.amounts() == [424, 424]
        assert [one.paid for one in town.invoices.of(BOND)] == [424, 424]

    survives(Case(fresh=fresh, run=record, recover=record, check=whole))
