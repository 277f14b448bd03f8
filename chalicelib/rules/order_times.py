"""When the kitchen's orders leave, and for which days. The instants are UTC; the hours of the town are those of Paris.

A schedule in UTC would be an hour wrong for half the year: so the instants are worked out here, from the town's own
words, and a job that runs every minute asks which have come.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from functools import cache

from chalicelib.rules.deadlines import Days, Predicate
from chalicelib.rules.kitchen import DaysBefore, KitchenOrder, OnWeekdays, Serves
from chalicelib.rules.planning import closed_because
from chalicelib.rules.school_calendar import days_between, monday_of, paris_day, paris_instant
from chalicelib.rules.town import Town
from chalicelib.values import Value

MOST_DAYS_AHEAD = 100
"""Days between an order and the last day that it may be for: the summer's holidays and ten open days fit in."""


class Occasion(Value):
    """An order leaves at ``at`` for these open days, the first one first."""

    at: datetime
    days: tuple[date, ...]


def served_on(town: Town, order: KitchenOrder, day: date) -> frozenset[str]:
    """The schools that the order serves on ``day``: those where one of its activities is open."""
    return frozenset(
        school
        for school in (order.schools or town.schools)
        for name in order.activities
        if (activity := town.activity(name)) and closed_because(town, activity, school, day) is None
    )


def occasions(town: Town, order: KitchenOrder, after: datetime, until: datetime) -> list[Occasion]:
    """The orders that leave after ``after`` and not after ``until`` (both aware), oldest first.

    Two sentences of the town that mean the same instant make one order for the days of both.
    """

    @cache
    def is_open(day: date) -> bool:
        return bool(served_on(town, order, day))

    days = Days(is_working=town.calendar.is_working_day, is_open=is_open)
    found: dict[datetime, set[date]] = defaultdict(set)
    for sending in order.sendings:
        for at, day in _pairs(sending, days, paris_day(after), paris_day(until)):
            if after < at <= until:
                found[at].add(day)
    return [Occasion(at, tuple(sorted(found[at]))) for at in sorted(found)]


def _pairs(sending: DaysBefore | OnWeekdays, days: Days, first: date, last: date) -> Iterator[tuple[datetime, date]]:
    """Each instant on the days from ``first`` to ``last`` at least, with each open day that it serves."""
    if isinstance(sending, OnWeekdays):
        # 24:00 is an hour of the day before.
        for sent_on in days_between(first - timedelta(days=1), last):
            if sent_on.isoweekday() in sending.weekdays:
                sent_at = paris_instant(sent_on, sending.minute)
                yield from ((sent_at, day) for day in _served(sending.serves, sent_on, days.is_open))
        return
    for day in days_between(first - timedelta(days=1), last + timedelta(days=MOST_DAYS_AHEAD)):
        if days.is_open(day) and (at := _sent_at(sending, day, days)):
            yield at, day


def _sent_at(sending: DaysBefore, day: date, days: Days) -> datetime | None:
    """None for the first days of a calendar that starts too late to count back from them."""
    try:
        return sending.sent_at(day, days)
    except LookupError:
        return None


def _served(serves: Serves, sent_on: date, is_open: Predicate) -> Iterable[date]:
    monday = monday_of(sent_on)
    match serves:
        case Serves.NEXT_DAY:
            wanted = days_between(sent_on + timedelta(days=1), sent_on + timedelta(days=1))
        case Serves.THIS_WEEK:
            wanted = days_between(sent_on, monday + timedelta(days=6))
        case Serves.NEXT_WEEK:
            wanted = days_between(monday + timedelta(days=7), monday + timedelta(days=13))
        case Serves.NEXT_OPEN_DAY:
            coming = days_between(sent_on + timedelta(days=1), sent_on + timedelta(days=MOST_DAYS_AHEAD))
            return [day for day in [next((one for one in coming if is_open(one)), None)] if day]
    return filter(is_open, wanted)
