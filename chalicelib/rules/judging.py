"""What a child's slots are at an instant, and whether they may change."""

from collections.abc import Container, Iterable, Mapping
from datetime import date, datetime
from functools import cached_property

from chalicelib.rules.families import Child, Enrolment
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.openings import Window
from chalicelib.rules.planning import ActivityDays, DayFacts, Slot, SlotView, State, TownDays, place_key, places
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Activity
from chalicelib.values import Value


class Judge(Value):
    """Views the slots of one child at one instant (``now``, aware UTC)."""

    days: TownDays
    child: Child
    now: datetime

    @cached_property
    def today(self) -> date:
        return paris_day(self.now)

    @cached_property
    def enrolments(self) -> Mapping[ActivityId, Enrolment]:
        return {enrolment.activity: enrolment for enrolment in self.child.enrolments}

    def view(self, slot: Slot, booked: bool, taken: int = 0) -> SlotView:
        """View one slot. ``taken`` is how many places of its counter are taken; it is ignored when there is no limit.

        An activity that the town does not have, or has no longer, is closed.
        """
        return self._view(self._known(slot.activity), slot, booked, taken)

    def row(self, name: ActivityId, days: Iterable[date], booked: Container[Slot]) -> list[SlotView]:
        """View the slots of one activity on ``days``, as if no place was taken. ``booked`` says which are booked."""
        known = self._known(name)
        slots = [Slot(self.child.id, name, day) for day in days]
        return [self._view(known, slot, slot in booked, 0) for slot in slots]

    def week(self, slot: Slot) -> list[Slot]:
        """The slots of the same ISO week on which the activity is open for the child; none without an enrolment."""
        days, enrolment = self._known(slot.activity)
        if days is None or enrolment is None:
            return []
        return [slot._replace(day=day) for day in days.week(slot.day, enrolment.covers)]

    def _known(self, name: ActivityId) -> tuple[ActivityDays | None, Enrolment | None]:
        activity = self.days.town.activity(name)
        days = self.days.of(activity, self.child.school, self.child.class_name) if activity else None
        return days, self.enrolments.get(name)

    def _view(
        self, known: tuple[ActivityDays | None, Enrolment | None], slot: Slot, booked: bool, taken: int
    ) -> SlotView:
        days, enrolment = known
        day = slot.day
        if day < self.today:
            return SlotView(slot, booked, State.PAST)
        facts = days[day] if days is not None else DayFacts("")
        closed = facts.closed_because is not None or enrolment is None or not enrolment.covers(day)
        if days is None or enrolment is None or closed:
            return SlotView(slot, booked, State.CLOSED, closed_because=facts.closed_because or "")
        activity = days.activity
        if activity.by_week:
            facts = days.followed(day, enrolment.covers)
        closes_at = facts.cancel_until if booked else facts.book_until
        if closes_at is None or enrolment.read_only:
            return SlotView(slot, booked, State.READ_ONLY)
        shut = None if booked or facts.windows is None else self._outside(facts.windows, slot)
        if shut:
            return shut
        if self.now >= closes_at:
            return SlotView(slot, booked, State.TOO_LATE, closes_at)
        full = not booked and activity.capacity is not None and self._is_full(activity, slot.day, taken)
        return SlotView(slot, booked, State.FULL if full else State.OPEN, closes_at)

    def _is_full(self, activity: Activity, day: date, taken: int) -> bool:
        key = place_key(activity, self.child.school, day)
        return key is not None and taken >= places(activity, key)

    def _outside(self, windows: tuple[Window, ...], slot: Slot) -> SlotView | None:
        """None when the day can be booked now. A day that is in several booking windows can be booked while one of them
        is open."""
        if any(window.is_open(self.now) for window in windows):
            return None
        coming = [w.opens_at for w in windows if w.opens_at and self.now < w.opens_at]
        if coming:
            return SlotView(slot, False, State.NOT_YET, opens_at=min(coming))
        closed = [w.closes_at for w in windows if w.closes_at]
        return SlotView(slot, False, State.TOO_LATE, max(closed)) if closed else SlotView(slot, False, State.OUTSIDE)
