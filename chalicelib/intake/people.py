"""Families and children of the staging database -> the families table, compared before they are written."""

import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from chalicelib.intake.limits import moved
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.recount import Recount
from chalicelib.intake.report import IntakeReport, Tally
from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, SchoolId
from chalicelib.rules.town import Town

CHUNK = 100


def families_of(database: sqlite3.Connection, town: Town) -> Iterator[Family]:
    """The families of the lists, with their children in the order of the file and enrolments in the town's order."""
    order = {str(activity): rank for rank, activity in enumerate(town.activities)}
    for family, payer, email in database.execute("SELECT id, payer, email FROM families ORDER BY id"):
        children = database.execute(
            "SELECT id, code, first_name, last_name, school, class_name FROM children WHERE family = ? ORDER BY rank",
            (family,),
        )
        listed = tuple(_child(row, _enrolments(database, row[0], order)) for row in children)
        yield Family(FamilyId(family), payer, email, 0, listed)


def _child(row: tuple[str, str, str, str, str, str], enrolments: tuple[Enrolment, ...]) -> Child:
    child, code, first_name, last_name, school, class_name = row
    return Child(ChildId(child), code, first_name, last_name, SchoolId(school), class_name, enrolments)


def _enrolments(database: sqlite3.Connection, child: str, order: dict[str, int]) -> tuple[Enrolment, ...]:
    rows = database.execute("SELECT activity, read_only, first, last FROM enrolments WHERE child = ?", (child,))
    return tuple(
        Enrolment(ActivityId(activity), bool(read_only), _day(first), _day(last))
        for activity, read_only, first, last in sorted(rows, key=lambda row: order[row[0]])
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def write_families(
    families: Iterator[Family], town: Town, store: IntakeStore, report: IntakeReport, recount: Recount
) -> Iterator[int]:
    """Write the families that are new or different; yields how many were looked at, chunk by chunk."""
    for chunk in _chunks(families):
        there = store.family_items(family.id for family in chunk)
        if any(_moved(family, there.get(family.id), town) for family in chunk):
            recount.ask()
        store.put_families(
            merged for family in chunk if (merged := _to_write(family, there.get(family.id), report)) is not None
        )
        yield len(chunk)


def _chunks(families: Iterator[Family]) -> Iterator[list[Family]]:
    chunk: list[Family] = []
    for family in families:
        chunk.append(family)
        if len(chunk) == CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _moved(wanted: Family, there: Family | None, town: Town) -> bool:
    """Whether one of the family's children changed school, and with it the counters of its places."""
    known = {child.id: child for child in there.children} if there else {}
    return any(moved(known[child.id], child, town) for child in wanted.children if child.id in known)


def _to_write(wanted: Family, there: Family | None, report: IntakeReport) -> Family | None:
    """What to write for ``wanted``, None when it is already so. Children that the lists no longer have are kept."""
    if there is None:
        report.families.added += 1
        report.children.added += len(wanted.children)
        return wanted
    known = {child.id: child for child in there.children}
    listed = {child.id for child in wanted.children}
    kept = tuple(child for child in there.children if child.id not in listed)
    merged = replace(wanted, children=wanted.children + kept, session_epoch=there.session_epoch)
    for child in wanted.children:
        _count(report.children, known.get(child.id), child)
    if merged == there:
        report.families.unchanged += 1
        return None
    changed = replace(merged, children=()) != replace(there, children=())
    _count(report.families, there, merged if changed else there)
    return merged


def _count(tally: Tally, there: object, wanted: object) -> None:
    if there is None:
        tally.added += 1
    elif there == wanted:
        tally.unchanged += 1
    else:
        tally.changed += 1
