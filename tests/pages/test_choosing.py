"""Choosing one invoice to pay: what the form refuses, and the recap before the bank."""

from dataclasses import replace
from typing import NoReturn

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.town import PaymentFacts
from tests.builders import a_payment
from tests.money import at_the_desk
from tests.pages.client import PageClient, plain
from tests.pages.conftest import World
from tests.pages.invoice_visits import HERE, JUNE, SEPTEMBER, THEIRS, choose, field, links


def test_choosing_leads_to_the_recap(parent: PageClient) -> None:
    sent = choose(parent, facture=SEPTEMBER, email=" autre@server.fr ")
    assert sent.headers["Location"].startswith(f"/factures/{SEPTEMBER}/payer?recu=")
    assert "autre" not in sent.headers["Location"]
    recap = parent.follow(sent)
    assert recap.heading == "Récapitulatif de la facture, étape 2 sur 4"
    assert plain(recap.page.one("title").text).startswith(recap.heading)
    for words in (SEPTEMBER, "2013-T5-00-26000335", "REGIE PERISCOLAIRE", "TOTAL À RÉGLER : 4,24 €", "autre@server.fr"):
        assert words in recap.main
    assert links(recap)["Annuler et retourner aux factures"] == "/factures"
    assert "Étape en cours : 2. Récapitulatif facture" in recap.main


def test_a_town_without_contract_says_how_to_pay_and_has_no_dead_button(world: World) -> None:
    world.towns.town = replace(world.town, payment=PaymentFacts("T5", "006382"))
    parent = world.parent()
    listed = parent.get("/factures")
    assert listed.page.all("fieldset", "button")[1:] == [], "only « Déconnexion »"
    assert listed.main.count("identifiant structure : 006382") == 1, "said once, however many are due"
    recap = parent.follow(choose(parent, facture=SEPTEMBER, email=HERE))
    assert recap.heading == "Le paiement en ligne n'est pas ouvert"
    assert "identifiant structure : 006382" in recap.main
    assert "Payer en ligne" not in recap.main
    main = recap.body.partition("<main")[2].partition("</main>")[0]
    assert "<button" not in main


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        pytest.param({}, ["Choisissez la facture à payer.", "Écrivez une adresse"], id="nothing"),
        pytest.param({"facture": JUNE, "email": ""}, ["Écrivez une adresse"], id="no address"),
        pytest.param({"facture": JUNE, "email": '"><b>@x'}, ["Écrivez une adresse"], id="no address at all"),
        pytest.param({"email": HERE}, ["Choisissez la facture"], id="no invoice"),
    ],
)
def test_what_is_missing_is_said_and_what_is_typed_is_kept(
    parent: PageClient, fields: dict[str, str], said: list[str]
) -> None:
    answer = choose(parent, **fields)
    assert answer.status == 422
    assert plain(answer.page.one("title").text).startswith("Erreur : Factures")
    (summary,) = [e for e in answer.page.all("div") if e.attrs.get("role") == "alert"]
    for sentence in said:
        assert plain(summary.text).count(sentence) == 1
        assert answer.main.count(sentence) == 2, "once in the summary, once at the field"
    assert field(answer, "email")["value"] == fields.get("email", "")
    chosen = [e.attrs["value"] for e in answer.page.all("input") if "checked" in e.attrs]
    assert chosen == ([fields["facture"]] if "facture" in fields else [])


@pytest.mark.parametrize(
    ("email", "said"),
    [
        pytest.param("jérôme@server.fr", "sans accent", id="accent"),
        pytest.param("jamie@exemplé.fr", "sans accent", id="accent of the domain"),
        pytest.param(f"{'j' * 60}@{'s' * 30}.fr", "de 6 à 80 caractères", id="long"),
        pytest.param(f"{'a' * 300}@server.fr", "de 6 à 80 caractères", id="very long"),
        pytest.param("a@b.c", "de 6 à 80 caractères", id="short"),
    ],
)
def test_what_the_bank_would_refuse_is_said_where_it_is_typed(
    world: World, parent: PageClient, email: str, said: str
) -> None:
    answer = choose(parent, facture=SEPTEMBER, email=email)
    assert answer.status == 422
    assert answer.page.all("h2")[0].text == "La banque n’accepte pas cette adresse e-mail"
    (fault,) = [e for e in answer.page.elements if e.attrs.get("id") == "email-faux"]
    assert said in plain(fault.text)
    assert field(answer, "email")["value"] == email
    assert [e.attrs["value"] for e in answer.page.all("input") if "checked" in e.attrs] == [SEPTEMBER]
    assert world.attempts.kept == {}


