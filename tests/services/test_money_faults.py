"""Every act of the régie ends at any call, and again: the same result once, on DynamoDB's tables."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest

from chalicelib.rules.book import EntryKind
from chalicelib.rules.decisions import Decision, Word
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState, BankAnswer, Doubt
from chalicelib.rules.points import Point, PointKind, code_of
from chalicelib.rules.refunds import Refund
from chalicelib.rules.taking_back import NotThere
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import MoneyEvent, Moved
from chalicelib.services.money_desk import MoneyDesk, money_desk
from chalicelib.services.taking_back import Cause, TakingBack
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from tests.builders import a_payment, an_attempt
from tests.clock import FixedClock
from tests.faults import SEVERAL, Case, survives
from tests.money import an_entry, receive
from tests.present import present
from tests.services.money_desk import CHEQUE, INVOICE, NOW, NUMBER, TODAY
from tests.stand_in import PEPPER, database_for, moto_town

ATTEMPT = AttemptId("a-1")
BOUNCE = TakingBack(NUMBER, Cause.BOUNCED, NotThere(TODAY, "12345"), "sans provision")
REFUND = Refund(NUMBER, TODAY, Cents(1000), Means.TRANSFER, "M-17")
UNEXPLAINED = Refund(NUMBER, TODAY, Cents(600), Means.TRANSFER, "M-18", authorisation="A55A")
DECISION = Decision(code_of(ATTEMPT), TODAY, Word.PAID, "Mme Petit")


@dataclass
class Town:
    """A process that works on the tables."""

    settings: Settings

    def __post_init__(self) -> None:
        database = database_for(self.settings)
        self.book, self.invoices = DynamoBook(database), DynamoInvoiceStore(database)
        self.attempts = DynamoAttemptStore(database)
        addresses = ConcernedAddresses(
            families=DynamoFamilyStore(database),
            notices=DynamoNoticeStore(database),
            outbox=DynamoOutbox(database, PEPPER),
        )
        stores: dict[str, Any] = {"book": self.book, "attempts": self.attempts, "invoices": self.invoices}
        self.desk: MoneyDesk = money_desk(**stores, addresses=addresses, clock=FixedClock(NOW))

    def invoice(self) -> Invoice:
        return present(self.invoices.holder(NUMBER))

    def told(self) -> list[tuple[str, int]]:
        return [(line.entry.kind.value, line.entry.amount) for line in self.book.lines(TODAY.replace(day=1))]

    def prepare(self) -> None:
        """A cheque twice, and 6,00 of the bank that no invoice explains."""
        self.invoices.put(INVOICE, ())
        for name in ("town-1", "town-2"):
            receive(self.book, self.invoice(), replace(CHEQUE, id=name, reference=f"1234{name[-1]}"), at=NOW)
        attempt = an_attempt(INVOICE, NOW, id=ATTEMPT, idop="idop-1")
        self.attempts.begin(attempt, self.invoice(), None)
        began = present(self.attempts.find(ATTEMPT))
        facts = (attempt.client_number, attempt.reference, Cents(600), attempt.saisie)
        after = replace(
            began,
            state=AttemptState.TO_CHECK,
            doubt=Doubt.DIFFERS,
            answer=BankAnswer("idop-1", "P", *facts, "A55A", NOW),
        )
        point = Point(PointKind.TO_CHECK, NUMBER, INVOICE.family, NOW, Cents(1000), Cents(600), ATTEMPT, "A55A")
        entry = an_entry(
            INVOICE, a_payment(600, id="", means=Means.ONLINE), kind=EntryKind.UNCLASSIFIED, attempt=ATTEMPT
        )
        self.book.write(MoneyEvent(NOW, (entry,), moved=Moved(began, after), opens=(point,)))


@contextmanager
def a_town() -> Iterator[Town]:
    with moto_town() as settings:
        town = Town(settings)
        town.prepare()
        yield town


ACTS: dict[str, tuple[Callable[[MoneyDesk], object], list[tuple[str, int]]]] = {
    "taken back": (lambda desk: desk.take_back(replace(BOUNCE, row=NotThere(TODAY, "12341"))), [("reversal", -1000)]),
    "given back": (lambda desk: desk.refund(REFUND), [("refund", -1000)]),
    "given back, unexplained": (
        lambda desk: desk.refund(UNEXPLAINED),
        [("payment", 600), ("unclassified", -600), ("refund", -600)],
    ),
    "decided": (lambda desk: desk.decide(DECISION), [("decision", 0), ("payment", 600), ("unclassified", -600)]),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_that_ends_anywhere_is_done_once(name: str) -> None:
    act, lines = ACTS[name]

    def whole(town: Town) -> None:
        told = town.told()
        assert told[:3] == [("payment", 1000), ("payment", 1000), ("unclassified", 600)]
        assert told[3:] == lines
        on_invoice = sum(amount for kind, amount in told if kind not in {"unclassified", "decision"})
        assert town.invoice().paid == on_invoice

    case = Case(
        fresh=a_town,
        run=lambda town: act(town.desk),
        recover=lambda town: act(Town(town.settings).desk),
        check=whole,
        ways=SEVERAL,
    )
    assert survives(case)
