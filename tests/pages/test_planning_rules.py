"""What the planning says of rules that change, of days that open so long before, of days outside every period, and of
whole weeks."""

from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib.rules.deadlines import CalendarDaysBefore, DatedRules
from chalicelib.rules.ids import ActivityId, EntryId
from chalicelib.rules.openings import Advance, Window
from chalicelib.rules.planning import PlaceKey, Wish
from chalicelib.rules.school_calendar import Period
from chalicelib.rules.town import Capacity
from chalicelib.services.ports import JournalEntry
from tests.builders import BOND, WEEKDAYS, a_slot, an_activity
from tests.clock import paris
from tests.pages.client import Opened, PageClient, plain
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


CENTRE_WEEK = "c-007~cantine~2016-W02"
UNIT = "Semaine entière : lun. 11, mar. 12, mer. 13, jeu. 14, ven. 15"


def week_box(page: Opened, value: str = CENTRE_WEEK) -> tuple[str, str, bool]:
    """What names the box of a week, its title, and whether it is ticked."""
    (box,) = [e for e in page.page.all("input") if e.attrs.get("value") == value]
    row, words = box.attrs["aria-labelledby"].split()
    named = [next(e for e in page.page.elements if e.attrs.get("id") == i) for i in (row, words)]
    return plain(" ; ".join(e.text for e in named)), plain(box.attrs["title"]), "checked" in box.attrs


def test_a_week_is_booked_by_one_box_and_undone_by_one_button() -> None:
    world, parent = parent_of(by_week=True)
    page = parent.get(WEEK)
    assert week_box(page) == (f"Cantine ; {UNIT}", "à changer avant dimanche 10 janvier à 10 h", False)
    said = "Cantine : par semaine entière, à changer la veille avant 10 h (délai du premier jour)"
    assert said in page.main
    assert "Cantine de la semaine du lundi 11 janvier, à changer avant dimanche 10 janvier à 10 h." in page.main
    assert not [box for box in page.boxes() if box.endswith("2016-01-11")]
    recap = parent.follow(parent.save(page, CENTRE_WEEK))
    assert recap.heading == "1 modification enregistrée"
    days = "lun. 11, mar. 12, mer. 13, jeu. 14, ven. 15"
    assert f"inscription, semaine du 11/01/2016 ({days}), Cantine" in recap.main
    booked = parent.get(WEEK)
    assert week_box(booked)[2]
    assert booked.ticked() == [CENTRE_WEEK]
    world.clock.forward(minutes=1)
    undone = parent.follow(undo(parent, recap))
    assert f"annulation, semaine du 11/01/2016 ({days}), Cantine" in undone.main
    assert parent.get(WEEK).ticked() == []
    changes = [plain(e.text) for e in parent.get("/modifications").page.all("li") if "semaine" in e.text]
    assert changes == [
        f"semaine du Lu 11-01-2016 ({days}) annulé — par internet le Ma 22-12-2015 à 14:55",
        f"semaine du Lu 11-01-2016 ({days}) inscrit — par internet le Ma 22-12-2015 à 14:54",
    ]


def undo(parent: PageClient, recap: Opened) -> Opened:
    action = next(e.attrs["action"] for e in recap.page.all("form") if "/annuler" in e.attrs["action"])
    return parent.post(action, csrf=recap.hidden("csrf"))


def test_a_week_ticked_before_the_session_ended_is_one_change_and_is_saved() -> None:
    world, parent = parent_of(by_week=True)
    page = parent.get(WEEK)
    world.clock.forward(minutes=61)
    asked = parent.save(page, CENTRE_WEEK)
    assert "Votre modification est gardée. Reconnectez-vous pour la valider." in asked.main
    kept = asked.hidden("garde")
    recap = parent.follow(parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=kept))
    assert "inscription, semaine du 11/01/2016" in recap.main