def test_the_help_beside_the_address_says_the_bank_s_limits(parent: PageClient) -> None:
    assert "sans accent, de 6 à 80 caractères" in parent.get("/factures").main


def test_the_summary_leads_to_the_first_choice(parent: PageClient) -> None:
    assert links(choose(parent))["Choisissez la facture à payer."] == f"#f-{JUNE}"


@pytest.mark.parametrize("number", [THEIRS, "2013-026-000001", "x", "L#1", "9" * 5000, "../..", "２０１３"])
def test_another_invoice_than_the_family_s_does_not_exist(parent: PageClient, number: str) -> None:
    assert choose(parent, facture=number, email=HERE).status == 404


def test_an_invoice_paid_meanwhile_is_not_paid_again(world: World, parent: PageClient) -> None:
    sent = choose(parent, facture=SEPTEMBER, email=HERE)
    at_the_desk(world.book, world.invoices, InvoiceNumber(SEPTEMBER), a_payment(424))
    for answer in (parent.get(sent.headers["Location"]), choose(parent, facture=SEPTEMBER, email=HERE)):
        assert answer.headers["Location"] == "/factures?payee=1"
    assert "Cette facture est déjà payée" in parent.get("/factures?payee=1").main


@pytest.mark.parametrize("token", ["", "x", "{0}x"])
def test_a_recap_without_its_address_goes_back_to_the_choice(parent: PageClient, token: str) -> None:
    real = choose(parent, facture=SEPTEMBER, email=HERE).headers["Location"].partition("recu=")[2]
    answer = parent.get(f"/factures/{SEPTEMBER}/payer?recu={token.format(real)}")
    assert answer.headers["Location"] == "/factures"
    assert parent.get(f"/factures/{JUNE}/payer?recu={real}").headers["Location"] == "/factures"


def test_another_family_s_recap_is_not_shown(world: World, parent: PageClient) -> None:
    address = choose(parent, facture=SEPTEMBER, email=HERE).headers["Location"]
    stranger = world.visitor()
    stranger.sign_in("100", "SPECTRE100")
    assert stranger.get(address).headers["Location"] == "/factures"


@pytest.mark.parametrize(
    ("facture", "email", "heading"),
    [
        pytest.param(SEPTEMBER, "jamie@", "L'adresse e-mail n'est pas complète", id="malformed"),
        pytest.param(SEPTEMBER, "", "Il manque une information", id="no address"),
        pytest.param("", "jamie@", "Il manque une information", id="no invoice"),
    ],
)
def test_the_summary_says_what_is_wrong(parent: PageClient, facture: str, email: str, heading: str) -> None:
    csrf = parent.get("/factures").hidden("csrf")
    answer = parent.post("/factures", csrf=csrf, facture=facture, email=email)
    assert plain(answer.page.all("h2")[0].text) == heading


@pytest.mark.parametrize("csrf", ["", "x"])
def test_choosing_needs_the_token(parent: PageClient, csrf: str) -> None:
    assert parent.post("/factures", csrf=csrf, facture=SEPTEMBER, email=HERE).status == 403


def test_a_session_that_ends_comes_back_to_the_invoices(world: World, parent: PageClient) -> None:
    csrf = parent.get("/factures").hidden("csrf")
    parent.cookie = ""
    answer = parent.post("/factures", csrf=csrf, facture=SEPTEMBER, email=HERE)
    assert answer.headers["Location"] == "/?vers=%2Ffactures"
    page = parent.follow(answer)
    back = parent.post("/", enfant="007", payeur="GOLDENEYE7", vers=page.hidden("vers"))
    assert back.headers["Location"] == "/factures"


def test_a_save_that_fails_says_where_to_look(world: World, parent: PageClient) -> None:
    csrf = parent.get("/factures").hidden("csrf")

    def down(*args: object, **kwargs: object) -> NoReturn:
        raise Unavailable("invoices")

    world.invoices.find = down  # type: ignore[method-assign]
    answer = parent.post("/factures", csrf=csrf, facture=SEPTEMBER, email=HERE)
    assert answer.status == 503
    assert "ouvrez de nouveau la page" in answer.main


def test_a_family_whose_address_the_town_does_not_know_types_one(world: World) -> None:
    unknown = World(family=replace(world.family, email=""))
    assert field(unknown.parent().get("/factures"), "email")["value"] == ""
