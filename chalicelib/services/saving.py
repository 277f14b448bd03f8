"""Save what a parent changed, undo a save, read it back."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from chalicelib.patience import rounds, within
from chalicelib.rules.errors import Crowded, NotFound, StaleWrite
from chalicelib.rules.families import Family
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.instants import instant_text
from chalicelib.rules.planning import PlaceKey, Slot, Wish, places_at
from chalicelib.rules.saving import SavePlan, Situation, counters, plan_save
from chalicelib.rules.school_calendar import monday_of
from chalicelib.rules.town import Town
from chalicelib.rules.weeks import weeks_wished
from chalicelib.services.holding import Held, holding
from chalicelib.services.ports import Clock, JournalEntry, PlanningStore, TownStore
from chalicelib.values import Value

MOST_ITEMS = 100
"""DynamoDB's limit of items in one transaction."""
PATIENCE_SECONDS = 12.0
"""For how many seconds a save that meets other writes is decided again. The recount waits for longer than any save can
take."""
MOST_PARTS = 20
ONLINE = "internet"


class Offer(Value):
    """What a page let its parent change: ``slots`` had a checkbox; those of ``ticked`` were ticked."""

    slots: frozenset[Slot]
    booked: frozenset[Slot]


def wishes_of(offer: Offer, wanted: frozenset[Slot]) -> tuple[Wish, ...]:
    """What the parent changed on the page. So an old page never wishes anything that its reader did not touch.

    A ticked slot that the page did not offer is a wish like any other: the rules decide.
    """
    booked = {Wish(slot, True) for slot in wanted if slot not in offer.booked}
    cancelled = {Wish(slot, False) for slot in offer.booked if slot not in wanted}
    return tuple(sorted(booked | cancelled, key=lambda wish: wish.slot))


def entry_id(at: datetime) -> EntryId:
    return EntryId(f"{instant_text(at)}#{secrets.token_hex(4)}")


class Part(Value):
    """What one transaction writes, and how it moves the counters beside it."""

    entry: JournalEntry
    moves: dict[PlaceKey, int]


def parts_of(plan: SavePlan, entry: JournalEntry, situation: Situation) -> Iterator[Part]:
    """The plan in as few transactions as possible, cut between weeks: one week's bookings are never separated.

    The first part carries the refused wishes and those that were already fulfilled. Each part has a journal entry of
    its own.
    """
    mondays = sorted({monday_of(wish.slot.day) for wish in plan.changes})
    cut: list[Wish] = []
    rest = replace(entry, refusals=plan.refusals, already=plan.already)
    number = 1
    for monday in mondays:
        weeks = [wish for wish in plan.changes if monday_of(wish.slot.day) == monday]
        if cut and _items([*cut, *weeks]) > MOST_ITEMS:
            yield _part(rest, cut, number, situation)
            rest, cut, number = entry, [], number + 1
        cut = [*cut, *weeks]
    yield _part(rest, cut, number, situation)


def _items(changes: list[Wish]) -> int:
    return 1 + len({wish.slot.day for wish in changes})


def _part(entry: JournalEntry, changes: list[Wish], number: int, situation: Situation) -> Part:
    suffix = f".{number}" if number > 1 else ""
    named = replace(entry, id=EntryId(f"{entry.id}{suffix}"), changes=tuple(changes))
    return Part(named, counters(changes, situation))


