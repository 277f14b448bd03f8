"""Invoices and their payments, on every backend; races and faults where they can happen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest

from chalicelib.rules.errors import NotFound, StaleWrite
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import InvoiceLine, Means
from chalicelib.rules.money import Cents
from chalicelib.services.mail_ports import Mail
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.aws_calls import counted
from tests.builders import BOND, a_payment, an_invoice
from tests.clock import paris
from tests.faults import Case, survives
from tests.money import at_the_desk, receive
from tests.stand_in import database_for, moto_town
from tests.storage.conftest import Stores

OTHERS = FamilyId("f-other")
INVOICE = an_invoice()
LINES = (
    InvoiceLine("Cantine", "James", Decimal(3), Decimal(108), Cents(324)),
    InvoiceLine("Garderie « œuf »", "", Decimal("0.5"), Decimal("200.25"), Cents(100)),
)
NOW = paris("mardi 2013-10-01 12:00")


def mail_to(email: str, number: str = INVOICE.number) -> Mail:
    facts = {"number": number, "label": "Été €"}
    return Mail(f"invoice-online-{number}-{email}", email, "invoice-online", facts, BOND, number, NOW)


def test_an_invoice_is_read_back_with_its_lines_and_payments(stores: Stores) -> None:
    online = a_payment(
        100, id="p-2", means=Means.ONLINE, authorisation="A55A", bank_date=date(2013, 10, 4), paid_on=date(2013, 10, 3)
    )
    stores.invoices.put(INVOICE, LINES)
    first, second = receive(stores.book, INVOICE, a_payment(300), online)
    whole = replace(INVOICE, payments=(a_payment(300, line=first.name), replace(online, line=second.name)))
    assert stores.invoices.of(BOND) == (whole,)
    assert stores.invoices.find(BOND, INVOICE.number) == whole
    assert stores.invoices.holder(INVOICE.number) == whole
    assert stores.invoices.holder_of_reference(INVOICE.reference) == whole
    assert stores.invoices.lines(BOND, INVOICE.number) == LINES


def test_nothing_is_there_before_it_was_put(stores: Stores) -> None:
    assert stores.invoices.of(BOND) == ()
    assert stores.invoices.find(BOND, INVOICE.number) is None
    assert stores.invoices.lines(BOND, INVOICE.number) == ()
    assert stores.invoices.holder(INVOICE.number) is None
    assert stores.invoices.holder_of_reference(INVOICE.reference) is None
    assert stores.invoices.to_notify(10) == ()
    with pytest.raises(StaleWrite):
        receive(stores.book, INVOICE, a_payment(1))
    with pytest.raises(NotFound):
        stores.invoices.set_pdf(BOND, INVOICE.number, 1, "")


def test_another_familys_invoice_does_not_exist(stores: Stores) -> None:
    stores.invoices.put(INVOICE, LINES)
    assert stores.invoices.of(OTHERS) == ()
    assert stores.invoices.find(OTHERS, INVOICE.number) is None
    assert stores.invoices.lines(OTHERS, INVOICE.number) == ()
    with pytest.raises(StaleWrite):
        receive(stores.book, replace(INVOICE, family=OTHERS), a_payment(1))


def test_the_newest_comes_first(stores: Stores) -> None:
    for month in (3, 11, 7):
        number = InvoiceNumber(f"2013-{month:03}-000001")
        stores.invoices.put(an_invoice(number, issued_on=date(2013, month, 28)), ())
        at_the_desk(stores.book, stores.invoices, number, a_payment(1))
    assert [invoice.issued_on.month for invoice in stores.invoices.of(BOND)] == [11, 7, 3]


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(replace(INVOICE, family=OTHERS), id="the number of another family"),
        pytest.param(an_invoice("2013-027-000001", reference=INVOICE.reference), id="the reference of another invoice"),
        pytest.param(
            an_invoice("2013-027-000001", reference=INVOICE.reference, family=OTHERS), id="… of another family"
        ),
    ],
)
def test_a_number_and_a_reference_belong_to_one_invoice(stores: Stores, other: object) -> None:
    stores.invoices.put(INVOICE, LINES)
    with pytest.raises(StaleWrite):
        stores.invoices.put(other, ())  # type: ignore[arg-type]
    assert stores.invoices.holder_of_reference(INVOICE.reference) == INVOICE
    assert stores.invoices.of(OTHERS) == ()


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"total": Cents(500), "label": "SEPTEMBRE, CORRIGÉE"}, id="its facts"),
        pytest.param({"issued_on": date(2013, 9, 29)}, id="its issue date"),
        pytest.param({"reference": "2013-T5-00-99"}, id="its reference"),
    ],
)
def test_an_unpaid_invoice_may_be_corrected(stores: Stores, changes: dict[str, object]) -> None:
    stores.invoices.put(INVOICE, LINES)
    corrected = replace(INVOICE, **changes)  # type: ignore[arg-type]
    stores.invoices.put(corrected, LINES[:1])
    assert stores.invoices.of(BOND) == (corrected,)
    assert stores.invoices.lines(BOND, INVOICE.number) == LINES[:1]
    assert stores.invoices.holder_of_reference(corrected.reference) == corrected
    if corrected.reference != INVOICE.reference:
        assert stores.invoices.holder_of_reference(INVOICE.reference) is None


def test_a_paid_invoice_never_changes(stores: Stores) -> None:
    stores.invoices.put(INVOICE, LINES)
    at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(424))
    for changed in (replace(INVOICE, total=Cents(1)), replace(INVOICE, issued_on=date(2013, 9, 1))):
        with pytest.raises(StaleWrite):
            stores.invoices.put(changed, ())
    assert stores.invoices.of(BOND) == (replace(INVOICE, payments=(a_payment(424, line="2026-000001"),)),)
    stores.invoices.set_pdf(BOND, INVOICE.number, 77, "t")
    (invoice,) = stores.invoices.of(BOND)
    assert (invoice.pdf_bytes, invoice.pdf_tag, invoice.is_paid) == (77, "t", True)


def test_a_payment_is_recorded_once_and_money_too_much_is_never_lost(stores: Stores) -> None:
    stores.invoices.put(INVOICE, LINES)
    at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(424))
    with pytest.raises(StaleWrite):
        at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(424))
    at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(424, id="p-2", means=Means.ONLINE))
    (invoice,) = stores.invoices.of(BOND)
    assert (invoice.paid, invoice.remaining, invoice.overpaid) == (848, 0, 424)


def test_a_new_invoice_waits_for_its_notification_and_a_correction_does_not_wait_again(stores: Stores) -> None:
    earlier = an_invoice("2013-001-000001", published_at=INVOICE.published_at - timedelta(hours=1))
    for invoice in (INVOICE, earlier):
        stores.invoices.put(invoice, LINES)
    at_the_desk(stores.book, stores.invoices, INVOICE.number, a_payment(1))
    assert stores.invoices.to_notify(10) == (earlier, INVOICE)
    assert stores.invoices.to_notify(1) == (earlier,)
    stores.invoices.notified(earlier, [mail_to("a@ville.fr"), mail_to("b@ville.fr")])
    stores.invoices.put(replace(earlier, total=Cents(9)), ())
    assert stores.invoices.to_notify(10) == (INVOICE,)
    assert {mail.to for mail in stores.outbox.due(NOW, 10)} == {"a@ville.fr", "b@ville.fr"}


def test_a_family_is_told_once(stores: Stores) -> None:
    stores.invoices.put(INVOICE, LINES)
    stores.invoices.notified(INVOICE, [mail_to("a@ville.fr")])
    stores.invoices.notified(INVOICE, [mail_to("other@ville.fr")])
    assert [mail.to for mail in stores.outbox.due(NOW, 10)] == ["a@ville.fr"]


def test_what_waits_is_read_through_the_index_and_never_scanned(moto_database: Database) -> None:
    store = DynamoInvoiceStore(moto_database)
    for number in range(30):
        store.put(an_invoice(f"2013-001-{number:06}"), LINES)
    for invoice in store.to_notify(29):
        store.notified(invoice, [])
    with counted() as calls:
        (left,) = store.to_notify(100)
    assert calls.names == ["dynamodb:Query"]
    assert calls.received < 1000, "the index holds only what waits"
    assert left.number == "2013-001-000029"


def test_fifteen_years_are_one_query(ministack_database: Database) -> None:
    store = DynamoInvoiceStore(ministack_database)
    for number in range(180):
        store.put(an_invoice(f"{2000 + number // 12}-001-{number:06}"), LINES * 10)
    with counted() as calls:
        assert len(store.of(BOND)) == 180
    assert calls.names == ["dynamodb:Query"]
    assert calls.received < 120_000, "the lines are not read"


PARENTS = 12


def test_one_number_is_taken_once_by_whom_comes_first(ministack_database: Database) -> None:
    store, together = DynamoInvoiceStore(ministack_database), Barrier(PARENTS)

    def put(number: int) -> bool:
        together.wait()
        with suppress(StaleWrite):
            store.put(an_invoice(family=FamilyId(f"f-{number}")), LINES)
            return True
        return False

    with ThreadPoolExecutor(PARENTS) as threads:
        assert sum(threads.map(put, range(PARENTS))) == 1


@contextmanager
def fresh() -> Iterator[DynamoInvoiceStore]:
    with moto_town() as settings:
        yield DynamoInvoiceStore(database_for(settings))


def test_putting_survives_every_fault() -> None:
    def put_once(store: DynamoInvoiceStore) -> None:
        there = store.holder(INVOICE.number)
        if there is None:
            store.put(INVOICE, LINES)

    def whole(store: DynamoInvoiceStore) -> None:
        assert store.of(BOND) == (INVOICE,)
        assert store.lines(BOND, INVOICE.number) == LINES
        assert [invoice.number for invoice in store.to_notify(9)] == [INVOICE.number]

    survives(Case(fresh=fresh, run=put_once, recover=put_once, check=whole))
