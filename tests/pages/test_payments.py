"""Paying online, as a parent sees it: to the bank, the waiting page, and every outcome."""

from datetime import timedelta

import pytest

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.payments import AttemptState
from tests.builders import a_payment
from tests.money import at_the_desk
from tests.pages.client import PageClient
from tests.pages.conftest import World
from tests.pages.payment_visits import NUMBER, PROGRESS, link, notified, paid, recap_of, receipts, to_bank


def test_the_recap_offers_a_new_window_and_this_one(parent: PageClient) -> None:
    recap = recap_of(parent)
    (new,) = [e.attrs for e in recap.page.all("a") if "Payer en ligne" in e.text]
    assert (new["target"], new["rel"]) == ("_blank", "noopener")
    assert new["href"] == link(recap, "dans cette fenêtre")
    assert new["data-attente"] == link(recap, "voir le résultat")


def test_a_click_leads_to_the_bank_and_a_second_one_too(world: World, parent: PageClient) -> None:
    address = link(recap_of(parent), "Payer en ligne")
    answer = parent.get(address)
    assert (answer.status, answer.headers["Location"]) == (303, "https://bank.example/idop-1")
    assert parent.get(address).headers["Location"] == "https://bank.example/idop-1"
    ((attempt, notify, back),) = world.treasury.asked
    assert (attempt.amount, attempt.saisie, attempt.email) == (424, "T", "jamie.bond@server.fr")
    assert notify.endswith("/payfip/notification")
    assert back.endswith("/payfip/retour")


@pytest.mark.parametrize("recu", ["", "x", "eyJh.x"])
def test_without_our_own_token_nothing_is_opened(world: World, parent: PageClient, recu: str) -> None:
    assert parent.get(f"/factures/{NUMBER}/banque?recu={recu}").headers["Location"] == "/factures"
    assert world.treasury.asked == []


def test_another_family_s_token_opens_nothing(world: World, parent: PageClient) -> None:
    address = link(recap_of(parent), "Payer en ligne")
    stranger = world.visitor()
    stranger.sign_in("100", "SPECTRE100")
    assert stranger.get(address).headers["Location"] == "/factures"
    assert stranger.get(PROGRESS).status == 404
    assert stranger.get(f"{PROGRESS}/etat").status == 404


def test_an_invoice_paid_meanwhile_is_not_paid_again(world: World, parent: PageClient) -> None:
    address = link(recap_of(parent), "Payer en ligne")
    at_the_desk(world.book, world.invoices, InvoiceNumber(NUMBER), a_payment(424))
    assert parent.follow(parent.get(address)).headers["Location"] == "/factures?payee=1"
    assert parent.get(PROGRESS).headers["Location"] == "/factures?payee=1"


def test_a_few_cents_are_not_for_the_bank(world: World, parent: PageClient) -> None:
    address = link(recap_of(parent), "Payer en ligne")
    at_the_desk(world.book, world.invoices, InvoiceNumber(NUMBER), a_payment(400))
    answer = parent.follow(parent.get(address))
    assert (answer.status, answer.heading) == (409, "Montant trop petit pour le paiement en ligne")
    assert "montants de 1,00 € à 9 999,99 €" in answer.main.replace("\u202f", " ")
    assert "Payer en ligne" not in answer.main
    assert world.treasury.asked == []


@pytest.mark.parametrize(
    ("trouble", "status", "heading"),
    [
        pytest.param({"down": True}, 503, "Le site de la banque ne répond pas", id="down"),
        pytest.param({"refuses": "A2"}, 422, "La banque refuse votre adresse e-mail", id="address"),
        pytest.param({"refuses": "T2"}, 502, "Le paiement n'a pas pu commencer", id="contract"),
    ],
)
def test_a_bank_that_does_not_open_it(
    world: World, parent: PageClient, trouble: dict[str, object], status: int, heading: str
) -> None:
    vars(world.treasury).update(trouble)
    answer = to_bank(parent)
    assert (answer.status, answer.heading) == (status, heading)
    assert "Vous n'avez pas été débité" in answer.main
    (attempt,) = world.attempts.kept.values()
    assert attempt.state is AttemptState.FAILED


