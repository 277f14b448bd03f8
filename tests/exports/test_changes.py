"""The changes since the last export: each in exactly one file, wherever a run ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exports.changes import COLUMNS, ExportChanges, first_instant
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import ChildId, EntryId, FamilyId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.outgoing_ports import ChangeFeed, CursorStore
from chalicelib.services.ports import JournalEntry, PlanningStore
from chalicelib.settings import Settings
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.cursors import DynamoCursorStore
from chalicelib.storage.planning import DynamoPlanningStore
from tests.builders import CANTEEN, a_town
from tests.clock import FixedClock, day, paris
from tests.exports.reading import cells_of
from tests.fakes import MemoryCursors, MemoryPlannings, MemoryShelf, MemoryTown
from tests.faults import SEVERAL, Case, NextProcess, survives
from tests.stand_in import database_for, kept_by_moto, moto_town

MONDAY = paris("lundi 2026-11-23 08:00")
TOWN = a_town()
DAY = day("vendredi 2026-12-04")


@dataclass
class Desk:
    """One consumer of a town's changes, whose files stay where they were put."""

    plannings: PlanningStore
    feed: ChangeFeed
    cursors: CursorStore
    clock: FixedClock
    shelf: MemoryShelf = field(default_factory=MemoryShelf)
    saved: int = 0

    def save(self, at: datetime = MONDAY) -> None:
        self.saved += 1
        slot = Slot(ChildId(f"{self.saved:03}"), CANTEEN, DAY)
        entry = JournalEntry(EntryId(f"e-{self.saved:03}"), at, "telephone", (Wish(slot, True),))
        self.plannings.save(FamilyId(f"f-{self.saved:03}"), entry)

    def export(self, consumer: str = "nuit") -> list[str]:
        town = MemoryTown(TOWN)
        run = ExportChanges(feed=self.feed, cursors=self.cursors, town=town, clock=self.clock)
        return run(consumer, self.shelf, MONDAY - timedelta(days=1))

    def given(self, consumer: str = "nuit") -> list[str]:
        """The children of the lines that a consumer has, file after file."""
        names = sorted(name for name in self.shelf.files if consumer in name)
        return [row[5] for name in names for row in cells_of(self.shelf.files[name])[1:]]


def a_desk() -> Desk:
    clock = FixedClock(MONDAY)
    plannings = MemoryPlannings(clock)
    return Desk(plannings, plannings, MemoryCursors(), clock)


def test_a_line_says_when_who_and_what() -> None:
    desk = a_desk()
    desk.save(paris("vendredi 2026-11-20 17:30"))
    desk.clock.forward(minutes=2)
    assert desk.export() == ["modifications-nuit-00001.csv"]
    written, asked = "23/11/2026 08:00:00", "20/11/2026 17:30:00"
    line = [written, asked, "telephone", "", '="f-001"', '="001"', "cantine", "04/12/2026", "inscription", ""]
    assert cells_of(desk.shelf.files["modifications-nuit-00001.csv"]) == [list(COLUMNS), line]


def test_the_towns_act_says_its_reason() -> None:
    desk = a_desk()
    desk.save()
    act = JournalEntry(
        EntryId("act"), MONDAY, "mairie", (Wish(Slot(ChildId("001"), CANTEEN, DAY), False),), reason="Grève"
    )
    desk.plannings.save(FamilyId("f-001"), act)
    desk.clock.forward(minutes=2)
    (name,) = desk.export()
    assert [row[-2:] for row in cells_of(desk.shelf.files[name])[1:]] == [["annulation", "Grève"], ["inscription", ""]]


def test_each_consumer_gets_each_change_once() -> None:
    desk = a_desk()
    for round_ in range(3):
        desk.save()
        desk.clock.forward(hours=1)
        assert desk.export() == [f"modifications-nuit-{round_ + 1:05}.csv"]
    desk.export("ciril")
    assert desk.given() == desk.given("ciril") == ['="001"', '="002"', '="003"']
    desk.clock.forward(hours=1)
    desk.export()
    assert len(cells_of(desk.shelf.files["modifications-nuit-00004.csv"])) == 1, "nothing changed: only the titles"


