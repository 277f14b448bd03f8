"""What the portal has of children and enrolments, staged beside the lists so that queries compare them."""

import sqlite3
from datetime import date

from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.families import Child, Enrolment, Family

STOPS, CHANGES, STAYS = range(3)
_LISTED = """
SELECT enrolments.first, enrolments.last, read_only FROM enrolments JOIN children ON children.id = enrolments.child
WHERE children.family = ? AND child = ? AND activity = ?
"""


def stage_portal(lists: sqlite3.Connection, store: IntakeStore, today: date) -> None:
    """Stage the portal's families, children, and enrolments that are not over on ``today`` (Paris). Raises
    Unavailable."""
    for family in store.all_families():
        lists.execute("INSERT OR IGNORE INTO families_there VALUES (?)", (family.id,))
        for child in family.children:
            if child.left is None:
                _stage_child(lists, family, child, today)


def _stage_child(lists: sqlite3.Connection, family: Family, child: Child, today: date) -> None:
    lists.execute(
        "INSERT OR IGNORE INTO existing_children VALUES (?, ?, ?, ?, ?)",
        (family.id, child.id, child.first_name, child.last_name, child.school),
    )
    for enrolment in child.enrolments:
        if not (enrolment.last and enrolment.last < today):
            key = (family.id, child.id, enrolment.activity)
            row = (*key, _becomes(enrolment, lists.execute(_LISTED, key).fetchone(), today))
            lists.execute("INSERT OR IGNORE INTO existing_enrolments VALUES (?, ?, ?, ?)", row)


def _becomes(enrolment: Enrolment, listed: tuple[str | None, str | None, int] | None, today: date) -> int:
    if listed is None or (listed[1] and listed[1] < today.isoformat()):
        return STOPS
    days = (enrolment.first, enrolment.last)
    there = (*(day.isoformat() if day else None for day in days), int(enrolment.read_only))
    return STAYS if there == listed else CHANGES
