"""Families and children of the staging database -> the families table. They are compared before they are written."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any, TypeVar

from chalicelib.intake.bookings.recount import Recount
from chalicelib.intake.people.departed import Departure
from chalicelib.intake.people.details import ADDRESS_LINES
from chalicelib.intake.people.limits import moved
from chalicelib.intake.people.merging import ALL_SAID, Unsaid, merged
from chalicelib.intake.pool import chunked
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.report import IntakeReport, IntakeTally
from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ActivityId, ChildId, DietId, FamilyId, SchoolId
from chalicelib.rules.town import Town

FAMILIES_A_CHUNK = 100
_FAMILIES = "SELECT id, payer, email, address, direct_debit FROM families ORDER BY id"
_CHILDREN = """
SELECT id, code, first_name, last_name, school, class_name, birth, diet, pai
FROM children WHERE family = ? ORDER BY rank
"""
_SAID_OF_FAMILIES = "SELECT count(address) AS address, count(direct_debit) AS direct_debit FROM families"
_SAID_OF_CHILDREN = "SELECT count(birth) AS birth, count(diet) AS diet, count(pai) AS pai FROM children"
Given = TypeVar("Given")


def families_of(database: sqlite3.Connection, town: Town) -> Iterator[Family]:
    """The families of the lists. Children are in the order of the file, enrolments in the town's order."""
    order = {str(activity): rank for rank, activity in enumerate(town.activities)}
    for family, payer, email, address, direct_debit in database.execute(_FAMILIES):
        children = database.execute(_CHILDREN, (family,))
        yield Family(
            FamilyId(family),
            payer,
            email,
            session_epoch=0,
            children=tuple(_child(row, _enrolments(database, row[0], order)) for row in children),
            address=tuple(address.split(ADDRESS_LINES)) if address else (),
            direct_debit=bool(direct_debit),
        )


def unsaid_by(database: sqlite3.Connection) -> Unsaid:
    """What the staged lists have no column for."""
    return Unsaid(of_families=_empty(database, _SAID_OF_FAMILIES), of_children=_empty(database, _SAID_OF_CHILDREN))


def _empty(database: sqlite3.Connection, counts: str) -> frozenset[str]:
    told = database.execute(counts)
    return frozenset(column[0] for column, count in zip(told.description, told.fetchone(), strict=True) if not count)


def _child(row: tuple[Any, ...], enrolments: tuple[Enrolment, ...]) -> Child:
    child, code, first_name, last_name, school, class_name, birth, diet, pai = row
    return Child(
        ChildId(child),
        code,
        first_name,
        last_name,
        SchoolId(school),
        class_name,
        enrolments,
        birth=_day(birth),
        diet=DietId(diet) if diet else None,
        pai=bool(pai),
    )


