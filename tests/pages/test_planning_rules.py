"""What the planning says of rules that change, of days that open so long before, and of days outside every period."""

from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib.rules.deadlines import CalendarDaysBefore, DatedRules
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.school_calendar import Period
from tests.builders import WEEKDAYS, an_activity
from tests.clock import paris
from tests.pages.client import PageClient, plain
from tests.pages.conftest import World, the_manual_s_town
from tests.pages.test_planning import rows_of

MONDAY, FRIDAY = date(2016, 1, 11), date(2016, 1, 15)
WEEK = "/planning?semaine=2016-01-11"


def parent_of(**changes: Any) -> tuple[World, PageClient]:
    """A parent of a town that has a canteen alone, on Tuesday 22 December 2015."""
    cantine = an_activity("cantine", CalendarDaysBefore(1, 600), label="Cantine", school_weekdays=WEEKDAYS)
    town = replace(the_manual_s_town(), activities={cantine.id: replace(cantine, **changes)})
    world = World(town=town)
    return world, world.parent()


def test_a_week_in_which_the_rule_changes_says_both() -> None:
    rules = DatedRules(
        CalendarDaysBefore(1, 600),
        ((date(2016, 1, 18), CalendarDaysBefore(2, 720)),),
        ((Period("", FRIDAY, FRIDAY), CalendarDaysBefore(7, 1440)),),
    )
    page = parent_of(booking=rules, cancelling=rules)[1].get(WEEK)
    said = "Cantine : à changer la veille avant 10 h (vendredi 15/01 : 7 jours avant, jusqu'à minuit)"
    assert said in page.main
    assert "Cantine : à changer 2 jours avant, avant 12 h" in page.main, "the week after"
    titles = {e.attrs["value"]: plain(e.attrs["title"]) for e in page.page.all("input") if "title" in e.attrs}
    assert titles["c-007~cantine~2016-01-14"] == "à changer avant mercredi 13 janvier à 10 h"
    assert titles["c-007~cantine~2016-01-15"] == "à changer avant la fin du vendredi 8 janvier"
    assert titles["c-007~cantine~2016-01-18"] == "à changer avant samedi 16 janvier à 12 h"


def test_days_say_from_when_they_can_be_booked() -> None:
    world, parent = parent_of(advance=Advance(0, 21, 480))
    page = parent.get(WEEK)
    assert rows_of(page.body, 2)["Cantine"] == [
        "[ ]",
        "[ ]",
        "réservation possible à partir de mercredi 23 décembre à 8 h",
        "réservation possible à partir de jeudi 24 décembre à 8 h",
        "réservation possible à partir de vendredi 25 décembre à 8 h",
    ]
    assert "Cantine : réservations à partir de mercredi 23 décembre à 8 h, jour après jour" in page.main
    assert "Cantine : à changer la veille avant 10 h ; réservation ouverte 3 semaines avant, à 8 h" in page.main
    recap = parent.follow(parent.save(page, "c-007~cantine~2016-01-13"))
    assert "Les inscriptions ouvrent mercredi 23 décembre à 8 h." in recap.main
    world.clock.set("mercredi 2015-12-23 08:00")
    parent.sign_in()
    assert rows_of(parent.get(WEEK).body, 2)["Cantine"][:3] == ["[ ]"] * 3


def test_days_outside_every_period_say_so() -> None:
    opens = paris("mardi 2015-12-01 00:00")
    _, parent = parent_of(windows=(Window(MONDAY, date(2016, 1, 13), opens, None),))
    page = parent.get(WEEK)
    outside = "non réservé, hors des périodes de réservation"
    assert rows_of(page.body, 2)["Cantine"] == ["[ ]", "[ ]", "[ ]", outside, outside]
    assert "Du jeu. 14 au ven. 15 : hors des périodes de réservation (Cantine)" in page.main
    assert 'title="hors des périodes de réservation"' in page.body
    assert rows_of(page.body, 3)["Cantine"] == [outside] * 5
    assert "Cantine : hors des périodes de réservation" in page.main, "under the week that has nothing else"
    recap = parent.follow(parent.save(page, "c-007~cantine~2016-01-14"))
    assert "Ce jour est hors des périodes de réservation." in recap.main


def test_days_outside_can_be_opened_by_a_word() -> None:
    page = parent_of(windows=(Window(MONDAY, MONDAY, None, None),), open_outside_windows=True)[1].get(WEEK)
    assert rows_of(page.body, 2)["Cantine"] == ["[ ]"] * 5
