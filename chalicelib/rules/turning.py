"""What a new configuration changes of the days to come: which close, which open again, whose deadline moves, where
there are fewer places. Two towns are compared day by day; nobody's bookings are read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from datetime import date, datetime, timedelta
from itertools import product

from chalicelib.rules.families import Child
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.planning import DayFacts, PlaceKey, Slot, TownDays, closed_because, place_key, places
from chalicelib.rules.school_calendar import days_between, paris_day
from chalicelib.rules.town import Activity, Town
from chalicelib.values import Value

MOST_DAYS_AHEAD = 400
"""How far deadlines are compared: more than a school year. Each costs more than asking whether a day is open."""


class MovedDeadlines(Value):
    """Days to come of one activity whose deadlines are others than before; ``missed`` are those for which one of them
    has passed by it."""

    days: frozenset[date]
    missed: frozenset[date]


class Turned(Value):
    """``closed``: days on which some activity was open to some class, and no longer is; ``reopened``: the contrary.

    ``fewer``: counters of limited activities, on days to come, that have fewer places than before or had no limit.
    """

    closed: frozenset[date] = frozenset()
    reopened: frozenset[date] = frozenset()
    moved: Mapping[ActivityId, MovedDeadlines] = field(default_factory=dict)
    fewer: Mapping[PlaceKey, int] = field(default_factory=dict)


class ClosedNote(Value):
    """What the import remembers of closed days. ``days``: bookings may stand there. ``fresh``: some were closed by an
    import that did not end, so that pages may still have taken bookings on them.

    ``acted``: the town cancelled bookings there.
    """

    days: frozenset[date] = frozenset()
    fresh: bool = False
    acted: frozenset[date] = frozenset()


def turned(before: Town | None, after: Town, now: datetime) -> Turned:
    """What ``after`` changes of the days from that of ``now`` (aware UTC) on; nothing when there was no town before."""
    if before is None or _same_days(before, after):
        return Turned()
    today = paris_day(now)
    comparison = _Comparison(before, after, today)
    return Turned(
        closed=frozenset(comparison.closed),
        reopened=frozenset(comparison.reopened),
        moved=dict(comparison.moved(now)),
        fewer=dict(_fewer(before, after, today)),
    )


def why_closed(days: TownDays, child: Child, slot: Slot) -> str | None:
    """Why the slot's day is closed to the child: None when it is open, empty when it is simply not one of its days."""
    activity = days.town.activity(slot.activity)
    if activity is None:
        return ""
    group = days.town.calendar.group_of(child.class_name)
    return closed_because(days.town, activity, child.school, slot.day, group)


def act_of(days: TownDays, child: Child, slot: Slot) -> str | None:
    """Why the town cancels what is booked of a closed slot, in its own words; None when its file does not ask it."""
    calendar = days.town.calendar
    closure = calendar.cancelling(slot.activity, child.school, slot.day, calendar.group_of(child.class_name))
    return closure.period.label if closure else None


def _same_days(before: Town, after: Town) -> bool:
    same_calendar = before.calendar == after.calendar
    return same_calendar and before.activities == after.activities and before.schools.keys() == after.schools.keys()


def _coming(first: date, *towns: Town) -> list[date]:
    last = max(town.calendar.last for town in towns)
    return list(days_between(first, last))


class _Comparison:
    """Two towns, for every activity, school and class whose days are its own."""

    def __init__(self, before: Town, after: Town, today: date) -> None:
        self.before = before
        self.after = after
        self.days = _coming(today, before, after)
        self.places = list(
            product(
                dict.fromkeys((*before.activities, *after.activities)),
                dict.fromkeys((*before.schools, *after.schools)),
                ("", *sorted(before.calendar.groups | after.calendar.groups)),
            )
        )
        self.closed: set[date] = set()
        self.reopened: set[date] = set()
        for name, school, group in self.places:
            self._compare(name, school, group)

    def _compare(self, name: ActivityId, school: SchoolId, group: str) -> None:
        old, new = self.before.activity(name), self.after.activity(name)
        if self._same(old, new) and self._is_in_both(school):
            return
        for day in self.days:
            was, stays = _is_open(self.before, old, school, day, group), _is_open(self.after, new, school, day, group)
            if was and not stays:
                self.closed.add(day)
            if stays and not was:
                self.reopened.add(day)

    def _same(self, old: Activity | None, new: Activity | None) -> bool:
        return old == new and self.before.calendar == self.after.calendar

    def _is_in_both(self, school: SchoolId) -> bool:
        return school in self.before.schools and school in self.after.schools

    def moved(self, now: datetime) -> Iterator[tuple[ActivityId, MovedDeadlines]]:
        """For each activity of both towns, the days whose deadlines are others."""
        old_days, new_days = TownDays(self.before), TownDays(self.after)
        found: dict[ActivityId, tuple[set[date], set[date]]] = {}
        for name, school, group in self.places:
            old, new = self.before.activity(name), self.after.activity(name)
            if old is None or new is None or self._same(old, new) or not self._is_in_both(school):
                continue
            was, becomes = old_days.of(old, school, group), new_days.of(new, school, group)
            for day in self.days[:MOST_DAYS_AHEAD]:
                facts = _facts(was, day), _facts(becomes, day)
                if _deadlines(facts[0]) != _deadlines(facts[1]) and all(one.closed_because is None for one in facts):
                    days, missed = found.setdefault(name, (set(), set()))
                    days.add(day)
                    missed.update({day} if _is_missed(*facts, now) else ())
        for name, (days, missed) in found.items():
            yield name, MovedDeadlines(frozenset(days), frozenset(missed))


def _is_open(town: Town, activity: Activity | None, school: SchoolId, day: date, group: str) -> bool:
    if activity is None or school not in town.schools:
        return False
    return closed_because(town, activity, school, day, group) is None


def _facts(days: Mapping[date, DayFacts], day: date) -> DayFacts:
    try:
        return days[day]
    except LookupError:  # The calendar of then began too late to count back from this day.
        return DayFacts("")


def _deadlines(facts: DayFacts) -> tuple[datetime | None, datetime | None]:
    return facts.book_until, facts.cancel_until


def _is_missed(was: DayFacts, becomes: DayFacts, now: datetime) -> bool:
    """Whether a deadline that was still to come has passed."""
    both = zip(_deadlines(was), _deadlines(becomes), strict=True)
    return any(old is not None and now < old and (new is None or new <= now) for old, new in both)


def _fewer(before: Town, after: Town, today: date) -> Iterator[tuple[PlaceKey, int]]:
    coming = _coming(today + timedelta(days=1), after)
    for activity in after.activities.values():
        old = before.activity(activity.id)
        if activity.capacity is None or (old is not None and old.capacity == activity.capacity):
            continue
        for key in _keys(activity, after.schools, coming):
            limit, had = places(activity, key), _limit_of(old, key)
            if had is None or limit < had:
                yield key, limit


def _keys(activity: Activity, schools: Iterable[SchoolId], days: Iterable[date]) -> Iterator[PlaceKey]:
    keys = (place_key(activity, school, day) for day, school in product(days, list(schools)))
    return iter(dict.fromkeys(key for key in keys if key is not None))


def _limit_of(activity: Activity | None, key: PlaceKey) -> int | None:
    """How many places the counter had; None when there was no such counter."""
    if activity is None or activity.capacity is None:
        return None
    return activity.capacity.places if key.school is None else activity.capacity.by_school.get(key.school)
