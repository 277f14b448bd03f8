"""The bookings of one day as they were at one instant, however many parents save while they are read."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Protocol

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import Slot
from chalicelib.services.outgoing_ports import FEED_MAY_LACK, ChangeFeed
from chalicelib.services.ports import Clock

Booking = tuple[FamilyId, Slot]
INDEX_MAY_LACK = timedelta(seconds=2)
"""How late an index of DynamoDB may show a save that its table has."""


class DayBook(Protocol):
    def bookings_on(self, day: date) -> Iterator[Booking]:
        """Every booked slot of a day, of all families, through the index by day, which may be a second late."""
        ...


class BookingsAsOf:
    """One Query chain reads the day; the feed of saves then takes back what came after the instant.

    A slot counts as booked at an instant when the last save of it that was written until then booked it.
    """

    def __init__(self, *, plannings: DayBook, feed: ChangeFeed, clock: Clock, pause: Callable[[float], None]) -> None:
        self.plannings = plannings
        self.feed = feed
        self.clock = clock
        self.pause = pause

    def __call__(self, day: date, instant: datetime) -> frozenset[Booking]:
        """The bookings at ``instant``; see ``at_both``."""
        return self.at_both(day, instant, instant)[1]

    def at_both(self, day: date, before: datetime, instant: datetime) -> tuple[frozenset[Booking], frozenset[Booking]]:
        """The bookings at ``before`` and at ``instant``, which is not earlier. The day is read once.

        It waits until no save of ``instant`` can still be on its way: a minute, for the instant that it is. Raises
        Unavailable.
        """
        self._wait_until(instant + FEED_MAY_LACK)
        found = frozenset(self.plannings.bookings_on(day))
        # What was seen in the index by day must be in the other index too before that is read.
        self.pause(INDEX_MAY_LACK.total_seconds())
        earlier, now = _Moves(), _Moves()
        for written in self.feed.between(before - FEED_MAY_LACK, self.clock.now()):
            for wish in written.entry.changes:
                if wish.slot.day == day:
                    slot = written.family, wish.slot
                    earlier.note(slot, booked=wish.booked, after=written.at > before)
                    now.note(slot, booked=wish.booked, after=written.at > instant)
        return earlier.applied_to(found), now.applied_to(found)

    def _wait_until(self, then: datetime) -> None:
        late = (then - self.clock.now()).total_seconds()
        if late > 0:
            self.pause(late)


class _Moves:
    """What the slots of a day were at one instant, as far as the saves around it tell. Saves come oldest first."""

    def __init__(self) -> None:
        self.booked: dict[Booking, bool] = {}

    def note(self, slot: Booking, *, booked: bool, after: bool) -> None:
        """The last save until the instant tells what the slot was; without one, the first after it tells what it was
        not."""
        if not after:
            self.booked[slot] = booked
        else:
            self.booked.setdefault(slot, not booked)

    def applied_to(self, found: frozenset[Booking]) -> frozenset[Booking]:
        moved: Mapping[Booking, bool] = self.booked
        if not moved:
            return found
        return (found - moved.keys()) | {slot for slot, booked in moved.items() if booked}
