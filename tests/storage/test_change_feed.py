"""The feed of saves, on every backend: in the order of writing, each once, whenever its own instant was."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import Reason, RefusedWish, Slot, Wish
from chalicelib.services.outgoing_ports import ChangeFeed, Written
from chalicelib.services.ports import JournalEntry, PlanningStore
from chalicelib.settings import Settings
from chalicelib.storage import keys
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.database import Database
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.wiring import ports_on_aws
from chalicelib.wiring_intake import build_intake
from tests.aws_calls import Answer, Attempt, counted, intercepted
from tests.builders import BOND, a_slot
from tests.clock import FixedClock, day
from tests.fakes import MemoryPlannings
from tests.stand_in import database_for
from tests.storage.conftest import DYNAMODBS

MONDAY, TUESDAY = day("lundi 2026-09-14"), day("mardi 2026-09-15")
LONG_AGO = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 9, 11, 10, 0, 0, 123456, tzinfo=UTC)
SECOND = timedelta(seconds=1)
BEFORE, AFTER = NOW - timedelta(days=40), NOW + timedelta(days=40)


@dataclass
class Desk:
    plannings: PlanningStore
    feed: ChangeFeed
    clock: FixedClock

    def save(self, name: str, *slots: Slot, family: FamilyId = BOND, at: datetime = LONG_AGO) -> JournalEntry:
        entry = JournalEntry(EntryId(name), at, "mairie", tuple(Wish(slot, True) for slot in slots))
        self.plannings.save(family, entry)
        return entry


@pytest.fixture(params=["memory", *DYNAMODBS])
def desk(request: pytest.FixtureRequest) -> Desk:
    clock = FixedClock(NOW)
    if request.param == "memory":
        plannings = MemoryPlannings(clock)
        return Desk(plannings, plannings, clock)
    database: Database = request.getfixturevalue(f"{request.param}_database")
    return Desk(DynamoPlanningStore(database, clock), DynamoChangeFeed(database), clock)


def test_a_save_is_read_at_the_instant_at_which_it_was_written(desk: Desk) -> None:
    entry = desk.save("old", a_slot(MONDAY))
    assert list(desk.feed.between(BEFORE, AFTER)) == [Written(NOW, BOND, entry)]
    assert list(desk.feed.between(LONG_AGO - SECOND, LONG_AGO + SECOND)) == []


def test_a_saves_own_instant_counts_when_no_clock_is_given() -> None:
    plannings = MemoryPlannings()
    desk = Desk(plannings, plannings, FixedClock(NOW))
    desk.save("old", a_slot(MONDAY))
    assert [one.at for one in plannings.between(BEFORE, AFTER)] == [LONG_AGO]


def test_the_start_is_not_read_again_and_the_end_is_read(desk: Desk) -> None:
    for number in range(3):
        desk.save(f"{number}", a_slot(MONDAY), family=FamilyId(f"f-{number}"))
        desk.clock.forward(microseconds=1)
    found = [one.entry.id for one in desk.feed.between(NOW, NOW + timedelta(microseconds=1))]
    assert found == ["1"]
    assert list(desk.feed.between(NOW, NOW)) == []


def test_days_and_partitions_are_one_line_in_order(desk: Desk) -> None:
    written = []
    for number in range(40):
        family = FamilyId(f"f-{39 - number:02}")
        desk.save(f"{number}", a_slot(MONDAY), family=family)
        written.append((desk.clock.now(), family))
        if number % 4 == 3:
            desk.clock.forward(hours=7)
    found = [(one.at, one.family) for one in desk.feed.between(BEFORE, AFTER)]
    assert found == sorted(written), "of one instant, by family"


def test_a_save_tried_again_keeps_its_first_instant(desk: Desk) -> None:
    entry = desk.save("again", a_slot(MONDAY))
    desk.clock.forward(days=3)
    desk.plannings.save(BOND, entry)
    assert list(desk.feed.between(BEFORE, AFTER)) == [Written(NOW, BOND, entry)]


def test_another_save_of_the_same_name_is_refused(desk: Desk) -> None:
    desk.save("one", a_slot(MONDAY))
    with pytest.raises(StaleWrite):
        desk.save("one", a_slot(TUESDAY))


def test_what_changed_nothing_is_not_in_the_feed(desk: Desk) -> None:
    refusal = RefusedWish(Wish(a_slot(MONDAY), True), Reason.FULL)
    nothing = JournalEntry(EntryId("no"), NOW, "internet", (), (refusal,))
    desk.plannings.save(BOND, nothing)
    some = JournalEntry(EntryId("some"), NOW, "internet", (Wish(a_slot(TUESDAY), True),), (refusal,), nothing.changes)
    desk.plannings.save(BOND, some)
    (found,) = desk.feed.between(BEFORE, AFTER)
    assert (found.entry.id, found.entry.changes, found.entry.refusals) == ("some", some.changes, ())
    assert desk.plannings.entry(BOND, EntryId("some")) == some, "the family's own journal has all of it"


def test_the_towns_act_comes_with_its_reason(desk: Desk) -> None:
    act = JournalEntry(EntryId("act"), NOW, "mairie", (Wish(a_slot(MONDAY), True),), reason="Grève")
    desk.plannings.save(BOND, act)
    assert list(desk.feed.between(BEFORE, AFTER)) == [Written(NOW, BOND, act)]


def test_a_naive_instant_is_refused(desk: Desk) -> None:
    with pytest.raises(ValueError, match="naive"):
        list(desk.feed.between(BEFORE.replace(tzinfo=None), AFTER.replace(tzinfo=None)))


def by_two(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
    """DynamoDB ends an answer at 1 MB and says where to go on; here it does so after two items."""
    answer, error = send()
    if answer and len(answer[1].get("Items", ())) > 2:
        items = answer[1]["Items"] = answer[1]["Items"][:2]
        names = ("feed", "written", "family", "entry")
        answer[1]["LastEvaluatedKey"] = {name: items[-1][name] for name in names}
    return answer, error


def test_a_day_costs_one_query_a_partition_and_every_page_is_read(moto_database: Database) -> None:
    clock = FixedClock(NOW)
    desk = Desk(DynamoPlanningStore(moto_database, clock), DynamoChangeFeed(moto_database), clock)
    with counted() as calls:
        assert list(desk.feed.between(NOW, NOW + SECOND)) == []
    assert calls.names == ["dynamodb:Query"] * keys.FEED_SHARDS
    for number in range(7):
        desk.clock.forward(seconds=1)
        desk.save(f"{number}", a_slot(TUESDAY + timedelta(days=number)))
    with intercepted(by_two):
        assert [one.entry.id for one in desk.feed.between(NOW, AFTER)] == [str(number) for number in range(7)]


def test_the_portal_and_the_import_write_by_the_clock(moto_settings: Settings) -> None:
    """A line of the counter, imported on Tuesday, has an instant of last week."""
    settings = replace(moto_settings, demo_now="2026-11-24T10:00")
    entry = JournalEntry(EntryId("old"), LONG_AGO, "mairie", (Wish(a_slot(MONDAY), True),))
    for number, plannings in enumerate((ports_on_aws(settings).plannings, build_intake(settings).plannings)):
        plannings.save(FamilyId(f"f-{number}"), entry)
    tuesday = datetime(2026, 11, 24, tzinfo=UTC)
    found = DynamoChangeFeed(database_for(settings)).between(tuesday, tuesday + timedelta(days=1))
    assert {one.family for one in found} == {"f-0", "f-1"}
