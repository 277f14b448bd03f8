"""The town cancels bookings by itself: its act, with its reason, of which the family is told."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.intake.bookings.events import entry_for
from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Family
from chalicelib.rules.planning import Slot, TownDays, Wish
from chalicelib.rules.saving import SavePlan, Situation
from chalicelib.services.mail_ports import TownActs
from chalicelib.services.ports import PlanningStore
from chalicelib.services.saving import parts_of, write_part
from chalicelib.values import Value

TOWN_CHANNEL = "mairie"
PATIENCE_SECONDS = 12.0
"""Seconds for which a cancellation is tried again while its family saves."""


class CancelForTown(Value):
    """Cancels bookings of one family. ``days`` are those of the town that counted their places."""

    plannings: PlanningStore
    acts: TownActs
    days: TownDays
    now: datetime

    def __call__(self, family: Family, reasons: Mapping[Slot, str]) -> bool:
        """Cancel the slots, each for its reason: one journal entry for each reason. Whether none of them is booked any
        more: False when the family goes on saving on them. Raises Unavailable."""
        days = {slot.day for slot in reasons}
        for _ in rounds(PATIENCE_SECONDS):
            booked = reasons.keys() & self.plannings.booked(family.id, min(days), max(days))
            try:
                for reason in sorted({reasons[slot] for slot in booked}):
                    self._cancel(family, [slot for slot in sorted(booked) if reasons[slot] == reason], reason)
            except StaleWrite:
                continue
            return True
        return False

    def _cancel(self, family: Family, slots: list[Slot], reason: str) -> None:
        """Raises StaleWrite when the family saved meanwhile."""
        wishes = tuple(Wish(slot, False) for slot in slots)
        everybody = replace(family, children=(*family.children, *family.former))
        situation = Situation(self.days, everybody, frozenset(slots), {}, self.now)
        entry = entry_for(wishes, self.now, TOWN_CHANNEL, reason)
        for part in parts_of(SavePlan(wishes, (), ()), entry, situation):
            self.acts.note(family.id, part.entry.id, self.now)
            write_part(self.plannings, family.id, part, self.days.town)
