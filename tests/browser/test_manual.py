"""Sections 1 and 2 of the original service's manual, walked screenshot by screenshot on its own day.

The whole walk is made in one size with JavaScript and in the other without. For the two other pairs, each of its pages
is also laid out in the other size: what the walk does is the same there, how it looks is not.
"""

import re
from datetime import datetime, timedelta

import pytest

from tests.browser import checks
from tests.browser.conftest import DESKTOP, PHONE, Opener, TakePicture, Town
from tests.browser.steps import Parent, plain

CLOSED, PAST = "fermé", "jour passé"
ON, OFF = "[x]", "[ ]"
JUST_NOW = r"le Ma 22-12-2015 à 1[45]:\d\d"


def the_hour_on(parent: Parent) -> datetime:
    """« 22.12.2015 14:54 », as the top of the page has it."""
    shown = re.search(r"\d\d\.\d\d\.\d{4} \d\d:\d\d", plain(parent.page.inner_text("body")))
    assert shown is not None
    return datetime.strptime(shown.group(), "%d.%m.%Y %H:%M")  # noqa: DTZ007 - a wall time, as the town's clock


@pytest.fixture
def shows(take_picture: TakePicture, size: tuple[int, int]) -> TakePicture:
    """``shows(parent, "planning")``: a page of the manual, which fits in the other size too."""

    def looked_at(parent: Parent, name: str) -> None:
        take_picture(parent, name)
        checks.fits_in(parent.page, DESKTOP if size == PHONE else PHONE)

    return looked_at


@pytest.mark.parametrize(
    ("javascript", "size"),
    [
        pytest.param(True, PHONE, id="360x640-javascript"),
        pytest.param(False, DESKTOP, id="1280x800-no-javascript"),
    ],
)
def test_connexion_and_planning(
    fresh_portal: str,
    the_town: Town,
    open_page: Opener,
    shows: TakePicture,
    size: tuple[int, int],
    javascript: bool,
) -> None:
    # Given a parent who opens the portal on 22 December 2015, some time after 14:54
    parent = Parent(open_page(fresh_portal, size=size, javascript=javascript))

    # Then the sign-in page shows the day, the hour and the town's message
    shows(parent, "1-connexion")
    parent.sees("Ville de démo", "Message d'information", "il y aura école mercredi 13 novembre")
    assert abs(the_hour_on(parent) - the_town.now()) < timedelta(minutes=2)
    parent.sees("REPAS clôt la veille à 10h", "MATIN, clôt la veille 16h", "Le service scolaire.")
    parent.sees("Code enfant", "Code payeur", "Je contacte le service enfance")

    # When she types her two codes
    parent.signs_in("007", "goldeneye-7")

    # Then she sees James's planning as it is printed, before the two changes
    shows(parent, "2-planning")
    assert parent.heading == "Planning de James BOND"
    parent.sees("MALLERIN PRIMAIRE / 10-Mme Béatrice ESCO", "TOUTES LES ACTIVITÉS")
    parent.sees("Choisir un autre enfant", "Voir mes dernières modifications", "Planning", "Aide", "Déconnexion")
    parent.sees("Semaine 52 · 21/12 → au 27/12", "Semaine 53 · 28/12 → au 03/01")
    assert parent.days_of(52) == ["Lu 21", "Ma 22", "Me 23", "Je 24", "Ve 25"]
    assert parent.week(52) == {
        "Cantine": [PAST, CLOSED, CLOSED, CLOSED, CLOSED],
        "Petites Vac. Matin": [PAST, OFF, ON, ON, CLOSED],
        "Petites Vac. Après-midi": [PAST, OFF, OFF, OFF, CLOSED],
    }
    assert all(cells == [CLOSED] * 5 for cells in parent.week(53).values())

    # When she gives up Thursday morning, takes Wednesday afternoon, and saves
    parent.box("Petites Vac. Matin jeudi 24 décembre").uncheck()
    parent.box("Petites Vac. Après-midi mercredi 23 décembre").check()
    parent.presses("Valider mes modifications")

    # Then the recap says so, in the manual's words
    shows(parent, "3-recapitulatif")
    assert parent.heading == "2 modifications enregistrées"
    assert parent.lines_under("Modifications enregistrées") == [
        "inscription, 23/12/2015, Petites Vac. Après-midi",
        "annulation, 24/12/2015, Petites Vac. Matin",
    ]

    # And the planning is the one that is printed
    parent.follows("Revenir au planning")
    shows(parent, "4-planning-apres")
    assert parent.week(52)["Petites Vac. Matin"] == [PAST, OFF, ON, OFF, CLOSED]
    assert parent.week(52)["Petites Vac. Après-midi"] == [PAST, OFF, ON, OFF, CLOSED]

    # When she looks at her last changes
    parent.follows("Voir mes dernières modifications")

    # Then the newest is first in each activity, with its channel, day and hour
    shows(parent, "5-modifications")
    morning = parent.lines_under("Petites Vac. Matin")
    assert re.fullmatch(rf"Je 24-12-2015 annulé — par internet {JUST_NOW}", morning[0])
    assert sorted(line[:24] for line in morning[1:]) == ["Je 24-12-2015 inscrit — ", "Me 23-12-2015 inscrit — "]
    assert all("par la mairie le Ve 18-12-2015" in line for line in morning[1:])
    [afternoon] = parent.lines_under("Petites Vac. Après-midi")
    assert re.fullmatch(rf"Me 23-12-2015 inscrit — par internet {JUST_NOW}", afternoon)

    # When she chooses the other child
    parent.follows("Revenir au planning")
    parent.follows("Choisir un autre enfant")
    shows(parent, "6-enfants")
    parent.sees("James BOND", "007", "Aline BOND", "008", "Cliquez sur l'enfant pour afficher son planning")
    parent.follows("Aline BOND")

    # Then she sees Aline's planning
    shows(parent, "7-planning-aline")
    assert parent.heading == "Planning de Aline BOND"
    assert len(parent.week(52)) == 5

    # When she signs out, then nobody gets back in without the codes
    parent.presses("Déconnexion")
    shows(parent, "8-deconnexion")
    assert parent.heading == "Vous êtes déconnecté"
    parent.goes_to("/planning")
    parent.sees("Code enfant", "Code payeur")
