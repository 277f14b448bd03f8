"""A parent on her way to the bank and back, whichever window it opens in."""

import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.bank import NUMBER, BankPage
from tests.browser.conftest import Opener
from tests.browser.steps import Parent

CONFIRMED = "Confirmation de paiement, étape 4 sur 4"
LATEST = 30_000
"""Milliseconds in which the waiting page's script has asked again several times."""


def at_the_recap(open_page: Opener, town: str, **how: Any) -> Parent:
    parent = Parent(open_page(town, **how))
    parent.signs_in()
    parent.goes_to("/factures")
    parent.page.get_by_role("radio", name=re.compile(NUMBER)).check()
    parent.presses("Procéder au paiement")
    return parent


def opens_the_bank(parent: Parent) -> BankPage:
    """By the parent's own click, in a new window."""
    with parent.page.context.expect_page() as opened:
        parent.page.get_by_role("link", name=re.compile("Payer en ligne")).click()
    opened.value.wait_for_load_state()
    return BankPage(opened.value)


def goes_to_the_bank(parent: Parent) -> BankPage:
    parent.follows("Payer plutôt dans cette fenêtre")
    return BankPage(parent.page)


def confirmed(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(CONFIRMED, timeout=LATEST)


def asks_until_confirmed(parent: Parent) -> None:
    """The treasury was asked a moment ago, perhaps: a parent who clicks too soon reads the last answer."""
    for _ in range(40):
        if parent.heading == CONFIRMED:
            return
        parent.follows("Vérifier maintenant")
        parent.page.wait_for_timeout(250)


def is_among_the_paid(parent: Parent) -> None:
    parent.goes_to("/factures")
    row = parent.page.get_by_role("row").filter(has_text=NUMBER).inner_text()
    assert "Paiement en ligne" in row
    assert re.search(r"22/12/2015\s+[0-9a-f]{6}", row), "the bank's date and its authorisation number"
    assert parent.page.get_by_role("radio", name=re.compile(NUMBER)).count() == 0
