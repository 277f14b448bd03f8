"""Show a planning, and the changes that were made to it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from chalicelib.rules.deadlines import NeverOnline
from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.judging import Judge
from chalicelib.rules.planning import PlaceKey, Slot, SlotView, State, place_key
from chalicelib.rules.school_calendar import monday_of, paris_day
from chalicelib.rules.town import Activity, Town
from chalicelib.rules.weeks import filled_together, together
from chalicelib.services.ports import Clock, PlanningStore, TownStore
from chalicelib.services.saving import SavePlanning, ShowRecap, UndoSave
from chalicelib.values import Value

WEEKS_SHOWN = 5
"""Weeks on one page: the table stays light, and parents rarely leave the page."""
SAVES_READ = 40
"""Saves that are read for « Mes dernières modifications »: one Query, which costs the same whatever the history."""
CHANGES_SHOWN = 20
"""Changes shown for one activity."""


class PlanningPage(Value):
    """Some weeks of one child's planning; every slot is viewed at ``now`` (aware UTC).

    ``first`` is a Monday; ``weekdays`` are the ISO weekdays that need a column. ``rows`` are the activities of
    ``enrolled``, then those in which something is still booked. ``views`` holds, for each row, its slots on those
    weekdays of ``weeks`` weeks, in the order of days. ``previous`` and ``following`` are Mondays to go to; None at the
    ends of the calendar.
    """

    town: Town
    family: Family
    child: Child
    now: datetime
    first: date
    weeks: int
    rows: tuple[Activity, ...]
    enrolled: tuple[Activity, ...]
    only: ActivityId | None
    weekdays: tuple[int, ...]
    views: Mapping[ActivityId, Sequence[SlotView]]
    next_deadline: SlotView | None
    previous: date | None
    following: date | None


class ShowPlanning:
    def __init__(self, *, town: TownStore, plannings: PlanningStore, clock: Clock) -> None:
        self.town = town
        self.plannings = plannings
        self.clock = clock

    def __call__(self, family: Family, child: ChildId, week_of: date | None, only: ActivityId | None) -> PlanningPage:
        """Raises NotFound for a child that is not the family's, or an activity in which the child is not enrolled."""
        days_of_town, now = self.town.days(), self.clock.now()
        town = days_of_town.town
        shown = family.child(child)
        enrolled = tuple(a for a in town.activities.values() if shown.enrolment(a.id))
        if only is not None and only not in {activity.id for activity in enrolled}:
            raise NotFound("activity")
        weekdays = _weekdays(enrolled, town)
        first = _first_monday(town, week_of or _first_useful_day(paris_day(now), weekdays))
        weeks = min(WEEKS_SHOWN, (monday_of(town.calendar.last) - first).days // 7 + 1)
        days = [first + timedelta(weeks=week, days=n - 1) for week in range(weeks) for n in weekdays]
        booked = self.plannings.booked(family.id, days[0], days[-1])
        rows = tuple(a for a in (*enrolled, *_still_booked(town, shown, booked)) if only is None or a.id == only)
        views = self._views(Judge(days_of_town, shown, now), rows, days, booked)
        open_views = [view for line in views.values() for view in line if view.state is State.OPEN and view.closes_at]
        return PlanningPage(
            town=town,
            family=family,
            child=shown,
            now=now,
            first=first,
            weeks=weeks,
            rows=rows,
            enrolled=enrolled,
            only=only,
            weekdays=weekdays,
            views=views,
            next_deadline=min(open_views, key=lambda view: (view.closes_at, view.slot), default=None),
            previous=_page(town, first, -WEEKS_SHOWN),
            following=_page(town, first, weeks),
        )

    def _views(
        self, judge: Judge, rows: tuple[Activity, ...], days: list[date], booked: frozenset[Slot]
    ) -> dict[ActivityId, list[SlotView]]:
        """The slots of each row, viewed. At most one call: the places of limited slots that can still be booked."""
        child = judge.child
        views: dict[ActivityId, list[SlotView]] = {}
        for activity in rows:
            views[activity.id] = judge.row(activity.id, days, booked)
        limited = [activity for activity in rows if activity.capacity]
        keys = {key for activity in limited for view in views[activity.id] if (key := _counter(activity, child, view))}
        taken = self.plannings.taken(keys) if keys else {}
        for activity in limited:
            views[activity.id] = [
                judge.view(view.slot, False, taken.get(key, 0)) if (key := _counter(activity, child, view)) else view
                for view in views[activity.id]
            ]
            if activity.by_week:
                views[activity.id] = filled_together(views[activity.id])
        return views


def _still_booked(town: Town, child: Child, booked: frozenset[Slot]) -> tuple[Activity, ...]:
    """Activities in which the child is booked and no longer enrolled, in the order of their names.

    What is booked is shown even when the town has the activity no more. Then it is open on no day, and only the office
    changes it.
    """
    enrolled = {enrolment.activity for enrolment in child.enrolments}
    names = {slot.activity for slot in booked if slot.child == child.id} - enrolled
    return tuple(town.activity(name) or _removed(town, name) for name in sorted(names))


def _removed(town: Town, name: ActivityId) -> Activity:
    nothing: frozenset[int] = frozenset()
    return Activity(name, town.label_of(name), nothing, nothing, booking=NeverOnline(), cancelling=NeverOnline())


def _counter(activity: Activity, child: Child, view: SlotView) -> PlaceKey | None:
    """The counter that decides whether a slot can still be booked; None when no counter decides."""
    if view.booked or view.state not in (State.OPEN, State.FULL):
        return None
    return place_key(activity, child.school, view.slot.day)


def _weekdays(enrolled: tuple[Activity, ...], town: Town) -> tuple[int, ...]:
    """Monday to Friday, and the week-end days on which one of the activities can be open."""
    used = {1, 2, 3, 4, 5}.union(*(a.school_weekdays | a.holiday_weekdays for a in enrolled))
    mine = {a.id for a in enrolled}
    for opening in town.calendar.openings:
        if not opening.activities or opening.activities & mine:
            used.update(day.isoweekday() for day in opening.period.days())
    return tuple(sorted(used))


def _first_useful_day(today: date, weekdays: tuple[int, ...]) -> date:
    """The Monday to begin with. On a week-end without activities it is the next one: the parent comes for the coming
    week."""
    return today if today.isoweekday() <= max(weekdays) else monday_of(today) + timedelta(weeks=1)


def _first_monday(town: Town, day: date) -> date:
    return monday_of(min(max(day, town.calendar.first), town.calendar.last))


def _page(town: Town, first: date, weeks: int) -> date | None:
    """The Monday that is ``weeks`` away, inside the calendar; None when the calendar ends before."""
    monday = _first_monday(town, first + timedelta(weeks=weeks))
    if weeks < 0:
        return monday if monday < first else None
    return monday if monday >= first + timedelta(weeks=weeks) else None


class PastChange(Value):
    """One line of « Mes dernières modifications »: a slot, or those of a week that were changed together."""

    slots: tuple[Slot, ...]
    booked: bool
    at: datetime
    channel: str
    reason: str = ""


class LastChanges:
    def __init__(self, *, plannings: PlanningStore, town: TownStore) -> None:
        self.plannings = plannings
        self.town = town

    def __call__(self, family: Family, child: ChildId) -> Mapping[ActivityId, tuple[PastChange, ...]]:
        """The child's most recent changes by activity, newest first. Raises NotFound."""
        family.child(child)
        by_activity: dict[ActivityId, list[PastChange]] = {}
        town = self.town.current()
        for entry in self.plannings.entries(family.id, SAVES_READ):
            for wishes in together((wish for wish in entry.changes if wish.slot.child == child), town):
                changes = by_activity.setdefault(wishes[0].slot.activity, [])
                if len(changes) < CHANGES_SHOWN:
                    slots = tuple(wish.slot for wish in wishes)
                    changes.append(PastChange(slots, wishes[0].booked, entry.at, entry.channel, entry.reason))
        return {activity: tuple(changes) for activity, changes in by_activity.items() if changes}


class PlanningUseCases(Value):
    """A child's bookings: shown, changed, and what was changed."""

    show: ShowPlanning
    save: SavePlanning
    undo: UndoSave
    recap: ShowRecap
    changes: LastChanges
