"""Whatever happened to an invoice, the page says it where the parent looks for it: in the list, at step 2, after."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState
from tests.builders import a_payment, an_attempt
from tests.money import at_the_desk
from tests.pages import invoice_states as states
from tests.pages.client import Opened, PageClient, plain
from tests.pages.conftest import World
from tests.pages.invoice_states import every_state
from tests.pages.invoice_visits import HERE, choose
from tests.pages.payment_visits import link

PAYABLE = {
    states.CHEQUE_BOUNCED,
    states.ONLINE_BOUNCED,
    states.WITHDRAWN,
    states.CREDITED,
    states.SIMPLY_DUE,
}
SAID = {
    states.UNDER_WAY: (
        "Paiement commencé à 14 h 50",
        "S'il n'aboutit pas, vous pourrez de nouveau payer cette facture à 15 h 05.",
    ),
    states.TO_CHECK: ("Paiement à vérifier : ne payez pas", "01 00 00 00 00"),
    states.DECLARED: ("Paiement annoncé par la banque : ne payez pas", "La trésorerie doit encore le confirmer"),
    states.DEBITED: ("Sera prélevée le 31 décembre 2015 : rien à payer ici", ""),
    states.DEBITED_LATE: ("Prélèvement du 5 décembre 2015 : rien à payer ici", "pas encore enregistré"),
    states.DEBIT_BOUNCED: ("Prélèvement rejeté : ne payez pas ici", "Demandez à la mairie comment régler."),
    states.TOO_LATE: (
        "Trop tard pour payer en ligne",
        "Le dernier jour était le 14 novembre 2015. Cette facture se paie maintenant à la régie « REGIE PERISCOLAIRE »",
    ),
    states.TOO_SMALL: ("Montant trop petit pour le paiement en ligne", "de 1,00 € à 9 999,99 €"),
    states.TOO_LARGE: ("Montant trop grand pour le paiement en ligne", "de 1,00 € à 9 999,99 €"),
    states.CANCELLED: ("Facture annulée le 12 décembre 2015", "Vous n'avez plus rien à payer."),
    states.CANCELLED_PAID: ("Facture annulée le 12 décembre 2015", "La mairie vous doit 12,00 €"),
    states.CANCELLED_REFUNDED: (
        "Facture annulée le 12 décembre 2015",
        "Remboursé le 15 décembre 2015 : 12,00 € par virement.",
    ),
}
"""Of every invoice that may not be chosen: the heading, and more words."""
NEWS = {
    states.CHEQUE_BOUNCED: (
        "Chèque rejeté",
        "La banque a rejeté le 10 décembre 2015 votre chèque du 1er décembre 2015 : il y a de nouveau 12,00 € à payer.",
    ),
    states.ONLINE_BOUNCED: ("Prélèvement rejeté", "le prélèvement du 1er décembre 2015 : il y a de nouveau 12,00 €"),
    states.WITHDRAWN: (
        "Règlement annulé par la mairie",
        "La mairie a annulé le 10 décembre 2015 le règlement du 1er décembre 2015, enregistré par erreur",
    ),
    states.CREDITED: ("Avoir de 3,00 € déduit", "Déjà réglé : 5,00 € sur 12,00 €"),
}
"""Of those that may."""


@pytest.fixture
def world() -> World:
    return every_state()


def about(page: Opened, number: str) -> str:
    """What the page says of an invoice: from its number to the link to its PDF."""
    _, _, after = said(page).partition(f"N° {number}")
    return after.partition(f"Facture {number} (PDF")[0]


def said(page: Opened) -> str:
    return page.main.replace("\u202f", " ").replace("« ", "« ").replace(" »", " »")


def radios(page: Opened) -> set[str]:
    return {e.attrs["value"] for e in page.page.all("input") if e.attrs.get("name") == "facture"}


def step_2(parent: PageClient, number: str) -> Opened:
    answer = choose(parent, facture=number, email=HERE)
    return parent.follow(answer) if answer.status == 303 else answer


def test_only_what_can_be_paid_now_can_be_chosen(parent: PageClient) -> None:
    assert radios(parent.get("/factures")) == PAYABLE


@pytest.mark.parametrize("number", [*SAID, *NEWS])
def test_the_list_says_why_beside_the_invoice(parent: PageClient, number: str) -> None:
    words = about(parent.get("/factures"), number)
    for expected in {**SAID, **NEWS}[number]:
        assert expected in words


@pytest.mark.parametrize("number", SAID)
def test_a_choice_made_elsewhere_meets_the_same_words_and_no_button(parent: PageClient, number: str) -> None:
    page = step_2(parent, number)
    heading, more = SAID[number]
    assert (page.status, page.heading) == (409, heading)
    assert more in said(page)
    assert "Payer en ligne" not in page.main
    assert number in page.main
    assert page.page.one("h1").attrs["tabindex"] == "-1"


@pytest.mark.parametrize("number", NEWS)
def test_the_recap_says_what_happened_before(parent: PageClient, number: str) -> None:
    page = step_2(parent, number)
    assert page.status == 200
    for expected in NEWS[number]:
        assert expected in said(page)


@pytest.mark.parametrize(
    "word", ["Avoir", "Annulée", "Prélevée", "Rejeté", "Remboursé", "À vérifier", "Paiement commencé", "Trop tard"]
)
def test_the_help_explains_each_word(parent: PageClient, word: str) -> None:
    assert f"<li>«\u202f{word}\u202f»" in parent.get(link(parent.get("/aide"), "les mots qu'elle porte")).body


@pytest.mark.parametrize("number", [states.TOO_LATE, states.TOO_SMALL])
def test_where_one_can_pay_is_written_once(parent: PageClient, number: str) -> None:
    for page in (parent.get("/factures"), step_2(parent, number)):
        assert page.main.count("par chèque à l'ordre du Trésor public") == 1
        assert "01 00 00 00 00" in page.main


def test_until_when_a_late_invoice_can_be_paid_here(parent: PageClient) -> None:
    assert "Se paie en ligne jusqu'au 14 janvier 2016" in about(parent.get("/factures"), states.SIMPLY_DUE)


def test_a_family_on_direct_debit_is_never_told_that_it_is_late(parent: PageClient) -> None:
    assert "retard" not in about(parent.get("/factures"), states.DEBITED_LATE)


def test_credit_that_is_left_is_said_once_at_the_top_and_shown_in_its_own_place(parent: PageClient) -> None:
    page = parent.get("/factures")
    assert page.main.count("Vous avez un avoir de 12,40 €") == 1
    assert page.main.index("Vous avez un avoir") < page.main.index("Mes factures à payer")
    words = about(page, states.NOTE)
    assert f"Avoir sur la facture {states.CREDITED}" in words
    papers = [link.text for link in page.page.all("a") if link.attrs["href"].endswith(f"/{states.NOTE}/pdf")]
    assert [paper.partition(" (")[0] for paper in papers] == [f"Avoir {states.NOTE}"]
    assert f"3,00 € déduits de la facture {states.CREDITED} le 5 décembre 2015." in words


def test_without_credit_nothing_is_said_of_it() -> None:
    page = World().parent().get("/factures")
    assert "avoir" not in page.main.replace("Pour en savoir", "")


def test_what_became_of_the_money_is_named_by_its_means_and_its_sign(parent: PageClient) -> None:
    rows = {}
    for row in parent.get("/factures").page.all("tr"):
        rows[plain(row.text)[:15]] = plain(row.text).replace("\u202f", " ")
    assert "Le 15/12/2015Remboursement par virement : -12,00 €" in rows[states.REFUNDED]
    assert "12,00 € de trop" in rows[states.OVERPAID]
    assert f"Avoir {states.NOTE_USED_UP} : 3,00 €" in rows[states.PAID_BY_CREDIT]
    assert f"Déduit de la facture {states.PAID_BY_CREDIT} : -3,00 €" in rows[states.NOTE_USED_UP]
    assert "Avoir de 3,00 €" in rows[states.NOTE_USED_UP]
    assert "Échéance" not in rows[states.NOTE_USED_UP]


def test_a_bounced_cheque_stays_readable_once_the_invoice_is_paid_again(world: World, parent: PageClient) -> None:
    number = InvoiceNumber(states.CHEQUE_BOUNCED)
    at_the_desk(world.book, world.invoices, number, a_payment(1200, id="again", paid_on=date(2015, 12, 20)))
    (row,) = [plain(e.text) for e in parent.get("/factures").page.all("tr") if number in e.text]
    assert row.index("Chèque bancaire : 12,00 €") < row.index("Le 10/12/2015Chèque rejeté : -12,00 €")
    assert row.index("Chèque rejeté") < row.index("le 20/12/2015Chèque bancaire : 12,00 €")


def test_only_what_is_due_again_is_asked_for(world: World, parent: PageClient) -> None:
    number = InvoiceNumber(states.CHEQUE_BOUNCED)
    at_the_desk(world.book, world.invoices, number, a_payment(700, id="again", paid_on=date(2015, 12, 20)))
    words = about(parent.get("/factures"), number)
    assert "il y a de nouveau 5,00 € à payer" in words
    assert "Déjà réglé : 7,00 € sur 12,00 €" in words


def paid_online(world: World, number: str, state: AttemptState) -> None:
    """What the portal took for it, on an attempt in that state."""
    invoice = world.invoices.invoices[InvoiceNumber(number)]
    attempt = an_attempt(invoice, world.clock.now(), amount=Cents(1200))
    world.attempts.begin(attempt, invoice, None)
    world.attempts.settle(attempt, replace(attempt, state=state), None)


@pytest.mark.parametrize(
    ("number", "state", "heading", "words"),
    [
        (states.REFUNDED, AttemptState.PAID, "Confirmation", "Remboursé le 15 décembre 2015 : 12,00 € par virement."),
        (states.CANCELLED_PAID, AttemptState.PAID, "Confirmation", "Facture annulée le 12 décembre 2015"),
        (states.CANCELLED_REFUNDED, AttemptState.PAID, "Confirmation", "Remboursé le 15 décembre 2015"),
        (states.CANCELLED, AttemptState.REFUSED, "Facture annulée le 12 décembre 2015", "plus rien à payer"),
        (states.ONLINE_BOUNCED, AttemptState.REVERSED, "Prélèvement rejeté", "a rejeté le 10 décembre 2015"),
        (states.TOO_LATE, AttemptState.REFUSED, "Paiement refusé", "Trop tard pour payer en ligne"),
    ],
)
def test_the_payment_s_page_says_it_too(
    world: World, parent: PageClient, number: str, state: AttemptState, heading: str, words: str
) -> None:
    paid_online(world, number, state)
    page = parent.get(f"/factures/{number}/paiement")
    assert page.status == 200
    assert page.heading.startswith(heading)
    assert words in said(page)
    offers = [e for e in page.page.all("a") if "Payer cette facture" in e.text]
    assert bool(offers) is (number == states.ONLINE_BOUNCED)
    assert "Vous pouvez recommencer" not in page.main


def test_money_to_check_is_said_even_of_an_invoice_that_was_paid_meanwhile(world: World, parent: PageClient) -> None:
    number = InvoiceNumber(states.TO_CHECK)
    at_the_desk(world.book, world.invoices, number, a_payment(1200))
    assert parent.get(f"/factures/{number}/paiement").heading == "Paiement à vérifier par la mairie"


def test_a_click_after_the_invoice_changed_says_what_it_became(world: World, parent: PageClient) -> None:
    number = InvoiceNumber(states.SIMPLY_DUE)
    bank = link(step_2(parent, number), "Payer en ligne")
    world.invoices.invoices[number] = replace(world.invoices.invoices[number], cancelled_on=date(2015, 12, 22))
    assert parent.follow(parent.get(bank)).heading == "Facture annulée le 22 décembre 2015"
    assert world.treasury.asked == []


@pytest.mark.parametrize("number", [number for number in SAID if "2015-10" in number and number > states.DECLARED])
def test_no_address_that_was_kept_opens_a_payment_of_it(world: World, parent: PageClient, number: str) -> None:
    mine = world.invoices.invoices
    simply = InvoiceNumber(states.SIMPLY_DUE)
    bank = link(step_2(parent, simply), "Payer en ligne")
    mine[simply] = replace(mine[InvoiceNumber(number)], number=simply)
    assert parent.follow(parent.get(bank)).heading == SAID[number][0]
    assert world.treasury.asked == []


def test_what_is_owed_is_what_the_parent_has_to_pay(parent: PageClient) -> None:
    """Neither what the town will debit, nor what somebody is paying or has paid."""
    assert "9 factures à payer, 12 076,80 €." in said(parent.get("/factures"))


def test_a_credit_note_is_never_paid(world: World, parent: PageClient) -> None:
    assert choose(parent, facture=states.NOTE, email=HERE).headers["Location"] == "/factures?payee=1"


def test_what_was_cancelled_long_ago_is_on_a_later_page() -> None:
    world = World()
    for n in range(1, 14):
        number = f"2014-001-{n:06}"
        world.add(states.one(number, "Old", payments=(a_payment(1200, paid_on=date(2014, 3, n)),)))
    world.add(states.one("2014-002-000001", "Gone", cancelled_on=date(2014, 1, 2)))
    parent = world.parent()
    first = parent.get("/factures")
    assert "2014-002-000001" not in first.main
    later = parent.get(link(first, "Voir plus de factures payées"))
    (row,) = [plain(e.text) for e in later.page.all("tr") if "2014-002-000001" in e.text]
    assert "Annulée le 02/01/2014" in row
