"""Families and children of the staging database -> the families table. They are compared before they are written."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

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
_FAMILY = _FAMILIES.replace("ORDER BY id", "WHERE id = ?")
_CHILDREN = """
SELECT id, code, first_name, last_name, school, class_name, birth, diet, pai
FROM children WHERE family = ? ORDER BY rank
"""
_SAID_OF_FAMILIES = "SELECT count(address) AS address, count(direct_debit) AS direct_debit FROM families"
_SAID_OF_CHILDREN = "SELECT count(birth) AS birth, count(diet) AS diet, count(pai) AS pai FROM children"


def families_of(database: sqlite3.Connection, town: Town, names: Iterable[FamilyId] | None = None) -> Iterator[Family]:
    """The families of the lists, or those of ``names`` that are there. Children are in the order of the file,
    enrolments in the town's order."""
    order = {str(activity): rank for rank, activity in enumerate(town.activities)}
    for family, payer, email, address, direct_debit in _rows(database, names):
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


def _rows(database: sqlite3.Connection, names: Iterable[FamilyId] | None) -> Iterator[tuple[Any, ...]]:
    if names is None:
        yield from database.execute(_FAMILIES)
        return
    for name in names:
        yield from database.execute(_FAMILY, (name,))


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
    ``fresh`` are those that became so in this run, ``added`` those that the portal did not have.
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
        self.added: set[FamilyId] = set()
        self.fresh: set[FamilyId] = set()

    def write(self) -> Iterator[int]:
        """Write the families that are new or different; yields, chunk by chunk, how many of the lists were looked at.

        One scan shows which ones seem to be different; these are read again before they are written.
        """
        self.unsaid = unsaid_by(self.lists)
        for chunk in chunked(self.store.all_families(), FAMILIES_A_CHUNK):
            yield self._write_known(chunk)
        for names in chunked(self._new(), FAMILIES_A_CHUNK):
            self.store.put_families(
                found
                for family in families_of(self.lists, self.town, names)
                if (found := self._to_write(family, None)) is not None
            )
            yield len(names)
        self.report.departures.sort(key=lambda departure: departure.family)
        self.unsettled.sort()

    def _write_known(self, on_portal: Sequence[Family]) -> int:
        """Write what differs of some families of the portal; how many of them the lists have."""
        names = [(family.id,) for family in on_portal]
        self.lists.executemany("INSERT OR IGNORE INTO existing_families VALUES (?)", names)
        listed = {one.id: one for one in families_of(self.lists, self.town, (family.id for family in on_portal))}
        seen = {family.id: family for family in on_portal}
        differ = [name for name, family in seen.items() if self._merged(_wanted(listed, family), family) != family]
        now = self.store.family_items(differ)
        pairs = [(listed.get(name), now.get(name) if name in differ else family) for name, family in seen.items()]
        if any(_moved(wanted, family, self.town) for wanted, family in pairs if wanted):
            self.recount.ask()
        self.store.put_families(found for wanted, family in pairs if (found := self._found(wanted, family)) is not None)
        return len(listed)

    def _found(self, wanted: Family | None, on_portal: Family | None) -> Family | None:
        """What to write for a family that the portal has, or had when it was scanned."""
        if wanted:
            return self._to_write(wanted, on_portal)
        return self._without_children(on_portal) if on_portal else None

    def _new(self) -> Iterator[FamilyId]:
        """Families of the lists that the portal does not have. The portal was scanned by then."""
        rows = self.lists.execute(
            "SELECT id FROM families WHERE id NOT IN (SELECT id FROM existing_families) ORDER BY id"
        )
        return (FamilyId(family) for (family,) in rows)

    def _to_write(self, wanted: Family, on_portal: Family | None) -> Family | None:
        """What to write for ``wanted``; None when it is already so."""
        if on_portal is None:
            self.added.add(wanted.id)
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
        becomes, gone = self._merged(wanted, on_portal), _gone(wanted, on_portal)
        elsewhere = self._elsewhere(gone)
        if elsewhere:
            self.store.revoke_sessions(on_portal.id)
        self.report.departures += [
            Departure(child, on_portal.id, elsewhere.get(child.id, ()))
            for child in gone
            if child.left is None or child.id in elsewhere
        ]
        self._note(on_portal, becomes)
        return becomes

    def _merged(self, wanted: Family, on_portal: Family) -> Family:
        elsewhere = self._elsewhere(_gone(wanted, on_portal))
        return merged(wanted, on_portal, elsewhere.keys(), self.today, self.unsaid, calendar=self.town.calendar)

    def _elsewhere(self, gone: Iterable[Child]) -> dict[ChildId, tuple[FamilyId, ...]]:
        """Of children that left their family, those that others have now, with these."""
        return {child.id: families for child in gone if (families := self._families_of(child.id))}

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


def _gone(wanted: Family, on_portal: Family) -> list[Child]:
    listed = {child.id for child in wanted.children}
    return [child for child in on_portal.children if child.id not in listed]


def _wanted(listed: Mapping[FamilyId, Family], on_portal: Family) -> Family:
    """The family as the lists have it; without children when they do not have it any more."""
    return listed.get(on_portal.id) or _nobody_of(on_portal)


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
