"""What the portal remembers. It is asked about lines of reservations.csv that do not fit the lists.

Such a line is about the past (its child left, its activity ended), or it is wrong. The portal is asked only when there
is such a line, because files are checked before the portal. Without a portal (``--verifier``), nothing is remembered.
"""

from collections.abc import Mapping
from datetime import date
from functools import cached_property, lru_cache

from chalicelib.intake.ports import IntakeStore
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ActivityId, FamilyId
from chalicelib.rules.town import Town


class Past:
    """Every question may raise Unavailable."""

    def __init__(self, store: IntakeStore | None = None) -> None:
        self._store = store
        self._family = lru_cache(maxsize=64)(self._find)
        self._booked = lru_cache(maxsize=64)(self._find_booked)

    @cached_property
    def activities(self) -> Mapping[ActivityId, str]:
        """The label of each activity that the published town has or had."""
        town = self._town
        return {**town.former, **{one.id: one.label for one in town.activities.values()}} if town else {}

    def had_day(self, day: date) -> bool:
        """Whether the published calendar has the day."""
        town = self._town
        return town is not None and town.calendar.first <= day <= town.calendar.last

    @cached_property
    def _town(self) -> Town | None:
        return self._store.current_town() if self._store else None

    def has_family(self, family: str) -> bool:
        return self._family(family) is not None

    def had_child(self, family: str, child: str) -> bool:
        on_portal = self._family(family)
        return on_portal is not None and child in {one.id for one in (*on_portal.children, *on_portal.former)}

    def had_booked(self, family: str, child: str, activity: str) -> bool:
        """Whether the family's journal names the child's activity: an enrolment always leaves this trace."""
        return (child, activity) in self._booked(family)

    def _find(self, family: str) -> Family | None:
        name = FamilyId(family)
        return self._store.family_items([name]).get(name) if self._store else None

    def _find_booked(self, family: str) -> frozenset[tuple[str, str]]:
        entries = self._store.journal_of(FamilyId(family)) if self._store else ()
        return frozenset((wish.slot.child, wish.slot.activity) for entry in entries for wish in entry.changes)
