"""Steps 1 to 4 of the original service's manual: paying an invoice at the (simulated) bank, and every way back."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import checks
from tests.browser.bank import NUMBER, Bank, BankPage
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.steps import Parent
from tests.browser.test_invoices import read_message
from tests.local.running import running_portal

CONFIRMED = "Confirmation de paiement, étape 4 sur 4"
LATEST = 30_000
"""Milliseconds in which the waiting page's script has asked again several times."""


@pytest.fixture(scope="module")
def town(browser) -> Iterator[str]:
    """One town for all of these journeys: each starts with the manual's invoice due."""
    with running_portal() as running:
        yield running.url


@pytest.fixture
def bank(town) -> Bank:
    made = Bank(urlsplit(town).port or 80)
    made.start_again()
    return made


@pytest.fixture
def take_picture(request, take_picture):
    """Pictures of the journeys that have a name; the others take none."""
    return take_picture if hasattr(request.node, "callspec") else lambda _parent, _name: None


def at_the_recap(open_page, town, **how) -> Parent:
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


EVERY_WAY = pytest.mark.parametrize(
    ("javascript", "size"),
    [
        pytest.param(True, PHONE, id="paying-360x640-javascript"),
        pytest.param(False, DESKTOP, id="paying-1280x800-no-javascript"),
    ],
)


@EVERY_WAY
def test_the_manuals_four_steps_in_a_new_window(town, bank, open_page, javascript, size, take_picture, mailbox_of):
    # Given Jamie BOND, at the recap of the invoice of September 2013
    parent = at_the_recap(open_page, town, size=size, javascript=javascript)
    take_picture(parent, "1-recapitulatif")
    parent.sees("TOTAL À RÉGLER : 4,24 €", "Annuler et retourner aux factures", "votre navigateur doit l'autoriser")

    # When she pays in the bank's own window
    window = opens_the_bank(parent)
    assert window.page.get_by_text("4,24 €").count()

    # Then her first window waits, and says what the manual says
    if not javascript:
        parent.follows("J’ai terminé à la banque")
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Coordonnées bancaires, étape 3 sur 4")
    take_picture(parent, "2-attente")
    parent.sees("4,24 €", "Ne payez pas une deuxième fois", "vous pouvez fermer toutes les fenêtres", "pop-up")
    checks.no_horizontal_scroll(parent.page, "waiting")

    # When the bank says that it is done, and she closes its window
    window.pays()
    window.page.close()

    # Then the confirmation shows by itself, or when she asks
    if not javascript:
        asks_until_confirmed(parent)
    confirmed(parent.page)
    take_picture(parent, "3-confirmation")
    parent.sees("Votre paiement est enregistré", "REGIE PERISCOLAIRE", "2013-T5-00-26000335", "Carte bancaire")
    checks.no_horizontal_scroll(parent.page, "confirmed")

    # And the invoice is among the paid, once, with what the bank said, and a receipt was sent
    is_among_the_paid(parent)
    assert bank.payments() == [424]
    text = read_message(open_page(mailbox_of(town)), f"paiement de la facture {NUMBER} reçu", "jamie.bond@server.fr")
    assert "4,24" in text


@EVERY_WAY
def test_the_four_steps_in_the_same_window(town, bank, open_page, javascript, size, take_picture):
    parent = at_the_recap(open_page, town, size=size, javascript=javascript)
    page = goes_to_the_bank(parent)
    page.pays()
    page.goes_back()
    assert parent.heading == CONFIRMED
    assert "idop" not in parent.page.url
    is_among_the_paid(parent)
    assert bank.payments() == [424]


@pytest.mark.parametrize("how", ["lost", "before", "after"])
def test_the_banks_word_may_come_before_or_after_the_parent_or_never(town, bank, open_page, how):
    bank.start_again(notify=how)
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.pays()
    page.goes_back()
    confirmed(parent.page)
    assert bank.payments() == [424]


def test_three_notifications_are_one_payment(town, bank, open_page):
    bank.start_again(notify_copies=3, notify_name="IDOP")
    parent = at_the_recap(open_page, town)
    window = opens_the_bank(parent)
    window.pays()
    confirmed(parent.page)
    assert bank.payments() == [424]


def test_a_direct_debit_is_a_payment(town, bank, open_page):
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.debits()
    page.goes_back()
    assert parent.heading == CONFIRMED
    parent.sees("Moyen de paiement : Prélèvement")


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, id="refused-360x640"), pytest.param(DESKTOP, id="refused-1280x800")]
)
def test_a_refused_card_may_be_tried_again(town, bank, open_page, size, take_picture):
    parent = at_the_recap(open_page, town, size=size)
    page = goes_to_the_bank(parent)
    page.pays(ending="11")
    page.goes_back()
    assert parent.heading == "Paiement refusé"
    take_picture(parent, "4-refuse")
    checks.no_axe_violation(parent.page)
    parent.sees("Vous n'avez pas été débité")
    parent.follows("Payer cette facture")
    again = goes_to_the_bank(parent)
    again.pays()
    again.goes_back()
    assert parent.heading == CONFIRMED
    assert len(bank.operations()) == 2


