"""Every other way back from the bank: refused, given up, closed, late, twice, never."""

import pytest

from tests.browser import checks
from tests.browser.bank import Bank, BankPage
from tests.browser.conftest import DESKTOP, PHONE, Opener, TakePicture
from tests.browser.paying import CONFIRMED, asks_until_confirmed, at_the_recap, goes_to_the_bank, opens_the_bank


@pytest.mark.parametrize(
    "size", [pytest.param(PHONE, id="refused-360x640"), pytest.param(DESKTOP, id="refused-1280x800")]
)
def test_a_refused_card_may_be_tried_again(
    town: str, bank: Bank, open_page: Opener, size: tuple[int, int], take_picture: TakePicture
) -> None:
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


def test_abandoned_then_late_success(town: str, bank: Bank, open_page: Opener) -> None:
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


def test_a_closed_window_is_waited_for_and_opened_again(town: str, bank: Bank, open_page: Opener) -> None:
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


def test_paid_twice_is_kept_and_said(town: str, bank: Bank, open_page: Opener) -> None:
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


def test_a_session_that_ended_at_the_bank_leads_to_the_result(town: str, bank: Bank, open_page: Opener) -> None:
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.pays()
    parent.page.context.clear_cookies()
    page.goes_back()
    parent.signs_in()
    assert parent.heading == CONFIRMED


def test_a_bank_that_is_down_leaves_nothing_hanging(town: str, bank: Bank, open_page: Opener) -> None:
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
def test_what_is_not_sure_is_never_guessed(town: str, bank: Bank, open_page: Opener, ending: str, said: str) -> None:
    parent = at_the_recap(open_page, town)
    page = goes_to_the_bank(parent)
    page.pays(ending=ending)
    page.goes_back()
    assert parent.heading == said
    parent.sees("Ne payez pas")
    assert bank.payments() == []
