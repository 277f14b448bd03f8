"""Bookings made at the counter are events: what each still changes, compared with the journal, and how it is
written."""

import hashlib
import itertools
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.people.lists import BOOKINGS
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ChildId, EntryId, FamilyId, SchoolId, activity_id, child_id, family_id, school_id
from chalicelib.rules.instants import instant_text
from chalicelib.rules.planning import Slot, TownDays, Wish
from chalicelib.rules.saving import SavePlan, Situation
from chalicelib.rules.town import Town
from chalicelib.services.ports import JournalEntry, PlanningStore
from chalicelib.services.saving import Part, limits_of, parts_of, write_part
from chalicelib.values import Value

PATIENCE_SECONDS = 12.0
"""Seconds for which a family's events are tried again while somebody else writes. See ``services.saving``."""
_NO_MORE_ROUNDS = object()
_EVENTS = """
SELECT last.family, last.child, last.activity, last.day, last.at, last.line, last.booked, last.channel,
       children.school, last.past
FROM last_events AS last LEFT JOIN children ON children.family = last.family AND children.id = last.child
ORDER BY last.family
"""


class Event(Value):
    """A line of reservations.csv: what the office wrote down, when (aware UTC), and by which channel it was asked.

    ``past`` says why it cannot be booked any more, for a child that left or an activity that ended; empty for all
    others.
    """

    wish: Wish
    at: datetime
    channel: str
    line: int
    past: str


class FamilyEvents(Value):
    """For one family, the last event of each slot, and the schools of its children concerned."""

    family: FamilyId
    events: tuple[Event, ...]
    schools: Mapping[ChildId, SchoolId]


class EventsOutcome(Value):
    """What became of the events of one family."""

    saved: int
    known: int
    overtaken: int
    refused: list[NotTaken]

    def add_to(self, report: IntakeReport) -> None:
        report.bookings.added += self.saved
        report.bookings.unchanged += self.known
        report.overtaken += self.overtaken
        report.refused += self.refused


def by_family(database: sqlite3.Connection) -> Iterator[FamilyEvents]:
    """The staged events, family by family; of several events for one slot, the last."""
    for family, rows in itertools.groupby(database.execute(_EVENTS), key=lambda row: str(row[0])):
        schools: dict[ChildId, SchoolId] = {}
        events = []
        for _, child, activity, day, at, line, booked, channel, school, past in rows:
            if school is not None:
                schools[child_id(child)] = school_id(school)
            slot = Slot(child_id(child), activity_id(activity), date.fromisoformat(day))
            events.append(Event(Wish(slot, bool(booked)), datetime.fromisoformat(at), channel, line, past or ""))
        yield FamilyEvents(family_id(family), tuple(sorted(events, key=lambda e: (e.at, e.line))), schools)


def families_with_events(database: sqlite3.Connection) -> int:
    (number,) = database.execute("SELECT count(DISTINCT family) FROM events").fetchone()
    return int(number)


class SortedEvents(Value):
    """Events, sorted by what the journal says of them."""

    to_do: tuple[Event, ...]
    past: tuple[Event, ...]
    known: int
    overtaken: int


def sort_out(events: Iterable[Event], journal: Iterable[JournalEntry]) -> SortedEvents:
    """What the events, one for each slot, still change.

    An event is known when the journal has it, or when what it asks is already so. It is overtaken when it is older than
    the last change of its slot, whoever made that. Of the other events, some are about what is past.
    """
    wanted = {event.wish.slot: event for event in events}
    last: dict[Slot, tuple[datetime, bool]] = {}
    journalled: set[Slot] = set()
    for entry in journal:
        for wish in entry.changes:
            event = wanted.get(wish.slot)
            if event is None:
                continue
            change = (entry.at, wish.booked)
            last[wish.slot] = max(last.get(wish.slot, change), change)
            if (wish, entry.at, entry.channel) == (event.wish, event.at, event.channel):
                journalled.add(wish.slot)
    to_do: list[Event] = []
    past: list[Event] = []
    known, overtaken = 0, 0
    for slot, event in wanted.items():
        changed_at, booked = last.get(slot, (None, False))
        if slot in journalled or booked == event.wish.booked:
            known += 1
        elif changed_at and changed_at >= event.at:
            overtaken += 1
        else:
            (past if event.past else to_do).append(event)
    return SortedEvents(tuple(to_do), tuple(past), known, overtaken)


def entry_of(events: Sequence[Event]) -> JournalEntry:
    """The journal entry of events with the same instant and channel; the same events always give the same
    identifier."""
    return entry_for(tuple(event.wish for event in events), events[0].at, events[0].channel)


