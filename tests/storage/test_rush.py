"""A crowd on limited places, with conflicts as DynamoDB makes them: everybody is answered, every place given once.

Outcomes are asserted, never times: the machine may be loaded.
"""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Reason, Slot
from chalicelib.rules.town import Capacity
from chalicelib.services.saving import Offer, SavePlanning
from chalicelib.storage.database import Database
from chalicelib.storage.planning import DynamoPlanningStore
from tests.builders import CANTEEN, a_child, a_family, a_town, an_activity
from tests.clock import FixedClock, day, paris
from tests.conflicts import conflicts
from tests.fakes import MemoryTown

PARENTS = 150
WEEK = [day(text) for text in ("lundi 2026-09-14", "mardi 2026-09-15", "jeudi 2026-09-17", "vendredi 2026-09-18")]
NONE: frozenset[Slot] = frozenset()


def family(number: int) -> Family:
    return replace(a_family(a_child(f"c-{number}", CANTEEN)), id=FamilyId(f"f-{number}"))


def wanted(number: int) -> frozenset[Slot]:
    return frozenset(Slot(ChildId(f"c-{number}"), CANTEEN, on) for on in WEEK)


def rush(database: Database, places: int) -> tuple[DynamoPlanningStore, int]:
    """Everybody wants every day of the week, at once; how many were told « indisponible »."""
    store = DynamoPlanningStore(database)
    save = SavePlanning(
        town=MemoryTown(a_town(an_activity(capacity=Capacity(places, {})))),
        plannings=store,
        clock=FixedClock(paris("vendredi 2026-09-11 12:00")),
    )
    together = Barrier(PARENTS)

    def book(number: int) -> bool:
        together.wait()
        try:
            save(family(number), Offer(wanted(number), NONE), wanted(number))
        except Unavailable:
            return False
        return True

    with conflicts(), ThreadPoolExecutor(PARENTS) as threads:
        answered = list(threads.map(book, range(PARENTS)))
    return store, answered.count(False)


def sold(store: DynamoPlanningStore) -> list[int]:
    """Bookings of each day of the week."""
    every = (slot for number in range(PARENTS) for slot in store.booked(family(number).id, WEEK[0], WEEK[-1]))
    counts = Counter(slot.day for slot in every)
    return [counts[on] for on in WEEK]


def test_nobody_is_refused_while_places_are_free(ministack_database: Database) -> None:
    store, unavailable = rush(ministack_database, places=PARENTS)
    assert unavailable == 0
    assert sold(store) == [PARENTS] * len(WEEK)
    assert set(store.taken(PlaceKey(on, CANTEEN) for on in WEEK).values()) == {PARENTS}


def test_the_last_places_are_given_once_and_the_others_are_told_that_it_is_full(ministack_database: Database) -> None:
    places = 40
    store, unavailable = rush(ministack_database, places)
    assert unavailable == 0
    assert sold(store) == [places] * len(WEEK)
    assert set(store.taken(PlaceKey(on, CANTEEN) for on in WEEK).values()) == {places}
    told = [entry for number in range(PARENTS) for entry in store.entries(family(number).id, 10)]
    refused = Counter(refusal.reason for entry in told for refusal in entry.refusals)
    assert refused == {Reason.FULL: (PARENTS - places) * len(WEEK)}
    assert len(told) == PARENTS