def test_what_may_still_change_waits_for_the_next_file() -> None:
    desk = a_desk()
    desk.export()
    desk.save()
    desk.clock.forward(seconds=30)
    desk.export()
    assert desk.given() == []
    desk.clock.forward(seconds=30)
    desk.export()
    assert desk.given() == ['="001"']
    assert desk.export() == [], "no time has passed"


def test_a_new_consumer_begins_before_the_year() -> None:
    desk = a_desk()
    desk.save()
    desk.clock.forward(hours=1)
    run = ExportChanges(feed=desk.feed, cursors=desk.cursors, town=MemoryTown(TOWN), clock=desk.clock)
    assert run("ciril", desk.shelf) == ["modifications-ciril-00001.csv"]
    assert desk.given("ciril") == ['="001"']
    begun = desk.cursors.last("ciril")
    assert begun is not None
    assert begun.after == first_instant(TOWN)


def test_two_runs_at_once_give_a_change_once() -> None:
    desk, other = a_desk(), a_desk()
    other.cursors, other.feed = desk.cursors, desk.feed
    desk.save()
    desk.clock.forward(hours=1)
    other.clock.forward(hours=2)
    cursors = desk.cursors

    class Between(MemoryCursors):
        """The other run takes its turn between the look and the move."""

        def last(self, consumer: str) -> None:
            other.export()

        def move(self, before: object, to: object) -> None:
            cursors.move(before, to)  # type: ignore[arg-type]

    desk.cursors = Between()
    with pytest.raises(StaleWrite):
        desk.export()
    assert (desk.given(), other.given()) == ([], ['="001"'])


@given(st.lists(st.sampled_from(["save", "export", "wait", "long"]), max_size=30))
def test_no_change_is_lost_or_doubled(steps: list[str]) -> None:
    desk = a_desk()
    for step in steps:
        if step == "save":
            desk.save()
        elif step == "export":
            desk.export()
        else:
            desk.clock.forward(seconds=20 if step == "wait" else 90_000)
    desk.clock.forward(minutes=2)
    desk.export()
    assert desk.given() == [f'="{number + 1:03}"' for number in range(desk.saved)]


SHELF = MemoryShelf()
"""The consumer's own: it stays when a run ends."""


def desk_on(clock: FixedClock) -> Desk:
    database = database_for(SETTINGS[0])
    stores = DynamoPlanningStore(database, clock), DynamoChangeFeed(database), DynamoCursorStore(database)
    return Desk(*stores, clock, SHELF, saved=3)


SETTINGS: list[Settings] = []


@contextmanager
def fresh() -> Iterator[Desk]:
    with moto_town() as settings:
        SETTINGS[:] = [settings]
        SHELF.files.clear()
        desk = desk_on(FixedClock(MONDAY))
        desk.saved = 0
        for _ in range(3):
            desk.save()
        desk.clock.forward(minutes=2)
        yield desk


def next_run(desk: Desk) -> Desk:
    return desk_on(FixedClock(MONDAY + timedelta(hours=3)))


def save_and_export(desk: Desk) -> None:
    """The next night: one change more, at another hour."""
    desk.save()
    desk.clock.forward(hours=1)
    desk.export()


def check(desk: Desk) -> None:
    assert desk.given() == ['="001"', '="002"', '="003"', '="004"']


def test_a_run_that_ends_anywhere_is_taken_up() -> None:
    world = NextProcess(of=next_run, kept=lambda: (kept_by_moto(), tuple(sorted(SHELF.files.items()))))
    survives(Case(fresh=fresh, run=Desk.export, recover=save_and_export, check=check, ways=SEVERAL, next=world))
