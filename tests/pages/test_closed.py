"""An invoice that cannot be paid here says why, and where; and no request opens a payment of it."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.pages.presenters.closed import CLOSED
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payable import Hindrance
from tests.pages.client import PageClient
from tests.pages.conftest import World, the_manual_s_town
from tests.pages.invoice_visits import HERE as EMAIL
from tests.pages.invoice_visits import choose
from tests.pages.payment_visits import NUMBER, link, recap_of

HERE = "Payer en ligne"
AT_THE_OFFICE = "à payer à la régie : REGIE PERISCOLAIRE, 1 place de la Mairie, 01 00 00 00 00"


def changed(world: World, **changes: Any) -> None:
    number = InvoiceNumber(NUMBER)
    world.invoices.invoices[number] = replace(world.invoices.invoices[number], **changes)


def town_where(world: World, **payment: Any) -> None:
    town = the_manual_s_town()
    legal = replace(town.legal, address="1 place de la Mairie")
    world.towns.town = replace(town, legal=legal, payment=replace(town.payment, **payment))


@pytest.mark.parametrize(
    ("invoice", "payment", "said"),
    [
        ({"means": Means.DIRECT_DEBIT}, {}, "sera prélevée sur votre compte : ne la payez pas une deuxième fois"),
        ({}, {"online": ""}, "Le paiement en ligne n'est pas ouvert pour cette facture."),
        ({}, {"days_after_due": 30}, f"jusqu'au 14/11/2013. Elle est maintenant {AT_THE_OFFICE}"),
        ({}, {"ceiling": Cents(400)}, f"de 1,00 € à 4,00 €. Celle-ci est {AT_THE_OFFICE}"),
        ({"total": Cents(99)}, {}, f"de 1,00 € à 9 999,99 €. Celle-ci est {AT_THE_OFFICE}"),
    ],
)
def test_the_recap_says_why_and_where(
    world: World, parent: PageClient, invoice: dict[str, Any], payment: dict[str, Any], said: str
) -> None:
    bank = link(recap_of(parent), HERE)
    changed(world, **invoice)
    town_where(world, **payment)
    recap = recap_of(parent)
    assert said in recap.main
    assert [e for e in recap.page.all("a") if HERE in e.text] == []
    assert ("www.payfip.gouv.fr" in recap.main) is (payment == {"online": ""})
    refused = parent.get(bank)
    assert (refused.status, refused.heading) == (409, "Paiement impossible ici")
    assert said in refused.main
    assert world.treasury.asked == []


def test_a_cancelled_invoice_says_so_and_is_not_paid(world: World, parent: PageClient) -> None:
    bank = link(recap_of(parent), HERE)
    changed(world, cancelled_on=date(2013, 10, 20))
    page = recap_of(parent)
    assert "Cette facture est annulée : il n'y a rien à payer." in page.main
    refused = parent.get(bank)
    assert (refused.status, "Cette facture est annulée" in refused.main) == (409, True)
    assert "Les autres moyens de paiement" not in refused.main
    assert world.treasury.asked == []


def test_a_credit_note_is_never_paid(world: World, parent: PageClient) -> None:
    bank = link(recap_of(parent), HERE)
    changed(world, total=Cents(-424))
    assert choose(parent, facture=NUMBER, email=EMAIL).headers["Location"] == "/factures?payee=1"
    assert parent.get(bank).headers["Location"] == "/factures?payee=1"
    assert world.treasury.asked == []


def test_every_hindrance_has_words() -> None:
    assert CLOSED.keys() == set(Hindrance)