def test_abandoned_then_late_success(town, bank, open_page):
    # Given a parent who gives up at the bank
    parent = at_the_recap(open_page, town)
    window = opens_the_bank(parent)
    # A reload would stop her own window on its way to the page that waits.
    parent.page.wait_for_url("**/paiement*")
    window.cancels()

    # Then her own window says so, and that the bank can still take it
    for _ in range(40):
        parent.page.reload()
        if "Vous avez annulé" in parent.page.content():
            break
        parent.page.wait_for_timeout(250)
    parent.sees("Vous avez annulé le paiement", "La banque peut encore le prendre jusqu'à")
    assert bank.payments() == []

    # When the bank says, later, that it was paid after all
    (operation,) = bank.operations()
    bank.api(f"operations/{operation['key']}/outcome", resultrans="P")

    # Then a reload says the truth
    for _ in range(40):
        parent.page.reload()
        if parent.heading == CONFIRMED:
            break
        parent.page.wait_for_timeout(250)
    assert parent.heading == CONFIRMED
    assert bank.payments() == [424]


def test_a_closed_window_is_waited_for_and_opened_again(town, bank, open_page):
    parent = at_the_recap(open_page, town, javascript=False)
    window = opens_the_bank(parent)
    window.page.close()
    parent.follows("J’ai terminé à la banque")
    parent.sees("Nous attendons la réponse de la banque")
    parent.follows("Aller à la banque dans cette fenêtre")
    page = BankPage(parent.page)
    page.pays()
    page.goes_back()
    asks_until_confirmed(parent)
    assert parent.heading == CONFIRMED
    assert len(bank.operations()) == 1, "the second click finds the operation of the first"


def test_a_second_tab_finds_the_same_payment(town, bank, open_page):
    parent = at_the_recap(open_page, town)
    recap = parent.page.url
    opens_the_bank(parent).pays()
    confirmed(parent.page)
    parent.goes_to(recap)
    parent.sees("Cette facture est déjà payée")
    parent.page.go_back()
    confirmed(parent.page)


def test_paid_twice_is_kept_and_said(town, bank, open_page):
    # Given a refused payment, and a second one that is paid
    parent = at_the_recap(open_page, town)
    first = goes_to_the_bank(parent)
    first.pays("11")
    first.goes_back()
    parent.follows("Payer cette facture")
    second = goes_to_the_bank(parent)
    second.pays()
    second.goes_back()

    # When the first turns out to be paid too
    refused = bank.operations()[-1]
    bank.api(f"operations/{refused['key']}/outcome", resultrans="P")

    # Then both are there, and what is too much is said
    for _ in range(40):
        if len(bank.payments()) == 2:
            break
        parent.page.wait_for_timeout(250)
    assert bank.payments() == [424, 424]
    parent.goes_to("/factures")
    parent.sees("4,24 € de trop : la mairie vous les doit")


def test_a_session_that_ended_at_the_bank_leads_to_the_result(town, bank, open_page):
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.pays()
    parent.page.context.clear_cookies()
    page.goes_back()
    parent.signs_in()
    assert parent.heading == CONFIRMED


def test_a_bank_that_is_down_leaves_nothing_hanging(town, bank, open_page):
    bank.start_again(fault="503", fault_on="creerPaiementSecurise")
    parent = at_the_recap(open_page, town)
    parent.follows("Payer plutôt dans cette fenêtre")
    assert parent.heading == "Le site de la banque ne répond pas"
    parent.sees("Vous n'avez pas été débité", "Réessayez dans quelques minutes")
    bank.api("options", fault="")
    parent.follows("Payer cette facture")
    page = goes_to_the_bank(parent)
    page.pays()
    page.goes_back()
    assert parent.heading == CONFIRMED


@pytest.mark.parametrize(
    ("ending", "said"),
    [
        pytest.param("55", "Paiement à vérifier par la mairie", id="another amount"),
        pytest.param("66", "Paiement à vérifier par la mairie", id="a letter that nobody knows"),
        pytest.param("33", "Coordonnées bancaires, étape 3 sur 4", id="a breakdown"),
    ],
)
def test_what_is_not_sure_is_never_guessed(town, bank, open_page, ending, said):
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.pays(ending=ending)
    page.goes_back()
    assert parent.heading == said
    parent.sees("Ne payez pas")
    assert bank.payments() == []


def test_the_pages_are_accessible(town, bank, open_page):
    parent = at_the_recap(open_page, town, size=PHONE)
    checks.no_axe_violation(parent.page)
    window = opens_the_bank(parent)
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Coordonnées bancaires, étape 3 sur 4")
    checks.no_axe_violation(parent.page)
    window.pays()
    confirmed(parent.page)
    checks.no_axe_violation(parent.page)
