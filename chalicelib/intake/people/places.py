"""Bookings of reservations.csv beyond the places: they wait, because no counter ever grows beyond its places."""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date

from chalicelib.intake.files.faults import FileLine, several
from chalicelib.intake.people.lists import BOOKINGS
from chalicelib.rules.ids import school_id
from chalicelib.rules.planning import PlaceKey, place_key, places
from chalicelib.rules.town import Town

MORE_PLACES = "attendu : plus de « places » dans town.toml, ou ôter cette ligne"
_BOOKED_BY_DAY = """
SELECT last.day, last.line, children.school
FROM last_events AS last JOIN children ON children.family = last.family AND children.id = last.child
WHERE last.booked AND last.activity = ? AND last.past IS NULL ORDER BY last.day, last.line
"""


def beyond_places(database: sqlite3.Connection, town: Town) -> Iterator[tuple[FileLine, str]]:
    """The lines that the file alone puts beyond the places, in its order, and the sentence.

    The portal may know some of them, or have given the places to parents: only the import knows which lines wait.
    """
    for activity in town.activities.values():
        if activity.capacity is None:
            continue
        taken: Counter[PlaceKey] = Counter()
        today = ""
        for day, line, school in database.execute(_BOOKED_BY_DAY, (activity.id,)):
            if day != today:
                taken.clear()
                today = day
            key = place_key(activity, school_id(school), date.fromisoformat(day))
            if key is None:
                continue
            taken[key] += 1
            limit = places(activity, key)
            if taken[key] > limit:
                at_school = f", {key.school}" if key.school else ""
                full = f"« {key.activity} »{at_school} dépasse ses places le {key.day:%d/%m/%Y}"
                yield FileLine(BOOKINGS, line), f"{full} ({several(limit, 'réservation')} au plus) ; {MORE_PLACES}"
