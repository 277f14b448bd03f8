"""What a parent ticked survives leaving the page, a lost session and a stale tab."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Dialog, Page

from tests.browser import checks
from tests.browser.conftest import DESKTOP, PHONE, Opener
from tests.browser.steps import Parent

SLOT = "Garderie soir mardi 12 janvier"
"""Far enough from the clock of these tests to stay open; each test uses a day of its own when it saves."""


@pytest.fixture
def aline(portal: str, open_page: Opener) -> Parent:
    """Her mother, on Aline's planning."""
    parent = Parent(open_page(portal, size=PHONE))
    parent.signs_in("008")
    assert parent.heading == "Planning de Aline BOND"
    return parent


def flip(parent: Parent, slot: str) -> bool:
    """Click a box; True when it is ticked now."""
    parent.box(slot).click()
    return parent.box(slot).is_checked()


def dialogs_of(parent: Parent, then: Callable[[Dialog], None]) -> list[str]:
    """The kinds of the dialogs that open from now on; ``then`` answers each."""
    asked: list[str] = []

    def opened(dialog: Dialog) -> None:
        asked.append(dialog.type)
        then(dialog)

    parent.page.on("dialog", opened)
    return asked


def test_leaving_with_changes_asks_first(aline: Parent) -> None:
    asked = dialogs_of(aline, Dialog.dismiss)
    flip(aline, SLOT)
    aline.page.get_by_role("link", name="Choisir un autre enfant").click(no_wait_after=True)
    aline.page.wait_for_timeout(500)
    assert asked == ["beforeunload"]
    assert aline.heading == "Planning de Aline BOND"


def test_leaving_without_changes_does_not_ask(aline: Parent) -> None:
    asked = dialogs_of(aline, Dialog.accept)
    flip(aline, SLOT)
    flip(aline, SLOT)
    aline.follows("Choisir un autre enfant")
    assert asked == []
    assert aline.heading == "Choisir un autre enfant"


def test_a_draft_comes_back(aline: Parent) -> None:
    # Given a change that was not saved
    aline.page.on("dialog", lambda dialog: dialog.accept())
    ticked = flip(aline, SLOT)

    # When the parent leaves and comes back
    aline.follows("Choisir un autre enfant")
    aline.follows("Aline BOND")

    # Then it is offered, and put back on demand
    aline.sees("1 modification faite tout à l'heure n'a pas été validée.")
    assert aline.box(SLOT).is_checked() is not ticked
    aline.presses("Les remettre")
    assert aline.box(SLOT).is_checked() is ticked
    aline.page.get_by_text("1 modification à valider").wait_for()


def test_undoing_everything_forgets_the_draft(aline: Parent) -> None:
    before = aline.box(SLOT).is_checked()
    flip(aline, SLOT)
    aline.presses("Tout annuler")
    assert aline.box(SLOT).is_checked() is before
    aline.page.reload()
    assert "tout à l'heure" not in aline.page.inner_text("body")


@pytest.mark.parametrize(
    ("javascript", "slot"),
    [
        pytest.param(True, "Garderie soir jeudi 14 janvier", id="javascript"),
        pytest.param(False, "Garderie soir vendredi 15 janvier", id="no-javascript"),
    ],
)
def test_a_lost_session_keeps_the_ticks(portal: str, open_page: Opener, javascript: bool, slot: str) -> None:
    # Given a change that waits, and a session that ended meanwhile
    parent = Parent(open_page(portal, javascript=javascript))
    parent.signs_in("008")
    ticked = flip(parent, slot)
    parent.page.context.clear_cookies()

    # When the parent saves
    parent.presses("Valider mes modifications")

    # Then the sign-in page has kept it, and signing in saves it
    parent.sees("Votre modification est gardée. Reconnectez-vous pour la valider.")
    parent.signs_in("008")
    assert parent.heading == "1 modification enregistrée"
    parent.follows("Revenir au planning")
    assert parent.box(slot).is_checked() is ticked


