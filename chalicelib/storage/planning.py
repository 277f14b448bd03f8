"""Bookings and the journal of their changes, written in one transaction; and the counters of places, each written
alone."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from functools import cached_property
from itertools import groupby
from operator import attrgetter
from typing import Any

from pynamodb.attributes import NumberAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.operand import Path
from pynamodb.expressions.update import Action
from pynamodb.transactions import TransactWrite

from chalicelib.rules import retention
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.services.ports import Clock, JournalEntry, PlaceTally
from chalicelib.storage import journal, keys
from chalicelib.storage.database import Database, RawItem, WriteRefused
from chalicelib.storage.journal_rows import JournalRow
from chalicelib.storage.rows import ByDay, PlaceRow, PlanningRow

JOURNAL_AT = 0
"""Place of the journal's row in the transaction: it is the only row that is put."""


class DynamoPlanningStore:
    """``PlanningStore`` and ``PlaceBook``. Reads are consistent: a parent must see what she has just saved.

    ``clock`` says when a save is written, which the feed of saves goes by. Without it, as in tests whose saves need no
    feed, a save counts as written at its own instant.
    """

    def __init__(self, database: Database, clock: Clock | None = None) -> None:
        self.database = database
        self.clock = clock
        self.days = database.bind(PlanningRow)
        self.journal = database.bind(JournalRow)
        self.places = database.bind(PlaceRow)

    def booked(self, family: FamilyId, first: date, last: date) -> frozenset[Slot]:
        between = self.days.day.between(first.isoformat(), last.isoformat())
        items = self.database.pages(
            "planning.booked", self.days, family, range_key_condition=between, consistent_read=True
        )
        return frozenset(slot for item in items for slot in _slots(item))

    def taken(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        return {key: tally.taken for key, tally in self.tallies(wanted).items()}

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]:
        found = dict.fromkeys(wanted, PlaceTally())
        asked = [{"day": day, "counter": counter} for day, counter in map(_key, found)]
        for item in self.database.batch_get("planning.taken", self.places, asked, consistent_read=True):
            found[keys.place_key(item["day"]["S"], item["counter"]["S"])] = _tally(item)
        return found

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        taken, room = self.places.taken, limit - number
        condition = taken <= room
        if room >= 0:
            condition |= taken.does_not_exist()
        self.database.update("planning.reserve", self.places(*_key(key)), self._moved(number), condition)

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        """See the port. Saving exactly the same entry again changes nothing: the first try was done, and its answer was
        lost.

        The clock is read here, once: however old the entry and however long its import takes, it is written within
        ``_write``'s patience of the instant in its row, and every try has the same one.
        """
        written = self.clock.now() if self.clock else entry.at
        row = journal.row_of(self.journal, family, entry, written)

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=self.journal.entry.does_not_exist(), return_values="ALL_OLD")
            for day, wishes in groupby(sorted(entry.changes, key=_day), key=_day):
                self._change(transaction, self.days(family, day.isoformat()), list(wishes), entry.channel)

        try:
            self.database.transact("planning.save", fill)
        except WriteRefused as refused:
            if not journal.is_same(refused.found.get(JOURNAL_AT), row.serialize()):
                raise

    def give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        """See the port. It is sent once: if botocore repeated it, the second call would free somebody else's place."""
        database, places = self._sent_once
        condition = (places.taken >= number) & _is(places.recounts, found.recounts)
        with suppress(WriteRefused, Unavailable):
            database.update("planning.give_back", places(*_key(key)), self._moved(-number), condition)

    def entry(self, family: FamilyId, entry: EntryId) -> JournalEntry | None:
        return next(self._entries("planning.entry", family, self.journal.entry == entry), None)

    def entries(self, family: FamilyId, limit: int, before: EntryId | None = None) -> tuple[JournalEntry, ...]:
        older = self.journal.entry < before if before else None
        return tuple(self._entries("planning.entries", family, older, limit=limit, scan_index_forward=False))

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        """The whole journal, oldest first."""
        return self._entries("planning.journal_of", family, None)

    def bookings_on(self, day: date) -> Iterator[tuple[FamilyId, Slot]]:
        """See the port: it reads the index by day."""
        items = self.database.pages(
            "planning.bookings_on", self.days, day.isoformat(), index_name=ByDay.Meta.index_name
        )
        return ((FamilyId(item["family"]["S"]), slot) for item in items for slot in _slots(item))

    def set_taken(self, key: PlaceKey, wanted: int, *, found: PlaceTally) -> None:
        places = self.places
        actions = [places.taken.set(wanted), places.moves.add(1), places.recounts.add(1)]
        self.database.update("planning.set_taken", places(*_key(key)), actions, _is(places.moves, found.moves))

    @cached_property
    def _sent_once(self) -> tuple[Database, type[PlaceRow]]:
        """Made when the first place is given back: most pages give back none."""
        database = self.database.without_repeats()
        return database, database.bind(PlaceRow)

    def _moved(self, number: int) -> list[Action]:
        return [self.places.taken.add(number), self.places.moves.add(1)]

    def _entries(self, operation: str, family: FamilyId, which: Any, **options: Any) -> Iterator[JournalEntry]:
        items = self.database.pages(
            operation, self.journal, family, range_key_condition=which, consistent_read=True, **options
        )
        return map(journal.entry_of, items)

    def _change(self, transaction: TransactWrite, row: PlanningRow, wishes: list[Wish], channel: str) -> None:
        """Write every wish of one day in one update, because an item may appear only once in a transaction."""
        condition: Condition | None = None
        actions: list[Action] = [self.days.expires.set(retention.of_day(wishes[0].slot.day))]
        for wish in wishes:
            slot = Path([keys.slot_name(wish.slot.child, wish.slot.activity)])
            actions.append(slot.set(channel) if wish.booked else slot.remove())
            as_read = slot.does_not_exist() if wish.booked else slot.exists()
            condition = as_read if condition is None else condition & as_read
        transaction.update(row, actions=actions, condition=condition)


_day = attrgetter("slot.day")


def _slots(item: RawItem) -> Iterator[Slot]:
    day = date.fromisoformat(item["day"]["S"])
    return (keys.slot_of(name, day) for name in item if "#" in name)


def _key(key: PlaceKey) -> tuple[str, str]:
    return key.day.isoformat(), keys.counter(key)


def _tally(item: RawItem) -> PlaceTally:
    taken, moves, recounts = (int(item.get(name, {}).get("N", 0)) for name in ("taken", "moves", "recounts"))
    return PlaceTally(taken, moves, recounts)


def _is(attribute: NumberAttribute, value: int) -> Condition:
    """Condition for a value that was read. An attribute that nobody has written yet counts as zero."""
    return attribute == value if value else attribute.does_not_exist()
