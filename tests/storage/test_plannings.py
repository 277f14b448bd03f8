"""Bookings, journal and places, on every backend."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ReadTimeoutError

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import ActivityId, ChildId, EntryId, FamilyId, SchoolId
from chalicelib.rules.planning import PlaceKey, Reason, RefusedWish, Slot, Wish
from chalicelib.services.ports import JournalEntry, PlaceTally
from chalicelib.storage.database import Database
from chalicelib.storage.planning import DynamoPlanningStore
from tests.aws_calls import Answer, Attempt, counted, intercepted
from tests.builders import ALINE, BOND, CANTEEN, MORNING, a_slot
from tests.clock import day
from tests.storage.conftest import Stores

MONDAY, TUESDAY, FRIDAY = day("lundi 2026-09-14"), day("mardi 2026-09-15"), day("vendredi 2026-09-18")
NOW = datetime(2026, 9, 11, 10, 0, 0, 123456, tzinfo=UTC)
KEY = PlaceKey(MONDAY, CANTEEN)
SCHOOL_KEY = PlaceKey(MONDAY, CANTEEN, SchoolId("école#1"))
OTHERS = FamilyId("f-other")


def an_entry(number: int, *changes: Wish, **more: object) -> JournalEntry:
    entry = JournalEntry(EntryId(f"2026-09-11T10:00:{number:02}.000000Z#0badcafe"), NOW, "internet", changes)
    return replace(entry, **more)  # type: ignore[arg-type]


def book(*slots: Slot) -> tuple[Wish, ...]:
    return tuple(Wish(slot, True) for slot in slots)


def cancel(*slots: Slot) -> tuple[Wish, ...]:
    return tuple(Wish(slot, False) for slot in slots)


def test_a_family_without_history(stores: Stores) -> None:
    assert stores.plannings.booked(BOND, MONDAY, FRIDAY) == frozenset()
    assert stores.plannings.entries(BOND, 10) == ()
    assert stores.plannings.entry(BOND, EntryId("2026-09-11T10:00:00.000000Z#00000000")) is None
    assert stores.plannings.taken([KEY, SCHOOL_KEY]) == {KEY: 0, SCHOOL_KEY: 0}
    assert stores.plannings.taken([]) == {}


def test_a_save_is_read_back(stores: Stores) -> None:
    slots = [a_slot(MONDAY), a_slot(MONDAY, child=ALINE), a_slot(MONDAY, MORNING), a_slot(FRIDAY)]
    refusals = (
        RefusedWish(Wish(a_slot(TUESDAY), True), Reason.TOO_LATE, closed_at=NOW),
        RefusedWish(Wish(a_slot(TUESDAY, MORNING), False), Reason.REQUIRES, other=CANTEEN),
        RefusedWish(Wish(a_slot(TUESDAY, child=ALINE), True), Reason.FULL),
    )
    entry = an_entry(1, *book(*slots), refusals=refusals, already=cancel(a_slot(TUESDAY, child=ALINE)))
    stores.plannings.save(BOND, entry)
    assert stores.plannings.booked(BOND, MONDAY, FRIDAY) == set(slots)
    assert stores.plannings.booked(BOND, MONDAY, TUESDAY) == set(slots[:3])
    assert stores.plannings.booked(BOND, TUESDAY, FRIDAY) == {slots[3]}
    assert stores.plannings.entry(BOND, entry.id) == entry
    assert stores.plannings.entries(BOND, 10) == (entry,)


def test_an_act_of_the_town_is_read_back_with_its_reason(stores: Stores) -> None:
    stores.plannings.save(BOND, an_entry(1, *book(a_slot(MONDAY))))
    act = an_entry(2, *cancel(a_slot(MONDAY)), channel="mairie", reason="Grève")
    stores.plannings.save(BOND, act)
    assert [entry.reason for entry in stores.plannings.entries(BOND, 2)] == ["Grève", ""]
    stores.plannings.save(BOND, act)


def test_a_family_sees_nothing_of_another(stores: Stores) -> None:
    entry = an_entry(1, *book(a_slot(MONDAY)))
    stores.plannings.save(BOND, entry)
    assert stores.plannings.booked(OTHERS, MONDAY, FRIDAY) == frozenset()
    assert stores.plannings.entry(OTHERS, entry.id) is None
    stores.plannings.save(OTHERS, entry)
    assert stores.plannings.entries(OTHERS, 10) == (entry,)


def test_a_cancelled_slot_is_booked_no_longer(stores: Stores) -> None:
    stores.plannings.save(BOND, an_entry(1, *book(a_slot(MONDAY), a_slot(MONDAY, child=ALINE))))
    stores.plannings.save(BOND, an_entry(2, *cancel(a_slot(MONDAY))))
    assert stores.plannings.booked(BOND, MONDAY, MONDAY) == {a_slot(MONDAY, child=ALINE)}


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(an_entry(2, *book(a_slot(MONDAY), a_slot(FRIDAY))), id="a slot already booked"),
        pytest.param(an_entry(2, *cancel(a_slot(FRIDAY), a_slot(MONDAY))), id="a slot that is not booked"),
        pytest.param(an_entry(1, *book(a_slot(FRIDAY))), id="an entry of the same name"),
    ],
)
def test_a_stale_save_writes_nothing(stores: Stores, entry: JournalEntry) -> None:
    first = an_entry(1, *book(a_slot(MONDAY)))
    stores.plannings.save(BOND, first)
    with pytest.raises(StaleWrite):
        stores.plannings.save(BOND, entry)
    assert stores.plannings.booked(BOND, MONDAY, FRIDAY) == {a_slot(MONDAY)}
    assert stores.plannings.entries(BOND, 10) == (first,)


def test_the_very_same_save_again_changes_nothing(stores: Stores) -> None:
    entry = an_entry(1, *book(a_slot(MONDAY)))
    stores.plannings.save(BOND, entry)
    stores.plannings.save(BOND, entry)
    assert stores.plannings.entries(BOND, 10) == (entry,)


def test_places_are_reserved_up_to_the_limit(stores: Stores) -> None:
    for number in (1, 2):
        stores.plannings.reserve(KEY, number, 3)
    stores.plannings.reserve(SCHOOL_KEY, 1, 1)
    assert stores.plannings.taken([KEY, SCHOOL_KEY]) == {KEY: 3, SCHOOL_KEY: 1}


@pytest.mark.parametrize(
    ("key", "number", "limit"),
    [
        pytest.param(KEY, 1, 2, id="no place left"),
        pytest.param(KEY, 3, 4, id="fewer places than asked"),
        pytest.param(KEY, 1, 1, id="a limit that was lowered"),
        pytest.param(SCHOOL_KEY, 2, 1, id="never enough places"),
        pytest.param(SCHOOL_KEY, 1, 0, id="no place at all"),
    ],
)
def test_a_full_counter_reserves_nothing(stores: Stores, key: PlaceKey, number: int, limit: int) -> None:
    stores.plannings.reserve(KEY, 2, 2)
    before = stores.plannings.tallies([KEY, SCHOOL_KEY])
    with pytest.raises(StaleWrite):
        stores.plannings.reserve(key, number, limit)
    assert stores.plannings.tallies([KEY, SCHOOL_KEY]) == before


def test_a_place_given_back_is_free_again(stores: Stores) -> None:
    stores.plannings.reserve(KEY, 2, 2)
    stores.plannings.give_back(KEY, 1, PlaceTally())
    assert stores.plannings.taken([KEY]) == {KEY: 1}
    stores.plannings.reserve(KEY, 1, 2)
    assert stores.plannings.taken([KEY]) == {KEY: 2}


def test_a_counter_never_falls_below_zero(stores: Stores) -> None:
    stores.plannings.reserve(KEY, 1, 2)
    for key, number in ((KEY, 2), (SCHOOL_KEY, 1)):
        stores.plannings.give_back(key, number, PlaceTally())
    assert stores.plannings.taken([KEY, SCHOOL_KEY]) == {KEY: 1, SCHOOL_KEY: 0}


def test_a_counter_at_rest_is_told_from_one_that_came_back(stores: Stores) -> None:
    stores.plannings.reserve(KEY, 1, 2)
    before = stores.plannings.tallies([KEY])[KEY]
    stores.plannings.reserve(KEY, 1, 2)
    stores.plannings.give_back(KEY, 1, before)
    after = stores.plannings.tallies([KEY])[KEY]
    assert (before.taken, after.taken) == (1, 1)
    assert before != after


def test_a_save_may_only_refuse(stores: Stores) -> None:
    entry = an_entry(1, refusals=(RefusedWish(Wish(a_slot(MONDAY), True), Reason.PAST),))
    stores.plannings.save(BOND, entry)
    assert stores.plannings.entries(BOND, 1) == (entry,)
    assert stores.plannings.booked(BOND, MONDAY, FRIDAY) == frozenset()


def test_the_journal_is_read_newest_first_and_by_pages(stores: Stores) -> None:
    written = [an_entry(number, already=book(a_slot(MONDAY))) for number in range(7)]
    for entry in written:
        stores.plannings.save(BOND, entry)
    newest = tuple(reversed(written))
    assert stores.plannings.entries(BOND, 3) == newest[:3]
    assert stores.plannings.entries(BOND, 3, before=newest[2].id) == newest[3:6]
    assert stores.plannings.entries(BOND, 3, before=newest[6].id) == ()
    assert tuple(stores.intake.journal_of(BOND)) == tuple(written)


@pytest.mark.parametrize("child", ["c.0[0]", "a]b", "50%", "un#deux", "é à", "..", "%23", "Ω|+-"])
def test_any_child_id_is_safe(stores: Stores, child: str) -> None:
    slots = {Slot(ChildId(child), CANTEEN, MONDAY), Slot(ChildId(child + "#x"), MORNING, MONDAY)}
    entry = an_entry(1, *book(*sorted(slots)))
    stores.plannings.save(BOND, entry)
    assert stores.plannings.booked(BOND, MONDAY, MONDAY) == slots
    stores.plannings.save(BOND, an_entry(2, *cancel(*slots)))
    assert stores.plannings.booked(BOND, MONDAY, MONDAY) == frozenset()
    assert stores.plannings.entry(BOND, entry.id) == entry


def test_a_naive_instant_is_refused(stores: Stores) -> None:
    naive = an_entry(1, *book(a_slot(MONDAY)), at=NOW.replace(tzinfo=None))
    with pytest.raises(ValueError, match="naive"):
        stores.plannings.save(BOND, naive)


def test_a_hundred_items_fit_in_a_save(stores: Stores) -> None:
    days = [MONDAY.fromordinal(MONDAY.toordinal() + n) for n in range(99)]
    stores.plannings.save(BOND, an_entry(1, *book(*(a_slot(one) for one in days))))
    assert len(stores.plannings.booked(BOND, days[0], days[-1])) == 99


def test_more_counters_than_one_batch(stores: Stores) -> None:
    wanted = [PlaceKey(MONDAY, ActivityId(f"activity-{n}")) for n in range(230)]
    counts = {wanted[0]: 3, wanted[229]: 2}
    for key, number in counts.items():
        stores.plannings.reserve(key, number, 9)
    assert stores.plannings.taken([*wanted, *wanted]) == dict.fromkeys(wanted, 0) | counts


def test_a_reservation_is_one_plain_write(database: Database) -> None:
    """A transaction would meet those of others; of plain writes DynamoDB takes one after the other."""
    store = DynamoPlanningStore(database)
    with counted() as calls:
        store.reserve(KEY, 1, 2)
        store.give_back(KEY, 1, PlaceTally())
    assert calls.names == ["dynamodb:UpdateItem"] * 2


def test_a_place_is_never_freed_twice_by_asking_again(database: Database) -> None:
    store = DynamoPlanningStore(database)
    store.reserve(KEY, 2, 2)

    def lost(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        send()
        return None, ReadTimeoutError(endpoint_url=attempt.request.url)

    with intercepted(lost), counted() as calls:
        store.give_back(KEY, 1, PlaceTally())
    assert calls.names == ["dynamodb:UpdateItem"]
    assert store.taken([KEY]) == {KEY: 1}


def test_a_page_costs_one_query_whatever_the_history(database: Database) -> None:
    store = DynamoPlanningStore(database)
    for number in range(30):
        on = MONDAY.fromordinal(MONDAY.toordinal() - number)
        store.save(BOND, an_entry(number, *book(a_slot(on))))
    with counted() as calls:
        store.booked(BOND, MONDAY, FRIDAY)
    assert calls.names == ["dynamodb:Query"]
    with counted() as calls:
        store.taken([KEY, SCHOOL_KEY])
        store.taken([])
    assert calls.names == ["dynamodb:BatchGetItem"]
    with counted() as calls:
        store.entries(BOND, 5)
    assert calls.names == ["dynamodb:Query"]


def by_two(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
    """DynamoDB ends an answer at 1 MB and says where to go on; here it does so after two items."""
    answer, error = send()
    if answer and len(answer[1].get("Items", ())) > 2:
        items = answer[1]["Items"] = answer[1]["Items"][:2]
        answer[1]["LastEvaluatedKey"] = {name: items[-1][name] for name in ("family", "entry")}
    return answer, error


def test_every_page_of_a_long_journal_is_read(database: Database) -> None:
    store = DynamoPlanningStore(database)
    written = [an_entry(number, already=book(a_slot(MONDAY))) for number in range(7)]
    for entry in written:
        store.save(BOND, entry)
    with intercepted(by_two), counted() as calls:
        assert list(store.journal_of(BOND)) == written
        assert len(calls) == 4
        assert store.entries(BOND, 5) == tuple(reversed(written[2:]))
        assert store.entries(BOND, 4) == tuple(reversed(written[3:]))
        assert len(calls) == 4 + 3 + 2
