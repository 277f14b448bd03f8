"""Changes after which existing bookings are counted in other counters than new ones."""

from datetime import date

from chalicelib.rules.families import Child
from chalicelib.rules.ids import SchoolId
from chalicelib.rules.planning import PlaceKey, place_key
from chalicelib.rules.town import Activity, Town


def counts_otherwise(before: Town | None, after: Town) -> bool:
    """Whether some activity counts its places in other counters than before.

    Schools of both towns are compared, because a child may have bookings at a school that is gone. An activity that
    comes back has bookings of its first time, in counters that nobody moved meanwhile.
    """
    return before is not None and any(
        _counter(activity, school) not in (None, _counter(before.activity(activity.id), school))
        for activity in after.activities.values()
        if activity.id in before.activities or activity.id in before.former
        for school in (*before.schools, *after.schools)
    )


def moved(before: Child, after: Child, town: Town) -> bool:
    """Whether a child changed school while an activity counts its places by school."""
    activities = [town.activity(enrolment.activity) for enrolment in (*before.enrolments, *after.enrolments)]
    return any(_counter(activity, before.school) != _counter(activity, after.school) for activity in activities)


def _counter(activity: Activity | None, school: SchoolId) -> PlaceKey | None:
    """The counter of the activity's places for a school, None when there is none; the day does not matter."""
    return place_key(activity, school, date.min) if activity else None
