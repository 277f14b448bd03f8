"""Counting places again, on tables: the index by day, and a counter that is set only when nobody moved it."""

import pytest

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.storage.database import Database
from chalicelib.storage.intake import DynamoIntakeStore
from tests.builders import ALINE, BOND, CANTEEN, JAMES, a_slot
from tests.clock import day, paris

MONDAY, TUESDAY = day("lundi 2026-09-14"), day("mardi 2026-09-15")
KEY = PlaceKey(MONDAY, CANTEEN)
NOW = paris("vendredi 2026-09-11 12:00")


@pytest.fixture(params=["moto_database", "ministack_database"])
def store(request: pytest.FixtureRequest) -> DynamoIntakeStore:
    database: Database = request.getfixturevalue(request.param)
    return DynamoIntakeStore(database)


def test_a_day_is_read_over_all_families(store: DynamoIntakeStore) -> None:
    mine, other = a_slot(MONDAY, child=JAMES), a_slot(MONDAY, child=ALINE)
    for family, slots in ((BOND, (mine, a_slot(TUESDAY))), (FamilyId("f-2"), (other,))):
        wishes = tuple(Wish(slot, True) for slot in slots)
        store.plannings.save(family, JournalEntry(EntryId("1"), NOW, "mairie", wishes), {}, {})
    assert sorted(store.bookings_on(MONDAY)) == [("f-2", other), (BOND, mine)]


def test_a_counter_is_set_only_when_it_is_what_was_found(store: DynamoIntakeStore) -> None:
    store.set_taken(KEY, 2, found=0)
    assert store.plannings.taken([KEY]) == {KEY: 2}
    for found in (0, 1, 3):
        with pytest.raises(StaleWrite):
            store.set_taken(KEY, 9, found=found)
    store.set_taken(KEY, 0, found=2)
    store.set_taken(KEY, 1, found=0)
    assert store.plannings.taken([KEY]) == {KEY: 1}


def test_what_is_asked_stays_asked_until_it_is_done(store: DynamoIntakeStore) -> None:
    assert not store.recount_asked()
    store.ask_recount(NOW)
    store.ask_recount(NOW)
    assert store.recount_asked()
    store.recount_done()
    assert not store.recount_asked()
