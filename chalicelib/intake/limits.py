"""Changes after which the places already taken are no longer counted where new bookings are counted."""

from datetime import date

from chalicelib.rules.families import Child
from chalicelib.rules.ids import SchoolId
from chalicelib.rules.planning import PlaceKey, place_key
from chalicelib.rules.town import Activity, Town


def counts_otherwise(before: Town | None, after: Town) -> bool:
    """Whether some activity counts its places in other counters than before."""
    return before is not None and any(
        _counter(activity, school) not in (None, _counter(before.activities[activity.id], school))
        for activity in after.activities.values()
        if activity.id in before.activities
        for school in after.schools
    )


def moved(before: Child, after: Child, town: Town) -> bool:
    """Whether a child changed school while an activity counts its places by school."""
    activities = [town.activities[enrolment.activity] for enrolment in (*before.enrolments, *after.enrolments)]
    return any(_counter(activity, before.school) != _counter(activity, after.school) for activity in activities)


def _counter(activity: Activity, school: SchoolId) -> PlaceKey | None:
    """The counter of the activity's places for a school; the day does not matter."""
    return place_key(activity, school, date.min)
