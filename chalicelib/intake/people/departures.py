"""What leaves the lists leaves the portal: codes of children that went to another family, bookings without enrolment.

Both look at the present state, not at what changed. So an import that was killed does the rest when it runs again, and
an import with nothing left to do writes nothing.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from chalicelib.intake.bookings.events import entry_for
from chalicelib.intake.people.departed import Ended
from chalicelib.intake.pool import in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport
from chalicelib.patience import rounds
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import Slot, TownDays, Wish
from chalicelib.rules.saving import SavePlan, Situation
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.ports import PlanningStore
from chalicelib.services.saving import parts_of, write_part

TOWN_CHANNEL = "mairie"
PATIENCE_SECONDS = 12.0
"""Seconds for which a cancellation is tried again while its family saves."""
_CODES_OF_MOVED = """
SELECT portal.key, portal.family, portal.child FROM existing_logins AS portal
WHERE NOT EXISTS (SELECT 1 FROM current_logins AS mine WHERE mine.family = portal.family AND mine.key = portal.key)
AND EXISTS (SELECT 1 FROM children WHERE id = portal.child)
AND NOT EXISTS (SELECT 1 FROM children WHERE id = portal.child AND family = portal.family)
AND (
    EXISTS (SELECT 1 FROM children WHERE family = portal.family)
    OR EXISTS (
        SELECT 1 FROM existing_logins AS other
        WHERE other.family = portal.family AND other.child NOT IN (SELECT id FROM children)
    )
)
"""


def remove_codes_of_moved(lists: sqlite3.Connection, store: IntakeStore, report: IntakeReport) -> None:
    """Take from each family the codes of the children that went to another family. ``LoginWriter`` must have compared
    before.

    The last codes of a family stay: they open its invoices, which it has to pay, and no child.
    """
    moved = lists.execute(_CODES_OF_MOVED).fetchall()
    keys = [(str(key), FamilyId(family)) for key, family, _ in moved]
    store.delete_logins(keys)
    lists.executemany("DELETE FROM existing_logins WHERE key = ? AND family = ?", keys)
    report.logins_removed += len(keys)
    report.children_kept -= len({(family, child) for _, family, child in moved})


class Settling:
    """Lists the future bookings that no enrolment covers, and cancels them for the town when this is asked.

    ``town`` is the imported town, ``before`` the published one: a booking of a removed activity gives its place back
    where it was counted. Today's bookings are left alone, because they are being served. ``fresh`` families are looked
    at again by the next import: a parent may have saved while this one wrote.
    """

    def __init__(
        self,
        *,
        store: IntakeStore,
        plannings: PlanningStore,
        town: Town,
        before: Town | None,
        now: datetime,
        cancel: bool,
        fresh: Collection[FamilyId],
        report: IntakeReport,
        workers: int,
    ) -> None:
        self.store = store
        self.plannings = plannings
        self.town = town
        self.counted = replace(town, activities={**(before.activities if before else {}), **town.activities})
        self.now = now
        self.today = paris_day(now)
        self.cancel = cancel
        self.fresh = fresh
        self.report = report
        self.workers = workers

    def __call__(self, families: Iterable[FamilyId]) -> Iterator[int]:
        """Settle the families; yields 1 for each. A removed activity may concern most families. Raises Unavailable."""
        with ThreadPoolExecutor(self.workers) as pool:
            for ended in in_order(pool, self.workers, self._settle, families):
                self.report.ended += ended
                yield 1

    def _settle(self, name: FamilyId) -> list[Ended]:
        family = self.store.family_items([name])[name]
        booked = self.plannings.booked(family.id, self.today, date.max)
        loose = frozenset(slot for child in _unsettled(family) for slot in booked if _is_loose(slot, child))
        coming = frozenset(slot for slot in loose if slot.day > self.today)
        cancelled = bool(self.cancel and coming) and self._cancel(family, coming)
        if name not in self.fresh:
            self._note(family, loose - coming if cancelled else loose)
        unsettled = _unsettled(family)
        return [one for child in unsettled for one in self._ended(family, child, coming, cancelled=cancelled)]

    def _note(self, family: Family, loose: frozenset[Slot]) -> None:
        """Note as settled every child that has no loose booking left."""
        still = {slot.child for slot in loose}
        done = {child.id for child in _unsettled(family) if child.id not in still}
        gone = [child for child in family.former if child.id in done]
        left = tuple(replace(child, unsettled=child.unsettled and child.id in still) for child in family.children)
        if left != family.children:
            self.store.put_families([replace(family, children=left)])
        self.store.delete_children((family.id, child.id) for child in gone)

    def _cancel(self, family: Family, slots: frozenset[Slot]) -> bool:
        """Cancel ``slots``. Whether none of them is booked any more: False when the family goes on saving on them."""
        days = {slot.day for slot in slots}
        everybody = replace(family, children=(*family.children, *family.former))
        for _ in rounds(PATIENCE_SECONDS):
            booked = slots & self.plannings.booked(family.id, min(days), max(days))
            wishes = tuple(Wish(slot, False) for slot in sorted(booked))
            situation = Situation(TownDays(self.counted), everybody, booked, {}, self.now)
            try:
                for part in parts_of(SavePlan(wishes, (), ()), entry_for(wishes, self.now, TOWN_CHANNEL), situation):
                    if part.entry.changes:
                        write_part(self.plannings, family.id, part, self.counted)
            except StaleWrite:
                continue
            return True
        return False

    def _ended(self, family: Family, child: Child, coming: frozenset[Slot], *, cancelled: bool) -> Iterator[Ended]:
        mine = sorted((slot for slot in coming if slot.child == child.id), key=lambda slot: (slot.activity, slot.day))
        for activity, slots in groupby(mine, key=lambda slot: slot.activity):
            yield Ended(
                child=child,
                family=family.id,
                activity=activity,
                label=self.town.label_of(activity),
                moved=child in family.former,
                removed=self.town.activity(activity) is None,
                days=tuple(slot.day for slot in slots),
                cancelled=cancelled,
            )


def _unsettled(family: Family) -> list[Child]:
    return [child for child in (*family.children, *family.former) if child.unsettled]


def _is_loose(slot: Slot, child: Child) -> bool:
    return slot.child == child.id and not child.is_enrolled(slot.activity, slot.day)
