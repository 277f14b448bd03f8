"""What a save may change: which wishes are granted, which are refused and why."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.rules.families import Family
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.judging import Judge
from chalicelib.rules.planning import (
    PlaceKey,
    Reason,
    RefusedWish,
    Slot,
    SlotView,
    State,
    TownDays,
    Wish,
    place_key,
    places_at,
)
from chalicelib.rules.town import Town
from chalicelib.rules.weeks import is_whole, week_of, weeks_wished
from chalicelib.values import Value

REFUSED_AS = {
    State.PAST: Reason.PAST,
    State.CLOSED: Reason.CLOSED,
    State.READ_ONLY: Reason.READ_ONLY,
    State.NOT_YET: Reason.NOT_YET,
    State.OUTSIDE: Reason.OUTSIDE,
    State.TOO_LATE: Reason.TOO_LATE,
    State.FULL: Reason.FULL,
}


class SavePlan(Value):
    """What a save would write, what it refuses, and what already is as wanted."""

    changes: tuple[Wish, ...]
    refusals: tuple[RefusedWish, ...]
    already: tuple[Wish, ...]


class Situation(Value):
    """What is true when the save arrives.

    ``booked`` are all slots of the family on the days concerned, because combinations look at the other activities of a
    day, and of the weeks concerned for activities by week. ``taken`` is how many places are taken, by counter; a
    missing key counts zero. ``restoring``: the wishes put back what was, so a week may become booked in part again.
    """

    days: TownDays
    family: Family
    booked: frozenset[Slot]
    taken: Mapping[PlaceKey, int]
    now: datetime
    restoring: bool = False

    @property
    def town(self) -> Town:
        return self.days.town

    def key(self, slot: Slot) -> PlaceKey | None:
        """The counter of a slot; None when it has no limit, or when the town does not have its activity."""
        activity = self.town.activity(slot.activity)
        return place_key(activity, self.family.child(slot.child).school, slot.day) if activity else None


def plan_save(wishes: Iterable[Wish], situation: Situation) -> SavePlan:
    """Decide every wish. Raises NotFound for another family's child.

    An activity that does not exist any more is refused like one in which the child is not enrolled: the town changed
    while the page was open.

    A wish that is already fulfilled changes nothing. The wishes that each slot's own rules allow must also fit
    together: places, exclusions and requirements are checked on the day as it would become. A wish that breaks one is
    refused, until none does.

    Of an activity by week, the wishes of one week are granted together or refused together.
    """
    granted: list[Wish] = []
    refusals: list[RefusedWish] = []
    already: list[Wish] = []
    for wish in _in_town_order(wishes, situation):
        if (wish.slot in situation.booked) == wish.booked:
            already.append(wish)
            continue
        refusal = _own_refusal(wish, situation)
        if refusal:
            refusals.append(refusal)
        else:
            granted.append(wish)
    for wish in _asked_in_part(granted, situation):
        granted.remove(wish)
        refusals.append(RefusedWish(wish, Reason.WHOLE_WEEK))
    while refusal := _misfit(granted, situation):
        for wish in _with_its_week(refusal.wish, granted, situation.town):
            granted.remove(wish)
            refusals.append(replace(refusal, wish=wish))
    return SavePlan(tuple(granted), tuple(refusals), tuple(already))


def counters(wishes: Iterable[Wish], situation: Situation) -> dict[PlaceKey, int]:
    """How much the wishes move each counter: one figure per counter, because siblings share it. Zeros are left out."""
    moves: dict[PlaceKey, int] = {}
    for wish in wishes:
        key = situation.key(wish.slot)
        if key is not None:
            moves[key] = moves.get(key, 0) + (1 if wish.booked else -1)
    return {key: move for key, move in moves.items() if move}


def _in_town_order(wishes: Iterable[Wish], situation: Situation) -> list[Wish]:
    """Wishes by day, then in the town's order of activities: when two cannot both be granted, the one shown first
    wins."""
    last = len(situation.town.activities)
    order = {activity: rank for rank, activity in enumerate(situation.town.activities)}
    listed = list(wishes)
    for wish in listed:
        situation.family.child(wish.slot.child)
    return sorted(listed, key=lambda w: (w.slot.day, order.get(w.slot.activity, last), w.slot.child, w.slot.activity))


def _own_refusal(wish: Wish, situation: Situation) -> RefusedWish | None:
    """Why the slot's own rules refuse the wish. Places are counted later, after the cancellations have freed theirs."""
    child = situation.family.child(wish.slot.child)
    if child.enrolment(wish.slot.activity) is None or situation.town.activity(wish.slot.activity) is None:
        return RefusedWish(wish, Reason.UNKNOWN)
    view = Judge(situation.days, child, situation.now).view(wish.slot, booked=not wish.booked)
    if view.state in (State.OPEN, State.FULL):
        return None
    return RefusedWish(wish, REFUSED_AS[view.state], closed_at=_fact(view))


