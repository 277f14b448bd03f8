"""On which days from today on a town has something open."""

from collections.abc import Iterable
from datetime import date, timedelta

from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.planning import closed_because
from chalicelib.rules.town import Activity, Town

MOST_DAYS_JUDGED = 3 * 366
"""Days of a calendar that are looked at, from today on; a longer one repeats itself."""


def offered(town: Town, activity: Activity) -> Iterable[SchoolId]:
    """The schools that offer the activity."""
    return activity.schools or town.schools.keys()


class OpenDays:
    """Each answer is worked out once. ``first`` is the first day that is looked at: ``today``, or the calendar's."""

    def __init__(self, town: Town, today: date) -> None:
        self.town = town
        self.first = max(town.calendar.first, today)
        length = min((town.calendar.last - self.first).days + 1, MOST_DAYS_JUDGED)
        self.days = [self.first + timedelta(days=n) for n in range(length)]
        self._known: dict[tuple[ActivityId, SchoolId], frozenset[date]] = {}

    def at(self, activity: Activity, school: SchoolId) -> frozenset[date]:
        """The days on which the activity is open at the school."""
        asked = (activity.id, school)
        if asked not in self._known:
            self._known[asked] = frozenset(
                day for day in self.days if closed_because(self.town, activity, school, day) is None
            )
        return self._known[asked]

    def anywhere(self, activity: Activity) -> frozenset[date]:
        """The days on which the activity is open at one of its schools at least."""
        return frozenset().union(*(self.at(activity, school) for school in offered(self.town, activity)))
