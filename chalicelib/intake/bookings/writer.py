"""How bookings made at the counter are written: those that still change something, one family after the other."""

import itertools
from collections.abc import Iterable
from datetime import datetime

from chalicelib.intake.bookings.events import Event, FamilyEvents, SortedEvents, entry_of, sort_out
from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.people.lists import BOOKINGS
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Child, Family
from chalicelib.rules.planning import TownDays
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
    """What became of the events of one family. ``lost`` names the overtaken ones that a parent's change overtook."""

    saved: int
    known: int
    overtaken: int
    refused: list[NotTaken]
    lost: list[NotTaken]

    def add_to(self, report: IntakeReport) -> None:
        report.bookings.added += self.saved
        report.bookings.unchanged += self.known
        report.overtaken += self.overtaken
        report.refused += self.refused
        report.lost += self.lost


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
                return self._outcome(found, saved, known, refused)
        found = sort_out(events, self.store.journal_of(given.family))
        again = "la famille modifie son planning en ce moment ; attendu : relancer l'import"
        refused += [NotTaken(FileLine(BOOKINGS, event.line), again) for event in found.to_do]
        return self._outcome(found, saved, found.known - saved, refused)

    def _outcome(self, found: SortedEvents, saved: int, known: int, refused: list[NotTaken]) -> EventsOutcome:
        by_parents = [(event, change) for event, change in found.overtaken if change.channel == ONLINE]
        return EventsOutcome(
            saved=saved,
            known=known,
            overtaken=len(found.overtaken),
            refused=[*refused, *_told(found.past)],
            lost=[self._lost(event, change.at) for event, change in by_parents],
        )

    def _lost(self, event: Event, changed_at: datetime) -> NotTaken:
        slot, local = event.wish.slot, changed_at.astimezone(PARIS)
        label = self.town.label_of(slot.activity)
        what = f"« {label} » le {slot.day:%d/%m/%Y} pour l'enfant « {slot.child} »"
        kept = f"la famille l'a changé elle-même le {local:%d/%m/%Y} à {local:%H:%M}, après cette saisie ; cela reste"
        return NotTaken(FileLine(BOOKINGS, event.line), f"{what} : {kept}")

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
