"""A family, its children and what they are enrolled in."""

from dataclasses import dataclass, field
from datetime import date

from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, SchoolId


@dataclass(frozen=True)
class Enrolment:
    """A child may use an activity, from ``first`` to ``last`` (both included, ``None``: no limit)."""

    activity: ActivityId
    read_only: bool = False
    """Shown but not editable online (*occasionnels*): the office decides."""
    first: date | None = None
    last: date | None = None

    def covers(self, day: date) -> bool:
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def covers_all_of(self, other: "Enrolment") -> bool:
        begins = self.first is None or (other.first is not None and self.first <= other.first)
        return begins and (self.last is None or (other.last is not None and other.last <= self.last))


@dataclass(frozen=True)
class Child:
    id: ChildId
    code: str
    """The *code enfant* as printed, shown on « Choisir un autre enfant ». The secret is the *code payeur*."""
    first_name: str
    last_name: str
    school: SchoolId
    class_name: str
    enrolments: tuple[Enrolment, ...]
    left: date | None = None
    """The day on which the town's lists no longer had it: since then it has no enrolment, and its history stays."""
    unsettled: bool = False
    """It may hold bookings to come that no enrolment covers: the import looks until there are none."""

    def enrolment(self, activity: ActivityId) -> Enrolment | None:
        return next((e for e in self.enrolments if e.activity == activity), None)

    def is_enrolled(self, activity: ActivityId, day: date) -> bool:
        enrolment = self.enrolment(activity)
        return enrolment is not None and enrolment.covers(day)

    def has_lost_to(self, after: "Child") -> bool:
        """Whether some day of some enrolment is no longer covered by those of ``after``, the same child later."""
        now = {enrolment.activity: enrolment for enrolment in after.enrolments}
        return any(e.activity not in now or not now[e.activity].covers_all_of(e) for e in self.enrolments)


@dataclass(frozen=True)
class Family:
    id: FamilyId
    payer: str
    """Name of the payer as printed: ``Jamie BOND``."""
    email: str
    """The address known to the town hall; empty when it knows none."""
    session_epoch: int
    """Raised by the operator to sign out every session of the family."""
    children: tuple[Child, ...]
    former: tuple[Child, ...] = ()
    """Children that went to another family and may have bookings here still: the import's alone, no page shows them."""
    ended_sessions: frozenset[str] = field(default=frozenset(), compare=False)
    """Nonces of sessions that were signed out and could still live otherwise. No part of what the town's lists say."""

    def child(self, child_id: ChildId) -> Child:
        """Return this family's child, or raise NotFound: another family's child does not exist for this one."""
        for child in self.children:
            if child.id == child_id:
                return child
        raise NotFound("child")
