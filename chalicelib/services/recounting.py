"""Counting places again from the bookings: a save that crashed may have left some reserved, and a new file of the town
may count others.

Saves go on meanwhile, so the recount must not take away a place that somebody has just reserved and not booked yet.

* A counter is lowered only when it was at rest, that is not written, for longer than any save takes between its
  reservation and its booking. Then every place in it belongs to a booking, or to nobody.
* A booking is deleted before its place is freed. When the recount comes in between, the recount frees the place; the
  later ``give_back`` sees that there was a recount, and does nothing.
* A counter that is too low is raised at once: only a new limit, or a child that moved, makes it too low.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import ChildId, FamilyId, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot, place_key
from chalicelib.rules.school_calendar import days_between, paris_day
from chalicelib.rules.town import Town
from chalicelib.services.ports import Clock, FamilyStore, PlaceBook, PlaceTally, Report, TownStore

AT_REST_SECONDS = 65.0
"""Seconds. A save ends within 29 (the time-out of a Lambda; the import's own patience and a last call are shorter), the
index by day may be a second late, and Lambdas keep an old configuration for 60."""
PATIENCE_SECONDS = 12.0
NEVER_AT_REST = PlaceTally(moves=-1)
"""The value for a counter that was never seen at rest."""


class CountPlaces:
    """Sets every counter, from today on, to what the bookings say. ``pause`` waits for some seconds."""

    def __init__(self, *, plannings: PlaceBook, families: FamilyStore, pause: Callable[[float], None]) -> None:
        self.plannings = plannings
        self.families = families
        self.pause = pause
        self._schools: dict[FamilyId, Mapping[ChildId, SchoolId]] = {}

    def __call__(self, town: Town, now: datetime) -> int:
        """Wait until the counters are at rest, then count. Returns how many were wrong. Raises Unavailable."""
        days = _days(town, now)
        before = self.plannings.tallies(key for day in days for key in _counters_of(town, day))
        self.pause(AT_REST_SECONDS)
        return self._count(town, days, before)

    def raise_low(self, town: Town, now: datetime) -> int:
        """Raise the counters that are too low, without waiting. It is done before the import publishes a town with
        limits that nobody counted yet."""
        return self._count(town, _days(town, now), {})

    def _count(self, town: Town, days: list[date], before: Mapping[PlaceKey, PlaceTally]) -> int:
        self._schools.clear()
        return sum(self._count_day(town, day, before) for day in days)

    def _count_day(self, town: Town, day: date, before: Mapping[PlaceKey, PlaceTally]) -> int:
        keys = list(_counters_of(town, day))
        if not keys:
            return 0
        set_again = 0
        for _ in rounds(PATIENCE_SECONDS):
            # Counters are read first: when a save comes while bookings are read, it writes a counter and is noticed.
            there = self.plannings.tallies(keys)
            booked = Counter(self._key(town, family, slot) for family, slot in self.plannings.bookings_on(day))
            wrong = [key for key in keys if _may_set(there[key], booked[key], before.get(key, NEVER_AT_REST))]
            try:
                for key in wrong:
                    self.plannings.set_taken(key, booked[key], found=there[key])
                    set_again += 1
            except StaleWrite:
                continue
            return set_again
        raise Unavailable(f"recount: {day} was saved on all the time")

    def _key(self, town: Town, family: FamilyId, slot: Slot) -> PlaceKey | None:
        """The counter of a booking; None for an activity without limit, and for one that the town no longer has."""
        activity = town.activity(slot.activity)
        if activity is None or activity.capacity is None:
            return None
        school = self._schools_of(family).get(slot.child)
        return place_key(activity, school, slot.day) if school is not None else None

    def _schools_of(self, family: FamilyId) -> Mapping[ChildId, SchoolId]:
        if family not in self._schools:
            found = self.families.find(family)
            everybody = (*found.children, *found.former) if found else ()
            self._schools[family] = {child.id: child.school for child in everybody}
        return self._schools[family]


class RecountPlaces:
    """The recount of the night: places that the day's accidents left unsold can be booked again in the morning."""

    def __init__(self, *, count: CountPlaces, town: TownStore, clock: Clock, report: Report) -> None:
        self.count = count
        self.town = town
        self.clock = clock
        self.report = report

    def __call__(self) -> None:
        """Recount all places. Raises Unavailable; it is then harmless to run it again."""
        wrong = self.count(self.town.current(), self.clock.now())
        self.report("places.recounted", wrong=wrong)


def _may_set(there: PlaceTally, booked: int, before: PlaceTally) -> bool:
    """Whether a counter is wrong and may be set. It is lowered only when it was at rest: nobody can be between a
    reservation and its booking."""
    return booked > there.taken or (booked < there.taken and there == before)


def _days(town: Town, now: datetime) -> list[date]:
    first = max(paris_day(now), town.calendar.first)
    return list(days_between(first, town.calendar.last))


def _counters_of(town: Town, day: date) -> Iterator[PlaceKey]:
    keys = {place_key(activity, school, day) for activity in town.activities.values() for school in town.schools}
    return (key for key in keys if key is not None)
