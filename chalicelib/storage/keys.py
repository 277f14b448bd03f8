"""Keys and attribute names of every table: built and read here, nowhere else."""

from datetime import date
from urllib.parse import quote, unquote

from chalicelib.rules.ids import ActivityId, ChildId, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot

PROFILE = "PROFILE"
EPOCH = "EPOCH"
"""Part of a family whose sessions were revoked. Apart from the profile, so that an import never writes over it."""
CHILD = "CHILD#"
TOWN = "TOWN"
CURRENT = "CURRENT"
HISTORY = "V#"


def child_part(child: ChildId) -> str:
    return f"{CHILD}{child}"


def slot_name(child: ChildId, activity: ActivityId) -> str:
    """Attribute of a booked slot in its family's day.

    The child is percent-encoded: pynamodb reads ``[`` and ``]`` in an attribute's name as places in a list.
    """
    return f"{quote(child, safe='')}#{activity}"


def slot_of(name: str, day: date) -> Slot:
    """The slot of an attribute. An activity is a slug, so the last ``#`` is the one that separates."""
    child, _, activity = name.rpartition("#")
    return Slot(ChildId(unquote(child) if "%" in child else child), ActivityId(activity), day)


def counter(key: PlaceKey) -> str:
    return f"{key.activity}#{key.school}" if key.school is not None else key.activity


def place_key(day: str, counter: str) -> PlaceKey:
    activity, sharp, school = counter.partition("#")
    return PlaceKey(date.fromisoformat(day), ActivityId(activity), SchoolId(school) if sharp else None)


def town_version(at: str) -> str:
    return f"{HISTORY}{at}"
