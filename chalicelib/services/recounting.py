"""Counting places again from the bookings: what a save that died left reserved, what a town's files count otherwise.

Nothing stops meanwhile, so a count must not take away a place that somebody has just reserved and not yet booked.

* A counter is lowered only when it was at rest, not written at all, for longer than any save takes between its
  reservation and its booking: then every place in it is a booking, or nobody's.
* A booking that is cancelled goes before its place is freed. If the count comes between, it frees the place; the later
  ``give_back`` finds that there was a recount, and leaves it.
* A counter that is too low is raised at once: only a new limit or a child that moved makes one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import ChildId, FamilyId, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot, place_key
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.ports import Clock, FamilyStore, PlaceBook, PlaceTally, Report, TownStore

AT_REST_SECONDS = 65.0
"""Seconds. A save ends within 29 (a Lambda's time-out; the import's own patience and a last call are shorter), the
index by day is a second behind, and Lambdas keep an old configuration for 60."""
PATIENCE_SECONDS = 12.0
NEVER_AT_REST = PlaceTally(moves=-1)
"""Of a counter that nobody has seen at rest."""


class CountPlaces:
    """Sets every counter from today on to what the bookings say. ``pause`` waits some seconds."""

    def __init__(self, *, plannings: PlaceBook, families: FamilyStore, pause: Callable[[float], None]) -> None:
        self.plannings = plannings
        self.families = families
        self.pause = pause
        self._schools: dict[FamilyId, Mapping[ChildId, SchoolId]] = {}

    def __call__(self, town: Town, now: datetime) -> int:
        """Wait for the counters to be at rest, then count; how many were wrong. Raises Unavailable."""
        days = _days(town, now)
        before = self.plannings.tallies(key for day in days for key in _counters_of(town, day))
        self.pause(AT_REST_SECONDS)
        return self._count(town, days, before)

    def raise_low(self, town: Town, now: datetime) -> int:
        """Without waiting, only what is too low: before a town is published that counts what nobody counted."""
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
            # The counters first: a save that comes while the bookings are read writes one, and is noticed.
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
        """The counter of a booking; None for an activity without limit, or one that the town no longer has."""
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
    """The recount of the night: what the day's accidents left unsold is for sale again in the morning."""

    def __init__(self, *, count: CountPlaces, town: TownStore, clock: Clock, report: Report) -> None:
        self.count = count
        self.town = town
        self.clock = clock
        self.report = report

    def __call__(self) -> None:
        """Raises Unavailable; running again is then harmless."""
        wrong = self.count(self.town.current(), self.clock.now())
        self.report("places.recounted", wrong=wrong)


def _may_set(there: PlaceTally, booked: int, before: PlaceTally) -> bool:
    """Whether a counter is wrong, and nobody can be between a reservation and its booking if it is to be lowered."""
    return booked > there.taken or (booked < there.taken and there == before)


def _days(town: Town, now: datetime) -> list[date]:
    first = max(paris_day(now), town.calendar.first)
    return [first + timedelta(days=n) for n in range((town.calendar.last - first).days + 1)]


def _counters_of(town: Town, day: date) -> Iterator[PlaceKey]:
    keys = {place_key(activity, school, day) for activity in town.activities.values() for school in town.schools}
    return (key for key in keys if key is not None)
