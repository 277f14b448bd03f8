"""Every page: no accessibility violation, no sideways scrolling, large text, and a light load."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import checks
from tests.browser.conftest import DESKTOP, PHONE, Opener, opening
from tests.browser.steps import Parent

Road = Callable[[Parent], object]


def wrong_codes(parent: Parent) -> None:
    parent.signs_in("007", "ROYALE")
    assert parent.page.title().startswith("Erreur")


def recap_with_a_refusal(parent: Parent) -> None:
    """Save one change, and one that no page offers: a box of a closed day."""
    parent.goes_to("/planning?enfant=c-008")
    boxes = parent.page.get_by_role("checkbox", include_hidden=False)
    boxes.nth(0).click()
    boxes.nth(1).evaluate("box => { box.value = box.value.replace(/....-..-..$/, '2015-12-25'); box.checked = true; }")
    parent.presses("Valider mes modifications")
    assert "refusée" in parent.heading or parent.heading == "Rien n'a été enregistré"


def contact_with_faults(parent: Parent) -> None:
    parent.goes_to("/contact")
    parent.presses("Envoyer")
    parent.sees("Votre message n'est pas encore parti")


def invoices_with_faults(parent: Parent) -> None:
    parent.goes_to("/factures")
    parent.page.get_by_label("Mon e-mail").fill("")
    parent.presses("Procéder au paiement")
    parent.sees("Il manque une information")


def invoice_recap(parent: Parent) -> None:
    parent.goes_to("/factures")
    parent.page.get_by_role("radio").first.check()
    parent.presses("Procéder au paiement")
    parent.sees("TOTAL À RÉGLER")


def addresses_with_faults(parent: Parent) -> None:
    parent.goes_to("/notifications")
    parent.page.get_by_label("Adresse 3").fill("moneypenny")
    parent.presses("Enregistrer")
    parent.sees("Rien n'est encore enregistré")


def opened(path: str) -> Road:
    return lambda parent: parent.goes_to(path)


def planning_with_everything_open(parent: Parent) -> None:
    """A change that waits, the filter and the legend open: the planning at its fullest."""
    parent.goes_to("/planning?enfant=c-008")
    for summary in parent.page.locator("summary").all():
        summary.click()
    parent.page.get_by_role("checkbox", include_hidden=False).first.click()
    parent.page.get_by_text("1 modification à valider").wait_for()


SIGNED_OUT: dict[str, Road] = {
    "connexion": opened("/"),
    "wrong codes": wrong_codes,
    "contact": opened("/contact"),
    "contact with faults": contact_with_faults,
    "aide": opened("/aide"),
    "mentions légales": opened("/mentions-legales"),
    "données personnelles": opened("/donnees-personnelles"),
    "accessibilité": opened("/accessibilite"),
    "unknown page": opened("/nulle-part"),
    "signed out": opened("/deconnexion"),
    "a dead link": opened("/desinscription?jeton=x"),
}
SIGNED_IN: dict[str, Road] = {
    "planning": opened("/planning"),
    "planning, everything open": planning_with_everything_open,
    "planning filtered": opened("/planning?activite=cantine"),
    "recap with a refusal": recap_with_a_refusal,
    "enfants": opened("/enfants"),
    "factures": opened("/factures"),
    "factures with faults": invoices_with_faults,
    "recap of an invoice": invoice_recap,
    "notifications": opened("/notifications"),
    "notifications with faults": addresses_with_faults,
    "notifications saved": opened("/notifications/enregistre"),
    "modifications": opened("/modifications"),
    "another family's child": opened("/planning?enfant=c-999"),
    "signing out": opened("/deconnexion"),
}


@pytest.fixture(scope="module")
def visitors(portal: str, browser: Browser) -> Iterator[dict[bool, Parent]]:
    """Two tabs, by whether their parent is signed in: one for each page would take longer than looking at the page."""
    with opening(browser) as opened:
        found = {signed_in: Parent(opened(portal)) for signed_in in (False, True)}
        found[True].signs_in()
        for visitor in found.values():
            visitor.page.on("dialog", lambda dialog: dialog.accept())  # Ticks that an earlier test left.
        yield found


@pytest.fixture
def parent(visitors: dict[bool, Parent], request: pytest.FixtureRequest) -> Parent:
    """In a tab that is as if it had just been opened."""
    visitor = visitors[request.node.callspec.params["name"] in SIGNED_IN]
    visitor.page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    visitor.page.emulate_media(color_scheme="light", media="screen")
    visitor.goes_to("/")
    visitor.page.evaluate("sessionStorage.clear()")
    return visitor


@pytest.mark.parametrize("name", [*SIGNED_OUT, *SIGNED_IN])
def test_a_page_is_accessible_and_fits(parent: Parent, name: str) -> None:
    {**SIGNED_OUT, **SIGNED_IN}[name](parent)
    page = parent.page
    checks.no_axe_violation(page)
    page.emulate_media(color_scheme="dark")
    checks.no_axe_violation_of_colours(page)
    for width, text in ((360, 100), (320, 100), (360, 200)):
        page.set_viewport_size({"width": width, "height": 640})
        checks.text_size(page, text)
        checks.no_horizontal_scroll(page, f"at {width} px, text {text} %")


@pytest.mark.parametrize("name", ["connexion", "planning", "modifications", "factures", "notifications", "aide"])
def test_a_first_view_is_light(parent: Parent, name: str) -> None:
    road = {**SIGNED_OUT, **SIGNED_IN}[name]
    weight = checks.weigh(parent.page, lambda: road(parent))
    assert 0 < weight.bytes <= checks.MOST_BYTES, weight
    assert 0 < weight.requests <= checks.MOST_REQUESTS, weight


@pytest.mark.parametrize("name", ["planning, everything open", "recap with a refusal", "modifications"])
def test_paper_has_nothing_to_click(parent: Parent, name: str) -> None:
    """Telephone numbers are worth reading; other links, and what the script adds for the screen, are not."""
    SIGNED_IN[name](parent)
    parent.page.emulate_media(media="print")
    clickable = parent.page.locator("a:not([href^='tel:']), button, .ecran, nav, footer")
    assert [found.inner_text() for found in clickable.all() if found.is_visible()] == []


def test_the_axe_check_can_fail(portal: str, open_page: Opener) -> None:
    page = open_page(portal)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"data:,\">')")
    with pytest.raises(AssertionError, match="image-alt"):
        checks.no_axe_violation(page)


def test_the_check_of_dark_colours_can_fail(portal: str, open_page: Opener) -> None:
    page = open_page(portal, scheme="dark")
    checks.no_axe_violation_of_colours(page)
    page.evaluate("document.querySelector('h1').style.color = '#222'")
    with pytest.raises(AssertionError, match="color-contrast"):
        checks.no_axe_violation_of_colours(page)


def test_the_check_of_another_size_can_fail(portal: str, open_page: Opener) -> None:
    page = open_page(portal)
    checks.fits_in(page, PHONE)
    page.evaluate("document.querySelector('main button').style.marginLeft = '-500px'")
    with pytest.raises(AssertionError, match="<button"):
        checks.fits_in(page, PHONE)


def test_the_width_check_can_fail(portal: str, open_page: Opener) -> None:
    page = open_page(portal)
    page.evaluate("document.querySelector('main').style.minWidth = '5000px'")
    with pytest.raises(AssertionError, match="px of page"):
        checks.no_horizontal_scroll(page, "made too wide")
