"""Lines of reservations.csv that do not fit the lists. They are about the past and are set aside, with the reason; or
they are wrong.

The lists that an office exports have the bookings of yesterday. Bookings of a child that left, or of an activity or
enrolment that ended, are no fault: as faults, they would prevent the departure itself.
"""

import sqlite3
from collections.abc import Sequence
from datetime import date

from chalicelib.intake.files.faults import Faults, FileLine, add_or_mute
from chalicelib.intake.people.lists import BOOKINGS, CHILDREN, ENROLMENTS, FAMILIES, TAKE_IT_OUT
from chalicelib.intake.people.past import Past
from chalicelib.rules.ids import activity_id
from chalicelib.rules.town import Town

_ELSEWHERE = """
SELECT events.line, events.family, events.child, events.activity, events.day, events.at,
       EXISTS (SELECT 1 FROM families WHERE families.id = events.family),
       EXISTS (SELECT 1 FROM children WHERE children.id = events.child),
       events.family IN (SELECT id FROM set_aside WHERE file = 'familles.csv')
       OR events.child IN (SELECT id FROM set_aside WHERE file = 'enfants.csv')
FROM events LEFT JOIN children ON children.family = events.family AND children.id = events.child
WHERE children.id IS NULL
"""
_NOT_ENROLLED = """
SELECT events.line, events.family, events.child, events.activity, events.day, events.at,
       events.child IN (SELECT id FROM set_aside WHERE file = 'inscriptions.csv')
FROM events JOIN children ON children.family = events.family AND children.id = events.child
LEFT JOIN enrolments ON enrolments.child = events.child AND enrolments.activity = events.activity
WHERE enrolments.child IS NULL
"""
_OUTSIDE_ENROLMENT = """
SELECT last.family, last.child, last.activity, last.day, last.at, COALESCE(last.day > enrolments.last, FALSE)
FROM last_events AS last JOIN children ON children.family = last.family AND children.id = last.child
JOIN enrolments ON enrolments.child = last.child AND enrolments.activity = last.activity
WHERE last.booked AND (last.day < enrolments.first OR last.day > enrolments.last)
"""


def check_past(database: sqlite3.Connection, town: Town | None, past: Past, faults: Faults) -> None:
    """Fill ``past_events``, and note faults for lines about something that never was. Raises Unavailable."""
    checks = PastChecks(database, past, faults)
    checks.elsewhere()
    if town is not None:
        checks.not_enrolled(town)
        checks.outside_enrolment()


class PastChecks:
    """The checks. Each line of ``events`` is in at most one of them."""

    def __init__(self, database: sqlite3.Connection, past: Past, faults: Faults) -> None:
        self.database = database
        self.past = past
        self.faults = faults

    def elsewhere(self) -> None:
        """The lists do not have the child in this family."""
        for line, *event, family_listed, child_listed, follows in self.database.execute(_ELSEWHERE):
            family, child = event[:2]
            known = family_listed or self.past.has_family(family)
            if follows or not (known and (child_listed or self.past.had_child(family, child))):
                wrong = f"l'enfant « {child} » n'est pas dans la famille « {family} »"
                if not known:
                    wrong = f"la famille « {family} » n'existe pas"
                self._fault(
                    line, f"{wrong} ; attendu : une famille et un enfant des listes", follows, FAMILIES, CHILDREN
                )
            elif family_listed:
                self._set_aside(event, f"l'enfant « {child} » n'est plus dans la famille « {family} »")
            else:
                self._set_aside(event, f"la famille « {family} » n'est plus dans les listes")

    def not_enrolled(self, town: Town) -> None:
        """The child has no enrolment in inscriptions.csv: for an activity of the past there can be none."""
        for line, *event, follows in self.database.execute(_NOT_ENROLLED):
            family, child, activity = event[:3]
            if town.activity(activity_id(activity)) is None:
                label = self.past.activities.get(activity_id(activity), activity)
                self._set_aside(event, f"« {label} » n'est plus dans town.toml")
            elif not follows and self.past.had_booked(family, child, activity):
                self._set_aside(event, f"l'enfant « {child} » n'est plus inscrit à « {activity} »")
            else:
                wrong = f"l'enfant « {child} » n'est pas inscrit à « {activity} »"
                self._fault(line, f"{wrong} ; attendu : une ligne dans inscriptions.csv", follows, ENROLMENTS)

    def outside_enrolment(self) -> None:
        for *event, ended in self.database.execute(_OUTSIDE_ENROLMENT):
            _, child, activity, day, _ = event
            when = f"le {date.fromisoformat(day):%d/%m/%Y} est"
            enrolment = f"l'inscription de « {child} » à « {activity} »"
            self._set_aside(event, f"{when} {'après la fin' if ended else 'avant le début'} de {enrolment}")

    def _set_aside(self, event: Sequence[str], why: str) -> None:
        said = f"{why} ; {TAKE_IT_OUT}"
        self.database.execute("INSERT OR IGNORE INTO past_events VALUES (?, ?, ?, ?, ?, ?)", (*event, said))

    def _fault(self, line: int, wrong: str, follows: bool, *needs: str) -> None:
        add_or_mute(self.faults, FileLine(BOOKINGS, line), wrong, follows=follows, needs=needs)
