"""Days of school, holidays, closures and openings of one town, and which day it is in Paris."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.letters import plain
from chalicelib.values import Value

PARIS = ZoneInfo("Europe/Paris")
END_OF_DAY = 24 * 60


def paris_day(instant: datetime) -> date:
    """The day in Paris at ``instant`` (aware): 23:30 UTC on 31 December is already in the next year."""
    if instant.tzinfo is None:
        raise ValueError("naive datetime: an instant must be aware")
    return instant.astimezone(PARIS).date()


def paris_instant(day: date, minute: int) -> datetime:
    """The UTC instant of ``minute`` (0..1440, 1440 is ``24:00``) on a wall clock in Paris on ``day``.

    An hour that a clock change skips or repeats is read with its first meaning.
    """
    if not 0 <= minute <= END_OF_DAY:
        raise ValueError(f"{minute} is not a minute of the day")
    if minute == END_OF_DAY:
        day, minute = day + timedelta(days=1), 0
    return datetime.combine(day, time(minute // 60, minute % 60), PARIS).astimezone(UTC)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def days_between(first: date, last: date) -> Iterator[date]:
    """Every day from ``first`` to ``last``, both included; none when ``last`` is earlier."""
    return (first + timedelta(days=n) for n in range((last - first).days + 1))


class Period(Value):
    """Days from ``first`` to ``last``, both included."""

    label: str
    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last

    def days(self) -> Iterator[date]:
        return days_between(self.first, self.last)


class Exceptional(Value):
    """A closure (*pont*, strike, outing) or an opening (« il y aura école mercredi ») of some days.

    Empty ``activities``, ``schools`` or ``classes`` mean all of them. ``classes`` are ``plain`` names: a town writes
    the same class « CM2 » or « cm2 ». ``cancels``: the town cancels what is booked on these days.
    """

    period: Period
    activities: frozenset[ActivityId] = frozenset()
    schools: frozenset[SchoolId] = frozenset()
    classes: frozenset[str] = frozenset()
    cancels: bool = False

    def concerns(self, activity: ActivityId, school: SchoolId, group: str = "") -> bool:
        """``group`` is the class, as ``Calendar.group_of`` names it."""
        return (
            (not self.activities or activity in self.activities)
            and (not self.schools or school in self.schools)
            and (not self.classes or group in self.classes)
        )


class Calendar(Value):
    """The town's years. ``first`` and ``last`` bound the days that anybody may look at or book."""

    first: date
    last: date
    holidays: tuple[Period, ...]
    """School holidays; the first and the last day without school are included."""
    public_holidays: Mapping[date, str]
    closures: tuple[Exceptional, ...]
    openings: tuple[Exceptional, ...]

    @cached_property
    def _holiday_of(self) -> dict[date, Period]:
        return {day: period for period in self.holidays for day in period.days()}

    @cached_property
    def _closures_of(self) -> dict[date, list[Exceptional]]:
        return _by_day(self.closures)

    @cached_property
    def _openings_of(self) -> dict[date, list[Exceptional]]:
        return _by_day(self.openings)

    @cached_property
    def groups(self) -> frozenset[str]:
        """The classes that some closure names."""
        return frozenset(name for closed in self.closures for name in closed.classes)

    def group_of(self, class_name: str) -> str:
        """The class as closures know it; empty for a class that no closure names, whose days are those of all others.

        So the days of a whole school are worked out once, and those of a class only when something closes it alone.
        """
        if not self.groups:
            return ""
        name = plain(class_name)
        return name if name in self.groups else ""

    def holiday(self, day: date) -> Period | None:
        return self._holiday_of.get(day)

    def is_working_day(self, day: date) -> bool:
        """Monday to Friday; public holidays are not counted."""
        return day.isoweekday() <= 5 and day not in self.public_holidays

    def closure(self, activity: ActivityId, school: SchoolId, day: date, group: str = "") -> str | None:
        """Why ``day`` is closed, whatever its weekday, in the town's words; None when nothing closes it."""
        for closed in self._closures_of.get(day, ()):
            if closed.concerns(activity, school, group):
                return closed.period.label
        return self.public_holidays.get(day)

    def cancelling(self, activity: ActivityId, school: SchoolId, day: date, group: str = "") -> Exceptional | None:
        """The closure of ``day`` that also cancels what is booked."""
        closures = self._closures_of.get(day, ())
        return next((one for one in closures if one.cancels and one.concerns(activity, school, group)), None)

    def opening(self, activity: ActivityId, school: SchoolId, day: date) -> Exceptional | None:
        return next((o for o in self._openings_of.get(day, ()) if o.concerns(activity, school)), None)


def _by_day(exceptionals: tuple[Exceptional, ...]) -> dict[date, list[Exceptional]]:
    by_day: dict[date, list[Exceptional]] = {}
    for exceptional in exceptionals:
        for day in exceptional.period.days():
            by_day.setdefault(day, []).append(exceptional)
    return by_day
