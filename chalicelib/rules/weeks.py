"""Activities that are booked by whole weeks: the views of a week as one, and which wishes ask for only a part of it."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby

from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.planning import Slot, SlotView, State, Wish
from chalicelib.rules.school_calendar import monday_of
from chalicelib.rules.town import Activity, Town

WeekId = tuple[ChildId, ActivityId, date]
"""One child, one activity, the Monday of a week."""


def week_of(slot: Slot) -> WeekId:
    return slot.child, slot.activity, monday_of(slot.day)


def by_week(views: Iterable[SlotView]) -> list[list[SlotView]]:
    """Views of one child and one activity, in the order of days, cut into weeks."""
    return [list(week) for _, week in groupby(views, lambda view: monday_of(view.slot.day))]


def filled_together(views: Iterable[SlotView]) -> list[SlotView]:
    """Views of an activity by week: one full day leaves no place in its week, because no part of it is sold."""
    return [view for week in by_week(views) for view in _filled_together(week)]


def _filled_together(week: list[SlotView]) -> list[SlotView]:
    if all(view.state is not State.FULL for view in week):
        return week
    return [view._replace(state=State.FULL) if view.state is State.OPEN and not view.booked else view for view in week]


def box_of(week: Iterable[SlotView]) -> list[SlotView]:
    """What the one box of a week changes: the days that can still be booked, otherwise those that can be cancelled.

    A week that the office booked in part is completed first; then it can be left as a whole.
    """
    open_views = [view for view in week if view.state is State.OPEN]
    return [view for view in open_views if not view.booked] or open_views


def changeable(activity: Activity, views: Sequence[SlotView]) -> list[SlotView]:
    """The views that a page offers to change, of one activity."""
    if activity.by_week:
        return [view for week in by_week(views) for view in box_of(week)]
    return [view for view in views if view.state is State.OPEN]


def weeks_wished(wishes: Iterable[Wish], town: Town) -> dict[WeekId, list[Wish]]:
    """The wishes for activities by week, week by week."""
    weeks: dict[WeekId, list[Wish]] = {}
    for wish in wishes:
        activity = town.activity(wish.slot.activity)
        if activity and activity.by_week:
            weeks.setdefault(week_of(wish.slot), []).append(wish)
    return weeks


def together(wishes: Iterable[Wish], town: Town) -> list[tuple[Wish, ...]]:
    """The wishes as a parent made them: those of one week of an activity by week stand together, any other alone."""
    groups: dict[tuple[WeekId, bool] | Slot, list[Wish]] = {}
    for wish in wishes:
        activity = town.activity(wish.slot.activity)
        name = (week_of(wish.slot), wish.booked) if activity and activity.by_week else wish.slot
        groups.setdefault(name, []).append(wish)
    return [tuple(group) for group in groups.values()]


def is_whole(wishes: Sequence[Wish], week: Iterable[Slot], booked: frozenset[Slot]) -> bool:
    """Whether the wishes for one ``week`` of a child change all of it: they book every day that is not booked yet, or
    cancel every day that is."""
    wished = {wish.slot: wish.booked for wish in wishes}
    if len(set(wished.values())) > 1:
        return False
    wanted = wishes[0].booked
    return all(slot in wished or (slot in booked) == wanted for slot in week)
