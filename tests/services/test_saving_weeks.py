"""Saving whole weeks: what is read for it, all or nothing among many families, long saves, undo."""

from dataclasses import replace
from datetime import date, timedelta

from chalicelib.rules.planning import PlaceKey, Reason, Slot, Wish
from chalicelib.rules.school_calendar import monday_of
from chalicelib.rules.town import Capacity
from chalicelib.services.ports import JournalEntry
from chalicelib.services.saving import Offer
from tests.builders import ALINE, JAMES, WEEKDAYS, an_activity
from tests.services.test_saving import CALENDAR, NONE, Desk, Interrupted

CENTRE = an_activity("centre", school_weekdays=WEEKDAYS, holiday_weekdays=WEEKDAYS, by_week=True)
LIMITED = replace(CENTRE, capacity=Capacity(1, {}))
MONDAY = date(2026, 9, 14)


def week(child: str = JAMES, monday: date = MONDAY) -> frozenset[Slot]:
    return frozenset(Slot(child, CENTRE.id, monday + timedelta(days=n)) for n in range(5))  # type: ignore[arg-type]


def first_days(slots: frozenset[Slot], count: int) -> frozenset[Slot]:
    return frozenset(sorted(slots)[:count])


def reasons(entry: JournalEntry) -> set[Reason]:
    return {refusal.reason for refusal in entry.refusals}


def test_days_of_the_week_that_no_wish_names_are_read_too() -> None:
    """A page that shows two booked days of five cannot cancel these alone, whichever they are."""
    desk = Desk(CENTRE)
    desk.saves(Offer(week(), NONE), week())
    last = week() - first_days(week(), 3)
    for part in (last, first_days(week(), 2)):
        entry = desk.saves(Offer(part, part), NONE)
        assert (entry.changes, reasons(entry)) == ((), {Reason.WHOLE_WEEK})
    assert desk.booked() == week()


def test_a_week_whose_last_place_goes_meanwhile_is_left_as_a_whole() -> None:
    """The other parent takes Wednesday between the look at the counters and the first place that is reserved."""
    plannings = Interrupted()
    desk, other = Desk(LIMITED, plannings=plannings), Desk(replace(LIMITED, by_week=False), plannings=plannings)
    wednesday = Slot(ALINE, CENTRE.id, MONDAY + timedelta(days=2))
    plannings.before_reserve = [lambda: other.saves(Offer(frozenset({wednesday}), NONE), frozenset({wednesday}))]
    entry = desk.saves(Offer(week(), NONE), week())
    assert (entry.changes, reasons(entry), len(entry.refusals)) == ((), {Reason.FULL}, 5)
    assert desk.booked() == {wednesday}
    taken = {key: tally.taken for key, tally in plannings.counters.items() if tally.taken}
    assert taken == {PlaceKey(wednesday.day, CENTRE.id): 1}, "no place of the other days stays reserved"


def test_siblings_share_the_places_of_a_week() -> None:
    desk = Desk(LIMITED)
    both = week() | week(ALINE)
    entry = desk.saves(Offer(both, NONE), both)
    assert {wish.slot for wish in entry.changes} == week()
    assert {refusal.wish.slot for refusal in entry.refusals} == week(ALINE)


def test_a_long_save_never_cuts_a_week() -> None:
    desk = Desk(CENTRE)
    days = [day for n in range(41 * 7) if CALENDAR.is_working_day(day := MONDAY + timedelta(days=n))]
    every = frozenset(Slot(JAMES, CENTRE.id, day) for day in days if day <= CALENDAR.last)
    entry = desk.saves(Offer(every, NONE), every)
    assert {wish.slot for wish in entry.changes} == every == desk.booked()
    parts = desk.plannings.entries(desk.family.id, 50)
    mondays = [{monday_of(wish.slot.day) for wish in part.changes} for part in parts]
    assert len(parts) > 1
    assert len(set().union(*mondays)) == sum(map(len, mondays)), "no week is in two parts"


def test_an_undo_leaves_a_week_as_it_was() -> None:
    """The office had booked Monday and Tuesday; the parent completed the week, and takes that back."""
    desk = Desk(replace(CENTRE, by_week=False))
    there = first_days(week(), 2)
    desk.saves(Offer(week(), NONE), there)
    by_week = Desk(CENTRE, plannings=desk.plannings)
    entry = by_week.saves(Offer(week() - there, NONE), week() - there)
    by_week.clock.forward(minutes=1)
    undone = by_week.undo(by_week.family, entry.id)
    assert undone
    assert desk.booked() == there
    assert by_week.recap(by_week.family, undone).changes == tuple(Wish(s, False) for s in sorted(week() - there))
