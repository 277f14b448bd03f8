"""Attempts to pay: the tables and the stand-in of the tests keep the same promises."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.rules.book import Closing
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Begun
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer
from chalicelib.services.book_ports import Book
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.settings import Settings
from chalicelib.storage import keys
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.builders import BOND, a_payment, an_attempt, an_invoice
from tests.clock import paris
from tests.fakes import MemoryAttempts, MemoryBook, MemoryInvoices, MemoryOutbox
from tests.faults import Case, survives
from tests.money import receive
from tests.present import present
from tests.stand_in import database_for, moto_town, seeded

NOW = paris("lundi 2026-11-23 10:00")
NOVEMBER = date(2026, 11, 1)
INVOICE = replace(an_invoice(), payments=())
ATTEMPT = an_attempt(INVOICE, NOW, id=AttemptId("a-1"), label="CANTINE")
ANSWER = BankAnswer("idop-1", "P", "006382", "2013T50026000335", INVOICE.total, "T", "A55A", NOW)


Stores = tuple[AttemptStore, InvoiceStore, Book]


@pytest.fixture(params=["memory", "moto"])
def stores(request: pytest.FixtureRequest) -> Iterator[Stores]:
    """Attempts, invoices, journal; the invoice is there."""
    if request.param == "memory":
        outbox = MemoryOutbox()
        invoices = MemoryInvoices(outbox)
        invoices.put(INVOICE, ())
        attempts = MemoryAttempts(invoices, outbox)
        yield attempts, invoices, MemoryBook(invoices, attempts, outbox)
        return
    with moto_town() as settings:
        database = database_for(settings)
        stored = DynamoInvoiceStore(database)
        stored.put(INVOICE, ())
        yield DynamoAttemptStore(database), stored, DynamoBook(database)


@pytest.fixture
def attempts(stores: Stores) -> AttemptStore:
    return stores[0]


@pytest.fixture
def opened(attempts: AttemptStore) -> Attempt:
    attempts.begin(ATTEMPT, INVOICE, None)
    return attempts.opened(ATTEMPT, "idop-1", NOW + timedelta(minutes=5))


def _attributes(invoices: DynamoInvoiceStore, head: str) -> dict[str, Any]:
    return dict(present(invoices.database.get("test", invoices.rows, BOND, head)).serialize())


def test_an_attempt_is_found_by_its_name_its_invoice_and_the_treasury_s_name(
    attempts: AttemptStore, opened: Attempt
) -> None:
    assert opened.state is AttemptState.PENDING
    assert attempts.find(ATTEMPT.id) == attempts.latest(INVOICE) == attempts.by_idop("idop-1") == opened
    assert attempts.find(AttemptId("a-2")) is None
    assert attempts.by_idop("idop-2") is None


def test_several_are_found_at_once_and_an_invoice_names_its_latest(stores: Stores, opened: Attempt) -> None:
    attempts, invoices, _ = stores
    assert attempts.among([ATTEMPT.id, AttemptId("a-2")]) == (opened,)
    assert attempts.among([]) == ()
    (invoice,) = invoices.of(BOND)
    assert invoice.begun == Begun(ATTEMPT.id, NOW)


def test_a_corrected_issue_date_takes_along_what_is_not_the_list_s(stores: Stores, opened: Attempt) -> None:
    """The latest attempt, so that no second one begins, and whether the family was told of the invoice."""
    attempts, invoices, _ = stores
    invoices.notified(present(invoices.find(BOND, INVOICE.number)), [])
    corrected = replace(present(invoices.find(BOND, INVOICE.number)), issued_on=INVOICE.issued_on - timedelta(days=1))
    invoices.put(corrected, ())
    assert invoices.of(BOND) == (corrected,)
    assert attempts.latest(corrected) == opened
    assert invoices.to_notify(10) == ()
    with pytest.raises(StaleWrite):
        attempts.begin(replace(ATTEMPT, id=AttemptId("a-2")), corrected, None)


@pytest.mark.parametrize("days", [0, 1])
def test_a_correction_made_without_knowing_of_an_attempt_writes_nothing(stores: Stores, days: int) -> None:
    attempts, invoices, _ = stores
    attempts.begin(ATTEMPT, INVOICE, None)
    with pytest.raises(StaleWrite):
        invoices.put(replace(INVOICE, label="CORRIGÉE", issued_on=INVOICE.issued_on - timedelta(days=days)), ())
    assert attempts.latest(INVOICE) == ATTEMPT


def test_every_attribute_of_a_head_is_the_list_s_or_moves_along() -> None:
    """Nothing that only we know of an invoice may be forgotten by the next attribute either."""
    with moto_town() as settings:
        database = database_for(settings)
        attempts, invoices = DynamoAttemptStore(database), DynamoInvoiceStore(database)
        invoices.put(INVOICE, ())
        attempts.begin(ATTEMPT, INVOICE, None)
        head = keys.invoice_head(INVOICE.issued_on, INVOICE.number)
        before = _attributes(invoices, head)
        moved = replace(present(invoices.find(BOND, INVOICE.number)), issued_on=INVOICE.issued_on - timedelta(days=1))
        invoices.put(moved, ())
        head = keys.invoice_head(moved.issued_on, moved.number)
        after = _attributes(invoices, head)
    assert {name for name in before | after if before.get(name) != after.get(name)} == {"item", "issued_on"}


def _stores(settings: Settings) -> tuple[DynamoAttemptStore, DynamoInvoiceStore]:
    database = database_for(settings)
    return DynamoAttemptStore(database), DynamoInvoiceStore(database)


def _begin(settings: Settings) -> None:
    attempts, invoices = _stores(settings)
    invoices.put(INVOICE, ())
    attempts.begin(ATTEMPT, INVOICE, None)


town_with_an_attempt = seeded(_begin)


@contextmanager
def begun() -> Iterator[tuple[DynamoAttemptStore, DynamoInvoiceStore]]:
    with town_with_an_attempt() as settings:
        yield _stores(settings)


def test_correcting_the_issue_date_survives_every_fault() -> None:
    earlier = INVOICE.issued_on - timedelta(days=1)

    def correct(stores: tuple[DynamoAttemptStore, DynamoInvoiceStore]) -> None:
        stores[1].put(replace(present(stores[1].holder(INVOICE.number)), issued_on=earlier), ())

    def whole(stores: tuple[DynamoAttemptStore, DynamoInvoiceStore]) -> None:
        attempts, invoices = stores
        (invoice,) = invoices.of(BOND)
        assert (invoice.issued_on, invoice.begun) == (earlier, Begun(ATTEMPT.id, NOW))
        assert attempts.latest(invoice) == ATTEMPT
        assert len(invoices.to_notify(9)) == 1

    survives(Case(fresh=begun, run=correct, recover=correct, check=whole))


def test_two_requests_begin_one_attempt(attempts: AttemptStore) -> None:
    attempts.begin(ATTEMPT, INVOICE, None)
    with pytest.raises(StaleWrite):
        attempts.begin(replace(ATTEMPT, id=AttemptId("a-2")), INVOICE, None)
    attempts.begin(replace(ATTEMPT, id=AttemptId("a-2")), INVOICE, ATTEMPT)
    assert present(attempts.latest(INVOICE)).id == "a-2"


def test_no_attempt_begins_on_an_invoice_that_was_paid_meanwhile(stores: Stores) -> None:
    attempts, _, book = stores
    receive(book, INVOICE, a_payment(400))
    with pytest.raises(StaleWrite):
        attempts.begin(ATTEMPT, INVOICE, None)
    assert attempts.latest(INVOICE) is None


def test_one_of_many_takes_its_turn_to_look(attempts: AttemptStore, opened: Attempt) -> None:
    gap = timedelta(seconds=5)
    assert [attempts.take_look(opened, NOW, gap) for _ in range(3)] == [True, False, False]
    assert attempts.find(ATTEMPT.id) == replace(opened, looked_at=NOW)
    assert not attempts.take_look(opened, NOW + timedelta(seconds=4.9), gap)
    assert attempts.take_look(opened, NOW + gap, gap)
    attempts.settle(opened, replace(opened, looked_at=NOW + gap, state=AttemptState.REFUSED), None)
    assert present(attempts.find(ATTEMPT.id)).looked_at == NOW + gap


def test_an_attempt_off_the_list_comes_back_on_it(attempts: AttemptStore, opened: Attempt) -> None:
    attempts.look_again(opened, None)
    assert present(attempts.find(ATTEMPT.id)).look_at is None
    attempts.look_again(opened, NOW)
    assert [one.id for one in attempts.to_look_at(NOW, 10)] == ["a-1"]
    assert present(attempts.find(ATTEMPT.id)).look_at == NOW
    attempts.settle(opened, opened, NOW)
    attempts.look_again(opened, None)
    assert [one.id for one in attempts.to_look_at(NOW, 10)] == ["a-1"], "it moved meanwhile"


def test_an_attempt_that_the_treasury_did_not_answer_about_is_marked_until_it_answers(
    attempts: AttemptStore, opened: Attempt
) -> None:
    def marks() -> list[bool]:
        return [
            present(attempts.find(ATTEMPT.id)).unanswered,
            *(one.unanswered for one in attempts.to_look_at(NOW, 10)),
        ]

    assert marks() == [False]
    attempts.look_again(opened, NOW, unanswered=True)
    assert marks() == [True, True]
    attempts.look_again(opened, NOW)
    assert marks() == [False, False]
    attempts.look_again(opened, NOW, unanswered=True)
    attempts.settle(opened, replace(opened, unanswered=True), NOW)
    assert marks() == [False, False]


def test_the_list_of_those_to_look_at(attempts: AttemptStore, opened: Attempt) -> None:
    assert attempts.to_look_at(NOW, 10) == ()
    at = NOW + timedelta(minutes=5)
    assert [one.id for one in attempts.to_look_at(at, 10)] == ["a-1"]
    attempts.look_again(opened, at + timedelta(minutes=5))
    assert attempts.to_look_at(at, 10) == ()
    attempts.look_again(opened, None)
    assert attempts.to_look_at(at + timedelta(days=9), 10) == ()


def test_settling_moves_the_attempt_once(attempts: AttemptStore, opened: Attempt) -> None:
    after = replace(opened, state=AttemptState.REFUSED, answer=replace(ANSWER, letter="R"), settled_at=NOW)
    attempts.settle(opened, after, None)
    with pytest.raises(StaleWrite):
        attempts.settle(opened, after, None)
    assert attempts.find(ATTEMPT.id) == replace(after, version=opened.version + 1, look_at=None)
    assert attempts.to_look_at(NOW + timedelta(days=1), 10) == ()


def test_a_line_of_the_journal_lives_ten_years_after_its_year_and_an_attempt_as_long_as_its_invoice() -> None:
    """What a person has to settle waits until it is settled."""
    with moto_town() as settings:
        database = database_for(settings)
        DynamoInvoiceStore(database).put(INVOICE, ())
        attempts, book = DynamoAttemptStore(database), DynamoBook(database)
        attempts.begin(ATTEMPT, INVOICE, None)
        receive(book, INVOICE, a_payment(500))
        book.close(Closing(NOVEMBER, "Mme Martin", NOW, 1, book.head(2026).hash, Cents(500)))
        items = list(database.every("test", attempts.rows))
    ends = {item["partition"]["S"]: int(item["expires"]["N"]) if "expires" in item else None for item in items}
    in_2037 = int(datetime(2037, 1, 1, tzinfo=UTC).timestamp())
    assert ends == {"A#a-1": None, "J#2026-11": in_2037, "J#2026": in_2037, "CLOSINGS": in_2037, "POINTS": None}
