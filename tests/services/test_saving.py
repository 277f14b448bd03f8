"""Saving: stale pages, two parents, the last place, long saves, undo, recap."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.errors import Crowded, NotFound, StaleWrite
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Reason, Slot, Wish
from chalicelib.rules.town import Activity, Capacity
from chalicelib.services.ports import JournalEntry
from chalicelib.services.saving import MOST_ITEMS, PATIENCE_SECONDS, Offer, SavePlanning, ShowRecap, UndoSave, wishes_of
from tests.builders import (
    ALINE,
    CANTEEN,
    JAMES,
    OTHER_SCHOOL,
    SCHOOL,
    WEEKDAYS,
    a_child,
    a_family,
    a_slot,
    a_town,
    an_activity,
)
from tests.clock import FixedClock, day, paris
from tests.fakes import MemoryPlannings, MemoryTown
from tests.waiting import without_waiting

MONDAY, TUESDAY, THURSDAY = day("lundi 2026-09-14"), day("mardi 2026-09-15"), day("jeudi 2026-09-17")
MONDAY_PLACE = PlaceKey(MONDAY, CANTEEN)
NONE: frozenset[Slot] = frozenset()


def slots(*days: date, child: str = JAMES) -> frozenset[Slot]:
    return frozenset(a_slot(on, child=child) for on in days)


class Desk:
    """A family that saves; ``plannings`` may be replaced by one that misbehaves."""

    def __init__(self, *activities: Activity, plannings: MemoryPlannings | None = None) -> None:
        listed = activities or (an_activity(),)
        ids = [activity.id for activity in listed]
        self.family = a_family(a_child(JAMES, *ids), a_child(ALINE, *ids))
        self.clock = FixedClock(paris("vendredi 2026-09-11 12:00"))
        self.plannings = plannings or MemoryPlannings()
        town = MemoryTown(a_town(*listed))
        self.save = SavePlanning(town=town, plannings=self.plannings, clock=self.clock)
        self.recap = ShowRecap(plannings=self.plannings)
        self.undo = UndoSave(saving=self.save, recap=self.recap)

    def saves(self, offer: Offer, wanted: frozenset[Slot]) -> JournalEntry:
        entry = self.save(self.family, offer, wanted)
        assert entry is not None
        return self.recap(self.family, entry)

    def booked(self) -> frozenset[Slot]:
        return self.plannings.booked(self.family.id, date(2026, 9, 1), date(2027, 7, 3))


def test_only_what_the_parent_changed_is_a_wish() -> None:
    offer = Offer(slots=slots(MONDAY, TUESDAY, THURSDAY), booked=slots(TUESDAY, THURSDAY))
    assert wishes_of(offer, slots(MONDAY, THURSDAY)) == (Wish(a_slot(MONDAY), True), Wish(a_slot(TUESDAY), False))


def test_a_save_is_written_and_remembered() -> None:
    desk = Desk()
    entry = desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))
    assert desk.booked() == slots(MONDAY)
    assert (entry.changes, entry.channel, entry.at) == ((Wish(a_slot(MONDAY), True),), "internet", desk.clock.now())


def test_nothing_asked_writes_nothing() -> None:
    desk = Desk()
    assert desk.save(desk.family, Offer(slots(MONDAY), slots(MONDAY)), slots(MONDAY)) is None
    assert desk.plannings.entries(desk.family.id, 10) == ()


def test_a_stale_page_does_not_undo_somebody_elses_change() -> None:
    desk = Desk()
    stale = Offer(slots(MONDAY, TUESDAY), NONE)
    desk.saves(stale, slots(MONDAY))
    desk.saves(stale, slots(TUESDAY))
    assert desk.booked() == slots(MONDAY, TUESDAY)


def test_the_same_post_twice_changes_once_and_says_so() -> None:
    desk = Desk()
    offer = Offer(slots(MONDAY), NONE)
    desk.saves(offer, slots(MONDAY))
    again = desk.saves(offer, slots(MONDAY))
    assert (again.changes, again.already) == ((), (Wish(a_slot(MONDAY), True),))


def test_back_and_another_choice_is_a_save_of_its_own() -> None:
    desk = Desk()
    offer = Offer(slots(MONDAY, TUESDAY), NONE)
    for wanted in (slots(MONDAY), slots(TUESDAY)):
        desk.saves(offer, wanted)
    desk.saves(Offer(slots(MONDAY, TUESDAY), slots(MONDAY, TUESDAY)), slots(TUESDAY))
    desk.saves(offer, slots(MONDAY))
    assert desk.booked() == slots(MONDAY, TUESDAY)


def test_part_of_a_save_may_succeed() -> None:
    desk = Desk()
    desk.clock.set("dimanche 2026-09-13 10:02")
    entry = desk.saves(Offer(slots(MONDAY, TUESDAY), NONE), slots(MONDAY, TUESDAY))
    assert entry.changes == (Wish(a_slot(TUESDAY), True),)
    assert [(r.reason, r.closed_at) for r in entry.refusals] == [(Reason.TOO_LATE, paris("dimanche 2026-09-13 10:00"))]


def test_what_is_refused_is_kept_even_when_nothing_is_saved() -> None:
    desk = Desk()
    desk.clock.set("lundi 2026-09-14 09:00")
    entry = desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))
    assert (entry.changes, len(entry.refusals), desk.booked()) == ((), 1, NONE)


def test_another_family_s_child_stops_the_whole_save() -> None:
    desk = Desk()
    with pytest.raises(NotFound):
        desk.save(desk.family, Offer(slots(MONDAY), NONE), slots(MONDAY) | {a_slot(MONDAY, child="c-neighbour")})
    assert desk.booked() == NONE


def test_an_activity_that_is_gone_is_refused_and_the_rest_is_saved() -> None:
    """The page was open while the town changed, or one process knows the new town and another does not yet."""
    desk = Desk()
    gone = a_slot(MONDAY, "poney")
    entry = desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY) | {gone})
    assert desk.booked() == slots(MONDAY)
    assert [(refusal.wish.slot, refusal.reason) for refusal in entry.refusals] == [(gone, Reason.UNKNOWN)]


def test_undoing_leaves_alone_what_is_gone() -> None:
    """Of a save of three, one activity was removed since and one child left the family: the third is undone."""
    desk = Desk(an_activity(), an_activity("garderie"))
    gone, moved = a_slot(MONDAY, "garderie"), a_slot(MONDAY, child=ALINE)
    entry = desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY) | {gone, moved})
    alone = replace(desk.family, children=desk.family.children[:1])
    desk.save.town = MemoryTown(a_town(an_activity()))
    undone = desk.undo(alone, entry.id)
    assert undone is not None
    assert desk.booked() == {gone, moved}
    assert [refusal.wish for refusal in desk.recap(alone, undone).refusals] == [Wish(gone, False)]


class Interrupted(MemoryPlannings):
    """Lets somebody else act just before the next reservations and saves."""

    def __init__(self) -> None:
        super().__init__()
        self.before_reserve: list[Callable[[], object]] = []
        self.before_save: list[Callable[[], object]] = []

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        if self.before_reserve:
            self.before_reserve.pop(0)()
        super().reserve(key, number, limit)

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        if self.before_save:
            self.before_save.pop(0)()
        super().save(family, entry)


LIMITED = an_activity(capacity=Capacity(1, {}))


def test_two_parents_who_save_at_once_both_get_theirs() -> None:
    plannings = Interrupted()
    mother, father = Desk(plannings=plannings), Desk(plannings=plannings)
    offer = Offer(slots(MONDAY, TUESDAY), NONE)
    plannings.before_save = [lambda: father.saves(offer, slots(MONDAY, TUESDAY))]
    entry = mother.saves(offer, slots(MONDAY))
    assert entry.already == (Wish(a_slot(MONDAY), True),)
    assert mother.booked() == slots(MONDAY, TUESDAY)


class AlwaysStale(MemoryPlannings):
    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        raise StaleWrite("another write")


def test_a_save_that_never_gets_through_says_so_and_holds_nothing() -> None:
    plannings = AlwaysStale()
    desk = Desk(LIMITED, plannings=plannings)
    with without_waiting() as waits, pytest.raises(Crowded):
        desk.save(desk.family, Offer(slots(MONDAY), NONE), slots(MONDAY))
    assert PATIENCE_SECONDS - 2 < sum(waits) < PATIENCE_SECONDS
    assert plannings.taken([MONDAY_PLACE]) == {MONDAY_PLACE: 0}


MANY = [
    an_activity(f"atelier-{n}", school_weekdays=WEEKDAYS, holiday_weekdays=WEEKDAYS, capacity=Capacity(10, {}))
    for n in range(2)
]
CALENDAR = a_town().calendar
HALF_A_YEAR = [d for n in range(170) if CALENDAR.is_working_day(d := date(2026, 9, 14) + timedelta(days=n))]
EVERYTHING = frozenset(Slot(JAMES, activity.id, on) for activity in MANY for on in HALF_A_YEAR)


def test_a_long_save_is_cut_between_days_and_read_back_whole() -> None:
    desk = Desk(*MANY)
    entry = desk.saves(Offer(EVERYTHING, NONE), EVERYTHING)
    assert {wish.slot for wish in entry.changes} == EVERYTHING == desk.booked()
    written = desk.plannings.entries(desk.family.id, 50)
    assert len(written) > 1
    for part in written:
        assert 1 + len({w.slot.day for w in part.changes}) <= MOST_ITEMS


def test_a_long_save_goes_on_after_somebody_elses_write() -> None:
    plannings = Interrupted()
    desk, sibling = Desk(*MANY, plannings=plannings), Desk(*MANY, plannings=plannings)
    last = max(EVERYTHING, key=lambda slot: slot.day)
    plannings.before_save = [lambda: None, lambda: sibling.saves(Offer(frozenset({last}), NONE), frozenset({last}))]
    entry = desk.saves(Offer(EVERYTHING, NONE), EVERYTHING)
    assert desk.booked() == EVERYTHING
    assert {wish.slot for wish in entry.changes} == EVERYTHING - {last}
    assert [wish.slot for wish in entry.already] == [last]
    assert plannings.taken([PlaceKey(last.day, last.activity)]) == {PlaceKey(last.day, last.activity): 1}


def test_siblings_take_places_of_two_kinds_of_counter_at_once() -> None:
    """One goes to a school with places of its own, the other counts in those of the whole town."""
    desk = Desk(an_activity(capacity=Capacity(10, {SCHOOL: 5})))
    desk.family = a_family(a_child(JAMES), a_child(ALINE, school=OTHER_SCHOOL))
    both = slots(MONDAY) | slots(MONDAY, child=ALINE)
    desk.saves(Offer(both, NONE), both)
    assert desk.booked() == both
    counters = [MONDAY_PLACE, PlaceKey(MONDAY, CANTEEN, SCHOOL)]
    assert desk.plannings.taken(counters) == dict.fromkeys(counters, 1)


def test_undo_wishes_the_opposite_under_the_same_rules() -> None:
    desk = Desk()
    entry = desk.saves(Offer(slots(MONDAY, THURSDAY), NONE), slots(MONDAY, THURSDAY))
    desk.clock.set("dimanche 2026-09-13 10:00")
    undone = desk.undo(desk.family, entry.id)
    assert undone is not None
    recap = desk.recap(desk.family, undone)
    assert recap.changes == (Wish(a_slot(THURSDAY), False),)
    assert [refusal.wish for refusal in recap.refusals] == [Wish(a_slot(MONDAY), False)]
    assert desk.booked() == slots(MONDAY)


@pytest.mark.parametrize("entry", ["", "2026", "2026-09-11T10:00:00.000000Z#00000000", "~"])
def test_a_recap_that_does_not_exist(entry: str) -> None:
    desk = Desk()
    desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))
    with pytest.raises(NotFound):
        desk.recap(desk.family, EntryId(entry))


def test_another_familys_recap_does_not_exist() -> None:
    desk = Desk()
    entry = desk.saves(Offer(slots(MONDAY), NONE), slots(MONDAY))
    with pytest.raises(NotFound):
        desk.recap(replace(desk.family, id=FamilyId("f-rival")), entry.id)
