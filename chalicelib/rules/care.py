"""What a line of an invoice is for: the care of which child, or something else, or nobody can tell."""

import re
from enum import Enum
from functools import lru_cache

from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.letters import plain
from chalicelib.rules.town import Town
from chalicelib.values import Value

TEXTS_REMEMBERED = 4096
"""A town's invoices say the same again and again."""
_WORD = re.compile(r"\w+")
_MONTHS = ("janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre", "novembre")
_WHEN = frozenset({*_MONTHS, "decembre", "mois", "de", "du", "d", "et", "au", "a"})
"""Words that may follow an activity's name in a line and only say when it was; so may numbers."""


class Untold(Enum):
    """Why nobody can tell what a line is for: then it does not count."""

    ACTIVITY = "activity"
    """Not exactly one activity has the line's name, or the line names one that the town does not have."""
    CHILD = "child"
    """Not exactly one child of the family has the line's name, or the line names a child of another family."""


class Care(Value):
    """What a line is for: a child in an activity that is child care."""

    activity: ActivityId
    child: ChildId


def care_of(line: InvoiceLine, family: Family, town: Town) -> Care | Untold | None:
    """What the line is for; None when it is surely no child care.

    The line's own activity and child come first. Without them, exactly one activity, and exactly one child of the
    family, must have the line's name. « Garderie du soir, octobre 2026 » is « Garderie du soir »; « Garderie du soir :
    retard » is not.
    """
    activity = _activity_of(line, town)
    if activity is None:
        return Untold.ACTIVITY
    if activity not in cares_of(town):
        return None
    child = _child_of(line, family)
    return Care(activity, child.id) if child else Untold.CHILD


def cares_of(town: Town) -> tuple[ActivityId, ...]:
    """The activities that are child care, in the town's order; last those that it no longer has."""
    now = (one.id for one in town.activities.values() if one.childcare and not one.meal)
    return (*now, *sorted(town.former_care))


def children_of(family: Family) -> tuple[Child, ...]:
    """Every child whose care the family may have paid for: also those that went to another home since."""
    return (*family.children, *family.former)


def full_name(child: Child) -> str:
    return f"{child.first_name} {child.last_name}"


def _activity_of(line: InvoiceLine, town: Town) -> ActivityId | None:
    known = (*town.activities, *sorted(town.former_care))
    if line.activity:
        return line.activity if line.activity in known else None
    what = _words(line.what)
    fitting = [activity for activity in known if _is_called(what, _words(town.label_of(activity)))]
    return fitting[0] if len(fitting) == 1 else None


def _is_called(what: tuple[str, ...], label: tuple[str, ...]) -> bool:
    """Whether a line's words are an activity's name, and after it nothing but when it was."""
    after = what[len(label) :]
    return what[: len(label)] == label and all(word in _WHEN or word.isdecimal() for word in after)


def _child_of(line: InvoiceLine, family: Family) -> Child | None:
    if line.child_id:
        return next((child for child in children_of(family) if child.id == line.child_id), None)
    name = _words(line.child)
    fitting = [child for child in children_of(family) if name in _names(child)]
    return fitting[0] if len(fitting) == 1 else None


def _names(child: Child) -> list[tuple[str, ...]]:
    """What an invoice may call the child."""
    first, last = _words(child.first_name), _words(child.last_name)
    return [first, first + last, last + first]


@lru_cache(TEXTS_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(plain(text)))
