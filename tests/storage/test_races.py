"""Many parents at once, on the stand-in whose transactions are atomic under threads (moto's are not)."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from threading import Barrier
from typing import TypeVar

from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Reason, Slot
from chalicelib.rules.town import Capacity
from chalicelib.services.ports import Limit
from chalicelib.services.saving import Offer, SavePlanning
from chalicelib.storage import keys
from chalicelib.storage.database import Database
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.throttle import DynamoThrottleStore
from tests.builders import CANTEEN, a_child, a_family, a_town, an_activity
from tests.clock import FixedClock, day, paris
from tests.fakes import MemoryTown

PARENTS, PLACES = 50, 10
MONDAY = day("lundi 2026-09-14")
KEY = PlaceKey(MONDAY, CANTEEN)
Result = TypeVar("Result")


def all_at_once(run: Callable[[int], Result]) -> list[Result]:
    together = Barrier(PARENTS)

    def one(number: int) -> Result:
        together.wait()
        return run(number)

    with ThreadPoolExecutor(PARENTS) as threads:
        return list(threads.map(one, range(PARENTS)))


def family(number: int) -> Family:
    return replace(a_family(a_child(f"c-{number}", CANTEEN)), id=FamilyId(f"f-{number}"))


def test_fifty_parents_get_exactly_the_ten_places_left(ministack_database: Database) -> None:
    store = DynamoPlanningStore(ministack_database)
    town = a_town(an_activity(capacity=Capacity(PLACES, {})))
    save = SavePlanning(town=MemoryTown(town), plannings=store, clock=FixedClock(paris("vendredi 2026-09-11 12:00")))

    def book(number: int) -> None:
        slot = Slot(ChildId(f"c-{number}"), CANTEEN, MONDAY)
        save(family(number), Offer(frozenset({slot}), frozenset()), frozenset({slot}))

    all_at_once(book)
    booked = [len(store.booked(family(number).id, MONDAY, MONDAY)) for number in range(PARENTS)]
    told = [entry for number in range(PARENTS) for entry in store.entries(family(number).id, 10)]
    refused = Counter(refusal.reason for entry in told for refusal in entry.refusals)
    assert sum(booked) == PLACES
    assert store.taken([KEY]) == {KEY: PLACES}
    assert sum(len(entry.changes) for entry in told) == PLACES
    assert refused == {Reason.FULL: PARENTS - PLACES}
    assert len(told) == PARENTS


def test_reading_then_writing_without_a_condition_overbooks(ministack_database: Database) -> None:
    """The fault that the test above would not forgive, so that it is known to be able to fail."""
    store = DynamoPlanningStore(ministack_database)
    everybody_has_read = Barrier(PARENTS)

    def book(number: int) -> bool:
        free = store.taken([KEY])[KEY] < PLACES
        everybody_has_read.wait()
        if free:
            row = store.places(MONDAY.isoformat(), keys.counter(KEY))
            row.update(actions=[store.places.taken.add(1)])
        return free

    assert sum(all_at_once(book)) > PLACES
    assert store.taken([KEY])[KEY] > PLACES


def test_fifty_attempts_at_once_do_not_outrun_the_counter(ministack_database: Database) -> None:
    store = DynamoThrottleStore(ministack_database)
    limits = [Limit("payer#a", PLACES, 900), Limit("address#b", PARENTS, 900)]
    now = datetime(2026, 9, 14, 8, 0, tzinfo=UTC)
    assert sum(all_at_once(lambda _: store.take(limits, now))) == PLACES


def test_threads_share_one_client(ministack_database: Database) -> None:
    clients = all_at_once(
        lambda _: id(DynamoPlanningStore(ministack_database).days._get_connection().connection.client)
    )
    assert len(set(clients)) == 1
