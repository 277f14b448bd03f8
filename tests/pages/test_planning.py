"""The planning page and its save, in the manual's town at Christmas 2015."""

import re
from dataclasses import replace

import pytest

from chalicelib.rules.deadlines import CalendarDaysBefore
from chalicelib.rules.families import Enrolment
from chalicelib.rules.ids import ActivityId
from tests.builders import a_child, a_family, an_activity
from tests.pages.client import PageClient, plain
from tests.pages.conftest import World, the_manual_s_town

MORNING_23 = "c-007~petites-vac-matin~2015-12-23"
AFTERNOON_23 = "c-007~petites-vac-apres-midi~2015-12-23"
MORNING_24 = "c-007~petites-vac-matin~2015-12-24"


def rows_of(html: str, week: int) -> dict[str, list[str]]:
    """Each row of a week: ``[x]`` and ``[ ]`` are boxes, anything else is what a screen reader says."""
    (table,) = [t for t in re.findall(r"<table>.*?</table>", html, re.DOTALL) if f"<caption>Semaine {week} " in t]
    rows = {}
    for row in re.findall(r"<tr><th scope=\"row\".*?</tr>", table, re.DOTALL):
        label, *cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
        rows[label] = [_cell(cell) for cell in cells]
    return rows


def _cell(html: str) -> str:
    if "<input" in html:
        return "[x]" if " checked" in html else "[ ]"
    return plain(re.findall(r'<span class="vh">(.*?)</span>', html)[0])


def test_the_manual_s_two_weeks(parent: PageClient) -> None:
    page = parent.get("/planning")
    assert page.heading == "Planning de James BOND"
    assert "MALLERIN PRIMAIRE / 10-Mme Béatrice ESCO" in page.main
    week = rows_of(page.body, 52)
    assert week["Cantine"] == ["jour passé", "fermé", "fermé", "fermé", "fermé"]
    assert week["Petites Vac. Matin"] == ["jour passé", "[ ]", "[ ]", "[ ]", "fermé"]
    assert week["Étude"][1] == "non réservé, à changer auprès de la mairie"
    assert all(cells == ["fermé"] * 5 for cells in rows_of(page.body, 53).values())
    assert "Ven. 25 : Noël" in page.main
    assert "Du lun. 28 au ven. 1er : Centre de loisirs fermé" in page.main


def test_each_box_is_named_by_its_headers_and_tells_its_deadline(parent: PageClient) -> None:
    page = parent.get("/planning")
    (box,) = [e for e in page.page.all("input") if e.attrs.get("value") == MORNING_23]
    named = [
        next(e for e in page.page.elements if e.attrs.get("id") == i) for i in box.attrs["aria-labelledby"].split()
    ]
    assert [plain(e.text) for e in named] == ["Petites Vac. Matin", "Memercredi23 décembre"]
    assert plain(box.attrs["title"]) == "à changer avant mercredi 23 décembre à 18 h"
    assert "Petites Vac. Matin, Petites Vac. Après-midi, Sortie : à changer le jour même avant 18 h" in page.main


def test_the_next_deadline_comes_first(parent: PageClient) -> None:
    assert "à changer avant mardi 22 décembre à 18 h." in parent.get("/planning").main


