"""Changes after which the places already taken are no longer counted where new bookings are counted."""

from datetime import date

from chalicelib.rules.families import Child
from chalicelib.rules.ids import SchoolId
from chalicelib.rules.planning import PlaceKey, place_key
from chalicelib.rules.town import Activity, Town


def newly_limited(before: Town | None, after: Town) -> list[str]:
    """Activities whose places are counted in another way than before: earlier bookings are not in the new counters."""
    if before is None:
        return []
    return [
        f"les places de « {activity.label} » ne sont plus comptées comme avant ; les réservations déjà prises "
        "ne sont pas dans le nouveau compte, et les annuler en ligne peut échouer"
        for activity in after.activities.values()
        if activity.id in before.activities
        and any(
            _counter(activity, school) not in (None, _counter(before.activities[activity.id], school))
            for school in after.schools
        )
    ]


def moved(before: Child, after: Child, town: Town) -> str | None:
    """A child who changes school while places are counted by school, in French."""
    for enrolment in after.enrolments:
        activity = town.activities[enrolment.activity]
        counters = {_counter(activity, school) for school in (before.school, after.school)}
        if len(counters) > 1:
            return (
                f"l'enfant « {after.id} » change d'école ; ses réservations de « {activity.label} » gardent leur place "
                "dans l'ancienne, et les annuler en ligne peut échouer"
            )
    return None


def _counter(activity: Activity, school: SchoolId) -> PlaceKey | None:
    """The counter of the activity's places for a school; the day does not matter."""
    return place_key(activity, school, date.min)
