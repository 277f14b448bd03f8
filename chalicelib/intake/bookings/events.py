"""Bookings made at the counter are events: what the lists say of them, and what each still changes, compared with the
journal."""

import hashlib
import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from chalicelib.intake.files.cells import TICK
from chalicelib.rules.families import Child
from chalicelib.rules.ids import ChildId, EntryId, FamilyId, activity_id, child_id, family_id, school_id
from chalicelib.rules.instants import instant_text
from chalicelib.rules.planning import Slot, Wish
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.ports import JournalEntry
from chalicelib.values import Value

_EVENTS = """
SELECT last.family, last.child, last.activity, last.day, last.at, last.line, last.booked, last.channel,
       children.school, children.class_name, last.past, last.whole_day
FROM last_events AS last LEFT JOIN children ON children.family = last.family AND children.id = last.child
ORDER BY last.family
"""


class Event(Value):
    """A line of reservations.csv: what the office wrote down, when (aware UTC), and by which channel it was asked.

    ``past`` says why it cannot be booked any more, for a child that left or an activity that ended; empty for all
    others. ``whole_day``: the list has no hour, and ``at`` is the end of the day, or the import's own instant today.
    """

    wish: Wish
    at: datetime
    channel: str
    line: int
    past: str
    whole_day: bool = False

    def is_in(self, entry: JournalEntry, wish: Wish) -> bool:
        """Whether ``wish`` of ``entry`` is this event, imported before. One without an hour was imported during its day
        or after it."""
        if (wish, entry.channel) != (self.wish, self.channel):
            return False
        return entry.at == self.at or (self.whole_day and paris_day(entry.at - TICK) == paris_day(self.at - TICK))


class FamilyEvents(Value):
    """For one family, the last event of each slot, and the school and class of its children concerned."""

    family: FamilyId
    events: tuple[Event, ...]
    children: Mapping[ChildId, Child]


def by_family(database: sqlite3.Connection) -> Iterator[FamilyEvents]:
    """The staged events, family by family; of several events for one slot, the last."""
    for family, rows in itertools.groupby(database.execute(_EVENTS), key=lambda row: str(row[0])):
        children: dict[ChildId, Child] = {}
        events = []
        for _, child, activity, day, at, line, booked, channel, school, class_name, past, whole_day in rows:
            if school is not None:
                children[child_id(child)] = Child(child_id(child), "", "", "", school_id(school), class_name, ())
            slot = Slot(child_id(child), activity_id(activity), date.fromisoformat(day))
            wish, written_at = Wish(slot, bool(booked)), datetime.fromisoformat(at)
            events.append(Event(wish, written_at, channel, line, past or "", bool(whole_day)))
        yield FamilyEvents(family_id(family), tuple(sorted(events, key=lambda e: (e.at, e.line))), children)


def families_with_events(database: sqlite3.Connection) -> int:
    (number,) = database.execute("SELECT count(DISTINCT family) FROM events").fetchone()
    return int(number)


class LastChange(NamedTuple):
    """The last change of a slot in the journal."""

    at: datetime
    booked: bool
    channel: str
    reason: str


class SortedEvents(Value):
    """Events, sorted by what the journal says of them."""

    to_do: tuple[Event, ...]
    past: tuple[Event, ...]
    known: int
    journalled: int
    """Of the known ones, those that the journal has: no later change makes them say something again."""
    overtaken: tuple[tuple[Event, LastChange], ...]
    acted_on: tuple[tuple[Event, LastChange], ...]
    """Bookings, known or overtaken, that the town itself cancelled since."""


def sort_out(events: Iterable[Event], journal: Iterable[JournalEntry]) -> SortedEvents:
    """What the events, one for each slot, still change.

    An event is known when the journal has it, or when what it asks is already so. It is overtaken when it is older than
    the last change of its slot, whoever made that. Of the other events, some are about what is past.
    """
    wanted = {event.wish.slot: event for event in events}
    last: dict[Slot, LastChange] = {}
    journalled: set[Slot] = set()
    for entry in journal:
        for wish in entry.changes:
            event = wanted.get(wish.slot)
            if event is None:
                continue
            change = LastChange(entry.at, wish.booked, entry.channel, entry.reason)
            last[wish.slot] = max(last.get(wish.slot, change), change)
            if event.is_in(entry, wish):
                journalled.add(wish.slot)
    to_do: list[Event] = []
    past: list[Event] = []
    overtaken: list[tuple[Event, LastChange]] = []
    acted_on: list[tuple[Event, LastChange]] = []
    known = 0
    for slot, event in wanted.items():
        changed = last.get(slot)
        if slot in journalled or (changed is not None and changed.booked) == event.wish.booked:
            known += 1
        elif changed and changed.at >= event.at:
            overtaken.append((event, changed))
        else:
            (past if event.past else to_do).append(event)
            continue
        if changed and changed.reason and event.wish.booked and not changed.booked:
            acted_on.append((event, changed))
    return SortedEvents(tuple(to_do), tuple(past), known, len(journalled), tuple(overtaken), tuple(acted_on))


def entry_of(events: Sequence[Event]) -> JournalEntry:
    """The journal entry of events with the same instant and channel; the same events always give the same
    identifier."""
    return entry_for(tuple(event.wish for event in events), events[0].at, events[0].channel)


def entry_for(wishes: tuple[Wish, ...], at: datetime, channel: str, reason: str = "") -> JournalEntry:
    """The journal entry of changes that the office made; the same changes always give the same identifier."""
    rows = "\n".join(sorted(f"{wish.slot} {wish.booked} {channel}" for wish in wishes))
    digest = hashlib.sha256(rows.encode()).hexdigest()[:8]
    return JournalEntry(EntryId(f"{instant_text(at)}#{digest}"), at, channel, wishes, reason=reason)
