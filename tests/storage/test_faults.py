"""The fault harness finds what is broken: it is pointed at use cases whose faults are known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from pynamodb.expressions.operand import Path

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import EntryId
from chalicelib.rules.planning import PlaceKey, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.storage import journal, keys
from chalicelib.storage.database import answering
from chalicelib.storage.planning import DynamoPlanningStore
from tests.builders import BOND, CANTEEN, JAMES, a_slot
from tests.clock import day
from tests.faults import LASTING, Case, Fault, NextProcess, Way, faults_of, survives
from tests.stand_in import database_for, kept_by_moto, moto_town

MONDAY = day("lundi 2026-09-14")
KEY = PlaceKey(MONDAY, CANTEEN)
SLOT = a_slot(MONDAY, child=JAMES)
NOW = datetime(2026, 9, 11, 10, 0, tzinfo=UTC)


@dataclass
class Desk:
    """One parent who books one slot, and books it again when she is not told that it is done."""

    store: DynamoPlanningStore
    clicks: int = 0

    def next_entry(self) -> JournalEntry:
        self.clicks += 1
        return JournalEntry(EntryId(f"2026-09-11#{self.clicks}"), NOW, "internet", (Wish(SLOT, True),))

    def is_booked(self) -> bool:
        return SLOT in self.store.booked(BOND, MONDAY, MONDAY)


@contextmanager
def fresh() -> Iterator[Desk]:
    with moto_town() as settings:
        yield Desk(DynamoPlanningStore(database_for(settings)))


def book(desk: Desk) -> None:
    if not desk.is_booked():
        desk.store.save(BOND, desk.next_entry())


def nothing(desk: Desk) -> None:
    pass


def check(desk: Desk) -> None:
    entries = desk.store.entries(BOND, 10)
    assert desk.is_booked()
    assert [entry.changes for entry in entries] == [(Wish(SLOT, True),)], "one line in the journal for one booking"


def check_count(desk: Desk) -> None:
    check(desk)
    assert desk.store.taken([KEY]) == {KEY: 1}, "one place for one booking"


def case_of(
    run: Callable[[Desk], None],
    recover: Callable[[Desk], None] = book,
    check: Callable[[Desk], None] = check,
) -> Case[Desk]:
    return Case(fresh=fresh, run=run, recover=recover, check=check)


def test_one_transaction_survives_everything() -> None:
    tried = survives(case_of(book))
    assert {fault.call for fault in tried} == {"dynamodb:Query", "dynamodb:TransactWriteItems"}
    assert {fault.way for fault in tried} == set(Way)


def put_slot(desk: Desk) -> None:
    with answering("test"):
        row = desk.store.days(BOND, MONDAY.isoformat())
        row.update(actions=[Path([keys.slot_name(SLOT.child, SLOT.activity)]).set("internet")])


def put_line(desk: Desk) -> None:
    with answering("test"):
        journal.row_of(desk.store.journal, BOND, desk.next_entry(), NOW).save()


def put_count(desk: Desk) -> None:
    with answering("test"):
        row = desk.store.places(MONDAY.isoformat(), keys.counter(KEY))
        row.update(actions=[desk.store.places.taken.add(1)])


def written_apart(*steps: Callable[[Desk], None]) -> Callable[[Desk], None]:
    def run(desk: Desk) -> None:
        if not desk.is_booked():
            for step in steps:
                step(desk)

    return run


WRITTEN_APART = pytest.mark.parametrize(
    ("run", "found"),
    [
        pytest.param(
            written_apart(put_slot, put_line, put_count),
            "call 3, dynamodb:PutItem: the process dies before the call",
            id="a booking without its journal line",
        ),
        pytest.param(
            written_apart(put_line, put_count, put_slot),
            "call 2, dynamodb:PutItem: the process dies after the call took effect",
            id="a journal line without its booking",
        ),
        pytest.param(
            written_apart(put_line, put_slot, put_count),
            "call 4, dynamodb:UpdateItem: AWS answers 500 from now on",
            id="a place that is not counted",
        ),
        pytest.param(
            written_apart(put_count, put_slot, put_line),
            "call 2, dynamodb:UpdateItem: the call takes effect, its answer never comes",
            id="a place counted twice, by trying again",
        ),
    ],
)


@WRITTEN_APART
def test_writes_made_apart_are_found(run: Callable[[Desk], None], found: str) -> None:
    with pytest.raises(AssertionError) as broken:
        survives(case_of(run, recover=run, check=check_count))
    assert found in str(broken.value)


@WRITTEN_APART
def test_what_is_left_in_the_same_state_is_found_as_often(run: Callable[[Desk], None], found: str) -> None:
    """Faults that leave the same behind are recovered from once: each that breaks something is named all the same."""
    said = []
    for case in (case_of(run, recover=run, check=check_count), in_a_new_process(run, check_count)):
        with pytest.raises(AssertionError) as broken:
            survives(case)
        said.append(str(broken.value))
    assert found in said[0]
    assert said[0] == said[1]


def in_a_new_process(run: Callable[[Desk], None], check: Callable[[Desk], None]) -> Case[Desk]:
    def again(desk: Desk) -> Desk:
        return Desk(desk.store, desk.clicks)

    return Case(fresh=fresh, run=run, recover=run, check=check, next=NextProcess(of=again, kept=kept_by_moto))


def test_a_recovery_in_a_new_process_skips_no_fault() -> None:
    recovered = []

    def recover(desk: Desk) -> None:
        recovered.append(desk)
        book(desk)

    each = survives(case_of(book, recover=recover))
    assert len(recovered) == 1 + len(each)
    recovered.clear()
    assert survives(replace(in_a_new_process(book, check), recover=recover)) == each
    assert len(recovered) == 2, "the booking is there, or it is not: nothing else is left by any fault"


def test_a_swallowed_failure_is_found() -> None:
    def careless(desk: Desk) -> None:
        with suppress(Exception):
            book(desk)

    with pytest.raises(AssertionError, match="Unavailable was expected, the run ended with None"):
        survives(case_of(careless))


def test_a_failure_under_a_wrong_name_is_found() -> None:
    def misnamed(desk: Desk) -> None:
        try:
            book(desk)
        except Exception as error:
            raise StaleWrite from error

    with pytest.raises(AssertionError, match="Unavailable was expected, the run ended with StaleWrite"):
        survives(case_of(misnamed))


def test_a_recovery_that_does_nothing_is_found() -> None:
    with pytest.raises(AssertionError, match="the process dies before the call"):
        survives(case_of(book, recover=nothing))


def test_a_use_case_without_calls_is_refused() -> None:
    with pytest.raises(AssertionError, match="makes no AWS call"):
        survives(Case(fresh=fresh, run=nothing, recover=book, check=check))


def test_every_call_fails_in_every_way_that_it_can() -> None:
    faults = list(faults_of(["dynamodb:Query", "dynamodb:TransactWriteItems", "sesv2:SendEmail"]))
    ways = {call: {fault.way for fault in faults if fault.number == call} for call in range(3)}
    assert ways[1] == set(Way)
    assert ways[0] == ways[2] == set(Way) - {Way.CONFLICT, Way.ALWAYS_CONFLICT}
    assert all(isinstance(fault, Fault) for fault in faults)
    assert set(Way) > LASTING
