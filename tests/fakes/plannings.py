"""Bookings, counters of places and the journal in memory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime
from threading import RLock

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.services.outgoing_ports import Written
from chalicelib.services.ports import Clock, JournalEntry, PlaceTally
from tests.fakes.instants import aware

ITEMS = 100
"""DynamoDB's limit of items in one transaction."""


class MemoryPlannings:
    """``PlanningStore``, ``PlaceBook`` and ``ChangeFeed``: bookings, journal and counters under one lock.

    Without ``clock``, a save counts as written at its own instant.
    """

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock
        self.feed: list[Written] = []
        self.bookings: dict[FamilyId, dict[Slot, str]] = {}
        """Each family's booked slots and their channels."""
        self.journals: dict[FamilyId, dict[EntryId, JournalEntry]] = {}
        self.counters: dict[PlaceKey, PlaceTally] = {}
        self._lock = RLock()

    def booked(self, family: FamilyId, first: date, last: date) -> frozenset[Slot]:
        with self._lock:
            return frozenset(slot for slot in self.bookings.get(family, {}) if first <= slot.day <= last)

    def taken(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        return {key: tally.taken for key, tally in self.tallies(wanted).items()}

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]:
        with self._lock:
            return {key: self.counters.get(key, PlaceTally()) for key in wanted}

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        with self._lock:
            if self.counters.get(key, PlaceTally()).taken + number > limit:
                raise StaleWrite("planning.reserve")
            self._move(key, number)

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        aware(entry.at, *(refusal.closed_at for refusal in entry.refusals))
        if 1 + len({wish.slot.day for wish in entry.changes}) > ITEMS:
            raise Unavailable("planning.save: more items than a transaction holds")
        with self._lock:
            if self.journals.get(family, {}).get(entry.id) == entry:
                return
            slots = self.bookings.setdefault(family, {})
            if entry.id in self.journals.get(family, {}) or any((w.slot in slots) == w.booked for w in entry.changes):
                raise StaleWrite("planning.save")
            for wish in entry.changes:
                if wish.booked:
                    slots[wish.slot] = entry.channel
                else:
                    del slots[wish.slot]
            self.journals.setdefault(family, {})[entry.id] = entry
            if entry.changes:
                at = self.clock.now() if self.clock else entry.at
                self.feed.append(Written(at, family, replace(entry, refusals=(), already=())))

    def between(self, after: datetime, until: datetime) -> Iterator[Written]:
        aware(after, until)
        with self._lock:
            found = [one for one in self.feed if after < one.at <= until]
        return iter(sorted(found, key=lambda one: (one.at, one.family, one.entry.id)))

    def give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        with self._lock:
            there = self.counters.get(key, PlaceTally())
            if there.taken >= number and there.recounts == found.recounts:
                self._move(key, -number)

    def bookings_on(self, day: date) -> Iterator[tuple[FamilyId, Slot]]:
        with self._lock:
            every = [(family, slot) for family, booked in self.bookings.items() for slot in booked]
        return (one for one in every if one[1].day == day)

    def set_taken(self, key: PlaceKey, wanted: int, *, found: PlaceTally) -> None:
        with self._lock:
            there = self.counters.get(key, PlaceTally())
            if there.moves != found.moves:
                raise StaleWrite("planning.set_taken")
            self.counters[key] = PlaceTally(wanted, there.moves + 1, there.recounts + 1)

    def entry(self, family: FamilyId, entry: EntryId) -> JournalEntry | None:
        return self.journals.get(family, {}).get(entry)

    def entries(self, family: FamilyId, limit: int, before: EntryId | None = None) -> tuple[JournalEntry, ...]:
        older = (entry for entry in reversed(list(self.journal_of(family))) if before is None or entry.id < before)
        return tuple(entry for _, entry in zip(range(limit), older, strict=False))

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        with self._lock:
            return iter(sorted(self.journals.get(family, {}).values(), key=lambda entry: entry.id))

    def _move(self, key: PlaceKey, number: int) -> None:
        there = self.counters.get(key, PlaceTally())
        self.counters[key] = replace(there, taken=there.taken + number, moves=there.moves + 1)