def _enrolments(database: sqlite3.Connection, child: str, order: dict[str, int]) -> tuple[Enrolment, ...]:
    rows = database.execute("SELECT activity, read_only, first, last FROM enrolments WHERE child = ?", (child,))
    return tuple(
        Enrolment(ActivityId(activity), bool(read_only), _day(first), _day(last))
        for activity, read_only, first, last in sorted(rows, key=lambda row: order[row[0]])
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


class FamilyWriter:
    """Makes the families table say what the lists say, also for families that the lists no longer have.

    After ``write``, ``unsettled`` are the families in which a child may have future bookings without enrolment;
    ``fresh`` are those that became so in this run.
    """

    def __init__(
        self,
        *,
        lists: sqlite3.Connection,
        town: Town,
        store: IntakeStore,
        report: IntakeReport,
        recount: Recount,
        today: date,
    ) -> None:
        self.lists = lists
        self.town = town
        self.store = store
        self.report = report
        self.recount = recount
        self.today = today
        self.unsaid = ALL_SAID
        self.unsettled: list[FamilyId] = []
        self.fresh: set[FamilyId] = set()

    def write(self) -> Iterator[int]:
        """Write the families that are new or different; yields, chunk by chunk, how many were looked at."""
        self.unsaid = unsaid_by(self.lists)
        for chunk in chunked(families_of(self.lists, self.town), FAMILIES_A_CHUNK):
            on_portal = self.store.family_items(family.id for family in chunk)
            if any(_moved(family, on_portal.get(family.id), self.town) for family in chunk):
                self.recount.ask()
            self.store.put_families(
                found for family in chunk if (found := self._to_write(family, on_portal.get(family.id))) is not None
            )
            yield len(chunk)
        for names in chunked(self._absent(), FAMILIES_A_CHUNK):
            on_portal = self.store.family_items(names)
            self.store.put_families(
                found for family in on_portal.values() if (found := self._without_children(family)) is not None
            )

    def _absent(self) -> Iterator[FamilyId]:
        """Families of the portal that the lists do not have."""
        known = ((family,) for family in self.store.family_ids())
        self.lists.executemany("INSERT OR IGNORE INTO existing_families VALUES (?)", known)
        rows = self.lists.execute(
            "SELECT id FROM existing_families WHERE id NOT IN (SELECT id FROM families) ORDER BY id"
        )
        return (FamilyId(family) for (family,) in rows)

    def _to_write(self, wanted: Family, on_portal: Family | None) -> Family | None:
        """What to write for ``wanted``; None when it is already so."""
        if on_portal is None:
            self.report.families.added += 1
            self.report.children.added += len(wanted.children)
            return wanted
        becomes = self._becomes(wanted, on_portal)
        known = {child.id: child for child in on_portal.children}
        for child in becomes.children[: len(wanted.children)]:
            _count(self.report.children, known.get(child.id), child)
        if becomes == on_portal:
            self.report.families.unchanged += 1
            return None
        _count(self.report.families, _nobody_of(on_portal), _nobody_of(becomes))
        return becomes

    def _without_children(self, on_portal: Family) -> Family | None:
        becomes = self._becomes(_nobody_of(on_portal), on_portal)
        return None if becomes == on_portal else becomes

    def _becomes(self, wanted: Family, on_portal: Family) -> Family:
        """The family as the lists say. A family that gives up a child is signed out first: after a crash in between,
        the next import does it again, because the child is still there."""
        listed = {child.id for child in wanted.children}
        gone = [child for child in on_portal.children if child.id not in listed]
        elsewhere = {child.id: families for child in gone if (families := self._families_of(child.id))}
        becomes = merged(wanted, on_portal, elsewhere.keys(), self.today, self.unsaid, calendar=self.town.calendar)
        if elsewhere:
            self.store.revoke_sessions(on_portal.id)
        self.report.departures += [
            Departure(child, on_portal.id, elsewhere.get(child.id, ()))
            for child in gone
            if child.left is None or child.id in elsewhere
        ]
        self._note(on_portal, becomes)
        return becomes

    def _note(self, on_portal: Family, becomes: Family) -> None:
        known = {child.id for child in (*on_portal.children, *on_portal.former) if child.unsettled}
        unsettled = {child.id for child in (*becomes.children, *becomes.former) if child.unsettled}
        if unsettled:
            self.unsettled.append(on_portal.id)
        if unsettled - known:
            self.fresh.add(on_portal.id)

    def _families_of(self, child: ChildId) -> tuple[FamilyId, ...]:
        rows = self.lists.execute("SELECT family FROM children WHERE id = ? ORDER BY family", (child,))
        return tuple(FamilyId(family) for (family,) in rows)


def _nobody_of(family: Family) -> Family:
    """The family without its children."""
    return replace(family, children=(), former=())


def _moved(wanted: Family, on_portal: Family | None, town: Town) -> bool:
    """Whether one of the family's children changed school, and so changed the counters of its places."""
    known = {child.id: child for child in (*on_portal.children, *on_portal.former)} if on_portal else {}
    return any(moved(known[child.id], child, town) for child in wanted.children if child.id in known)


def _count(tally: IntakeTally, on_portal: object, wanted: object) -> None:
    if on_portal is None:
        tally.added += 1
    elif on_portal == wanted:
        tally.unchanged += 1
    else:
        tally.changed += 1