@pytest.mark.parametrize("javascript", [pytest.param(True, id="javascript"), pytest.param(False, id="no-javascript")])
def test_a_lost_session_keeps_what_was_typed(portal: str, open_page: Opener, javascript: bool) -> None:
    # Given addresses that were typed, and a session that somebody closed from another device meanwhile
    parent = Parent(open_page(portal, javascript=javascript))
    parent.signs_in("008")
    parent.goes_to("/notifications")
    parent.page.get_by_label("Adresse 2").fill("tante.may@server.fr")
    elsewhere = Parent(open_page(portal))
    elsewhere.signs_in("008")
    elsewhere.goes_to("/deconnexion")
    elsewhere.presses("Fermer les autres connexions")

    # When the parent saves
    parent.presses("Enregistrer")

    # Then the sign-in page has kept them, and signing in shows them, not yet saved
    parent.sees("Ce que vous avez écrit est gardé")
    parent.signs_in("008")
    parent.sees("rien n'est encore enregistré")
    assert parent.page.get_by_label("Adresse 2").input_value() == "tante.may@server.fr"
    elsewhere.goes_to("/notifications")
    assert elsewhere.page.get_by_label("Adresse 2").input_value() == ""

    # And they are saved when the parent says so, here by emptying the field again
    parent.page.get_by_label("Adresse 2").fill("")
    parent.presses("Enregistrer")
    assert parent.heading == "Réglages enregistrés"


def test_a_stale_tab_undoes_nothing(portal: str, open_page: Opener) -> None:
    # Given two tabs on the same planning
    mine, other = "Garderie matin mardi 12 janvier", "Garderie matin jeudi 14 janvier"
    first = Parent(open_page(portal))
    first.signs_in("008")
    second = Parent(first.page.context.new_page())
    second.goes_to("/planning")

    # When each saves another change, the second from a page that is stale by then
    ticked = [flip(first, mine), flip(second, other)]
    first.presses("Valider mes modifications")
    second.presses("Valider mes modifications")

    # Then both changes are there
    second.follows("Revenir au planning")
    assert [second.box(slot).is_checked() for slot in (mine, other)] == ticked


def test_an_undo_puts_everything_back(aline: Parent) -> None:
    slot = "Garderie matin vendredi 15 janvier"
    ticked = flip(aline, slot)
    aline.presses("Valider mes modifications")
    aline.presses("Annuler cette modification")
    assert aline.heading == "1 modification enregistrée"
    aline.follows("Revenir au planning")
    assert aline.box(slot).is_checked() is not ticked


@pytest.mark.parametrize(
    ("size", "text", "javascript"),
    [
        pytest.param(DESKTOP, 100, True, id="1280x800"),
        pytest.param(DESKTOP, 200, True, id="1280x800 in large text"),
        pytest.param(PHONE, 100, True, id="360x640"),
        pytest.param(PHONE, 150, True, id="360x640 in larger text"),
        pytest.param(PHONE, 200, True, id="360x640 in large text"),
        pytest.param((320, 640), 100, True, id="320x640"),
        pytest.param(PHONE, 100, False, id="360x640 without JavaScript"),
    ],
)
def test_the_save_bar_hides_no_box(
    portal: str, open_page: Opener, size: tuple[int, int], text: int, javascript: bool
) -> None:
    """WCAG 2.4.11: tabbing through the whole form, the box that has the focus, ring included, is above the bar."""
    # Given a change that waits, which is when the bar is at its highest
    parent = Parent(open_page(portal, size=size, javascript=javascript))
    page: Page = parent.page
    parent.signs_in("008")
    page.emulate_media(reduced_motion="reduce")
    checks.text_size(page, text)
    if javascript:
        page.set_viewport_size({"width": size[0], "height": size[1] - 1})  # A window tells its size when it changes.
    flip(parent, SLOT)
    if javascript:
        page.get_by_text("1 modification à valider").wait_for()

    # When every box gets the focus, then none of them is behind the bar
    assert page.evaluate(checks.BEHIND_THE_BAR) == []
