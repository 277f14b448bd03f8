"""From when a day may be booked."""

from calendar import monthrange
from datetime import date, datetime, timedelta

from chalicelib.rules.school_calendar import paris_instant
from chalicelib.values import Value


class Window(Value):
    """The days from ``first`` to ``last`` can be booked from ``opens_at`` (included) to ``closes_at`` (excluded).

    Both instants are aware UTC; ``None`` means no limit on that side. Parents see the days before they can book them.
    """

    first: date
    last: date
    opens_at: datetime | None
    closes_at: datetime | None

    def is_open(self, now: datetime) -> bool:
        return (self.opens_at is None or self.opens_at <= now) and (self.closes_at is None or now < self.closes_at)


class Advance(Value):
    """A day can be booked from ``months`` calendar months and ``days`` days before it, at ``minute`` in Paris.

    Three months before 31 May is the last day of February.
    """

    months: int
    days: int
    minute: int

    def opens_at(self, day: date) -> datetime:
        """The instant (UTC) from which ``day`` can be booked."""
        return paris_instant(months_before(day, self.months) - timedelta(days=self.days), self.minute)


def months_before(day: date, count: int) -> date:
    """The same day of an earlier month, or the last day of that month when it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
