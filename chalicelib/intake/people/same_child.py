"""Children that arrive while the family has one of the same name that leaves: most likely one child, renumbered.

Bookings and history are under the identifier of before. Nothing is decided here: the clerk is told, and what to do.
"""

import sqlite3
from collections.abc import Collection, Iterator
from datetime import date
from typing import NamedTuple

from chalicelib.intake.files.faults import words
from chalicelib.intake.pool import chunked
from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.values import Value

ARRIVALS_A_CHUNK = 100
_LISTED = "SELECT id, family, first_name, last_name, school, birth FROM children ORDER BY family, rank"


class SameChild(Value):
    """``before`` is the child as the portal has it; ``after`` is its identifier in the lists."""

    family: FamilyId
    before: Child
    after: ChildId

    def __str__(self) -> str:
        before = self.before
        born = f", naissance le {before.birth:%d/%m/%Y}" if before.birth else ""
        return (
            f"« {self.after} » semble être « {before.id} », renuméroté : {before.first_name} {before.last_name}{born}, "
            f"famille « {self.family} » ; son historique et ses réservations restent sous « {before.id} ». "
            f"Si c'est le même enfant : remettre « {before.id} » dans vos listes, puis relancer l'import"
        )


class _Arrival(NamedTuple):
    child: ChildId
    family: FamilyId
    first_name: str
    last_name: str
    school: str
    birth: date | None


def same_children(lists: sqlite3.Connection, store: IntakeStore, known: Collection[ChildId]) -> Iterator[SameChild]:
    """Compare the children of the lists that are not ``known`` yet with those of their families on the portal.

    Only the families of these are read. Raises Unavailable.
    """
    arrivals = (one for one in _listed(lists) if one.child not in known)
    for chunk in chunked(arrivals, ARRIVALS_A_CHUNK):
        on_portal = store.family_items(one.family for one in chunk)
        for one in chunk:
            if one.family in on_portal:
                yield from _found(lists, one, on_portal[one.family])


def _listed(lists: sqlite3.Connection) -> Iterator[_Arrival]:
    for child, family, first_name, last_name, school, birth in lists.execute(_LISTED):
        born = date.fromisoformat(birth) if birth else None
        yield _Arrival(ChildId(child), FamilyId(family), first_name, last_name, school, born)


def _found(lists: sqlite3.Connection, arrival: _Arrival, family: Family) -> Iterator[SameChild]:
    """At most one: of two that look alike, nobody can say which it was. Who was here before comes back, under its own
    identifier."""
    there = (*family.children, *family.former)
    if any(child.id == arrival.child for child in there):
        return
    alike = [child for child in there if _looks_like(child, arrival) and not _is_listed(lists, child.id)]
    if len(alike) == 1:
        yield SameChild(family.id, alike[0], arrival.child)


def _looks_like(child: Child, arrival: _Arrival) -> bool:
    """The same names, and the same birth; where one is not known, the same school."""
    if (words(child.first_name), words(child.last_name)) != (words(arrival.first_name), words(arrival.last_name)):
        return False
    if child.birth and arrival.birth:
        return child.birth == arrival.birth
    return child.school == arrival.school


def _is_listed(lists: sqlite3.Connection, child: ChildId) -> bool:
    return lists.execute("SELECT 1 FROM children WHERE id = ?", (child,)).fetchone() is not None
