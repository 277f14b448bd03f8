"""Counting places again, on tables: the index by day, and a counter that is set only when nobody moved it."""

import pytest

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Wish
from chalicelib.services.ports import JournalEntry, PlaceTally
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
        store.plannings.save(family, JournalEntry(EntryId("1"), NOW, "mairie", wishes))
    assert sorted(store.plannings.bookings_on(MONDAY)) == [("f-2", other), (BOND, mine)]


def test_a_counter_is_set_only_when_nobody_wrote_it_since(store: DynamoIntakeStore) -> None:
    plannings = store.plannings
    never = PlaceTally()
    plannings.set_taken(KEY, 2, found=never)
    found = plannings.tallies([KEY])[KEY]
    assert found.taken == 2
    with pytest.raises(StaleWrite):
        plannings.set_taken(KEY, 9, found=never)
    plannings.reserve(KEY, 1, 3)
    plannings.give_back(KEY, 1, found)
    assert plannings.taken([KEY]) == {KEY: 2}, "it says the same again, and yet"
    with pytest.raises(StaleWrite):
        plannings.set_taken(KEY, 9, found=found)
    plannings.set_taken(KEY, 0, found=plannings.tallies([KEY])[KEY])
    assert plannings.taken([KEY]) == {KEY: 0}


def test_what_a_recount_has_freed_is_not_freed_again(store: DynamoIntakeStore) -> None:
    """A booking went, the recount saw it, and only then comes the one who gives its place back."""
    plannings = store.plannings
    plannings.reserve(KEY, 2, 2)
    found = plannings.tallies([KEY])[KEY]
    plannings.set_taken(KEY, 1, found=found)
    plannings.give_back(KEY, 1, found)
    assert plannings.taken([KEY]) == {KEY: 1}
    plannings.give_back(KEY, 1, plannings.tallies([KEY])[KEY])
    assert plannings.taken([KEY]) == {KEY: 0}


def test_what_is_asked_stays_asked_until_it_is_done(store: DynamoIntakeStore) -> None:
    assert not store.recount_asked()
    store.ask_recount(NOW)
    store.ask_recount(NOW)
    assert store.recount_asked()
    store.recount_done()
    assert not store.recount_asked()
