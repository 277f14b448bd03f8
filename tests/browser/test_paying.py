"""Steps 1 to 4 of the original service's manual: paying an invoice at the (simulated) bank."""

import pytest
from playwright.sync_api import expect

from tests.browser import checks
from tests.browser.bank import NUMBER, Bank
from tests.browser.conftest import DESKTOP, PHONE, MailboxOf, Opener, TakePicture
from tests.browser.paying import (
    CONFIRMED,
    asks_until_confirmed,
    at_the_recap,
    confirmed,
    goes_to_the_bank,
    is_among_the_paid,
    opens_the_bank,
)
from tests.browser.steps import Parent
from tests.browser.test_invoices import messages, read_message

EVERY_WAY = pytest.mark.parametrize(
    ("javascript", "size"),
    [
        pytest.param(True, PHONE, id="paying-360x640-javascript"),
        pytest.param(False, DESKTOP, id="paying-1280x800-no-javascript"),
    ],
)


def says_that_it_waits(parent: Parent) -> None:
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Coordonnées bancaires, étape 3 sur 4")
    parent.sees("4,24 €", "Ne payez pas une deuxième fois", "vous pouvez fermer toutes les fenêtres", "pop-up")
    checks.no_horizontal_scroll(parent.page, "waiting")


def says_what_was_paid(parent: Parent) -> None:
    confirmed(parent.page)
    parent.sees("Votre paiement est enregistré", "REGIE PERISCOLAIRE", "2013-T5-00-26000335", "Carte bancaire")
    checks.no_horizontal_scroll(parent.page, "confirmed")


@EVERY_WAY
def test_the_manuals_four_steps_in_a_new_window(
    town: str,
    bank: Bank,
    open_page: Opener,
    javascript: bool,
    size: tuple[int, int],
    take_picture: TakePicture,
    mailbox_of: MailboxOf,
) -> None:
    # Given Jamie BOND, at the recap of the invoice of September 2013
    mailbox, receipt = open_page(mailbox_of(town)), (f"paiement de la facture {NUMBER} reçu", "jamie.bond@server.fr")
    before = messages(mailbox, *receipt).count()
    parent = at_the_recap(open_page, town, size=size, javascript=javascript)
    take_picture(parent, "1-recapitulatif")
    parent.sees("TOTAL À RÉGLER : 4,24 €", "Annuler et retourner aux factures", "votre navigateur doit l'autoriser")

    # When she pays in the bank's own window
    window = opens_the_bank(parent)
    assert window.page.get_by_text("4,24 €").count()

    # Then her first window waits, and says what the manual says
    if not javascript:
        parent.follows("J’ai terminé à la banque")
    says_that_it_waits(parent)
    take_picture(parent, "2-attente")

    # When the bank says that it is done, and she closes its window
    window.pays()
    window.page.close()

    # Then the confirmation shows by itself, or when she asks
    if not javascript:
        asks_until_confirmed(parent)
    says_what_was_paid(parent)
    take_picture(parent, "3-confirmation")

    # And the invoice is among the paid, once, with what the bank said, and a receipt was sent
    is_among_the_paid(parent)
    assert bank.payments() == [424]
    assert "4,24" in read_message(mailbox, *receipt, before)


@EVERY_WAY
def test_the_four_steps_in_the_same_window(
    town: str, bank: Bank, open_page: Opener, javascript: bool, size: tuple[int, int], take_picture: TakePicture
) -> None:
    parent = at_the_recap(open_page, town, size=size, javascript=javascript)
    page = goes_to_the_bank(parent)
    page.pays()
    page.goes_back()
    asks_until_confirmed(parent)
    assert parent.heading == CONFIRMED
    assert "idop" not in parent.page.url
    is_among_the_paid(parent)
    assert bank.payments() == [424]


@pytest.mark.parametrize("how", ["lost", "before", "after"])
def test_the_banks_word_may_come_before_or_after_the_parent_or_never(
    town: str, bank: Bank, open_page: Opener, how: str
) -> None:
    bank.start_again(notify=how)
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.pays()
    page.goes_back()
    confirmed(parent.page)
    assert bank.payments() == [424]


def test_three_notifications_are_one_payment(town: str, bank: Bank, open_page: Opener) -> None:
    bank.start_again(notify_copies=3, notify_name="IDOP")
    parent = at_the_recap(open_page, town)
    window = opens_the_bank(parent)
    window.pays()
    confirmed(parent.page)
    assert bank.payments() == [424]


def test_a_direct_debit_is_a_payment(town: str, bank: Bank, open_page: Opener) -> None:
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.debits()
    page.goes_back()
    assert parent.heading == CONFIRMED
    parent.sees("Moyen de paiement : Prélèvement")


def test_a_second_tab_finds_the_same_payment(town: str, bank: Bank, open_page: Opener) -> None:
    parent = at_the_recap(open_page, town)
    recap = parent.page.url
    opens_the_bank(parent).pays()
    confirmed(parent.page)
    parent.goes_to(recap)
    parent.sees("Cette facture est déjà payée")
    parent.page.go_back()
    confirmed(parent.page)


def test_the_pages_are_accessible(town: str, bank: Bank, open_page: Opener) -> None:
    parent = at_the_recap(open_page, town, size=PHONE)
    checks.no_axe_violation(parent.page)
    window = opens_the_bank(parent)
    expect(parent.page.get_by_role("heading", level=1)).to_have_text("Coordonnées bancaires, étape 3 sur 4")
    checks.no_axe_violation(parent.page)
    window.pays()
    confirmed(parent.page)
    checks.no_axe_violation(parent.page)
