"""Bookings that stand on a day that is closed to their child: found, told until there are none, cancelled when asked.

Which days to look at is noted with the town, before anything makes it necessary: days that the new configuration
closes, and closed days that the office books. A day is noted until no such booking is left on it. So an import that
changes nothing, in a town without such bookings, reads the note and no planning at all; and one that was killed does
the rest when it runs again.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import groupby

from chalicelib.intake.bookings.cancelling import CancelForTown
from chalicelib.intake.pool import in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.families import Child
from chalicelib.rules.ids import FamilyId, SchoolId, school_id
from chalicelib.rules.planning import Slot, TownDays
from chalicelib.rules.turning import act_of, why_closed
from chalicelib.services.ports import PlaceBook
from chalicelib.values import Value

CLOSED_DAY = "jour fermé"
"""The reason of a day that is closed without a word of the town's."""
_CHILD = """
SELECT school, class_name, EXISTS (
    SELECT 1 FROM enrolments WHERE enrolments.child = children.id AND activity = ?
    AND (first IS NULL OR first <= ?) AND (last IS NULL OR ? <= last)
) FROM children WHERE family = ? AND id = ?
"""


class Standing(Value):
    """A booking on a day that is closed to its child. ``why``: in the town's words, or « jour fermé ».

    ``asked``: the town's file asks to cancel it. ``cancelled``: the town has.
    """

    family: FamilyId
    slot: Slot
    school: SchoolId
    why: str
    asked: bool
    cancelled: bool = False

    def counts(self, today: date) -> bool:
        """Whether it is still to come. What is booked for today is being served: it counts only when the town's file
        asks to cancel it."""
        return self.slot.day > today or (self.slot.day == today and self.asked)


def standing_of(family: FamilyId, child: Child, slot: Slot, days: TownDays) -> Standing | None:
    """What is wrong with a booking of the child; None when its day is open."""
    why = why_closed(days, child, slot)
    if why is None:
        return None
    act = act_of(days, child, slot)
    return Standing(family, slot, child.school, act or why or CLOSED_DAY, act is not None)


class ClosedDays(Value):
    """Finds the bookings of the lists' children on closed days, in the index by day.

    Children that the lists do not have, or not enrolled, are told of as departures. Days before ``today`` are left out.
    """

    lists: sqlite3.Connection
    bookings: PlaceBook
    days: TownDays
    today: date

    def __call__(self, on: Iterable[date]) -> Iterator[Standing]:
        """One Query chain for each day. Raises Unavailable."""
        for day in sorted(one for one in on if one >= self.today):
            for family, slot in self.bookings.bookings_on(day):
                found = self._judged(family, slot)
                if found is not None:
                    yield found

    def _judged(self, family: FamilyId, slot: Slot) -> Standing | None:
        day = slot.day.isoformat()
        row = self.lists.execute(_CHILD, (slot.activity, day, day, family, slot.child)).fetchone()
        if row is None or not row[2]:
            return None
        child = Child(slot.child, "", "", "", school_id(row[0]), row[1], ())
        return standing_of(family, child, slot, self.days)


class SettleClosedDays:
    """Lists what stands on the noted days, and cancels it when its closure asks it, or when the operator does
    (``cancel``)."""

    def __init__(
        self, *, store: IntakeStore, closed_days: ClosedDays, act: CancelForTown, cancel: bool, workers: int
    ) -> None:
        self.store = store
        self.closed_days = closed_days
        self.act = act
        self.cancel = cancel
        self.workers = workers

    def __call__(self, noted: frozenset[date], also: Iterable[Standing]) -> list[Standing]:
        """``also``: what is known already, because this import booked it itself, which the index may not show yet, or
        settled it with its family. Raises Unavailable."""
        known = list(also)
        done = [one for one in known if one.cancelled]
        found = {_place(one): one for one in (*self.closed_days(noted), *known) if not one.cancelled}
        for one in done:
            found.pop(_place(one), None)
        today = self.closed_days.today
        counted = sorted((one for one in found.values() if one.counts(today)), key=_place)
        acted = {one.slot.day for one in counted if one.asked or self.cancel}
        if acted:
            self.store.note_acted(acted)
        by_family = groupby(counted, key=lambda one: one.family)
        with ThreadPoolExecutor(self.workers) as pool:
            settled = in_order(pool, self.workers, self._settle, [(name, list(some)) for name, some in by_family])
            standing = [one for some in settled for one in some]
        left = {one.slot.day for one in standing if not one.cancelled}
        left |= {today} if any(one.slot.day == today for one in found.values()) else set()
        self.store.closed_settled(noted - left)
        return [*done, *standing]

    def _settle(self, given: tuple[FamilyId, list[Standing]]) -> list[Standing]:
        name, standing = given
        asked = [one for one in standing if one.asked or self.cancel]
        if not asked:
            return standing
        reasons = {one.slot: one.why for one in asked}
        family = self.store.family_items([name])[name]
        cancelled = self.act(family, reasons)
        return [replace(one, cancelled=cancelled and one.slot in reasons) for one in standing]


def _place(one: Standing) -> tuple[FamilyId, Slot]:
    return one.family, one.slot
