"""Writing and closing the journal, ended at every call and in every way: once, whole, and an answer that was lost is
recognised."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.rules.book import BookHead, BookLine, Closing, broken_links
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, Doubt
from chalicelib.services.book_ports import MoneyEvent, Moved
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.builders import a_payment, an_attempt, an_invoice
from tests.clock import paris
from tests.faults import Case, survives
from tests.money import NOW, an_event
from tests.present import present
from tests.stand_in import database_for, seeded

INVOICE = an_invoice()
ATTEMPT = an_attempt(INVOICE, NOW)
NOVEMBER, IN_DECEMBER = date(2026, 11, 1), paris("mardi 2026-12-01 09:00")


@dataclass
class Town:
    book: DynamoBook
    invoices: DynamoInvoiceStore
    attempts: DynamoAttemptStore

    @property
    def invoice(self) -> Invoice:
        return present(self.invoices.holder(INVOICE.number))

    @property
    def attempt(self) -> Attempt:
        return present(self.attempts.find(ATTEMPT.id))


def _stores(settings: Settings) -> Town:
    database = database_for(settings)
    return Town(DynamoBook(database), DynamoInvoiceStore(database), DynamoAttemptStore(database))


def _begun(settings: Settings) -> None:
    town = _stores(settings)
    town.invoices.put(INVOICE, ())
    town.attempts.begin(ATTEMPT, INVOICE, None)
    town.book.write(an_event(town.invoice, a_payment(400)))


_seeded = seeded(_begun)


@contextmanager
def fresh() -> Iterator[Town]:
    with _seeded() as settings:
        yield _stores(settings)


def once(done: Callable[[Town], bool], act: Callable[[Town], object]) -> Callable[[Town], None]:
    """What comes next in life: who is not sure that it was done looks, and does it again if it was not."""

    def again(town: Town) -> None:
        if not done(town):
            act(town)

    return again


def receive(town: Town) -> None:
    """A payment that is more than is due: a line, the invoice, the attempt and a point."""
    after = Moved(town.attempt, _ended(town.attempt, AttemptState.PAID))
    lines = town.book.write(an_event(town.invoice, a_payment(100, id="p-2"), moved=after))
    assert [line.name for line in lines] == ["2026-000002"]


def doubt(town: Town) -> None:
    """An attempt that is to check: no line."""
    after = Moved(town.attempt, _ended(town.attempt, AttemptState.TO_CHECK))
    assert town.book.write(MoneyEvent(NOW, moved=after)) == ()


def _ended(attempt: Attempt, state: AttemptState) -> Attempt:
    return replace(attempt, state=state, doubt=Doubt.SILENT)


def chained(town: Town) -> list[BookLine]:
    lines = list(town.book.lines(NOVEMBER))
    head = town.book.head(2026)
    assert list(broken_links(lines, BookHead(2026))) == []
    assert (head.number, head.hash) == (len(lines), lines[-1].hash)
    return lines


def test_an_event_is_written_whole_and_once() -> None:
    def whole(town: Town) -> None:
        assert [line.entry.amount for line in chained(town)] == [400, 100]
        assert [one.line for one in town.invoice.payments] == ["2026-000001", "2026-000002"]
        assert (town.attempt.state, town.attempt.version) == (AttemptState.PAID, 1)
        assert [point.received for point in town.book.points()] == [500]

    again = once(lambda town: town.attempt.state is AttemptState.PAID, receive)
    survives(Case(fresh=fresh, run=receive, recover=again, check=whole))


def test_an_attempt_moves_once() -> None:
    def whole(town: Town) -> None:
        assert (town.attempt.state, town.attempt.version) == (AttemptState.TO_CHECK, 1)

    again = once(lambda town: town.attempt.state is AttemptState.TO_CHECK, doubt)
    survives(Case(fresh=fresh, run=doubt, recover=again, check=whole))


def test_a_month_is_closed_once() -> None:
    def close(town: Town) -> None:
        head = town.book.head(2026)
        town.book.close(Closing(NOVEMBER, "Mme Martin", IN_DECEMBER, head.number, head.hash, Cents(400)))

    def whole(town: Town) -> None:
        assert [closing.last for closing in town.book.closings()] == [1]
        assert len(chained(town)) == 1

    survives(Case(fresh=fresh, run=close, recover=close, check=whole))
