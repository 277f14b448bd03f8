"""What leaves the lists leaves the portal: children who go, children who change family."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.brakes import Braked
from tests.builders import an_invoice
from tests.intake.folder import LISTS, TOWN, a_folder, with_line
from tests.intake.living import F1, F2, LivingTown
from tests.intake.people.leaving import (
    ALINE,
    JAMES,
    JAMES_LEAVES,
    JAMES_MOVES,
    MEALS,
    NO_BOOKINGS,
    NOE,
    WEDNESDAY,
    WEDNESDAYS_END,
    gone,
    without,
)

pytestmark = pytest.mark.usefixtures("hashes")


def test_a_child_that_goes_to_another_family_leaves_the_first_at_once(town: LivingTown, tmp_path: Path) -> None:
    parent = town.parent(F1)
    report = town.load(a_folder(tmp_path, **JAMES_MOVES))
    assert [child.id for child in town.family().children] == [ALINE]
    assert [child.id for child in town.family(F2).children] == [JAMES, NOE]
    assert parent.get("/planning?enfant=c-7").status == 303, "its session is over"
    assert town.opens("007", "GOLDENEYE7") is None
    assert town.opens("007", "CERISIER22") == F2
    again = town.parent(F1)
    assert again.get("/planning?enfant=c-7").status == 404
    assert "James" not in again.get("/enfants").main
    assert (report.logins_removed, report.children_kept) == (1, 0)
    assert str(report.departures[0]) == (
        "James BOND (c-7) : n'est plus dans la famille « f-1 », est dans « f-2 » ; "
        "« f-1 » n'y a plus accès, ses sessions sont fermées"
    )


def test_the_bookings_of_a_child_that_goes_are_told_at_every_import_until_they_are_cancelled(
    town: LivingTown, tmp_path: Path
) -> None:
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **JAMES_MOVES))
        assert town.booked(F1) == MEALS | {WEDNESDAY}
        assert report.lines()[-5:] == [
            "Réservations à venir sans inscription, qui restent réservées : 2",
            "  James BOND (c-7), famille « f-1 », Cantine : 2 réservations les 01/12/2026 et 03/12/2026 "
            "(l'enfant a changé de famille)",
            "  Pour les annuler au nom de la mairie et rendre les places : la même commande avec ANNULER=oui "
            "(--annuler-les-departs).",
            "  Pour les garder (changement de famille) : les réserver de nouveau dans la nouvelle famille.",
            "À faire : annuler ou garder les réservations sans inscription.",
        ]
    assert report.nothing_changed
    report = town.load(a_folder(tmp_path, **JAMES_MOVES), cancel_departed=True)
    assert town.booked(F1) == {WEDNESDAY}
    last = town.journal(F1)[-1]
    assert (last.channel, last.at, frozenset(wish.slot for wish in last.changes)) == ("mairie", town.clock.now(), MEALS)
    assert "Réservations à venir sans inscription, annulées au nom de la mairie (leurs places sont rendues) : 2" in (
        report.lines()
    )
    assert town.family().former == (), "nothing is left to look at"
    again = town.load(a_folder(tmp_path, **JAMES_MOVES), cancel_departed=True)
    assert (again.nothing_changed, again.ended, len(town.journal(F1))) == (True, [], 3)


def test_a_child_that_no_list_has_keeps_its_history_and_cannot_be_booked(town: LivingTown, tmp_path: Path) -> None:
    report = town.load(a_folder(tmp_path, **JAMES_LEAVES))
    assert "Partis de vos listes : 1 enfant" in report.lines()
    assert "James BOND (c-7), famille « f-1 » : n'est plus dans enfants.csv" in str(report.departures[0])
    assert town.opens("007", "GOLDENEYE7") == F1, "who pays still reads and pays"
    parent = town.parent(F1)
    planning = parent.get("/planning?enfant=c-7")
    assert planning.boxes() == []
    assert "n’est plus sur les listes de la mairie depuis le 23/11/2026" in planning.page.one("main").text
    assert "inscrit" in parent.get("/modifications?enfant=c-7").main
    assert town.load(a_folder(tmp_path, **JAMES_LEAVES)).departures == []


def test_a_ticked_page_of_a_child_that_left_books_nothing(town: LivingTown, tmp_path: Path) -> None:
    parent = town.parent(F1)
    stale = parent.get("/planning?enfant=c-7&semaine=2026-11-30")
    town.load(a_folder(tmp_path, **JAMES_LEAVES), cancel_departed=True)
    recap = parent.follow(parent.save(stale, *stale.boxes()))
    assert "James n'a pas d'inscription à cette activité" in recap.main
    assert town.booked(F1) == {WEDNESDAY}


def test_ticks_kept_for_a_child_that_changed_family_are_said_to_be_lost(town: LivingTown, tmp_path: Path) -> None:
    """The session ended with the child's going: she signs in again, and her ticks were his."""
    parent = town.parent(F1)
    stale = parent.get("/planning?enfant=c-7&semaine=2026-11-30")
    town.load(a_folder(tmp_path, **JAMES_MOVES))
    sign_in = parent.save(stale, *stale.boxes()[:2])
    assert sign_in.status == 401
    again = parent.post("/", enfant="008", payeur="GOLDENEYE7", garde=sign_in.hidden("garde"))
    assert "un enfant qui n'est plus dans votre famille" in parent.follow(again).main
    assert town.booked(F1) == MEALS | {WEDNESDAY}


