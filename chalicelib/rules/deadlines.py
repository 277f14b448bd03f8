"""Until when a slot may be booked or cancelled. A deadline is a value; ``closes_at`` gives its instant.

Every hour is a minute of the day on a wall clock in Paris, 0..1440 (``24:00``). The slot closes at that very instant:
at 10:00:00 it is too late, because the kitchen has its list.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from chalicelib.rules.school_calendar import Period, monday_of, paris_instant
from chalicelib.values import Value

Predicate = Callable[[date], bool]
MOST_DAYS_BACK = 370
"""How many days are searched for an open day. More than a year without one means that the calendar starts too late."""


class Days(Value):
    """What a deadline may ask about a day: whether it is a working day, whether the activity is open on it."""

    is_working: Predicate
    is_open: Predicate


class CalendarDaysBefore(Value):
    """The deadline is ``count`` days before, at ``minute``. Zero is the same day."""

    count: int
    minute: int

    def closes_at(self, day: date, days: Days) -> datetime | None:
        return paris_instant(day - timedelta(days=self.count), self.minute)


class WorkingDaysBefore(Value):
    """The deadline is ``count`` working days before (Monday to Friday, public holidays not counted), at ``minute``."""

    count: int
    minute: int

    def closes_at(self, day: date, days: Days) -> datetime | None:
        return paris_instant(_nth_before(day, self.count, days.is_working), self.minute)


class OpenDaysBefore(Value):
    """The deadline is ``count`` days before, at ``minute``; only days on which the activity is open are counted."""

    count: int
    minute: int

    def closes_at(self, day: date, days: Days) -> datetime | None:
        return paris_instant(_nth_before(day, self.count, days.is_open), self.minute)


class WeekdayOfEarlierWeek(Value):
    """The deadline is ``weekday`` (ISO, 1 Monday) of an earlier week, at ``minute``. ``weeks`` says how many weeks
    before the day's own."""

    weekday: int
    weeks: int
    minute: int

    def closes_at(self, day: date, days: Days) -> datetime | None:
        monday = monday_of(day) - timedelta(weeks=self.weeks)
        return paris_instant(monday + timedelta(days=self.weekday - 1), self.minute)


class WeekdayTable(Value):
    """« For this weekday, before that earlier weekday »: ISO weekday -> (ISO weekday, minute).

    The earlier weekday is the last one strictly before the day. A weekday that is not in the table is never changed
    online.
    """

    rows: Mapping[int, tuple[int, int]]

    def closes_at(self, day: date, days: Days) -> datetime | None:
        row = self.rows.get(day.isoweekday())
        if row is None:
            return None
        weekday, minute = row
        back = (day.isoweekday() - weekday) % 7 or 7
        return paris_instant(day - timedelta(days=back), minute)


class FixedDates(Value):
    """One last day for a whole period: days of ``period`` close on ``last`` at ``minute``. Other days are never
    open."""

    rows: tuple[tuple[Period, date, int], ...]

    def closes_at(self, day: date, days: Days) -> datetime | None:
        for period, last, minute in self.rows:
            if day in period:
                return paris_instant(last, minute)
        return None


class NeverOnline(Value):
    """Only the office changes these slots."""

    def closes_at(self, day: date, days: Days) -> datetime | None:
        return None


Rule = (
    CalendarDaysBefore
    | WorkingDaysBefore
    | OpenDaysBefore
    | WeekdayOfEarlierWeek
    | WeekdayTable
    | FixedDates
    | NeverOnline
)
"""A deadline that is the same all year."""


class DatedRules(Value):
    """The rule changes in the course of the year. The day that is served chooses it, not the day of the booking.

    ``before`` holds until the first of ``since``; None when nothing holds there: those days are never changed online.
    Each of ``since``, in the order of days, holds from its day on. ``exceptions`` win for the days of their periods,
    which do not overlap.
    """

    before: Rule | None
    since: tuple[tuple[date, Rule], ...]
    exceptions: tuple[tuple[Period, Rule], ...] = ()

    def of(self, day: date) -> Rule:
        """The rule that ``day`` follows."""
        for period, rule in self.exceptions:
            if day in period:
                return rule
        return self.by_date(day)

    def by_date(self, day: date) -> Rule:
        """The rule that ``day`` follows when it is no exception."""
        rule = self.before or NeverOnline()
        for first, later in self.since:
            if first <= day:
                rule = later
        return rule

    def closes_at(self, day: date, days: Days) -> datetime | None:
        return self.of(day).closes_at(day, days)


Deadline = Rule | DatedRules


def _nth_before(day: date, count: int, counts: Predicate) -> date:
    """The ``count``-th day before ``day`` for which ``counts`` is true. Raises LookupError when the calendar has
    none."""
    left = count
    for back in range(1, MOST_DAYS_BACK):
        earlier = day - timedelta(days=back)
        if counts(earlier):
            left -= 1
            if left == 0:
                return earlier
    raise LookupError(f"the calendar starts too late for {day}: {count} days before it were not found")
