"""Who is expected where on a day: one list for each activity, school and class. Pure.

A child is on a list once, whichever of its families booked. A child that is in no list of the town (it left, or it was
erased) stands on a list of its own and is never dropped: all lists together have exactly what is booked.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import ActivityId, ChildId, DietId, FamilyId, SchoolId
from chalicelib.rules.planning import Slot
from chalicelib.rules.town import Town
from chalicelib.values import Value


class ListPlace(NamedTuple):
    """Where a list is for. ``school`` is None for children of no list; ``class_name`` may be empty."""

    activity: ActivityId
    school: SchoolId | None
    class_name: str


class Attendee(Value):
    """``families`` booked the child, at least one. ``listed`` is None for a child of no list."""

    child: ChildId
    families: tuple[FamilyId, ...]
    listed: ListedChild | None
    arrived: bool = False
    """Whether the list before did not have it."""


class AttendanceList(Value):
    """The children of one place by name; ``gone`` are those whom only the list before had."""

    place: ListPlace
    present: tuple[Attendee, ...]
    gone: tuple[Attendee, ...]

    @property
    def diets(self) -> Counter[DietId | None]:
        """How many children have each diet; None for those without."""
        return Counter(one.listed.diet if one.listed else None for one in self.present)

    @property
    def with_pai(self) -> int:
        return sum(1 for one in self.present if one.listed and one.listed.pai)

    @property
    def arrived(self) -> int:
        return sum(1 for one in self.present if one.arrived)


def attendance(
    now: Iterable[tuple[FamilyId, Slot]],
    before: Iterable[tuple[FamilyId, Slot]] | None,
    directory: Directory,
    town: Town,
) -> list[AttendanceList]:
    """The lists of the bookings ``now``, in the town's order: activities, schools, classes. ``before`` is what the list
    before was made from, None for the first."""
    booked = _families(now)
    earlier = _families(before) if before is not None else booked
    present: dict[ListPlace, list[Attendee]] = {}
    gone: dict[ListPlace, list[Attendee]] = {}
    for key, families in booked.items():
        who = _attendee(key, families, directory, arrived=key not in earlier)
        present.setdefault(_place(key, who), []).append(who)
    for key, families in earlier.items():
        if key not in booked:
            who = _attendee(key, families, directory)
            gone.setdefault(_place(key, who), []).append(who)
    ranks = _ranks(town)
    return [
        AttendanceList(place, _by_name(present.get(place, ())), _by_name(gone.get(place, ())))
        for place in sorted(present.keys() | gone.keys(), key=lambda place: _rank(place, ranks))
    ]


_PLAIN = str.maketrans({"Œ": "OE", "œ": "oe", "Æ": "AE", "æ": "ae", "Ł": "L", "ł": "l", "Đ": "D", "đ": "d", "Ø": "O"})
"""Letters that Unicode does not part from their strokes."""
_Key = tuple[ActivityId, ChildId]


def _families(bookings: Iterable[tuple[FamilyId, Slot]]) -> Mapping[_Key, list[FamilyId]]:
    found: dict[_Key, list[FamilyId]] = {}
    for family, slot in bookings:
        found.setdefault((slot.activity, slot.child), []).append(family)
    return found


def _attendee(key: _Key, families: list[FamilyId], directory: Directory, *, arrived: bool = False) -> Attendee:
    _, child = key
    return Attendee(child, tuple(sorted(families)), directory.children.get(child), arrived)


def _place(key: _Key, who: Attendee) -> ListPlace:
    listed = who.listed
    return ListPlace(key[0], listed.school, listed.class_name) if listed else ListPlace(key[0], None, "")


def _by_name(attendees: Iterable[Attendee]) -> tuple[Attendee, ...]:
    return tuple(sorted(attendees, key=_name))


def _name(who: Attendee) -> tuple[str, str, str]:
    listed = who.listed
    return (_letters(listed.last_name), _letters(listed.first_name), who.child) if listed else ("", "", who.child)


def _letters(name: str) -> str:
    """Without accents and case: ÉMILE stands between DURAND and FABRE."""
    parted = unicodedata.normalize("NFKD", name.translate(_PLAIN))
    return "".join(sign for sign in parted if not unicodedata.combining(sign)).casefold()


def _ranks(town: Town) -> Mapping[str, int]:
    return {str(name): rank for rank, name in enumerate((*town.activities, *town.schools))}


def _rank(place: ListPlace, ranks: Mapping[str, int]) -> tuple[int, str, bool, int, str, str]:
    """What the town does not have any more comes after what it has; children of no list come last."""
    last, school = len(ranks), place.school or ""
    by_activity = ranks.get(place.activity, last), place.activity
    return *by_activity, place.school is None, ranks.get(school, last), school, place.class_name