def test_what_is_still_booked_is_shown_without_a_box(town: LivingTown, tmp_path: Path) -> None:
    """Whatever ended: the activity, the enrolment, or the child's own time."""
    no_wednesdays = {
        "town": TOWN[: TOWN.index("[activites.mercredi]")] + TOWN[TOWN.index("[calendrier]") :],
        "inscriptions": without("inscriptions", "mercredi"),
        **NO_BOOKINGS,
    }
    for lists in (WEDNESDAYS_END, {"inscriptions": without("inscriptions", "mercredi"), **NO_BOOKINGS}, no_wednesdays):
        town.load(a_folder(tmp_path, **lists))
        planning = town.parent(F1).get("/planning?enfant=c-8&semaine=2026-11-30")
        assert "Accueil du mercredi" in [row.text for row in planning.page.all("th")]
        assert "fermé, mais réservé : appelez la mairie" in planning.main
        assert not [box for box in planning.boxes() if "mercredi" in box]
    town.load(a_folder(tmp_path, **no_wednesdays), cancel_departed=True)
    assert "mercredi" not in [row.text for row in town.parent(F1).get("/planning?enfant=c-8").page.all("th")]


def test_a_child_that_comes_back_is_enrolled_again(town: LivingTown, tmp_path: Path) -> None:
    town.load(a_folder(tmp_path, **JAMES_LEAVES))
    town.load(a_folder(tmp_path))
    james = town.family().children[0]
    assert (james.id, james.left, james.unsettled) == (JAMES, None, False)
    assert town.load(a_folder(tmp_path)).ended == []
    town.load(a_folder(tmp_path, **JAMES_MOVES))
    town.load(a_folder(tmp_path))
    assert [child.id for child in town.family().children] == [JAMES, ALINE]
    assert town.family().former == ()
    assert town.opens("007", "GOLDENEYE7") == F1


def test_a_family_that_the_lists_no_longer_have_reads_and_pays(town: LivingTown, tmp_path: Path) -> None:
    town.invoices.put(an_invoice(family=F2), [])
    report = town.load(a_folder(tmp_path, **gone("f-2", "c-9")))
    assert [departure.child.id for departure in report.departures] == [NOE]
    assert town.family(F2).children[0].enrolments == ()
    parent = town.parent(F2)
    assert "2013-026-000335" in parent.get("/factures").main
    assert parent.get("/planning").boxes() == []


def test_who_left_already_does_not_brake_the_next_imports(town: LivingTown, tmp_path: Path) -> None:
    """Their codes stay, and they are most of the town's."""
    almost_all = gone("f-1", "c-7", "c-8")
    with pytest.raises(Braked):
        town.load(a_folder(tmp_path, **gone("f-1", "f-2", "c-7", "c-8", "c-9")), accepting=False)
    town.load(a_folder(tmp_path, **almost_all))
    assert town.load(a_folder(tmp_path, **almost_all), accepting=False).nothing_changed
    line = "c-3;f-2;033;Zoé;PETIT;prevert;\n"
    swapped = {**almost_all, "enfants": almost_all["enfants"] + line}
    assert town.load(a_folder(tmp_path, **swapped), accepting=False).children.added == 1


def test_the_last_code_of_a_family_opens_its_invoices_and_no_child(town: LivingTown, tmp_path: Path) -> None:
    """Its only child went to another family: what it owes is still its to pay."""
    town.invoices.put(an_invoice(family=F2), [])
    moves = {"enfants": LISTS["enfants.csv"].replace("c-9;f-2", "c-9;f-1")}
    before = town.parent(F2)
    town.load(a_folder(tmp_path, **moves))
    assert before.get("/factures").status == 303, "its session is over"
    assert town.opens("009", "CERISIER22") == F2
    parent = town.parent(F2)
    assert "2013-026-000335" in parent.get("/factures").main
    assert "Noé" not in parent.get("/enfants").main + parent.get("/planning").main
    assert parent.get("/modifications?enfant=c-9").status == 404


def test_a_child_of_separated_parents_stays_with_the_one_who_keeps_it(tmp_path: Path) -> None:
    town = LivingTown()
    town.load(a_folder(tmp_path, **with_line("enfants", "c-7;f-2;007;James;BOND;mallerin;CE1")))
    town.load(a_folder(tmp_path, **JAMES_MOVES))
    assert town.opens("007", "GOLDENEYE7") is None
    assert town.opens("007", "CERISIER22") == F2
    assert {one.id for one in town.family(F2).children} == {JAMES, NOE}


def test_a_former_child_never_comes_back_by_itself(town: LivingTown, tmp_path: Path) -> None:
    """It leaves the second family too: the first, where bookings are left, still has no access to it."""
    town.load(a_folder(tmp_path, **JAMES_MOVES))
    town.load(a_folder(tmp_path, **JAMES_LEAVES))
    assert [child.id for child in town.family().children] == [ALINE]
    assert [child.left for child in town.family(F2).children] == [None, date(2026, 11, 23)]