def test_an_unticked_week_is_left_as_a_whole() -> None:
    _, parent = parent_of(by_week=True)
    parent.save(parent.get(WEEK), CENTRE_WEEK)
    recap = parent.follow(parent.save(parent.get(WEEK)))
    assert "annulation, semaine du 11/01/2016" in recap.main
    assert parent.get(WEEK).ticked() == []


def test_a_part_of_a_week_is_refused_with_the_reason() -> None:
    """The days of a page from before the town went over to weeks, or made by hand."""
    _, parent = parent_of(by_week=True)
    recap = parent.follow(parent.save(parent.get(WEEK), "c-007~cantine~2016-01-12"))
    assert recap.heading == "Rien n’a été enregistré".replace("’", "'")
    assert (
        "Cantine, mardi 12 janvier : vous vouliez inscrire. Cette activité se change par semaine entière : changez la "
        "case de la semaine sur le planning. Le repas n'est pas réservé." in recap.main
    )


def test_a_week_booked_in_part_at_the_office_is_completed_and_may_be_so_again() -> None:
    world, parent = parent_of(by_week=True)
    wednesday = a_slot(date(2016, 1, 13))
    at_noon = paris("mardi 2015-12-01 12:00")
    world.plannings.save(BOND, JournalEntry(EntryId("2015-12-01#a"), at_noon, "guichet", (Wish(wednesday, True),)))
    page = parent.get(WEEK)
    rest = "Cantine ; Reste de la semaine : lun. 11, mar. 12, jeu. 14, ven. 15 (déjà réservé : mer. 13)"
    assert week_box(page)[0::2] == (rest, False)
    recap = parent.follow(parent.save(page, CENTRE_WEEK))
    assert "inscription, semaine du 11/01/2016 (lun. 11, mar. 12, jeu. 14, ven. 15), Cantine" in recap.main
    assert week_box(parent.get(WEEK))[0::2] == (f"Cantine ; {UNIT}", True)
    world.clock.forward(minutes=1)
    undo(parent, recap)
    assert week_box(parent.get(WEEK))[0::2] == (rest, False)


def test_a_full_day_fills_its_week() -> None:
    world, parent = parent_of(by_week=True, capacity=Capacity(1, {}))
    page = parent.get(WEEK)
    key = PlaceKey(date(2016, 1, 13), ActivityId("cantine"))
    world.plannings.reserve(key, 1, 1)
    assert rows_of(parent.get(WEEK).body, 2)["Cantine"] == ["complet"] * 5
    recap = parent.follow(parent.save(page, CENTRE_WEEK))
    assert (
        "Cantine, semaine du lundi 11 janvier : vous vouliez inscrire. C'est complet mercredi 13 janvier, et cette "
        "activité se réserve par semaine entière. La semaine n'est pas réservée." in recap.main
    )
    assert {key: tally.taken for key, tally in world.plannings.counters.items() if tally.taken} == {key: 1}


def test_closed_days_are_not_days_of_the_week() -> None:
    _, parent = parent_of(by_week=True, school_weekdays=frozenset({1, 3}), holiday_weekdays=frozenset({1, 2, 3, 4, 5}))
    page = parent.get("/planning?semaine=2015-12-28")
    assert week_box(parent.get(WEEK))[0] == "Cantine ; Semaine entière : lun. 11, mer. 13"
    assert "c-007~cantine~2015-W53" not in page.boxes(), "the centre is closed all that week"


def test_a_week_after_its_deadline_shows_its_days() -> None:
    world, parent = parent_of(by_week=True)
    world.clock.set("dimanche 2016-01-10 09:30")
    parent.sign_in()
    page = parent.get(WEEK)
    world.clock.set("dimanche 2016-01-10 10:00")
    assert rows_of(parent.get(WEEK).body, 2)["Cantine"] == ["non réservé, délai passé"] * 5
    recap = parent.follow(parent.save(page, CENTRE_WEEK))
    assert (
        "Cantine, semaine du lundi 11 janvier : vous vouliez inscrire. Il fallait valider avant dimanche 10 janvier à "
        "10 h ; votre demande est arrivée à 10 h 00 min 00 s. La semaine n'est pas réservée." in recap.main
    )
