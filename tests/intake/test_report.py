"""The report in French: one and several agree, each advice fits its case, and the last line says what to do next."""

import re
from datetime import date

import pytest

from chalicelib.intake.files.faults import FileLine
from chalicelib.intake.money_acts import MoneyAct
from chalicelib.intake.people.departed import Departure, Ended
from chalicelib.intake.people.renumbered import Renumbered
from chalicelib.intake.report import IntakeReport, IntakeTally, NotTaken
from chalicelib.rules.families import Child
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, SchoolId

LISTS = ("refused", "not_put", "not_recorded", "recognised", "overpaid")
WORDS = {
    "refused": (
        "réservation à revoir, que le portail n'a pas prise",
        "réservations à revoir, que le portail n'a pas prises",
    ),
    "not_put": ("facture à revoir, que le portail n'a pas prise", "factures à revoir, que le portail n'a pas prises"),
    "not_recorded": (
        "règlement à revoir, que le portail n'a pas enregistré",
        "règlements à revoir, que le portail n'a pas enregistrés",
    ),
    "recognised": (
        "règlement que le portail a déjà, sous une autre forme",
        "règlements que le portail a déjà, sous une autre forme",
    ),
    "overpaid": ("facture payée de trop, à rembourser", "factures payées de trop, à rembourser"),
}
NOTHING = "Rien à changer : le portail était à jour."


def a_report(**lists: int) -> IntakeReport:
    report = IntakeReport(town=IntakeTally(unchanged=1))
    for name, count in lists.items():
        getattr(report, name).extend(NotTaken(FileLine("x.csv", n), "…") for n in range(1, count + 1))
    return report


def an_ended(*, moved: bool = False, removed: bool = False, left: bool = False, cancelled: bool = False) -> Ended:
    gone = date(2026, 11, 23) if left else None
    child = Child(ChildId("c-7"), "007", "James", "BOND", SchoolId("mallerin"), "", (), left=gone)
    return Ended(
        child=child,
        family=FamilyId("f-1"),
        activity=ActivityId("cantine"),
        label="Cantine",
        moved=moved,
        removed=removed,
        days=(date(2026, 12, 1),),
        cancelled=cancelled,
    )


@pytest.mark.parametrize("name", LISTS)
def test_one_and_several_agree(name: str) -> None:
    one, several = WORDS[name]
    assert f"1 {one} :" in a_report(**{name: 1}).lines()
    assert f"2 {several} :" in a_report(**{name: 2}).lines()


def test_no_plural_follows_one() -> None:
    """Every line of the report, with one of each thing."""
    report = a_report(**dict.fromkeys(LISTS, 1))
    one = IntakeTally(1, 1, 1)
    report.families = report.children = report.logins = report.bookings = one
    report.invoices = report.payments = one
    report.acts = dict.fromkeys(MoneyAct, one)
    report.logins_removed = report.overtaken = report.recounted = report.pdfs_made = report.notices = 1
    report.departures.append(Departure(an_ended().child, FamilyId("f-1"), ()))
    report.ended = [an_ended(), an_ended(cancelled=True, moved=True)]
    for line in report.lines():
        assert not re.search(r"\b1 \w+s\b", line), line
    assert not any(
        re.search(r"\bprises|enregistrés|payées|annulées|restent réservées", line) for line in report.lines()
    )


@pytest.mark.parametrize(
    ("case", "advice"),
    [
        (
            {"moved": True},
            "Pour les garder (changement de famille) : les réserver de nouveau dans la nouvelle famille.",
        ),
        (
            {"removed": True},
            "Pour les garder (activité retirée) : remettre l'activité dans town.toml et l'inscription dans "
            "inscriptions.csv.",
        ),
        ({"left": True}, "Pour les garder (enfant parti) : remettre l'enfant dans enfants.csv, et ses inscriptions."),
        ({}, "Pour les garder (inscription terminée) : remettre l'inscription dans inscriptions.csv."),
    ],
)
def test_the_advice_fits_what_ended(case: dict[str, bool], advice: str) -> None:
    report = a_report()
    report.ended = [an_ended(**case)]
    advices = [line.strip() for line in report.lines() if "Pour les garder" in line]
    assert advices == [advice]


def test_nothing_to_change_is_said_alone_or_last() -> None:
    assert a_report().lines()[-1] == NOTHING
    assert a_report(recognised=1).lines()[-1] == NOTHING


@pytest.mark.parametrize("name", ["refused", "not_put", "not_recorded", "overpaid"])
def test_the_last_line_says_what_to_do_next(name: str) -> None:
    lines = a_report(**{name: 1}).lines()
    assert NOTHING not in lines
    assert lines[-1].startswith("À faire : ")


def test_departures_and_new_identifiers_have_something_to_do_too() -> None:
    report = a_report()
    report.ended = [an_ended()]
    assert report.lines()[-1] == "À faire : annuler ou garder les réservations sans inscription."
    report.ended = [an_ended(cancelled=True)]
    assert not report.lines()[-1].startswith("À faire")
    report.renumbered = [Renumbered("f-1", "f-10", closed=True)]
    assert report.lines()[-1] == "À faire : remettre les anciens identifiants des familles, puis relancer l'import."