def test_a_save_then_its_recap_then_its_undo(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    recap = parent.follow(parent.save(page, MORNING_23, AFTERNOON_23))
    assert recap.heading == "2 modifications enregistrées"
    assert "inscription, 23/12/2015, Petites Vac. Matin" in recap.main
    assert "inscription, 23/12/2015, Petites Vac. Après-midi" in recap.main
    assert "Enregistré mardi 22 décembre 2015 à 14 h 54." in recap.main
    again = parent.get("/planning")
    assert again.ticked() == [MORNING_23, AFTERNOON_23]
    action = next(e.attrs["action"] for e in recap.page.all("form") if "/annuler" in e.attrs["action"])
    world.clock.forward(minutes=1)
    undone = parent.follow(parent.post(action, csrf=recap.hidden("csrf")))
    assert "annulation, 23/12/2015, Petites Vac. Matin" in undone.main
    assert parent.get("/planning").ticked() == []


def test_the_last_changes_are_the_manual_s_lines(parent: PageClient) -> None:
    parent.save(parent.get("/planning"), MORNING_24)
    parent.save(parent.get("/planning"))
    page = parent.get("/modifications")
    assert "Je 24-12-2015 annulé — par internet le Ma 22-12-2015 à 14:54" in page.main
    assert "Je 24-12-2015 inscrit — par internet le Ma 22-12-2015 à 14:54" in page.main


def test_nothing_changed_is_said(world: World, parent: PageClient) -> None:
    page = parent.follow(parent.save(parent.get("/planning")))
    assert "Vous n'avez rien modifié." in page.main
    assert world.journal() == 0


def test_a_deadline_says_what_it_ends_and_never_a_midnight_that_may_be_the_day_before() -> None:
    cantine = an_activity("cantine", CalendarDaysBefore(7, 1440), CalendarDaysBefore(1, 600), label="Cantine")
    world = World(town=replace(the_manual_s_town(), activities={cantine.id: cantine}))
    world.clock.set("mercredi 2015-12-02 08:00")
    parent = world.parent()
    page = parent.get("/planning?semaine=2015-12-07")
    assert "Cantine de jeudi 10 décembre, à réserver avant la fin du jeudi 3 décembre." in page.main
    thursday = "c-007~cantine~2015-12-10"
    parent.save(page, thursday)
    boxes = [e.attrs for e in parent.get("/planning?semaine=2015-12-07").page.all("input") if "title" in e.attrs]
    titles = {box["value"]: plain(box["title"]) for box in boxes}
    assert titles[thursday] == "à annuler avant mercredi 9 décembre à 10 h"
    assert titles["c-007~cantine~2015-12-11"] == "à réserver avant la fin du vendredi 4 décembre"


def test_a_refusal_says_why_and_what_it_costs(world: World, parent: PageClient) -> None:
    world.clock.set("dimanche 2016-01-03 09:30")
    parent.sign_in()
    page = parent.get("/planning?semaine=2016-01-04")
    parent.save(page, "c-007~cantine~2016-01-04")
    page = parent.get("/planning?semaine=2016-01-04")
    world.clock.set("dimanche 2016-01-03 10:00")
    recap = parent.follow(parent.save(page, "c-007~cantine~2016-01-05"))
    assert recap.heading == "1 modification enregistrée, 1 refusée"
    assert (
        "Cantine, lundi 4 janvier : vous vouliez annuler. Il fallait valider avant dimanche 3 janvier à 10 h ; "
        "votre demande est arrivée à 10 h 00 min 00 s. Le repas reste réservé et sera facturé." in recap.main
    )
    assert "01 00 00 00 00" in recap.main
    assert recap.main.index("Non enregistré") < recap.main.index("Modifications enregistrées")


def test_everything_refused_is_the_title(world: World, parent: PageClient) -> None:
    world.clock.set("mardi 2015-12-22 17:30")
    parent.sign_in()
    page = parent.get("/planning")
    world.clock.set("mardi 2015-12-22 18:00")
    recap = parent.follow(parent.save(page, "c-007~petites-vac-matin~2015-12-22"))
    assert recap.heading == "Rien n'a été enregistré"
    assert "La place n'est pas réservée." in recap.main


def test_a_place_taken_meanwhile_is_complet_and_the_rest_is_saved(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    sister = parent.get("/planning?enfant=c-008")
    parent.save(sister, "c-008~sortie~2015-12-23")
    recap = parent.follow(parent.save(page, "c-007~sortie~2015-12-23", MORNING_23))
    assert recap.heading == "1 modification enregistrée, 1 refusée"
    assert "C'est complet" in recap.main
    assert rows_of(parent.get("/planning").body, 52)["Sortie"][2] == "complet"


def test_the_same_post_twice_changes_nothing_more(parent: PageClient) -> None:
    page = parent.get("/planning")
    parent.save(page, MORNING_23)
    recap = parent.follow(parent.save(page, MORNING_23))
    assert recap.heading == "Tout était déjà enregistré"
    assert parent.get("/planning").ticked() == [MORNING_23]


def test_two_parents_both_get_what_they_wanted(world: World) -> None:
    one, other = world.parent(), world.parent()
    first, second = one.get("/planning"), other.get("/planning")
    one.save(first, MORNING_23)
    other.save(second, AFTERNOON_23)
    assert one.get("/planning").ticked() == [MORNING_23, AFTERNOON_23]


def test_the_filter_shows_one_activity_and_leaves_the_others_alone(parent: PageClient) -> None:
    parent.save(parent.get("/planning"), MORNING_23)
    page = parent.get("/planning?activite=petites-vac-apres-midi")
    assert list(rows_of(page.body, 52)) == ["Petites Vac. Après-midi"]
    parent.save(page, AFTERNOON_23)
    assert parent.get("/planning").ticked() == [MORNING_23, AFTERNOON_23]


def test_weeks_before_and_after_lead_somewhere(parent: PageClient) -> None:
    page = parent.get("/planning")
    links = {plain(e.text): e.attrs["href"] for e in page.page.all("a")}
    later = parent.get(links["Semaines d'après"])
    assert "Semaine 4 " in later.main
    assert "Cette semaine" in later.main
    assert "Semaine 51 " in parent.get(links["Semaines d'avant"]).main


def test_the_calendar_s_end_is_said(parent: PageClient) -> None:
    page = parent.get("/planning?semaine=2016-07-04")
    assert "Le calendrier de la mairie s'arrête ici." in page.main
    assert "Semaines d'après" not in page.main


def test_a_child_without_enrolment_has_an_explanation() -> None:
    world = World(family=a_family(replace(a_child(), enrolments=())))
    page = world.parent().get("/planning")
    assert "n'a d'inscription à aucune activité" in page.main
    assert page.boxes() == []


def test_a_family_without_children_has_an_explanation() -> None:
    world = World(family=replace(a_family(), children=()))
    visitor = world.parent()
    assert "Aucun enfant n'est rattaché" in visitor.get("/planning").main
    assert "Aucun enfant n'est rattaché" in visitor.get("/enfants").main


def test_weeks_that_cannot_change_have_no_button() -> None:
    enrolment = Enrolment(ActivityId("etude"), read_only=True)
    world = World(family=a_family(replace(a_child(), enrolments=(enrolment,))))
    page = world.parent().get("/planning")
    assert "Rien ne peut être changé en ligne" in page.main
    assert "Valider mes modifications" not in page.main


@pytest.mark.parametrize("child", ["c-007", "c-008"])
def test_every_child_is_one_click_away(parent: PageClient, child: str) -> None:
    links = [e.attrs["href"] for e in parent.get("/enfants").page.all("a")]
    assert f"/planning?enfant={child}" in links
    assert {value.split("~")[0] for value in parent.get(f"/planning?enfant={child}").boxes()} == {child}


def test_a_bookmarked_recap_stays(world: World, parent: PageClient) -> None:
    saved = parent.save(parent.get("/planning"), MORNING_23)
    world.clock.forward(minutes=30)
    assert parent.follow(saved).heading == "1 modification enregistrée"


def test_a_day_that_is_passed_keeps_its_booking_readable(world: World, parent: PageClient) -> None:
    parent.save(parent.get("/planning"), MORNING_23)
    world.clock.set("jeudi 2015-12-24 08:00")
    parent.sign_in()
    assert rows_of(parent.get("/planning").body, 52)["Petites Vac. Matin"][2] == "réservé, jour passé"


def test_a_day_after_its_deadline_keeps_its_booking_readable(world: World, parent: PageClient) -> None:
    parent.save(parent.get("/planning"), MORNING_23)
    world.clock.set("mercredi 2015-12-23 18:00")
    parent.sign_in()
    rows = rows_of(parent.get("/planning").body, 52)
    assert rows["Petites Vac. Matin"][2] == "réservé, délai passé"
    assert rows["Petites Vac. Après-midi"][2] == "non réservé, délai passé"