def entry_for(wishes: tuple[Wish, ...], at: datetime, channel: str) -> JournalEntry:
    """The journal entry of changes that the office made; the same changes always give the same identifier."""
    rows = "\n".join(sorted(f"{wish.slot} {wish.booked} {channel}" for wish in wishes))
    digest = hashlib.sha256(rows.encode()).hexdigest()[:8]
    return JournalEntry(EntryId(f"{instant_text(at)}#{digest}"), at, channel, wishes)


class BookingWriter:
    """Writes one family's events. Several threads may call it at once, for different families."""

    def __init__(self, store: IntakeStore, plannings: PlanningStore, town: Town) -> None:
        self.store = store
        self.plannings = plannings
        self.town = town

    def __call__(self, given: FamilyEvents) -> EventsOutcome:
        """Write the events that still change something. Raises Unavailable; what was written before stays written, and
        the next import knows it."""
        events, saved = list(given.events), 0
        refused: list[NotTaken] = []
        waits = rounds(PATIENCE_SECONDS)
        while next(waits, _NO_MORE_ROUNDS) is not _NO_MORE_ROUNDS:
            found = sort_out(events, self.store.journal_of(given.family))
            # Another round finds in the journal what this one wrote.
            known = found.known - saved
            try:
                saved += self._save(given, found.to_do)
            except _Interrupted as interrupted:
                saved += interrupted.saved
                full = self._without_place(given, interrupted.part, events)
                refused += [self._full(event) for event in full]
                events = [event for event in events if event not in full]
                if full:  # Continue: nobody is in the way.
                    waits = rounds(PATIENCE_SECONDS)
            else:
                return EventsOutcome(saved, known, found.overtaken, refused + _told(found.past))
        found = sort_out(events, self.store.journal_of(given.family))
        again = "la famille modifie son planning en ce moment ; attendu : relancer l'import"
        refused += [NotTaken(FileLine(BOOKINGS, event.line), again) for event in found.to_do]
        return EventsOutcome(saved, found.known - saved, found.overtaken, refused + _told(found.past))

    def _save(self, given: FamilyEvents, events: Iterable[Event]) -> int:
        """How many events were written. Raises _Interrupted when one part meets a full counter or another write."""
        situation = self._situation(given)
        saved = 0
        for _, group in itertools.groupby(sorted(events, key=_moment), key=_moment):
            entry = entry_of(list(group))
            plan = SavePlan(entry.changes, (), ())
            for part in parts_of(plan, entry, situation):
                try:
                    write_part(self.plannings, given.family, part, self.town)
                except StaleWrite as stale:
                    raise _Interrupted(part, saved) from stale
                saved += len(part.entry.changes)
        return saved

    def _without_place(self, given: FamilyEvents, part: Part, events: list[Event]) -> list[Event]:
        """The events of a part for which no place is left; the last lines of the file are refused first."""
        growing = [key for key, move in part.moves.items() if move > 0]
        taken = self.plannings.taken(growing) if growing else {}
        limits, situation = limits_of(growing, self.town), self._situation(given)
        full: list[Event] = []
        for key in growing:
            left = limits[key] - taken[key]
            asking = [e for e in events if e.wish in part.entry.changes and situation.key(e.wish.slot) == key]
            freed = sum(not event.wish.booked for event in asking)
            booking = sorted((e for e in asking if e.wish.booked), key=lambda event: event.line)
            full += booking[max(0, left + freed) :]
        return full

    def _full(self, event: Event) -> NotTaken:
        slot = event.wish.slot
        label = self.town.label_of(slot.activity)
        full = f"« {label} » est complet le {slot.day:%d/%m/%Y} pour l'enfant « {slot.child} »"
        return NotTaken(FileLine(BOOKINGS, event.line), full)

    def _situation(self, given: FamilyEvents) -> Situation:
        """What the rules need to find the counters: the schools of the children."""
        children = tuple(Child(child, "", "", "", school, "", ()) for child, school in given.schools.items())
        family = Family(given.family, "", "", 0, children)
        return Situation(TownDays(self.town), family, frozenset(), {}, given.events[0].at)


class _Interrupted(RuntimeError):
    """A part could not be written; ``saved`` events were written before it."""

    def __init__(self, part: Part, saved: int) -> None:
        super().__init__(part.entry.id)
        self.part = part
        self.saved = saved


def _told(past: Iterable[Event]) -> list[NotTaken]:
    return [NotTaken(FileLine(BOOKINGS, event.line), event.past) for event in past]


def _moment(event: Event) -> tuple[datetime, str]:
    return event.at, event.channel
