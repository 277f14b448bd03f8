"""A few journeys in a second engine: what it restores of a form, and what it prints."""

import io
from collections.abc import Callable, Iterator

import pytest
from pypdf import PdfReader

from tests.browser import checks
from tests.browser.conftest import Town, need
from tests.browser.firefox import FIREFOX, INSTALL, Firefox, running_firefox
from tests.browser.office import Office
from tests.browser.steps import plain
from tests.browser.test_restored import UNASKED

FAR = "c-008~garderie-soir~2016-01-12"
FARTHER = "c-008~garderie-soir~2016-01-14"
NOT_ON_PAPER = ("Choisir un autre enfant", "Semaines d'après", "Déconnexion", "Mentions légales", "Les oublier", "Aide")


@pytest.fixture(scope="module")
def portal(the_town: Town) -> str:
    """The one of the other files, whose fixture asks for another browser."""
    need(FIREFOX, INSTALL)
    the_town.tables.put_back()
    return the_town.url


@pytest.fixture(scope="module")
def firefox(portal: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """One for the module, where Aline's mother is signed in."""
    with running_firefox(tmp_path_factory.mktemp("firefox")) as started:
        started.opens(portal)
        started.types("enfant", "008")
        started.types("payeur", "GOLDENEYE7")
        started.presses("connexion")
        yield started


@pytest.fixture
def office(portal: str, the_town: Town) -> Iterator[Office]:
    office = Office(the_town.tables)
    yield office
    office.puts_back()


@pytest.fixture
def planning(firefox: Firefox, portal: str, office: Office) -> Firefox:
    """Aline's planning with one change that waits, after which earlier boxes of the page close."""
    firefox.opens(f"{portal}/aide")
    firefox.evaluates("sessionStorage.clear()")
    firefox.opens(f"{portal}/planning?enfant=c-008")
    firefox.clicks_box(FAR)
    assert firefox.evaluates(f"return ({UNASKED})()") == [FAR]
    office.enrols_from("c-008", garderie_matin="2016-01-11")
    return firefox


def goes_away_and_back(firefox: Firefox) -> None:
    firefox.opens(firefox.evaluates("return location.origin") + "/aide")
    firefox.goes_back()


@pytest.mark.parametrize(
    "returns",
    [
        pytest.param(goes_away_and_back, id="back"),
        pytest.param(Firefox.duplicates_its_tab, id="duplicated tab"),
        pytest.param(Firefox.closes_and_reopens_its_tab, id="reopened tab"),
    ],
)
def test_a_box_that_closed_meanwhile_moves_no_tick(planning: Firefox, returns: Callable[[Firefox], None]) -> None:
    # When the parent comes back to her planning
    returns(planning)

    # Then nothing is ticked or unticked, and her change is offered
    assert planning.evaluates(f"return ({UNASKED})()") == []
    assert "1 modification faite tout à l'heure" in plain(planning.evaluates("return document.body.innerText"))

    # When she asks for something else and saves, then that alone is done
    planning.clicks_box(FARTHER)
    planning.presses("Valider mes modifications")
    assert planning.evaluates("return document.querySelector('h1').textContent") == "1 modification enregistrée"
    planning.presses("Annuler cette modification")


def test_going_back_after_a_save_asks_for_nothing(planning: Firefox) -> None:
    # Given her change, saved
    planning.presses("Valider mes modifications")

    # When she goes back to the page where she ticked, then it shows what is saved
    planning.goes_back()
    assert planning.evaluates(f"return ({UNASKED})()") == []
    assert "tout à l'heure" not in plain(planning.evaluates("return document.body.innerText"))


def test_paper_has_the_planning_and_nothing_to_click(planning: Firefox) -> None:
    goes_away_and_back(planning)
    pages = PdfReader(io.BytesIO(planning.prints())).pages
    printed = plain(" ".join(page.extract_text() for page in pages)).replace("ﬁ", "fi")
    for words in ("Ville de démo – Espace parents", "Planning de Aline BOND", "Semaine 52", "Petites Vac. Matin"):
        assert words in printed
    assert [words for words in NOT_ON_PAPER if words in printed] == []


def test_the_save_bar_hides_no_box(planning: Firefox) -> None:
    planning.evaluates("document.documentElement.style.scrollBehavior = 'auto'")
    assert planning.evaluates(f"return ({checks.BEHIND_THE_BAR})()") == []
