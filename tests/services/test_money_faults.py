"""What happens to money after it was counted, ended at every call in many ways, then done again: once, and whole."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest

from chalicelib.rules.book import MONEY, BookHead, EntryKind, broken_links
from chalicelib.rules.crediting import CreditPart
from chalicelib.rules.decisions import Decision, Word
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer, Doubt
from chalicelib.rules.points import Point, PointKind, code_of
from chalicelib.rules.refunds import Refund
from chalicelib.rules.taking_back import NotThere
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import MoneyEvent, Moved, PaymentOn
from chalicelib.services.money_desk import MoneyDesk, money_desk
from chalicelib.services.taking_back import Cause, TakingBack
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from tests.builders import a_family, a_payment, an_attempt, an_invoice
from tests.clock import FixedClock
from tests.faults import SEVERAL, Case, survives
from tests.money import NOW, an_entry, receive
from tests.present import present
from tests.stand_in import PEPPER, database_for, seeded

TODAY, NOVEMBER = date(2026, 11, 23), date(2026, 11, 1)
INVOICE = an_invoice(total=Cents(1000))
OTHER = an_invoice("2013-026-000336", total=Cents(700))
NOTE = an_invoice("2013-027-000001", total=Cents(-300), corrects=OTHER.number)
CHEQUE = a_payment(1200, id="town-1", paid_on=TODAY, reference="12345")
BEGUN = an_attempt(OTHER, NOW, id="a-1")
"""Its money came otherwise than it was asked."""


@dataclass
class Town:
    desk: MoneyDesk
    attempts: DynamoAttemptStore
    outbox: DynamoOutbox
    settings: Settings

    def invoice(self, number: InvoiceNumber = INVOICE.number) -> Invoice:
        return present(self.desk.invoices.holder(number))

    @property
    def attempt(self) -> Attempt:
        return present(self.attempts.find(BEGUN.id))


def _town(settings: Settings) -> Town:
    database = database_for(settings)
    attempts, outbox = DynamoAttemptStore(database), DynamoOutbox(database, PEPPER)
    addresses = ConcernedAddresses(
        families=DynamoFamilyStore(database), notices=DynamoNoticeStore(database), outbox=outbox
    )
    stores: dict[str, Any] = {"book": DynamoBook(database), "invoices": DynamoInvoiceStore(database)}
    desk = money_desk(**stores, attempts=attempts, addresses=addresses, clock=FixedClock(NOW))
    return Town(desk, attempts, outbox, settings)


def _begun(settings: Settings) -> None:
    """An invoice of which too much was paid; another with money that nothing explains; a credit note of that one."""
    DynamoIntakeStore(database_for(settings)).put_families([a_family()])
    town = _town(settings)
    for invoice in (INVOICE, OTHER, NOTE):
        town.desk.invoices.put(invoice, ())
    receive(town.desk.book, town.invoice(), CHEQUE)
    town.attempts.begin(BEGUN, town.invoice(OTHER.number), None)
    before = town.attempt
    answer = BankAnswer("idop-1", "P", before.client_number, before.reference, Cents(600), before.saisie, "A55A", NOW)
    doubt: dict[str, Any] = {"state": AttemptState.TO_CHECK, "doubt": Doubt.DIFFERS, "why": "differs:amount"}
    after = replace(before, idop="idop-1", answer=answer, settled_at=NOW, **doubt)
    payment = a_payment(600, id="", paid_on=TODAY, means=Means.ONLINE, authorisation="A55A")
    entry = an_entry(OTHER, payment, kind=EntryKind.UNCLASSIFIED, attempt=BEGUN.id)
    facts = (PointKind.TO_CHECK, OTHER.number, OTHER.family, NOW, OTHER.total, Cents(600), BEGUN.id, "A55A")
    event = MoneyEvent(NOW, (entry,), moved=Moved(before, after), opens=(Point(*facts, letter="P"),))
    town.desk.book.write(event)


def _silent(settings: Settings) -> None:
    """The treasury never answered about an attempt."""
    town = _town(settings)
    town.desk.invoices.put(OTHER, ())
    town.attempts.begin(BEGUN, town.invoice(OTHER.number), None)
    after = replace(town.attempt, state=AttemptState.TO_CHECK, doubt=Doubt.SILENT, why="silent", idop="idop-1")
    point = Point(PointKind.TO_CHECK, OTHER.number, OTHER.family, NOW, OTHER.total, attempt=BEGUN.id)
    town.desk.book.write(MoneyEvent(NOW, moved=Moved(town.attempt, after), opens=(point,)))


def _credited(settings: Settings) -> None:
    """A credit note, and its invoice of which something is due."""
    town = _town(settings)
    for invoice in (OTHER, NOTE):
        town.desk.invoices.put(invoice, ())
    receive(town.desk.book, town.invoice(OTHER.number), replace(CHEQUE, amount=Cents(600)))


Stocked = Callable[[], Any]
WITH_MONEY, SILENT, CREDITED = seeded(_begun), seeded(_silent), seeded(_credited)
THERE = {WITH_MONEY: [("payment", 1200), ("unclassified", 600)], CREDITED: [("payment", 600)], SILENT: []}
"""Lines of each town before."""
A_DECISION = Decision(code_of(BEGUN.id), TODAY, Word.PAID, "Mme Petit")


def bounces(town: Town) -> None:
    town.desk.take_back(TakingBack(INVOICE.number, Cause.BOUNCED, NotThere(TODAY, "12345"), "sans provision"))


def is_given_back(town: Town) -> None:
    town.desk.refund(Refund(INVOICE.number, TODAY, Cents(200), Means.TRANSFER, "M-1"))


def the_unexplained_is_given_back(town: Town) -> None:
    town.desk.refund(Refund(OTHER.number, TODAY, Cents(600), Means.TRANSFER, "M-1", "A55A"))


def finds_its_place(town: Town) -> None:
    town.desk.decide(A_DECISION)


def was_never_taken(town: Town) -> None:
    town.desk.decide(replace(A_DECISION, word=Word.NOT_PAID))


def stays(town: Town) -> None:
    town.desk.decide(Decision(code_of(INVOICE.number), TODAY, Word.KEPT, "Mme Petit"))


def is_credited(town: Town) -> None:
    town.desk.credit.at_once(NOTE.number, "Jamie BOND")


def is_credited_in_part(town: Town) -> None:
    part = CreditPart(NOTE.number, OTHER.number, Cents(50), TODAY, "Jamie BOND", "part-1")
    town.desk.credit.part(part)


def is_received(town: Town) -> None:
    """A row of the desk that is imported again when it is not there."""
    payment, invoice = a_payment(100, id="town-2", paid_on=TODAY), town.invoice(OTHER.number)
    if payment.id not in {one.id for one in invoice.payments}:
        town.desk.record(invoice, payment)


CASES: dict[str, tuple[Callable[[Town], None], Stocked, list[tuple[str, int]], list[str], int]] = {
    "a bounce": (bounces, WITH_MONEY, [("reversal", -1200)], ["payment-reversed"], 1),
    "a refund": (is_given_back, WITH_MONEY, [("refund", -200)], ["refund-done"], 1),
    "a refund of what nothing explains": (
        the_unexplained_is_given_back,
        WITH_MONEY,
        [("payment", 600), ("unclassified", -600), ("refund", -600)],
        ["refund-done"],
        1,
    ),
    "a decision: paid": (
        finds_its_place,
        WITH_MONEY,
        [("decision", 0), ("payment", 600), ("unclassified", -600)],
        ["payment-receipt"],
        1,
    ),
    "a decision: not paid": (was_never_taken, SILENT, [("decision", 0)], [], 0),
    "a decision: kept": (stays, WITH_MONEY, [("decision", 0)], [], 1),
    "a credit note": (is_credited, CREDITED, [("credit", -100), ("credit", 100)], [], 0),
    "a part of a credit note": (is_credited_in_part, CREDITED, [("credit", -50), ("credit", 50)], [], 0),
    "a payment at the desk": (is_received, WITH_MONEY, [("payment", 100)], [], 2),
}
"""The event; the town before; its lines; its mails; how many points stay open."""


@pytest.mark.parametrize("name", CASES)
def test_an_event_is_whole_and_once_wherever_it_ends(name: str) -> None:
    act, stocked, lines, mails, open_points = CASES[name]

    @contextmanager
    def fresh() -> Iterator[Town]:
        with stocked() as settings:
            yield _town(settings)

    def again(town: Town) -> None:
        """The next process: nothing in memory is left."""
        act(_town(town.settings))

    def whole(town: Town) -> None:
        told = list(town.desk.book.lines(NOVEMBER))
        assert [(line.entry.kind.value, int(line.entry.amount)) for line in told] == [*THERE[stocked], *lines]
        assert list(broken_links(told, BookHead(2026))) == []
        assert [mail.kind for mail in town.outbox.due(NOW, 50)] == mails
        assert len(list(town.desk.book.points())) == open_points
        adds_up(town)
        again(town)
        assert len(list(town.desk.book.lines(NOVEMBER))) == len(told), "done again, it changes nothing"

    assert len(survives(Case(fresh=fresh, run=act, recover=again, check=whole, ways=SEVERAL))) > 10


def adds_up(town: Town) -> None:
    """Journal = invoices + what no invoice explains - refunds."""
    entries = [line.entry for line in town.desk.book.lines(NOVEMBER)]
    invoices = (town.desk.invoices.holder(one.number) for one in (INVOICE, OTHER, NOTE))
    paid = sum(invoice.paid for invoice in invoices if invoice)
    sums = {kind: sum(one.amount for one in entries if one.kind is kind) for kind in EntryKind}
    money = sum(sums[kind] for kind in MONEY)
    assert money == paid + sums[EntryKind.UNCLASSIFIED] - sums[EntryKind.REFUND]


def test_the_desk_never_takes_the_same_payment_twice() -> None:
    """The check can fail: what is not looked at first is refused by the book."""
    with WITH_MONEY() as settings:
        town = _town(settings)
        with pytest.raises(Exception, match="book"):
            town.desk.book.write(MoneyEvent(NOW, (an_entry(INVOICE, CHEQUE),), (PaymentOn(INVOICE, CHEQUE),)))
