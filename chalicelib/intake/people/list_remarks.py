"""What looks wrong in lists that have no fault, all lists together. They are queries on the staging database."""

import sqlite3
from collections.abc import Iterator
from datetime import date
from itertools import chain

from chalicelib.intake.files.deadline_words import WEEKDAYS
from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.files.toml_tables import Source
from chalicelib.intake.people.class_remarks import of_classes
from chalicelib.intake.people.lists import BOOKINGS, CHILDREN, ENROLMENTS, FAMILIES
from chalicelib.intake.people.swapped import of_columns
from chalicelib.rules.ids import activity_id, school_id
from chalicelib.rules.planning import closed_because
from chalicelib.rules.town import Activity, Town

Said = Iterator[tuple[FileLine, str]]
WEEKDAY_NAMES = {number: name for name, number in WEEKDAYS.items()}
_WITHOUT_ENROLMENT = """
SELECT min(line), id FROM children WHERE id NOT IN (SELECT child FROM enrolments) GROUP BY id ORDER BY min(line)
"""
_WITHOUT_CHILD = """
SELECT line, id FROM families WHERE id NOT IN (SELECT family FROM children) ORDER BY line
"""
_ENROLLED_AT = """
SELECT enrolments.line, child, min(children.school) FROM enrolments JOIN children ON children.id = child
WHERE activity = ? GROUP BY enrolments.line ORDER BY enrolments.line
"""
_OUTSIDE = """
SELECT line, child FROM enrolments
WHERE activity = :activity AND (first > :last OR (last < :first AND last >= :today)) ORDER BY line
"""
_BOOKED = """
SELECT last.activity, last.day, children.school, children.class_name FROM last_events AS last
JOIN children ON children.family = last.family AND children.id = last.child
WHERE last.booked AND last.past IS NULL AND last.day >= ?
GROUP BY last.activity, last.day, children.school, children.class_name
"""
_LINES_OF_DAY = """
SELECT last.line FROM last_events AS last
JOIN children ON children.family = last.family AND children.id = last.child
WHERE last.booked AND last.past IS NULL AND last.activity = ? AND last.day = ? AND children.school = ?
AND children.class_name = ?
"""


def remark_lists(lists: sqlite3.Connection, town: Town, source: Source, today: date) -> None:
    """Note the remarks. ``source`` is town.toml; what is over before ``today`` (Paris) is not judged."""
    for where, text in chain(of_columns(lists, town), _of_lists(lists, town, source, today)):
        source.faults.remarks.add(where, text)


def _of_lists(lists: sqlite3.Connection, town: Town, source: Source, today: date) -> Said:
    yield from _people(lists)
    for activity in town.activities.values():
        yield from _enrolments(lists, town, activity, today)
    yield from _bookings_of_closed_days(lists, town, today)
    yield from _unused(lists, town, source)
    yield from of_classes(lists, town, source, today)


def _people(lists: sqlite3.Connection) -> Said:
    for line, child in lists.execute(_WITHOUT_ENROLMENT):
        yield (
            FileLine(CHILDREN, line),
            f"l'enfant « {child} » n'a aucune inscription, rien ne se réserve pour lui ; "
            f"attendu : une ligne dans {ENROLMENTS}",
        )
    for line, family in lists.execute(_WITHOUT_CHILD):
        yield (
            FileLine(FAMILIES, line),
            f"la famille « {family} » n'a pas d'enfant, et donc pas de code pour entrer ; "
            f"attendu : une ligne dans {CHILDREN}",
        )


def _enrolments(lists: sqlite3.Connection, town: Town, activity: Activity, today: date) -> Said:
    if activity.schools:
        for line, child, school in lists.execute(_ENROLLED_AT, (activity.id,)):
            if school_id(school) not in activity.schools:
                yield (
                    FileLine(ENROLMENTS, line),
                    f"l'enfant « {child} » est inscrit à « {activity.label} », que son école « {school} » ne propose "
                    "pas ; attendu : une école de « ecoles » dans town.toml, ou ôter cette ligne",
                )
    first, last = town.calendar.first, town.calendar.last
    first, last = max(first, activity.first or first), min(last, activity.last or last)
    bounds = {"activity": activity.id, "first": f"{first}", "last": f"{last}", "today": f"{today}"}
    for line, child in lists.execute(_OUTSIDE, bounds):
        yield (
            FileLine(ENROLMENTS, line),
            f"l'inscription de « {child} » à « {activity.label} » n'a aucun jour en commun avec l'activité "
            f"({first:%d/%m/%Y} au {last:%d/%m/%Y}) ; attendu : des dates « du » et « au » entre les deux",
        )


def _bookings_of_closed_days(lists: sqlite3.Connection, town: Town, today: date) -> Said:
    for activity, text, school, class_name in lists.execute(_BOOKED, (today.isoformat(),)).fetchall():
        known, day = town.activity(activity_id(activity)), date.fromisoformat(text)
        if known is None:
            continue
        at, group = school_id(school), town.calendar.group_of(class_name)
        closed = closed_because(town, known, at, day, group)
        # Where the closure itself says that bookings are cancelled, the office need not take its lines out.
        if closed is None or town.calendar.cancelling(known.id, at, day, group):
            continue
        why = f", {closed}" if closed else ""
        for (line,) in lists.execute(_LINES_OF_DAY, (activity, text, school, class_name)):
            yield (
                FileLine(BOOKINGS, line),
                f"réservé un jour fermé (« {known.label}, {WEEKDAY_NAMES[day.isoweekday()]} {day:%d/%m/%Y}{why} ») ; "
                "attendu : un jour ouvert, ou ôter cette ligne",
            )


def _unused(lists: sqlite3.Connection, town: Town, source: Source) -> Said:
    """Schools and activities that nobody uses, unless nobody uses any."""
    used = {school for (school,) in lists.execute("SELECT DISTINCT school FROM children")}
    for school in town.schools.values():
        if used and str(school.id) not in used:
            yield (
                source.at(("ecoles", str(school.id))),
                f"aucun enfant n'est à « {school.label} » ; attendu : des enfants dans {CHILDREN}, ou ôter cette école",
            )
    used = {activity for (activity,) in lists.execute("SELECT DISTINCT activity FROM enrolments")}
    for activity in town.activities.values():
        if used and str(activity.id) not in used:
            yield (
                source.at(("activites", str(activity.id))),
                f"aucun enfant n'est inscrit à « {activity.label} » ; "
                f"attendu : des lignes dans {ENROLMENTS}, ou ôter cette activité",
            )
