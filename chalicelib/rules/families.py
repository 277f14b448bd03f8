"""A family, its children and what they are enrolled in."""

from dataclasses import field
from datetime import date, datetime

from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import ActivityId, ChildId, DietId, FamilyId, SchoolId
from chalicelib.values import Value


class Enrolment(Value):
    """A child may use an activity from ``first`` to ``last``. Both days are included; ``None`` means no limit."""

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


class Child(Value):
    id: ChildId
    code: str
    """The *code enfant* as printed; « Choisir un autre enfant » shows it. The secret is the *code payeur*."""
    first_name: str
    last_name: str
    school: SchoolId
    class_name: str
    enrolments: tuple[Enrolment, ...]
    left: date | None = None
    """The day on which the child was no longer in the town's lists. Since then it has no enrolment; its history
    stays."""
    unsettled: bool = False
    """Whether the child may have future bookings that no enrolment covers. The import checks until there are none."""
    birth: date | None = None
    """None when the town did not say."""
    diet: DietId | None = field(default=None, repr=False)
    """None: no diet of its own. A diet can reveal religion or health: like ``pai``, it is gone when the child leaves,
    and in no text that a log could hold."""
    pai: bool = field(default=False, repr=False)
    """Whether an individual health plan (*projet d'accueil individualisé*) is in force."""

    def enrolment(self, activity: ActivityId) -> Enrolment | None:
        return next((e for e in self.enrolments if e.activity == activity), None)

    def is_enrolled(self, activity: ActivityId, day: date) -> bool:
        enrolment = self.enrolment(activity)
        return enrolment is not None and enrolment.covers(day)

    def has_lost_to(self, after: "Child") -> bool:
        """Whether some day of an enrolment is no longer covered by those of ``after``, which is the same child
        later."""
        now = {enrolment.activity: enrolment for enrolment in after.enrolments}
        return any(e.activity not in now or not now[e.activity].covers_all_of(e) for e in self.enrolments)


class MadeCertificate(Value):
    """A tax certificate that is on the portal. ``tag`` tells whether another says the same; ``version`` counts from 1;
    ``made_at`` is aware UTC; ``pdf_bytes`` is the size of its PDF."""

    year: int
    tag: str
    version: int
    made_at: datetime
    pdf_bytes: int


class Family(Value):
    id: FamilyId
    payer: str
    """Name of the payer as printed: ``Jamie BOND``."""
    email: str
    """The address that the town hall knows; empty when it knows none."""
    session_epoch: int
    """The operator raises it to end every session of the family."""
    children: tuple[Child, ...]
    former: tuple[Child, ...] = ()
    """Children that went to another family and may still have bookings here. Only the import needs them; no page shows
    them."""
    address: tuple[str, ...] = ()
    """The lines of the payer's postal address, as they go on an envelope; empty when the town did not say."""
    direct_debit: bool = False
    """Whether the payer pays by direct debit (*prélèvement*)."""
    ended_sessions: frozenset[str] = field(default=frozenset(), compare=False)
    """Nonces of sessions that were signed out before their time. They are not part of what the town's lists say."""
    certificates: tuple[MadeCertificate, ...] = field(default=(), compare=False)
    """Its tax certificates, the newest year first. They are not part of the town's lists either."""

    def certificate(self, year: int) -> MadeCertificate | None:
        return next((one for one in self.certificates if one.year == year), None)

    def child(self, child_id: ChildId) -> Child:
        """This family's child. Raises NotFound for another family's child: for this family it does not exist."""
        for child in self.children:
            if child.id == child_id:
                return child
        raise NotFound("child")
