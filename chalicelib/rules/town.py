"""What a town tells the portal about itself: schools, activities, capacities, contacts, legal facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from chalicelib.rules.deadlines import Deadline
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.school_calendar import Calendar


@dataclass(frozen=True)
class School:
    id: SchoolId
    label: str


@dataclass(frozen=True)
class Office:
    """The childcare office (*service enfance*) that parents contact."""

    name: str
    phone: str
    email: str
    hours: str


@dataclass(frozen=True)
class LegalFacts:
    """Facts that the three legal pages must print. Texts are plain French sentences."""

    identity: str
    address: str
    publisher: str
    host: str
    dpo: str
    accessibility: str = "non conforme"
    """``totalement``, ``partiellement`` or ``non`` + ``conforme``: *non conforme* until a valid audit exists."""


@dataclass(frozen=True)
class Window:
    """The days ``first``..``last`` can be booked only from ``opens_at`` (included) to ``closes_at`` (excluded).

    Both instants are aware UTC; ``None`` means no limit on that side. The days are visible before.
    """

    first: date
    last: date
    opens_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True)
class Capacity:
    """Places per day: for the whole town, or school by school (a school that is not named has no limit)."""

    places: int | None
    by_school: Mapping[SchoolId, int]


@dataclass(frozen=True)
class Activity:
    """One service that children are enrolled in, and when it opens.

    ``school_weekdays`` and ``holiday_weekdays`` are ISO weekdays (1 Monday .. 7 Sunday) on which it opens in school
    weeks and in holiday weeks. ``requires`` is satisfied by any one of its activities on the same day.
    """

    id: ActivityId
    label: str
    school_weekdays: frozenset[int]
    holiday_weekdays: frozenset[int]
    booking: Deadline
    cancelling: Deadline
    first: date | None = None
    last: date | None = None
    schools: frozenset[SchoolId] = frozenset()
    """Schools that offer it; empty means all."""
    windows: tuple[Window, ...] = ()
    capacity: Capacity | None = None
    requires: tuple[ActivityId, ...] = ()
    excludes: tuple[ActivityId, ...] = ()
    meal: bool = False
    """A meal is *facturé*; it only chooses the words of a refusal (« Le repas reste réservé »)."""
    regie: str = ""


@dataclass(frozen=True)
class PaymentFacts:
    """What invoices must print so that they can be paid; empty texts for a town that has no invoices online."""

    collector_code: str = ""
    """*Code recette* (ROLREC): two characters, the second part of payment references that the portal makes."""
    client_number: str = ""
    """Identifier of the public body at the treasury (*identifiant structure*): six digits."""
    means: tuple[str, ...] = ()
    """Other ways to pay, one French sentence each."""
    mention: str = ""
    """What the law wants at the bottom of an invoice: ways to appeal, VAT…"""
    online: str = ""
    """Contract with the treasury: ``web-service``, ``url``, or empty: no new payment is opened from the portal. Those
    under way go on by the contract that they were opened under."""
    saisie: str = "T"
    """The treasury's mode: ``T`` test, ``X`` activation, ``W`` (``A`` by URL) live."""
    padded: bool = False
    """Whether the treasury wants the debt's number on thirteen digits."""


@dataclass(frozen=True)
class Town:
    name: str
    colour: str
    """Six-digit hex, ``#0b5c8c``: the theme makes it contrast-safe."""
    crest: str
    """A small SVG document, or empty."""
    message: str
    """The information message of the sign-in page: safe HTML, which the import makes of the town's small Markdown."""
    office: Office
    legal: LegalFacts
    schools: Mapping[SchoolId, School]
    activities: Mapping[ActivityId, Activity]
    """In the order in which the town wants them shown."""
    calendar: Calendar
    payment: PaymentFacts = PaymentFacts()
    former: Mapping[ActivityId, str] = field(default_factory=dict)
    """Activities that the town had and has no more, with the last name of each: history still names them."""

    def activity(self, activity: ActivityId) -> Activity | None:
        """None for one that the town does not have, or has no more: bookings and the journal outlive it."""
        return self.activities.get(activity)

    def label_of(self, activity: ActivityId) -> str:
        """The activity's name, or the last one that it had; its identifier when the town never knew it."""
        known = self.activities.get(activity)
        return known.label if known else self.former.get(activity, activity)

    def after(self, before: "Town | None") -> "Town":
        """This town as the one that follows ``before``: it remembers the activities that are gone."""
        known = {**before.former, **{one.id: one.label for one in before.activities.values()}} if before else {}
        return replace(self, former={name: known[name] for name in sorted(known.keys() - self.activities.keys())})
