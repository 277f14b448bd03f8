"""What leaves the lists leaves the portal: codes of children that went to another family, bookings without enrolment.

Both look at the present state, not at what changed. So an import that was killed does the rest when it runs again, and
an import with nothing left to do writes nothing.
"""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from itertools import groupby

from chalicelib.intake.bookings.cancelling import CancelForTown
from chalicelib.intake.bookings.standing import Standing, standing_of
from chalicelib.intake.people.departed import Ended
from chalicelib.intake.pool import in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import Slot, TownDays
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.ports import PlanningStore

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
    """Lists the future bookings that no enrolment covers, and cancels them for the town when this is asked. A child
    that changed school or class may also stand on days that are closed to it now.

    ``act`` counts places as the published town did and the imported one does: a booking of a removed activity gives its
    place back where it was counted. Today's bookings are left alone, because they are being served. ``fresh`` families
    are looked at again by the next import: a parent may have saved while this one wrote.
    """

    def __init__(
        self,
        *,
        store: IntakeStore,
        plannings: PlanningStore,
        town: Town,
        act: CancelForTown,
        cancel: bool,
        fresh: Collection[FamilyId],
        report: IntakeReport,
        workers: int,
    ) -> None:
        self.store = store
        self.plannings = plannings
        self.town = town
        self.days = TownDays(town)
        self.act = act
        self.today = paris_day(act.now)
        self.cancel = cancel
        self.fresh = fresh
        self.report = report
        self.workers = workers

    def __call__(self, families: Iterable[FamilyId]) -> Iterator[int]:
        """Settle the families; yields 1 for each. A removed activity may concern most families. Raises Unavailable."""
        with ThreadPoolExecutor(self.workers) as pool:
            for ended, standing in in_order(pool, self.workers, self._settle, families):
                self.report.ended += ended
                self.report.standing += standing
                yield 1

    def _settle(self, name: FamilyId) -> tuple[list[Ended], list[Standing]]:
        family = self.store.family_items([name])[name]
        booked = self.plannings.booked(family.id, self.today, date.max)
        unsettled = _unsettled(family)
        loose = {slot for child in unsettled for slot in booked if _is_loose(slot, child)}
        ended = [one for child in unsettled for one in self._ended(family, child, loose)]
        standing = [one for child in unsettled for one in self._standing(family, child, booked - loose)]
        asked = {one.slot: one.why for one in standing if one.asked or self.cancel}
        asked |= {slot: one.why for one in ended for slot in one.slots} if self.cancel else {}
        cancelled = bool(asked) and self.act(family, asked)
        if name not in self.fresh:
            left = loose | {one.slot for one in standing}
            self._note(family, left - asked.keys() if cancelled else left)
        return (
            [replace(one, cancelled=cancelled and self.cancel) for one in ended],
            [replace(one, cancelled=cancelled and one.slot in asked) for one in standing],
        )

    def _note(self, family: Family, loose: Collection[Slot]) -> None:
        """Note as settled every child that has no loose booking left."""
        still = {slot.child for slot in loose}
        done = {child.id for child in _unsettled(family) if child.id not in still}
        gone = [child for child in family.former if child.id in done]
        left = tuple(replace(child, unsettled=child.unsettled and child.id in still) for child in family.children)
        if left != family.children:
            self.store.put_families([replace(family, children=left)])
        self.store.delete_children((family.id, child.id) for child in gone)

    def _ended(self, family: Family, child: Child, loose: Collection[Slot]) -> Iterator[Ended]:
        coming = (slot for slot in loose if slot.child == child.id and slot.day > self.today)
        mine = sorted(coming, key=lambda slot: (slot.activity, slot.day))
        for activity, slots in groupby(mine, key=lambda slot: slot.activity):
            yield Ended(
                child=child,
                family=family.id,
                activity=activity,
                label=self.town.label_of(activity),
                moved=child in family.former,
                removed=self.town.activity(activity) is None,
                days=tuple(slot.day for slot in slots),
                cancelled=False,
            )

    def _standing(self, family: Family, child: Child, covered: Iterable[Slot]) -> Iterator[Standing]:
        for slot in sorted(covered):
            one = standing_of(family.id, child, slot, self.days) if slot.child == child.id else None
            if one is not None and one.counts(self.today):
                yield one


def _unsettled(family: Family) -> list[Child]:
    return [child for child in (*family.children, *family.former) if child.unsettled]


def _is_loose(slot: Slot, child: Child) -> bool:
    return slot.child == child.id and not child.is_enrolled(slot.activity, slot.day)
