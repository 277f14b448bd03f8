"""The lines of a month's billing, day by day: what the town's software is told of each child, activity and day.

Only what was changed after its deadline is looked up, so that a month of a large town needs the memory of one day. A
month that was closed is never judged again: what changed since is told by what it takes back and what it puts instead.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import NamedTuple

from chalicelib.rules.billing import BillingCode, JudgedMove, after, code_of, judged
from chalicelib.rules.directory import ListedChild
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.planning import Slot, TownDays, Wish
from chalicelib.rules.school_calendar import paris_day, paris_instant
from chalicelib.services.outgoing_ports import ChangeFeed, Written

BookingsOn = Callable[[date, datetime], Iterable[tuple[FamilyId, Slot]]]
"""The bookings of all families on a day, as they were at an instant."""
Children = Mapping[ChildId, ListedChild]
Key = tuple[FamilyId, Slot]
LOOK_BACK = timedelta(days=31)
"""The town's acts of so long before a month are in its file too, whatever the deadlines are."""
MARGIN = timedelta(days=7)
"""A closure of one class alone may move a deadline that counts open days."""


class BilledLine(NamedTuple):
    """A line of a month, or the correction of one that was closed: ``before`` is what was told of it then."""

    day: date
    family: FamilyId
    slot: Slot
    code: BillingCode | None
    before: BillingCode | None = None


class Judgements:
    """Judges changes by the rules of the town, at the school and in the class of each child."""

    def __init__(self, days: TownDays, children: Children) -> None:
        self.days = days
        self.children = children

    def move(self, wish: Wish, saved: Written) -> JudgedMove:
        until = self._until(wish)
        return judged(booked=wish.booked, at=saved.entry.at, by_town=bool(saved.entry.reason), until=until)

    def begins(self, month: date) -> datetime:
        """Before any deadline of the month's days."""
        town = self.days.town
        facts = (
            self.days.of(activity, school, "").followed(day)
            for activity in town.activities.values()
            for school in town.schools
            for day in days_of(month)
        )
        found = (until for one in facts for until in (one.book_until, one.cancel_until) if until)
        return min((*found, paris_instant(month, 0) - LOOK_BACK)) - MARGIN

    def _until(self, wish: Wish) -> datetime | None:
        """The deadline of a change; None for an activity that the town does not have any more. A child that is gone is
        judged by the town's first school."""
        activity = self.days.town.activity(wish.slot.activity)
        if activity is None:
            return None
        child = self.children.get(wish.slot.child)
        school = child.school if child else next(iter(self.days.town.schools))
        facts = self.days.of(activity, school, child.class_name if child else "").followed(wish.slot.day)
        return facts.book_until if wish.booked else facts.cancel_until


def month_lines(
    month: date, at: datetime, *, bookings: BookingsOn, feed: ChangeFeed, judge: Judgements
) -> Iterator[BilledLine]:
    """The lines of a month as of ``at``, by day, family, activity and child."""
    told = _late(month, feed.between(judge.begins(month), at), judge)
    for day in days_of(month):
        codes = dict.fromkeys(bookings(day, at), BillingCode.ON_TIME)
        for key, moves in told.pop(day, {}).items():
            code = code_of(moves)
            if code:
                codes[key] = code
        yield from (BilledLine(day, family, slot, codes[family, slot]) for family, slot in sorted(codes))


def corrections(
    billed: Mapping[Key, BillingCode | None], moves: Mapping[Key, list[JudgedMove]]
) -> Iterator[BilledLine]:
    """What is not any more as it was ``billed``, by day. ``moves`` came after the month was closed."""
    for family, slot in sorted(moves, key=_day_first):
        before = billed.get((family, slot))
        code = before
        for move in moves[family, slot]:
            code = after(code, move)
        if code != before:
            yield BilledLine(slot.day, family, slot, code, before)


def moves_in(months: Iterable[date], saves: Iterable[Written], judge: Judgements) -> dict[Key, list[JudgedMove]]:
    """Every change of the days of these months, in the order of writing. In a month that is over they are few."""
    wanted = set(months)
    found: dict[Key, list[JudgedMove]] = {}
    for save in saves:
        for wish in save.entry.changes:
            if wish.slot.day.replace(day=1) in wanted:
                found.setdefault((save.family, wish.slot), []).append(judge.move(wish, save))
    return found


def days_of(month: date) -> Iterator[date]:
    """Every day of the month that begins on ``month``."""
    day = month
    while day.month == month.month:
        yield day
        day += timedelta(days=1)


def is_over(month: date, at: datetime) -> bool:
    return paris_day(at) > max(days_of(month))


def _late(month: date, saves: Iterable[Written], judge: Judgements) -> dict[date, dict[Key, list[JudgedMove]]]:
    """The changes after the deadline, and the town's acts; and what came after them in the same slot."""
    found: dict[date, dict[Key, list[JudgedMove]]] = {}
    for save in saves:
        for wish in save.entry.changes:
            day = wish.slot.day
            if day.replace(day=1) != month:
                continue
            todays, key = found.setdefault(day, {}), (save.family, wish.slot)
            move = judge.move(wish, save)
            if key in todays or move.late or move.by_town:
                todays.setdefault(key, []).append(move)
    return found


def _day_first(key: Key) -> tuple[date, FamilyId, Slot]:
    return key[1].day, *key
