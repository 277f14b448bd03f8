"""A browser that restores a form by position ticks other days once a box has closed: it may restore nothing here.

Firefox does it in its own way, see test_firefox.py.
"""

import re
from collections.abc import Callable, Iterator

import pytest

from tests.browser.conftest import Opener, Town
from tests.browser.office import Office
from tests.browser.steps import Parent

FAR, FARTHER = "Garderie soir mardi 12 janvier", "Garderie soir jeudi 14 janvier"
"""Boxes of days that stay open, after rows that lose some of theirs."""
UNASKED = """() => [...document.querySelectorAll('main [type=checkbox], main [type=radio]')]
  .filter(box => box.checked !== box.defaultChecked).map(box => box.value)"""
"""Values of the boxes and radios that are not as the server sent them."""
WITH_OR_WITHOUT = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "no-javascript"])


@pytest.fixture
def office(portal: str, the_town: Town) -> Iterator[Office]:
    office = Office(the_town.tables)
    yield office
    office.puts_back()


@pytest.fixture
def aline(portal: str, open_page: Opener, javascript: bool) -> Parent:
    """Her mother, on Aline's planning; she leaves it without being held back."""
    parent = Parent(open_page(portal, javascript=javascript))
    parent.page.on("dialog", lambda dialog: dialog.accept())
    parent.signs_in("008")
    return parent


def flip(parent: Parent, slot: str) -> bool:
    """Click a box; True when it is ticked now."""
    parent.box(slot).click()
    return parent.box(slot).is_checked()


def unasked(parent: Parent) -> list[str]:
    found: list[str] = parent.page.evaluate(UNASKED)
    return found


def comes_back(parent: Parent) -> None:
    parent.page.go_back()
    parent.page.wait_for_load_state()


def loads_again(parent: Parent) -> None:
    parent.page.reload()


def leaves_and_comes_back(parent: Parent) -> None:
    parent.follows("Aide")
    comes_back(parent)


@WITH_OR_WITHOUT
@pytest.mark.parametrize("returns", [comes_back, loads_again])
def test_a_box_that_closed_meanwhile_moves_no_tick(
    aline: Parent, office: Office, returns: Callable[[Parent], None]
) -> None:
    # Given a change that waits on a page that its reader left, or keeps open
    flip(aline, FAR)
    if returns is comes_back:
        aline.follows("Aide")

    # When the first days of two rows above it close, and she returns
    office.enrols_from("c-008", garderie_matin="2016-01-11", garderie_soir="2016-01-08")
    returns(aline)

    # Then no other day is ticked or unticked
    assert aline.heading == "Planning de Aline BOND"
    assert unasked(aline) == []

    # And a save does what is asked from now on, nothing else
    flip(aline, FARTHER)
    aline.presses("Valider mes modifications")
    assert aline.heading == "1 modification enregistrée"
    aline.presses("Annuler cette modification")


@WITH_OR_WITHOUT
def test_going_back_after_a_save_asks_for_nothing(aline: Parent, office: Office) -> None:
    # Given a save, after which days close
    flip(aline, FAR)
    flip(aline, FARTHER)
    aline.presses("Valider mes modifications")
    assert aline.heading == "2 modifications enregistrées"
    recap = aline.page.url
    office.enrols_from("c-008", garderie_matin="2016-01-11", garderie_soir="2016-01-08")

    # When the parent goes back to the planning and saves again
    comes_back(aline)
    assert unasked(aline) == []
    assert "tout à l'heure" not in aline.page.inner_text("main")
    aline.presses("Valider mes modifications")

    # Then nothing more is asked of the town
    aline.sees("Vous n'avez rien modifié.")
    aline.goes_to(recap)
    aline.presses("Annuler ces 2 modifications")


@pytest.mark.parametrize("javascript", [True])
def test_a_draft_comes_back_by_name_not_by_place(aline: Parent, office: Office) -> None:
    # Given a draft, and days that closed before it on the page
    ticked = flip(aline, FAR)
    aline.follows("Aide")
    office.enrols_from("c-008", garderie_matin="2016-01-11", garderie_soir="2016-01-08")

    # When the parent comes back and takes her draft
    comes_back(aline)
    aline.presses("Les remettre")

    # Then it is the day that she meant
    assert aline.box(FAR).is_checked() is ticked
    assert [value.rpartition("~")[2] for value in unasked(aline)] == ["2016-01-12"]


@WITH_OR_WITHOUT
def test_no_other_invoice_is_chosen(portal: str, open_page: Opener, javascript: bool) -> None:
    # Given an invoice that was chosen and left
    parent = Parent(open_page(portal, javascript=javascript))
    parent.signs_in()
    parent.goes_to("/factures")
    parent.page.get_by_role("radio", name=re.compile("2013-026-000335")).check()

    # When the parent comes back to the list, whatever it holds by then
    leaves_and_comes_back(parent)

    # Then none is chosen for her
    assert unasked(parent) == []


@WITH_OR_WITHOUT
def test_no_setting_is_put_back(portal: str, open_page: Opener, javascript: bool) -> None:
    parent = Parent(open_page(portal, javascript=javascript))
    parent.signs_in()
    parent.goes_to("/notifications")
    parent.page.get_by_label("Me prévenir par e-mail").uncheck()
    parent.page.get_by_label("Adresse 2").fill("moneypenny@server.fr")
    leaves_and_comes_back(parent)
    assert unasked(parent) == []
    assert parent.page.get_by_label("Adresse 2").input_value() == ""
