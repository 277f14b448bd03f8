"""What the script adds to pages that work without it: showing a code, a warning before the session ends."""

import pytest

from tests.browser.conftest import Opener
from tests.browser.steps import Parent

MINUTE = 60_000
WARNING = "Votre session se ferme dans 2 minutes."


def test_a_code_can_be_shown_and_hidden_again(portal: str, open_page: Opener) -> None:
    parent = Parent(open_page(portal))
    code = parent.page.get_by_label("Code payeur")
    code.fill("GOLDENEYE7")
    assert code.get_attribute("type") == "password"
    parent.presses("Afficher le code")
    assert code.get_attribute("type") == "text"
    parent.presses("Masquer le code")
    assert code.get_attribute("type") == "password"
    assert code.input_value() == "GOLDENEYE7"


def test_a_shown_code_is_hidden_before_it_leaves(portal: str, open_page: Opener) -> None:
    """Otherwise the browser would keep it among what was typed in ordinary fields."""
    parent = Parent(open_page(portal))
    parent.presses("Afficher le code")
    parent.page.evaluate("document.forms[0].addEventListener('submit', event => event.preventDefault())")
    parent.presses("connexion")
    assert parent.page.get_by_label("Code payeur").get_attribute("type") == "password"


@pytest.fixture
def timed(portal: str, open_page: Opener) -> Parent:
    """Signed in, in a browser whose timers obey the test."""
    page = open_page(portal)
    page.clock.install()
    page.reload()
    parent = Parent(page)
    parent.signs_in()
    assert parent.heading == "Planning de James BOND"
    return parent


def test_the_end_of_the_session_is_announced_and_put_off(timed: Parent) -> None:
    # Given a planning left open for almost an hour
    alert = timed.page.get_by_role("alert")
    timed.page.clock.fast_forward(57 * MINUTE)
    assert alert.count() == 0

    # When two minutes remain, then it is said, whatever the parent looks at
    timed.page.clock.fast_forward(MINUTE)
    timed.sees(WARNING)

    # When the parent stays signed in, then the warning goes, and comes back an hour later
    timed.presses("Rester connecté")
    alert.wait_for(state="detached")
    timed.page.clock.fast_forward(57 * MINUTE)
    assert alert.count() == 0
    timed.page.clock.fast_forward(MINUTE)
    timed.sees(WARNING)


def test_nobody_is_warned_who_is_not_signed_in(portal: str, open_page: Opener) -> None:
    page = open_page(portal)
    page.clock.install()
    page.reload()
    page.clock.fast_forward(13 * 60 * MINUTE)
    assert page.get_by_role("alert").count() == 0