def _asked_in_part(granted: list[Wish], situation: Situation) -> list[Wish]:
    """The wishes that would leave a week of an activity by week booked in part."""
    in_part: list[Wish] = []
    for (child, _, _), wishes in weeks_wished(granted, situation.town).items() if not situation.restoring else ():
        week = Judge(situation.days, situation.family.child(child), situation.now).week(wishes[0].slot)
        if not is_whole(wishes, week, situation.booked):
            in_part += wishes
    return in_part


def _with_its_week(wish: Wish, granted: list[Wish], town: Town) -> list[Wish]:
    """The wish, with those that are granted or refused together with it."""
    same_week = weeks_wished(granted, town).get(week_of(wish.slot), [])
    return [wish, *(other for other in same_week if other != wish)]


def _fact(view: SlotView) -> datetime | None:
    return view.opens_at if view.state is State.NOT_YET else view.closes_at


def _misfit(granted: list[Wish], situation: Situation) -> RefusedWish | None:
    """The first granted wish that does not fit with the others, or None."""
    return _overfull(granted, situation) or _badly_combined(granted, situation)


def _overfull(granted: list[Wish], situation: Situation) -> RefusedWish | None:
    for key, move in counters(granted, situation).items():
        if move > 0 and situation.taken.get(key, 0) + move > places_at(situation.town, key):
            last = next(w for w in reversed(granted) if w.booked and situation.key(w.slot) == key)
            return RefusedWish(last, Reason.FULL)
    return None


def _badly_combined(granted: list[Wish], situation: Situation) -> RefusedWish | None:
    booked = {w.slot for w in granted if w.booked}
    becomes = (situation.booked | booked) - {w.slot for w in granted if not w.booked}
    for kind, other_of in ((Reason.REQUIRES, _missing), (Reason.EXCLUDES, _excluded)):
        for wish in reversed(granted):
            there = {s.activity for s in becomes if (s.child, s.day) == (wish.slot.child, wish.slot.day)}
            other = other_of(wish, there, situation.town)
            if other:
                return RefusedWish(wish, kind, other=other)
    return None


def _excluded(wish: Wish, there: set[ActivityId], town: Town) -> ActivityId | None:
    """The activity of the same day that cannot go with the booked one; either of the two may exclude the other."""
    mine = town.activity(wish.slot.activity)
    if mine is None or not wish.booked:
        return None
    for other in town.activities.values():
        if other.id in there and other.id != mine.id and (other.id in mine.excludes or mine.id in other.excludes):
            return other.id
    return None


def _missing(wish: Wish, there: set[ActivityId], town: Town) -> ActivityId | None:
    """The activity that a booking lacks on its day, or the booking that a cancellation would leave without what it
    requires."""
    activity = town.activity(wish.slot.activity)
    if activity is None:
        return None
    if wish.booked:
        return activity.requires[0] if activity.requires and not there.intersection(activity.requires) else None
    for other in town.activities.values():
        if activity.id in other.requires and other.id in there and not there.intersection(other.requires):
            return other.id
    return None
