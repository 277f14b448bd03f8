"""How bookings made at the counter are written: those that still change something, one family after the other."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from chalicelib.intake.bookings.events import Event, FamilyEvents, LastChange, SortedEvents, entry_of, sort_out
from chalicelib.intake.bookings.standing import Standing, standing_of
from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.people.lists import BOOKINGS
from chalicelib.intake.people.places import MORE_PLACES
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Family
from chalicelib.rules.planning import TownDays, Wish
from chalicelib.rules.saving import SavePlan, Situation
from chalicelib.rules.school_calendar import PARIS
from chalicelib.rules.town import Town
from chalicelib.services.ports import PlanningStore
from chalicelib.services.saving import ONLINE, Part, limits_of, parts_of, write_part
from chalicelib.values import Value

PATIENCE_SECONDS = 12.0
"""Seconds for which a family's events are tried again while somebody else writes. See ``services.saving``."""
_NO_MORE_ROUNDS = object()


class EventsOutcome(Value):
    """What became of the events of one family.

    ``lost`` names the overtaken ones that a parent's change overtook, ``acted_on`` those that the town cancelled since,
    on days that are open again. ``standing`` are those that were written on closed days.
    """

    saved: int
    known: int
    overtaken: int
    refused: list[NotTaken]
    lost: list[NotTaken]
    acted_on: list[NotTaken]
    standing: list[Standing]
    settled: bool = False
    """Whether these lines have nothing left to say at a later import: see ``intake.bookings.settled``."""

    def add_to(self, report: IntakeReport) -> None:
        report.bookings.added += self.saved
        report.bookings.unchanged += self.known
        report.overtaken += self.overtaken
        report.refused += self.refused
        report.lost += self.lost
        report.acted_on += self.acted_on


