"""What a slot of a planning can be, what is wished of it, and what is true of its day for everybody."""

from datetime import date, datetime, timedelta
from enum import Enum, StrEnum
from typing import NamedTuple

from chalicelib.rules.deadlines import Days, Predicate
from chalicelib.rules.ids import ActivityId, ChildId, SchoolId
from chalicelib.rules.openings import Window
from chalicelib.rules.school_calendar import END_OF_DAY, monday_of, paris_instant
from chalicelib.rules.town import Activity, Town
from chalicelib.values import Value


class Slot(NamedTuple):
    """One child, one activity, one day. A tuple: pages hash hundreds of them."""

    child: ChildId
    activity: ActivityId
    day: date


MOST_DAYS_KEPT = 1_000
"""How many days an ``ActivityDays`` keeps: more than two years."""


class PlaceKey(Value):
    """A counter of places: one day of a limited activity, and the school when the limit is by school.

    Counters have an order: siblings may take places of both kinds on one day.
    """

    day: date
    activity: ActivityId
    school: SchoolId | None = None

    def __lt__(self, other: "PlaceKey") -> bool:
        return (self.day, self.activity, self.school or "") < (other.day, other.activity, other.school or "")


class State(StrEnum):
    """Why a slot can be changed now, or not. The first reason that applies is given, in this order.

    A string: pages hash hundreds of them, and the hash of a plain Enum is a function of Python.
    """

    PAST = "past"
    CLOSED = "closed"
    READ_ONLY = "read-only"
    NOT_YET = "not-yet"
    OUTSIDE = "outside"
    TOO_LATE = "too-late"
    FULL = "full"
    OPEN = "open"


class Reason(Enum):
    """Why a wish was refused."""

    UNKNOWN = "unknown"
    PAST = "past"
    CLOSED = "closed"
    READ_ONLY = "read-only"
    NOT_YET = "not-yet"
    OUTSIDE = "outside"
    TOO_LATE = "too-late"
    FULL = "full"
    WHOLE_WEEK = "whole-week"
    REQUIRES = "requires"
    EXCLUDES = "excludes"


class SlotView(NamedTuple):
    """One cell: what is booked, whether it may change now, and until when.

    ``closes_at`` is the deadline (aware UTC) of the next possible change: cancelling when booked, booking otherwise;
    None when that change never happens online. ``closed_because`` is the town's reason for a closed day (may be empty).
    ``opens_at`` is set for NOT_YET when it is known.
    """

    slot: Slot
    booked: bool
    state: State
    closes_at: datetime | None = None
    closed_because: str = ""
    opens_at: datetime | None = None

    @property
    def editable(self) -> bool:
        return self.state is State.OPEN


class Wish(Value):
    """What the parent wants of a slot: ``booked`` True to book, False to cancel."""

    slot: Slot
    booked: bool


class RefusedWish(Value):
    """A wish that is not granted, and the fact that explains it.

    ``closed_at`` is the deadline that passed (TOO_LATE), or the instant from which the change will be possible
    (NOT_YET). ``other`` is the activity of the same day that is missing or excluded (REQUIRES, EXCLUDES).
    """

    wish: Wish
    reason: Reason
    closed_at: datetime | None = None
    other: ActivityId | None = None


def closed_because(town: Town, activity: Activity, school: SchoolId, day: date, group: str = "") -> str | None:
    """Why the activity is closed on ``day``: None when it is open, empty when the day is simply not one of its days.

    ``group`` is the child's class, as ``Calendar.group_of`` names it.

    An exceptional opening wins over everything. An opening without activities says that there is school that day, so it
    opens the activities of school days.
    """
    calendar = town.calendar
    if not (calendar.first <= day <= calendar.last) or (activity.schools and school not in activity.schools):
        return ""
    if (activity.first and day < activity.first) or (activity.last and day > activity.last):
        return ""
    opening = calendar.opening(activity.id, school, day)
    if opening and (opening.activities or activity.school_weekdays):
        return None
    closure = calendar.closure(activity.id, school, day, group)
    if closure is not None:
        return closure
    weekdays = activity.holiday_weekdays if calendar.holiday(day) else activity.school_weekdays
    return None if day.isoweekday() in weekdays else ""