def test_an_address_that_only_the_bank_refuses_rings_no_operator(
    world: World, parent: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    world.treasury.refuses = "A2"
    assert "Choisissez de nouveau la facture" in to_bank(parent).main
    assert '"level": "error"' not in capsys.readouterr().out


def test_the_waiting_page_without_javascript(world: World, parent: PageClient) -> None:
    to_bank(parent)
    page = parent.get(PROGRESS)
    assert page.heading == "Coordonnées bancaires, étape 3 sur 4"
    assert "Montant : 4,24 €" in page.main
    (refresh,) = [e for e in page.page.all("meta") if e.attrs.get("http-equiv") == "refresh"]
    assert refresh.attrs["content"] == f"20; url={PROGRESS}?n=1"
    assert "noscript" in refresh.parents
    assert "http-equiv" not in parent.get(link(page, "Arrêter le rechargement")).body
    assert "http-equiv" not in parent.get(f"{PROGRESS}?n=6").body, "it stops by itself"


@pytest.mark.parametrize(
    "sentence",
    [
        "Dans sa fenêtre, entrez vos informations bancaires.",
        "vous pouvez fermer toutes les fenêtres : votre paiement est bien effectué",
        "autorisez les fenêtres « pop-up » de ce site dans les options de votre navigateur",
        "Si l'étape « 4. Confirmation de paiement » ne s'affiche pas",
        "cela prendra effet pour les prochains paiements",
        "La page de la banque dit que l'opération est déjà utilisée ?",
    ],
)
def test_the_third_step_says_what_the_manual_says(parent: PageClient, sentence: str) -> None:
    to_bank(parent)
    assert sentence in parent.get(PROGRESS).main.replace("\u202f", " ")


def test_the_four_steps_are_named_as_printed(parent: PageClient) -> None:
    printed = [
        "1. Sélection de facture",
        "2. Récapitulatif facture",
        "3. Coordonnées bancaires",
        "4. Confirmation de paiement",
    ]
    for page in (parent.get("/factures"), recap_of(parent)):
        assert [step in page.main for step in printed] == [True] * 4
    assert "TOTAL À RÉGLER : 4,24 €" in recap_of(parent).main.replace("\u202f", " ")
    assert "fenêtre de saisie de vos coordonnées bancaires" in recap_of(parent).main
    assert link(recap_of(parent), "Annuler et retourner aux factures") == "/factures"


def test_the_script_is_told_what_to_ask_and_when_it_changes(world: World, parent: PageClient) -> None:
    to_bank(parent)
    (box,) = [e for e in parent.get(PROGRESS).page.elements if "data-suivi" in e.attrs]
    assert (box.attrs["id"], box.attrs["role"]) == ("attente", "status")
    assert parent.get(box.attrs["data-suivi"]).body == "attente"
    world.treasury.says("idop-1", "R")
    assert parent.get(box.attrs["data-suivi"]).body == "attente", "the treasury was asked a moment ago"
    world.clock.forward(seconds=5)
    assert parent.get(box.attrs["data-suivi"]).body == "refused"
    assert world.treasury.looked["idop-1"] == 2


def test_a_new_try_is_not_mistaken_for_the_one_before(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "A", paid_at=world.clock.now())
    page = parent.get(PROGRESS)
    assert page.heading == "Coordonnées bancaires, étape 3 sur 4"
    assert "La banque peut encore le prendre jusqu'à 14 h 57" in page.main
    assert "autorisez les fenêtres" not in page.main
    world.clock.forward(minutes=3)
    assert parent.get(PROGRESS).heading == "Paiement abandonné"
    world.clock.forward(minutes=1)
    since = link(recap_of(parent), "voir le résultat")
    assert parent.get(since).heading == "Coordonnées bancaires, étape 3 sur 4", "the bank's window is still opening"
    world.treasury.says("idop-1", "P")
    world.clock.forward(seconds=5)
    assert parent.get(since).heading == "Confirmation de paiement, étape 4 sur 4"


def test_nothing_was_tried(parent: PageClient) -> None:
    assert parent.get(PROGRESS).headers["Location"] == "/factures"
    assert parent.get("/factures/1999-001-000001/paiement").status == 404


def test_an_answer_that_does_not_come(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.clock.at = world.clock.now() + timedelta(minutes=16)
    page = parent.get(PROGRESS)
    assert "La réponse de la banque n'est pas encore connue. Ne payez pas une deuxième fois" in page.main
    assert "jusqu'à 16 h 54" in page.main, "until when it is asked"
    assert "01 00 00 00 00" in page.main, "whom to ask"
    assert "entrez vos informations bancaires" not in page.main
    assert [e for e in page.page.all("a") if "/banque" in e.attrs["href"]] == [], "the bank refuses a used operation"
    world.clock.at = world.clock.now() + timedelta(hours=2)
    parent = world.parent()
    assert parent.get(PROGRESS).heading == "Aucun paiement reçu"


def test_the_treasury_down_at_look_up_is_still_waiting(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.down = True
    assert parent.get(PROGRESS).heading == "Coordonnées bancaires, étape 3 sur 4"
    world.clock.forward(seconds=1)
    assert notified(world).status == 503, "the bank will tell again"
    world.treasury.down = False
    world.treasury.says("idop-1", "P")
    world.clock.forward(seconds=1)
    assert notified(world).status == 200
    assert paid(world) == 424


def test_the_confirmation_is_the_bank_s_ticket(world: World, parent: PageClient) -> None:
    to_bank(parent, "autre@server.fr")
    world.treasury.says("idop-1", "P", paid_at=world.clock.now())
    page = parent.get(PROGRESS)
    assert page.heading == "Confirmation de paiement, étape 4 sur 4"
    for words in (
        "Collectivité : Ville de démo",
        "Régie : REGIE PERISCOLAIRE",
        "Référence de la dette : 2013-T5-00-26000335",
        "Date et heure : 22/12/2015 à 14 h 54",
        "Moyen de paiement : Carte bancaire",
        "Montant : 4,24 €",
        "Numéro d'autorisation : A55A",
        "Adresse électronique : autre@server.fr",
    ):
        assert words in page.main
    assert receipts(world) == ["autre@server.fr"]


@pytest.mark.parametrize(
    ("letter", "changes", "heading", "offers"),
    [
        ("R", {}, "Paiement refusé", True),
        ("Z", {}, "Paiement refusé", True),
        ("A", {}, "Paiement abandonné", True),
        ("Q", {}, "Paiement à vérifier par la mairie", False),
        ("P", {"amount": 100}, "Paiement à vérifier par la mairie", False),
        ("P", {"saisie": "W"}, "Paiement à vérifier par la mairie", False),
    ],
)
def test_every_outcome(
    world: World, parent: PageClient, letter: str, changes: dict[str, object], heading: str, offers: bool
) -> None:
    address = link(recap_of(parent), "Payer en ligne")
    parent.get(address)
    world.treasury.says("idop-1", letter, **changes)
    world.clock.forward(minutes=3)
    page = parent.get(PROGRESS)
    assert page.heading == heading
    assert ("Payer cette facture" in page.main) is offers
    assert ("Vous pouvez recommencer" in page.main) is (heading == "Paiement refusé")
    assert paid(world) == 0
    if offers:
        assert parent.get(link(page, "Payer cette facture")).heading.startswith("Récapitulatif")
    else:
        assert "Ne payez pas" in page.main
        assert parent.get(address).headers["Location"] == PROGRESS, "no second payment before a person looked at it"


def test_an_expired_session_comes_back_to_the_result(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    parent.cookie = ""
    asked = parent.follow(parent.follow(parent.get("/payfip/retour?idop=idop-1")))
    back = parent.post("/", enfant="007", payeur="GOLDENEYE7", vers=asked.hidden("vers"))
    assert parent.follow(back).heading == "Confirmation de paiement, étape 4 sur 4"
