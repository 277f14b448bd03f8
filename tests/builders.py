"""Legal objects for tests: name only what matters, the rest is filled in."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from chalicelib.rules.deadlines import CalendarDaysBefore, Deadline
from chalicelib.rules.families import Child, Enrolment, Family
from chalicelib.rules.ids import ActivityId, AttemptId, ChildId, FamilyId, InvoiceNumber, SchoolId
from chalicelib.rules.invoices import Invoice, Means, Payment, bare_reference, reference_of
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt
from chalicelib.rules.planning import Slot
from chalicelib.rules.school_calendar import Calendar, Period
from chalicelib.rules.town import Activity, LegalFacts, Office, School, Town

SCHOOL = SchoolId("mallerin")
OTHER_SCHOOL = SchoolId("prevert")
CANTEEN = ActivityId("cantine")
MORNING = ActivityId("garderie-matin")
HOLIDAY_AM = ActivityId("petites-vac-matin")
JAMES = ChildId("c-007")
ALINE = ChildId("c-008")
BOND = FamilyId("f-bond")
SCHOOL_DAYS = frozenset({1, 2, 4, 5})
WEEKDAYS = frozenset({1, 2, 3, 4, 5})
DAY_BEFORE_AT_TEN = CalendarDaysBefore(1, 600)


def a_calendar(**changes: Any) -> Calendar:
    """School year 2026-2027 with its autumn and winter holidays, zone A."""
    calendar = Calendar(
        first=date(2026, 9, 1),
        last=date(2027, 7, 3),
        holidays=(
            Period("Vacances de la Toussaint", date(2026, 10, 17), date(2026, 11, 1)),
            Period("Vacances de Noël", date(2026, 12, 19), date(2027, 1, 3)),
        ),
        public_holidays={date(2026, 11, 11): "Armistice", date(2026, 12, 25): "Noël", date(2027, 1, 1): "Jour de l'an"},
        closures=(),
        openings=(),
    )
    return replace(calendar, **changes)


def an_activity(
    name: str = CANTEEN, booking: Deadline = DAY_BEFORE_AT_TEN, cancelling: Deadline | None = None, **changes: Any
) -> Activity:
    activity = Activity(
        id=ActivityId(name),
        label=name.replace("-", " ").capitalize(),
        school_weekdays=SCHOOL_DAYS,
        holiday_weekdays=frozenset(),
        booking=booking,
        cancelling=cancelling or booking,
        meal=name == CANTEEN,
    )
    return replace(activity, **changes)


def a_town(*activities: Activity, **changes: Any) -> Town:
    listed = activities or (an_activity(),)
    town = Town(
        name="Ville de démo",
        colour="#0b5c8c",
        crest="",
        message="<p>Bienvenue</p>",
        office=Office("Service enfance", "01 00 00 00 00", "enfance@ville.example", "du lundi au vendredi, 9 h – 17 h"),
        legal=LegalFacts("Commune de démo", "1 place de la Mairie", "Le maire", "Un hébergeur", "dpo@ville.example"),
        schools={SCHOOL: School(SCHOOL, "MALLERIN PRIMAIRE"), OTHER_SCHOOL: School(OTHER_SCHOOL, "PRÉVERT")},
        activities={activity.id: activity for activity in listed},
        calendar=a_calendar(),
    )
    return replace(town, **changes)


def a_child(name: str = JAMES, *activities: str, **changes: Any) -> Child:
    child = Child(
        id=ChildId(name),
        code=name.removeprefix("c-"),
        first_name="James",
        last_name="BOND",
        school=SCHOOL,
        class_name="10-Mme Béatrice ESCO",
        enrolments=tuple(Enrolment(ActivityId(activity)) for activity in activities or (CANTEEN,)),
    )
    return replace(child, **changes)


def a_family(*children: Child, **changes: Any) -> Family:
    family = Family(
        id=BOND,
        payer="Jamie BOND",
        email="jamie.bond@server.fr",
        session_epoch=0,
        children=children or (a_child(),),
    )
    return replace(family, **changes)


def a_slot(day: date, activity: str = CANTEEN, child: str = JAMES) -> Slot:
    return Slot(ChildId(child), ActivityId(activity), day)


def an_invoice(number: str = "2013-026-000335", **changes: Any) -> Invoice:
    """An invoice of the Bonds, unpaid; its reference is its number's."""
    invoice = Invoice(
        number=InvoiceNumber(number),
        reference=reference_of(number, "T5"),
        family=BOND,
        issued_on=date(2013, 9, 30),
        due_on=date(2013, 10, 15),
        label="CANTINE ET GARDERIE SEPTEMBRE 2013",
        regie="REGIE PERISCOLAIRE",
        total=Cents(424),
        published_at=datetime(2013, 10, 1, 8, tzinfo=UTC),
        pdf_bytes=38_000,
    )
    return replace(invoice, **changes)


def an_attempt(invoice: Invoice, created_at: datetime, **changes: Any) -> Attempt:
    """An attempt to pay what remains of the invoice."""
    attempt = Attempt(
        id=AttemptId(f"a-{invoice.number}"),
        family=invoice.family,
        invoice=invoice.number,
        exercice=invoice.reference[:4],
        reference=bare_reference(invoice.reference),
        label=invoice.label,
        amount=invoice.remaining,
        payer="Jamie BOND",
        email="jamie.bond@server.fr",
        client_number="006382",
        saisie="T",
        contract="web-service",
        created_at=created_at,
    )
    return replace(attempt, **changes)


def a_payment(amount: int, **changes: Any) -> Payment:
    payment = Payment(id="p-1", payer="Jamie BOND", paid_on=date(2012, 8, 16), amount=Cents(amount), means=Means.CHEQUE)
    return replace(payment, **changes)