class SavePlanning:
    def __init__(self, *, town: TownStore, plannings: PlanningStore, clock: Clock) -> None:
        self.town = town
        self.plannings = plannings
        self.clock = clock

    def __call__(self, family: Family, offer: Offer, wanted: frozenset[Slot]) -> EntryId | None:
        """Save what the parent changed. Returns the recap's id, or None when nothing was asked.

        Raises NotFound for a child that is not the family's, Crowded when somebody else wrote at every try, and
        Unavailable.
        """
        return self.grant(family, wishes_of(offer, wanted))

    def grant(self, family: Family, wishes: tuple[Wish, ...], *, restoring: bool = False) -> EntryId | None:
        """Decide and write. When somebody wrote meanwhile, read again and decide again.

        ``restoring`` wishes put back what was, also a week that was booked in part.
        """
        if not wishes:
            return None
        now = self.clock.now()
        first = JournalEntry(id=entry_id(now), at=now, channel=ONLINE, changes=())
        entry = first
        with within(PATIENCE_SECONDS), holding(self.plannings) as held:
            for _ in rounds(PATIENCE_SECONDS):
                situation = replace(self._situation(family, wishes, now, held), restoring=restoring)
                plan = plan_save(wishes, situation)
                try:
                    for part in parts_of(plan, entry, situation):
                        held.write(family.id, part.entry, part.moves, limits_of(part.moves, situation.town))
                        wishes = tuple(wish for wish in wishes if wish not in _answered(part.entry))
                        entry = replace(first, id=EntryId(f"{part.entry.id}+"))
                except StaleWrite:
                    continue
                return first.id
        raise Crowded("planning: every try met another write")

    def _situation(self, family: Family, wishes: Iterable[Wish], now: datetime, held: Held) -> Situation:
        days_of_town = self.town.days()
        days = {wish.slot.day for wish in wishes}
        for _, _, monday in weeks_wished(wishes, days_of_town.town):
            days |= {monday, monday + timedelta(days=6)}
        booked = self.plannings.booked(family.id, min(days, default=date.min), max(days, default=date.min))
        situation = Situation(days_of_town, family, booked, {}, now)
        limited = {key for wish in wishes if _is_mine(wish, family) and (key := situation.key(wish.slot))}
        return replace(situation, taken=held.taken_by_others(limited)) if limited else situation


def write_part(plannings: PlanningStore, family: FamilyId, part: Part, town: Town) -> None:
    """Write what the office changed. Raises StaleWrite when a counter is full or somebody wrote; raises Unavailable."""
    with within(PATIENCE_SECONDS), holding(plannings) as held:
        if part.moves:
            held.taken_by_others(part.moves)
        held.write(family, part.entry, part.moves, limits_of(part.moves, town))


def limits_of(keys: Iterable[PlaceKey], town: Town) -> dict[PlaceKey, int]:
    return {key: places_at(town, key) for key in keys}


def _is_mine(wish: Wish, family: Family) -> bool:
    return any(child.id == wish.slot.child for child in family.children)


def _answered(entry: JournalEntry) -> set[Wish]:
    return {*entry.changes, *entry.already, *(refusal.wish for refusal in entry.refusals)}


class UndoSave:
    def __init__(self, *, saving: SavePlanning, recap: "ShowRecap") -> None:
        self.saving = saving
        self.recap = recap

    def __call__(self, family: Family, entry: EntryId) -> EntryId | None:
        """Wish the opposite of each change of a save, under the same rules as any wish. Raises NotFound.

        Changes for a child that has left the family stay as they are.
        """
        changes = [wish for wish in self.recap(family, entry).changes if _is_mine(wish, family)]
        opposite = tuple(Wish(wish.slot, not wish.booked) for wish in changes)
        return self.saving.grant(family, opposite, restoring=True)


class ShowRecap:
    def __init__(self, *, plannings: PlanningStore) -> None:
        self.plannings = plannings

    def __call__(self, family: Family, entry: EntryId) -> JournalEntry:
        """Every part of a save as one entry. Raises NotFound. One Query: the parts stand side by side."""
        newest_first = self.plannings.entries(family.id, MOST_PARTS, before=EntryId(f"{entry}~"))
        parts = [
            part
            for part in reversed(newest_first)
            if part.id == entry or part.id.startswith((f"{entry}.", f"{entry}+"))
        ]
        if not parts or parts[0].id != entry:
            raise NotFound("entry")
        return replace(
            parts[0],
            changes=tuple(wish for part in parts for wish in part.changes),
            refusals=tuple(refusal for part in parts for refusal in part.refusals),
            already=tuple(wish for part in parts for wish in part.already),
        )
