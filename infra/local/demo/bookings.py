"""The bookings of the demo town, within the places of each activity."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import islice
from typing import Any

from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.planning import PlaceKey, closed_because, place_key, places
from chalicelib.rules.town import Town
from infra.local.demo.people import DemoChild, DemoFamily, Enrolled

CHANNELS = ("mairie", "telephone", "courrier", "guichet")
MANUAL_BOOKINGS = (date(2015, 12, 23), date(2015, 12, 24))
MANUAL_WRITTEN_ON = date(2015, 12, 18)
COMBINED = {"petites-vac-repas", "etude", "garderie-soir"}
"""The generator leaves these to parents, so that no list breaks a combination."""
REGULARS = 10
"""One family in so many books its lunches for the whole school year, when nobody asks for a number."""
LUNCH = "cantine"
A_FAMILY = 10
"""How many bookings the other families have then."""

Write = Callable[..., Any]
Choice = tuple[DemoChild, date, str]
"""A child, a day, an activity."""


class DemoBookings:
    """Spreads bookings over December 2015 or the weeks around today, within the places of each activity."""

    def __init__(
        self,
        *,
        town: Town,
        today: date,
        year: tuple[date, date],
        write: Write,
        families: int,
        bookings: int | None,
    ) -> None:
        self.town = town
        self.today = today
        self.year = year
        self.write = write
        self.has_regulars = bookings is None
        self.left = A_FAMILY * families if bookings is None else bookings
        self.families = families
        self.dice = random.Random(11)  # noqa: S311 - days to show
        self.taken: Counter[PlaceKey] = Counter()
        self.open_days: dict[tuple[str, str, bool], list[date]] = {}

    def __call__(self, family: DemoFamily) -> None:
        name = family.payers[0][0]
        if name == "f-bond":
            self._manual_bookings(name)
            return
        if name == "f-martin":
            return
        quota = -(-self.left // max(1, self.families))
        is_regular = self.has_regulars and self.families % REGULARS == 0
        self.families -= 1
        channel = self.dice.choice(CHANNELS)
        slots = filter(self._takes_a_place, self._choices(family))
        wanted = filter(_is_lunch, slots) if is_regular else islice(slots, quota)
        written = 0
        for child, day, activity in wanted:
            self.write((name, child.id, activity, day, "", channel, self._written_on(day)))
            written += 1
        self.left -= quota if is_regular else written

    def _manual_bookings(self, family: str) -> None:
        """What the manual's page shows as booked; a town on an earlier day does not know it yet."""
        if self.today <= MANUAL_WRITTEN_ON:
            return
        for day in MANUAL_BOOKINGS:
            self.write(
                (family, "c-007", "petites-vac-matin", day, "inscription", "mairie", f"{MANUAL_WRITTEN_ON} 10:30")
            )
        self.left -= len(MANUAL_BOOKINGS)

    def _choices(self, family: DemoFamily) -> Iterator[Choice]:
        """The slots of the family, the nearest days first, each child in turn."""
        slots = [
            (rank, child, day, one.activity)
            for child in family.children
            for one in child.enrolled
            if one.activity not in COMBINED
            for rank, day in enumerate(self._days(one, child.school))
        ]
        slots.sort(key=lambda slot: (slot[0], slot[1].id, slot[3]))
        return ((child, day, activity) for _, child, day, activity in slots)

    def _days(self, enrolled: Enrolled, school: str) -> list[date]:
        """Open days of an enrolment: from early December 2015, or from a fortnight before today; then earlier ones."""
        old = enrolled.last is not None and enrolled.last < self.year[0]
        key = (enrolled.activity, school, old)
        if key not in self.open_days:
            first, last = (date(2015, 9, 1), date(2016, 8, 31)) if old else self.year
            near = date(2015, 12, 1) if old else self.today - timedelta(days=14)
            activity = self.town.activities[ActivityId(enrolled.activity)]
            calendar = self.town.calendar
            days = [
                day
                for day in (first + timedelta(days=n) for n in range((min(last, calendar.last) - first).days + 1))
                if closed_because(self.town, activity, SchoolId(school), day) is None
            ]
            self.open_days[key] = [d for d in days if d >= near] + [d for d in reversed(days) if d < near]
        return self.open_days[key]

    def _takes_a_place(self, choice: Choice) -> bool:
        child, day, activity = choice
        described = self.town.activities[ActivityId(activity)]
        key = place_key(described, SchoolId(child.school), day)
        if key is None:
            return True
        if self.taken[key] >= places(described, key):
            return False
        self.taken[key] += 1
        return True

    def _written_on(self, day: date) -> str:
        """When the office wrote the booking down: never after today, the same day for a whole month."""
        on = min(day.replace(day=1) - timedelta(days=5), self.today - timedelta(days=3))
        return f"{on.isoformat()} 09:15"


def _is_lunch(choice: Choice) -> bool:
    _, _, activity = choice
    return activity == LUNCH
