"""Counting places again, when a town changes what it counts or a child changes school.

Saves move the counters of limited activities only. When an activity becomes limited, or a child moves between schools
that count their own places, the bookings already taken are in no counter, or in another. So the import counts them:
before the new configuration is published, and again once every Lambda has read it; until then some still save by the
old one. What asks for it is written down first, so that an import killed on the way counts when it is run again.

What the import itself books or cancels comes between the two counts, by the new configuration, which is published
after it: a parent who saves meanwhile moves the counters of the old one, and the second count puts that right.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta

from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import ChildId, FamilyId, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot, place_key
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.ports import PlanningStore

PUBLISHED_EVERYWHERE = 65.0
"""Seconds after which no Lambda works by the old configuration: they keep it for 60."""
TRIES = 10


class Recount:
    """Sets every counter from today on to what the bookings say. ``pause`` waits some seconds."""

    def __init__(
        self, store: IntakeStore, plannings: PlanningStore, now: datetime, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.store = store
        self.plannings = plannings
        self.now = now
        self.pause = pause
        self._schools: dict[FamilyId, Mapping[ChildId, SchoolId]] = {}

    def ask(self) -> None:
        """Write down that a count is due, before anything that makes it so."""
        self.store.ask_recount(self.now)

    def is_due(self) -> bool:
        return self.store.recount_asked()

    def settle(self, town: Town) -> int:
        """Wait until everybody counts alike, count, and be done; returns how many counters were wrong."""
        self.pause(PUBLISHED_EVERYWHERE)
        wrong = self.count(town)
        self.store.recount_done()
        return wrong

    def count(self, town: Town) -> int:
        """Raises Unavailable when somebody keeps saving on a day while it is counted."""
        self._schools.clear()
        today = max(paris_day(self.now), town.calendar.first)
        days = (town.calendar.last - today).days + 1
        return sum(self._count_day(town, today + timedelta(days=n)) for n in range(days))

    def _count_day(self, town: Town, day: date) -> int:
        keys = list(_counters_of(town, day))
        for _ in range(TRIES):
            # The counters first: a save that comes while the bookings are read changes one, and is noticed.
            there = self.plannings.taken(keys)
            booked = Counter(self._key(town, family, slot) for family, slot in self.store.bookings_on(day))
            wrong = [key for key in keys if there[key] != booked[key]]
            try:
                for key in wrong:
                    self.store.set_taken(key, booked[key], found=there[key])
            except StaleWrite:
                continue
            return len(wrong)
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
            found = self.store.family_items([family]).get(family)
            self._schools[family] = (
                {child.id: child.school for child in (*found.children, *found.former)} if found else {}
            )
        return self._schools[family]


def _counters_of(town: Town, day: date) -> Iterator[PlaceKey]:
    keys = {place_key(activity, school, day) for activity in town.activities.values() for school in town.schools}
    return (key for key in keys if key is not None)