class BookingWriter:
    """Writes one family's events. Several threads may call it at once, for different families.

    A closed day on which the office books, from ``today`` on, is noted before it is booked: see
    ``intake.bookings.standing``.
    """

    def __init__(self, store: IntakeStore, plannings: PlanningStore, town: Town, today: date) -> None:
        self.store = store
        self.plannings = plannings
        self.town = town
        self.today = today
        self.days = TownDays(town)
        self._noted: set[date] = set()

    def __call__(self, given: FamilyEvents) -> EventsOutcome:
        """Write the events that still change something. Raises Unavailable; what was written before stays written, and
        the next import knows it."""
        events, done = list(given.events), _Done()
        waits = rounds(PATIENCE_SECONDS)
        while next(waits, _NO_MORE_ROUNDS) is not _NO_MORE_ROUNDS:
            found = sort_out(events, self.store.journal_of(given.family))
            # Another round finds in the journal what this one wrote.
            known = found.known - done.saved
            try:
                self._save(given, found.to_do, done)
            except _Interrupted as interrupted:
                full = self._without_place(given, interrupted.part, events)
                done.refused += [self._full(event) for event in full]
                events = [event for event in events if event not in full]
                if full:  # Continue: nobody is in the way.
                    waits = rounds(PATIENCE_SECONDS)
            else:
                return self._outcome(given, found, done, known)
        found = sort_out(events, self.store.journal_of(given.family))
        again = "la famille modifie son planning en ce moment ; attendu : relancer l'import"
        done.refused += [NotTaken(FileLine(BOOKINGS, event.line), again) for event in found.to_do]
        return self._outcome(given, found, done, found.known - done.saved)

    def _outcome(self, given: FamilyEvents, found: SortedEvents, done: "_Done", known: int) -> EventsOutcome:
        by_parents = [(event, change) for event, change in found.overtaken if change.channel == ONLINE]
        open_again = [one for one in found.acted_on if self._is_open(given, one[0])]
        return EventsOutcome(
            saved=done.saved,
            known=known,
            overtaken=len(found.overtaken),
            refused=[*done.refused, *_told(found.past)],
            lost=[self._lost(event, change) for event, change in by_parents],
            acted_on=[self._acted_on(event, change) for event, change in open_again],
            standing=done.standing,
            settled=self._is_settled(given, found, done),
        )

    def _is_settled(self, given: FamilyEvents, found: SortedEvents, done: "_Done") -> bool:
        told = found.past or found.overtaken or found.acted_on or done.refused or done.standing
        return not told and found.journalled + len(found.to_do) == len(given.events)

    def _is_open(self, given: FamilyEvents, event: Event) -> bool:
        """Whether the day is still to come and the child may be booked on it."""
        child = given.children.get(event.wish.slot.child)
        if child is None or event.past or event.wish.slot.day <= self.today:
            return False
        return standing_of(given.family, child, event.wish.slot, self.days) is None

    def _lost(self, event: Event, change: LastChange) -> NotTaken:
        kept = f"la famille l'a changé elle-même le {_when(change)}, après cette saisie ; cela reste"
        return NotTaken(FileLine(BOOKINGS, event.line), f"{self._what(event)} : {kept}")

    def _acted_on(self, event: Event, change: LastChange) -> NotTaken:
        kept = f"la mairie l'a annulé le {_when(change)} ({change.reason}), et cela reste"
        again = "pour le réserver de nouveau : une ligne saisie depuis"
        return NotTaken(FileLine(BOOKINGS, event.line), f"{self._what(event)} : {kept} ; {again}")

    def _what(self, event: Event) -> str:
        slot = event.wish.slot
        return f"« {self.town.label_of(slot.activity)} » le {slot.day:%d/%m/%Y} pour l'enfant « {slot.child} »"

    def _save(self, given: FamilyEvents, events: Iterable[Event], done: "_Done") -> None:
        """Write the events. Raises _Interrupted when one part meets a full counter or another write."""
        situation = self._situation(given)
        for _, group in itertools.groupby(sorted(events, key=_moment), key=_moment):
            entry = entry_of(list(group))
            plan = SavePlan(entry.changes, (), ())
            for part in parts_of(plan, entry, situation):
                standing = self._standing(given, part.entry.changes)
                try:
                    write_part(self.plannings, given.family, part, self.town)
                except StaleWrite as stale:
                    raise _Interrupted(part) from stale
                done.saved += len(part.entry.changes)
                done.standing += standing

    def _standing(self, given: FamilyEvents, wishes: Iterable[Wish]) -> list[Standing]:
        """Which of the wishes book a closed day; it is noted before they are written."""
        found = [
            one
            for wish in wishes
            if wish.booked and wish.slot.day >= self.today and (child := given.children.get(wish.slot.child))
            if (one := standing_of(given.family, child, wish.slot, self.days)) is not None
            if one.counts(self.today)
        ]
        days = {one.slot.day for one in found} - self._noted
        if days:
            self.store.note_closed(days)
            self._noted |= days
        return found

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
        slot, label = event.wish.slot, self.town.label_of(event.wish.slot.activity)
        full = f"« {label} » est complet le {slot.day:%d/%m/%Y} pour l'enfant « {slot.child} »"
        return NotTaken(FileLine(BOOKINGS, event.line), f"{full} ; {MORE_PLACES}")

    def _situation(self, given: FamilyEvents) -> Situation:
        """What the rules need to find the counters: the schools of the children."""
        family = Family(given.family, "", "", 0, tuple(given.children.values()))
        return Situation(self.days, family, frozenset(), {}, given.events[0].at)


class _Interrupted(RuntimeError):
    """A part could not be written."""

    def __init__(self, part: Part) -> None:
        super().__init__(part.entry.id)
        self.part = part


@dataclass
class _Done:
    """What was written of one family's events so far, and what was refused."""

    saved: int = 0
    refused: list[NotTaken] = field(default_factory=list)
    standing: list[Standing] = field(default_factory=list)


def _told(past: Iterable[Event]) -> list[NotTaken]:
    return [NotTaken(FileLine(BOOKINGS, event.line), event.past) for event in past]


def _when(change: LastChange) -> str:
    return f"{change.at.astimezone(PARIS):%d/%m/%Y à %H:%M}"


def _moment(event: Event) -> tuple[datetime, str]:
    return event.at, event.channel
