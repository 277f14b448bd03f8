"""What the pages say of an invoice in every state, in Chromium: on a phone, on a desk, in the dark, with large letters.

The pages are those of a town in memory, so that no bank and no table is needed.
"""

import os
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, FloatRect, Page, Route, expect

from chalicelib.web.assets import script
from tests.browser import checks
from tests.browser.conftest import DESKTOP, PHONE, SCREENSHOTS
from tests.browser.steps import Parent
from tests.pages import invoice_states as states
from tests.pages.client import PageClient
from tests.pages.invoice_visits import HERE, choose

ORIGIN, SCRIPT = "http://portal.test", "/portail.js"
STEP_2 = (
    states.TOO_LATE,
    states.DEBITED,
    states.CANCELLED_PAID,
    states.CHEQUE_BOUNCED,
    states.CREDITED,
    states.TO_CHECK,
)


def answered(visitor: PageClient) -> dict[str, str]:
    """Path of each page -> its HTML; step 2 has the address to which the choice leads."""
    pages = {"/factures": visitor.get("/factures").body}
    pages |= {f"/factures/{number}/paiement": visitor.get(f"/factures/{number}/paiement").body for number in PROGRESS}
    for number in STEP_2:
        chosen = choose(visitor, facture=number, email=HERE)
        pages[f"/factures/{number}/payer"] = (visitor.follow(chosen) if chosen.status == 303 else chosen).body
    pages["/planning"] = visitor.get("/planning").body
    pages[SCRIPT] = script().text
    pages["/factures?faute"] = choose(visitor, facture=states.SIMPLY_DUE, email="jérôme@server.fr").body
    return pages


PROGRESS = (states.TO_CHECK, states.DECLARED, states.UNDER_WAY, states.CANCELLED)
NAMES = [
    "/factures",
    *(f"/factures/{number}/paiement" for number in PROGRESS),
    *(f"/factures/{number}/payer" for number in STEP_2),
    "/factures?faute",
]


@pytest.fixture(scope="module")
def parent(browser: Browser) -> Iterator[Parent]:
    pages = answered(states.every_state().parent())

    def answer(route: Route) -> None:
        asked = urlsplit(route.request.url)
        is_script = asked.path == SCRIPT
        body = pages.get(asked.path if is_script or not asked.query else f"{asked.path}?{asked.query}")
        kind = "text/javascript" if is_script else "text/html; charset=utf-8"
        route.fulfill(status=200 if body else 404, content_type=kind, body=body or "")

    context = browser.new_context(base_url=ORIGIN, java_script_enabled=True, locale="fr-FR")
    context.set_default_timeout(10_000)
    page = context.new_page()
    page.route(f"{ORIGIN}/**", answer)
    yield Parent(page)
    context.close()


def picture(page: Page, name: str) -> None:
    if os.environ.get("PORTAL_PICTURES"):
        file = name.strip("/").replace("/", "-").replace("?", "-")
        page.screenshot(path=SCREENSHOTS / f"{file}.png", full_page=True)


@pytest.mark.parametrize("path", NAMES)
def test_every_state_is_readable_on_every_screen(parent: Parent, path: str) -> None:
    page = parent.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    parent.goes_to(path)
    checks.no_axe_violation(page)
    checks.no_horizontal_scroll(page, "on a phone")
    picture(page, f"{path}-360")
    page.emulate_media(color_scheme="dark")
    checks.no_axe_violation_of_colours(page)
    picture(page, f"{path}-360-dark")
    page.emulate_media(color_scheme="light")
    checks.text_size(page, 200)
    checks.no_horizontal_scroll(page, "with large letters")
    picture(page, f"{path}-360-200")
    checks.text_size(page, 100)
    checks.fits_in(page, DESKTOP)
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    picture(page, f"{path}-1280")


def test_a_state_stands_under_its_invoice_and_never_beside_a_choice(parent: Parent) -> None:
    page = parent.page
    page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    parent.goes_to("/factures")
    assert page.get_by_role("radio").count() == 5
    parent.sees("Paiement commencé à 14 h 50 : voir où il en est", "Paiement à vérifier : ne payez pas")
    for heading in page.locator("h3.etat").all():
        box = heading.locator("xpath=..")
        card = box.locator("xpath=preceding-sibling::*[contains(@class, 'option')][1]")
        above, below = card.bounding_box(), box.bounding_box()
        assert above
        assert below
        assert abs(below["y"] - above["y"] - above["height"]) < 2, heading.inner_text()
        assert (card.get_by_role("radio").count() == 1) is ("faute" in (box.get_attribute("class") or ""))


def test_other_ways_to_pay_are_one_tap_away(parent: Parent) -> None:
    for label, place in (("Comment la régler autrement", "#autrement"), ("Voir mes avoirs", "#avoirs")):
        parent.goes_to("/factures")
        parent.follows(label)
        expect(parent.page.locator(place)).to_be_in_viewport()


def test_unsaved_ticks_are_offered_again_on_the_first_screen_and_no_button_touches_another(parent: Parent) -> None:
    page = parent.page
    page.on("dialog", lambda dialog: dialog.accept())
    for size in (PHONE, DESKTOP):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        parent.goes_to("/planning")
        page.locator("#planning [name=c]").first.click()
        undo, save = box_of(page, "Tout annuler"), box_of(page, "Valider mes modifications")
        assert undo["x"] + undo["width"] + 8 <= save["x"] or undo["y"] + undo["height"] <= save["y"]
        parent.goes_to("/planning")
        again, forget = box_of(page, "Les remettre"), box_of(page, "Les oublier")
        assert again["y"] + again["height"] < size[1] / 2
        assert again["x"] + again["width"] + 8 <= forget["x"] or again["y"] + again["height"] <= forget["y"]
        parent.presses("Les oublier")


def box_of(page: Page, label: str) -> FloatRect:
    found = page.get_by_role("button", name=label).bounding_box()
    assert found
    return found
