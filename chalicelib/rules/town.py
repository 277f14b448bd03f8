"""What a town tells the portal about itself: schools, activities, places, contacts, legal facts."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import date
from functools import cached_property

from chalicelib.rules.billing import Billing
from chalicelib.rules.brakes import Brakes
from chalicelib.rules.deadlines import Deadline
from chalicelib.rules.ids import ActivityId, DietId, SchoolId
from chalicelib.rules.kitchen import KitchenOrder, Sitting
from chalicelib.rules.money import Cents
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.school_calendar import Calendar
from chalicelib.values import Value


class School(Value):
    id: SchoolId
    label: str


class Office(Value):
    """The childcare office (*service enfance*) that parents contact."""

    name: str
    phone: str
    email: str
    hours: str


class LegalFacts(Value):
    """Facts that the three legal pages must print. The texts are plain French sentences."""

    identity: str
    address: str
    publisher: str
    host: str
    dpo: str
    accessibility: str = "non conforme"
    """``totalement``, ``partiellement`` or ``non``, then ``conforme``. It is *non conforme* until there is a valid
    audit."""


class Capacity(Value):
    """Places per day, for the whole town or school by school. A school that is not named has no limit."""

    places: int | None
    by_school: Mapping[SchoolId, int]


class Activity(Value):
    """One service in which children are enrolled, and when it opens.

    ``school_weekdays`` and ``holiday_weekdays`` are the ISO weekdays (1 Monday .. 7 Sunday) on which it opens in school
    weeks and in holiday weeks. Any one activity of ``requires`` on the same day is enough.
    """

    id: ActivityId
    label: str
    school_weekdays: frozenset[int]
    holiday_weekdays: frozenset[int]
    booking: Deadline
    cancelling: Deadline
    by_week: bool = False
    """Whether all days of a week on which it is open for a child are booked, or cancelled, together."""
    first: date | None = None
    last: date | None = None
    schools: frozenset[SchoolId] = frozenset()
    """Schools that offer it; empty means all schools."""
    windows: tuple[Window, ...] = ()
    open_outside_windows: bool = False
    """Whether days that are in no window can be booked all the same. Without windows every day can."""
    advance: Advance | None = None
    """From how long before it a day can be booked; days of a window follow their window."""
    capacity: Capacity | None = None
    requires: tuple[ActivityId, ...] = ()
    excludes: tuple[ActivityId, ...] = ()
    meal: bool = False
    """Whether it is a meal: this only chooses the words of a refusal (« Le repas reste réservé »)."""
    regie: str = ""
    childcare: bool = False
    """Whether what is paid for it counts for the tax certificate (*garde*): child care, no meal."""

    @cached_property
    def has_one_deadline(self) -> bool:
        """Whether booking and cancelling end at the same time."""
        return self.booking == self.cancelling

    def windows_of(self, day: date) -> tuple[Window, ...] | None:
        """When ``day`` can be booked, apart from its deadline: while one of these windows is open. None when it always
        can; no window when it never can."""
        named = tuple(window for window in self.windows if window.first <= day <= window.last)
        if named:
            return named
        if self.advance:
            return (Window(day, day, self.advance.opens_at(day), None),)
        return () if self.windows and not self.open_outside_windows else None


class PaymentFacts(Value):
    """What invoices must print so that they can be paid; texts are empty for a town that has no invoices online."""

    collector_code: str = ""
    """*Code recette* (ROLREC): two characters, the second part of the payment references that the portal makes."""
    client_number: str = ""
    """Identifier of the public body at the treasury (*identifiant structure*): six digits."""
    means: tuple[str, ...] = ()
    """Other ways to pay, one French sentence each."""
    mention: str = ""
    """What the law requires at the bottom of an invoice: how to appeal, VAT…"""
    online: str = ""
    """Contract with the treasury: ``web-service``, ``url``, or empty when no new payment is opened from the portal.
    Payments under way go on under the contract with which they were opened."""
    saisie: str = "T"
    """The treasury's mode: ``T`` test, ``X`` activation, ``W`` live (``A`` under the URL contract)."""
    padded: bool = False
    """Whether the treasury wants the debt's number on thirteen digits."""
    days_after_due: int | None = None
    """How many days after its due date an invoice can still be paid online; None: as long as it is due."""
    ceiling: Cents = Cents(999_999)
    """Most that one payment online may be, in cents: the contract's, never more than the treasury's."""
    siret: str = ""
    """The town's SIRET: fourteen digits, printed on its papers."""


class CertificateFacts(Value):
    """What tax certificates say of the town: who signs them (a name and an office), and where. Each may be empty."""

    signatory: str = ""
    place: str = ""


class Town(Value):
    name: str
    colour: str
    """Six hex digits, ``#0b5c8c``: the theme gives it enough contrast."""
    crest: str
    """A small SVG document; may be empty."""
    message: str
    """The information message of the sign-in page: safe HTML, which the import makes from the town's small Markdown."""
    office: Office
    legal: LegalFacts
    schools: Mapping[SchoolId, School]
    activities: Mapping[ActivityId, Activity]
    """Activities in the order in which the town wants to show them."""
    calendar: Calendar
    payment: PaymentFacts = PaymentFacts()
    former: Mapping[ActivityId, str] = field(default_factory=dict)
    """Activities that the town no longer has, with the last name of each: history still names them."""
    former_care: frozenset[ActivityId] = frozenset()
    """Those of ``former`` that were child care: what was paid for them still counts for the tax certificate."""
    certificates: CertificateFacts = CertificateFacts()
    sittings: tuple[Sitting, ...] = ()
    orders: tuple[KitchenOrder, ...] = ()
    """What is sent to the kitchen by itself."""
    billing: Billing = Billing()
    diets: Mapping[DietId, str] = field(default_factory=dict)
    """The diets that a child may have and their names, in the order in which the town wants to show them."""
    brakes: Brakes = Brakes()

    def activity(self, activity: ActivityId) -> Activity | None:
        """The activity; None when the town does not have it, or no longer: bookings and the journal live longer than
        it."""
        return self.activities.get(activity)

    def label_of(self, activity: ActivityId) -> str:
        """The activity's name, or its last name when it is gone; its identifier when the town never knew it."""
        known = self.activities.get(activity)
        return known.label if known else self.former.get(activity, activity)

    def diet_label(self, diet: DietId) -> str:
        """The diet's name; its identifier when the town has it no longer: what a child eats outlives the list."""
        return self.diets.get(diet, diet)

    def after(self, before: "Town | None") -> "Town":
        """This town as the successor of ``before``: it remembers the activities that are gone."""
        known = {**before.former, **{one.id: one.label for one in before.activities.values()}} if before else {}
        care = {*before.former_care, *(one.id for one in before.activities.values() if one.childcare)} if before else ()
        gone = sorted(known.keys() - self.activities.keys())
        return replace(
            self, former={name: known[name] for name in gone}, former_care=frozenset(care).intersection(gone)
        )
