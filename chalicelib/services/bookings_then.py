"""The bookings of a day as they were at an instant: what is booked now, with the saves since undone."""

from collections.abc import Callable
from datetime import date, datetime

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import Slot
from chalicelib.services.outgoing_ports import ChangeFeed
from chalicelib.services.ports import Clock, PlaceBook

INDEX_SECONDS = 3.0
"""Seconds after which what the index by day shows is in the feed too. Both follow their tables within about one."""


class BookingsThen:
    """``DayBookings``. The day is read first: a save that it shows is in the feed when this is read, ``pause`` later,
    and its instant says whether it came before or after."""

    def __init__(self, *, plannings: PlaceBook, feed: ChangeFeed, clock: Clock, pause: Callable[[float], None]) -> None:
        self.plannings = plannings
        self.feed = feed
        self.clock = clock
        self.pause = pause

    def __call__(self, day: date, instant: datetime) -> frozenset[tuple[FamilyId, Slot]]:
        """Every booked slot of ``day`` at ``instant`` (aware UTC), which must be ``FEED_MAY_LACK`` old. One Query for
        the day, and those of the feed since. Raises Unavailable."""
        booked = set(self.plannings.bookings_on(day))
        self.pause(INDEX_SECONDS)
        first_moves: dict[tuple[FamilyId, Slot], bool] = {}
        for saved in self.feed.between(instant, self.clock.now()):
            for wish in saved.entry.changes:
                if wish.slot.day == day:
                    first_moves.setdefault((saved.family, wish.slot), wish.booked)
        for slot, was_booked_by_it in first_moves.items():
            if was_booked_by_it:
                booked.discard(slot)
            else:
                booked.add(slot)
        return frozenset(booked)