def place_key(activity: Activity, school: SchoolId, day: date) -> PlaceKey | None:
    """The counter that a booking takes a place from; None when the activity has no limit for this school."""
    capacity = activity.capacity
    if capacity is None:
        return None
    if school in capacity.by_school:
        return PlaceKey(day, activity.id, school)
    return PlaceKey(day, activity.id) if capacity.places is not None else None


def places(activity: Activity, key: PlaceKey) -> int:
    """How many places the counter of ``key`` may reach."""
    capacity = activity.capacity
    if capacity is None:
        raise LookupError(f"{activity.id} has no limit")
    limit = capacity.places if key.school is None else capacity.by_school[key.school]
    if limit is None:
        raise LookupError(f"{activity.id} has no limit for the whole town")
    return limit


def places_at(town: Town, key: PlaceKey) -> int:
    """``places`` for the town's activity; 0 for an activity that the town does not have, so that no more is booked of
    it."""
    activity = town.activity(key.activity)
    return places(activity, key) if activity else 0


class DayFacts(NamedTuple):
    """What is true of one activity on one day for every child of a school, or of a class that has closures of its own.

    ``closed_because`` is what the function of that name returns. The deadlines (aware UTC) are None when the day is
    closed or never changed online. ``windows`` are those of ``Activity.windows_of``.
    """

    closed_because: str | None
    book_until: datetime | None = None
    cancel_until: datetime | None = None
    windows: tuple[Window, ...] | None = None


def _always(_day: date) -> bool:
    return True


class ActivityDays(dict[date, DayFacts]):
    """What is true of one activity on each day at one school, or in one class of it; a day is worked out when it is
    first asked for."""

    def __init__(self, town: Town, activity: Activity, school: SchoolId, group: str) -> None:
        super().__init__()
        self.town = town
        self.activity = activity
        self.school = school
        self.group = group

    def __missing__(self, day: date) -> DayFacts:
        if len(self) >= MOST_DAYS_KEPT:
            self.clear()
        facts = self[day] = _work_out(self.town, self.activity, self.school, day, self.group)
        return facts

    def week(self, day: date, covers: Predicate = _always) -> list[date]:
        """The days of the ISO week of ``day`` on which the activity is open. ``covers`` says on which days the child is
        enrolled."""
        week = [monday_of(day) + timedelta(days=n) for n in range(7)]
        return [one for one in week if covers(one) and self[one].closed_because is None]

    def followed(self, day: date, covers: Predicate = _always) -> DayFacts:
        """What says until when ``day`` may change: the day itself, or of an activity by week the first open day.

        A week has begun when its first day is over, and no rule leaves it open after that.
        """
        week = self.week(day, covers) if self.activity.by_week else ()
        if not week:
            return self[day]
        facts, begun = self[week[0]], paris_instant(week[0], END_OF_DAY)
        return facts._replace(
            book_until=facts.book_until and min(facts.book_until, begun),
            cancel_until=facts.cancel_until and min(facts.cancel_until, begun),
        )


class TownDays:
    """The days of one town; each is worked out once for all families. It lives as long as the town's configuration."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._known: dict[tuple[ActivityId, SchoolId, str], ActivityDays] = {}

    def of(self, activity: Activity, school: SchoolId, class_name: str) -> ActivityDays:
        """The days of one of the town's activities for a child of ``class_name`` at ``school``."""
        asked = (activity.id, school, self.town.calendar.group_of(class_name))
        known = self._known.get(asked)
        if known is None:
            known = self._known[asked] = ActivityDays(self.town, activity, *asked[1:])
        return known


def _work_out(town: Town, activity: Activity, school: SchoolId, day: date, group: str) -> DayFacts:
    closed = closed_because(town, activity, school, day, group)
    if closed is not None:
        return DayFacts(closed)
    days = Days(
        is_working=town.calendar.is_working_day,
        is_open=lambda other: closed_because(town, activity, school, other, group) is None,
    )
    return DayFacts(
        None,
        activity.booking.closes_at(day, days),
        activity.cancelling.closes_at(day, days),
        activity.windows_of(day),
    )
