"""What a town says of its kitchen: sittings, and orders that are sent to a caterer by themselves.

Minutes are those of a day on a wall clock in Paris, 0..1440 (``24:00``).
"""

import re
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NewType

from chalicelib.rules.deadlines import CalendarDaysBefore, Days, OpenDaysBefore, WorkingDaysBefore
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.letters import without_accents
from chalicelib.rules.school_calendar import paris_day, paris_instant
from chalicelib.values import Value

OrderId = NewType("OrderId", str)
"""A slug made of the order's name: ``cantine-des-ecoles``."""
_NOT_A_WORD = re.compile(r"[^a-z0-9]+")


def slug_of(label: str) -> str:
    """``Repas de l'été`` -> ``repas-de-l-ete``; empty when the text has no letter and no digit."""
    return _NOT_A_WORD.sub("-", without_accents(label).lower()).strip("-")


class Sitting(Value):
    """A service of the canteen (*1er service*). Empty ``schools`` or ``classes`` mean all of them."""

    label: str
    activities: frozenset[ActivityId]
    schools: frozenset[SchoolId] = frozenset()
    classes: tuple[str, ...] = ()
    """A class by its whole name, or by the words with which it begins: ``CP`` takes ``CP A`` and not ``CPE``."""

    def takes(self, activity: ActivityId, school: SchoolId | None, class_name: str) -> bool:
        if activity not in self.activities or (self.schools and school not in self.schools):
            return False
        name = slug_of(class_name)
        return not self.classes or any(name == one or name.startswith(f"{one}-") for one in map(slug_of, self.classes))


class Counted(Enum):
    """Which days are counted back from the day that is served."""

    CALENDAR = "calendar"
    WORKING = "working"
    OPEN = "open"


class DaysBefore(Value):
    """Each open day has an order of its own, ``count`` days before; zero is the same day."""

    count: int
    minute: int
    counted: Counted = Counted.CALENDAR

    def sent_at(self, day: date, days: Days) -> datetime | None:
        """The UTC instant of the order of ``day``. Raises LookupError when the calendar starts too late."""
        if not self.count:
            return paris_instant(day, self.minute)
        match self.counted:
            case Counted.CALENDAR:
                return CalendarDaysBefore(self.count, self.minute).closes_at(day, days)
            case Counted.WORKING:
                return WorkingDaysBefore(self.count, self.minute).closes_at(day, days)
            case Counted.OPEN:
                return OpenDaysBefore(self.count, self.minute).closes_at(day, days)


class Serves(Enum):
    """Which open days an order of some weekday is for."""

    NEXT_DAY = "next-day"
    NEXT_OPEN_DAY = "next-open-day"
    THIS_WEEK = "this-week"
    """From the day of the order to the Sunday that follows."""
    NEXT_WEEK = "next-week"


class OnWeekdays(Value):
    """An order leaves on each of ``weekdays`` (ISO, 1 Monday), at ``minute``."""

    weekdays: frozenset[int]
    minute: int
    serves: Serves


Sending = DaysBefore | OnWeekdays


class Margin(Value):
    """What is ordered beyond the bookings of a school on a day: ``percent`` of them, rounded up, and ``count``."""

    percent: int = 0
    count: int = 0

    def of(self, meals: int) -> int:
        return -(-meals * self.percent // 100) + self.count if meals else 0


class Adults(Value):
    """Meals of adults, on each day on which the school is served. ``sitting`` is empty when none is meant."""

    school: SchoolId
    sitting: str
    count: int


class AcknowledgeBy(Value):
    """Until when the caterer acknowledges: ``minutes`` after the order, or the next time that it is that minute of the
    day."""

    minutes: int
    after: bool

    def deadline(self, sent_at: datetime) -> datetime:
        """The UTC instant for an order that left at ``sent_at`` (aware)."""
        if self.after:
            return sent_at + timedelta(minutes=self.minutes)
        day = paris_day(sent_at)
        today = paris_instant(day, self.minutes)
        return today if today > sent_at else paris_instant(day + timedelta(days=1), self.minutes)


class KitchenOrder(Value):
    """One entry of ``[[commandes]]``. Empty ``schools`` mean all of them."""

    id: OrderId
    label: str
    to: tuple[str, ...]
    activities: tuple[ActivityId, ...]
    sendings: tuple[Sending, ...]
    schools: frozenset[SchoolId] = frozenset()
    margin: Margin = Margin()
    adults: tuple[Adults, ...] = ()
    acknowledge: AcknowledgeBy | None = None
    pai_names: bool = False
    """Whether the kitchen is told the names of the children with a health plan (PAI); it gets no other name."""
