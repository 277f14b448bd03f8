"""Paying online: to the bank, the waiting page, every outcome, and what the bank itself sends."""

import re
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.payments import AttemptState
from tests.builders import BOND, a_payment, an_invoice
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World

NUMBER = "2013-026-000335"
PROGRESS = f"/factures/{NUMBER}/paiement"
THEIRS = "2013-026-000999"


def recap_of(parent: PageClient, email: str = "jamie.bond@server.fr") -> Opened:
    csrf = parent.get("/factures").hidden("csrf")
    return parent.follow(parent.post("/factures", csrf=csrf, facture=NUMBER, email=email))


def link(page: Opened, label: str) -> str:
    (href,) = {e.attrs["href"] for e in page.page.all("a") if label in e.text.replace("’", "'")}
    return href


def to_bank(parent: PageClient, email: str = "jamie.bond@server.fr") -> Opened:
    return parent.get(link(recap_of(parent, email), "Payer en ligne"))


def paid(world: World) -> int:
    invoice = world.invoices.find(BOND, InvoiceNumber(NUMBER))
    assert invoice is not None
    return int(invoice.paid)


def receipts(world: World) -> list[str]:
    return [mail.to for mail in world.outbox.mails.values() if mail.kind == "payment-receipt"]


def notified(world: World, body: bytes = b"idop=idop-1", **how: str) -> Opened:
    return world.visitor().post_raw("/payfip/notification", body, **how)


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
    world.invoices.record(BOND, InvoiceNumber(NUMBER), a_payment(424))
    assert parent.get(address).headers["Location"] == "/factures?payee=1"
    assert parent.get(PROGRESS).headers["Location"] == "/factures?payee=1"


def test_a_few_cents_are_not_for_the_bank(world: World, parent: PageClient) -> None:
    address = link(recap_of(parent), "Payer en ligne")
    world.invoices.record(BOND, InvoiceNumber(NUMBER), a_payment(400))
    answer = parent.get(address)
    assert (answer.status, answer.heading) == (409, "Paiement impossible ici")
    assert "montants de 1,00 € à 9 999,99 €" in answer.main.replace("\u202f", " ")
    assert "Payer en ligne" not in recap_of(parent).main


@pytest.mark.parametrize(
    ("trouble", "status", "heading"),
    [
        pytest.param({"down": True}, 503, "Le site de la banque ne répond pas", id="down"),
        pytest.param({"refuses": "A2"}, 502, "La banque refuse votre adresse e-mail", id="address"),
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
    assert "La banque peut encore le prendre jusqu'à 14 h 56" in page.main
    assert "autorisez les fenêtres" not in page.main
    world.clock.forward(minutes=2)
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
    world.clock.forward(minutes=2)
    page = parent.get(PROGRESS)
    assert page.heading == heading
    assert ("Payer cette facture" in page.main) is offers
    assert paid(world) == 0
    if offers:
        assert parent.get(link(page, "Payer cette facture")).heading.startswith("Récapitulatif")
    else:
        assert "Ne payez pas" in page.main
        assert parent.get(address).headers["Location"] == PROGRESS, "no second payment before a person looked at it"


def test_the_return_settles_and_leaves_the_secret_address(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    assert parent.get("/payfip/retour?idop=idop-1").headers["Location"] == PROGRESS
    assert parent.post("/payfip/retour", idOp="idop-1").headers["Location"] == PROGRESS
    assert paid(world) == 424
    assert len(receipts(world)) == 1


def test_the_return_of_nobody_leads_to_the_invoices(world: World, parent: PageClient) -> None:
    for query in ("", "?idop=", "?idop=idop-9", "?idop=idop-1&IDOP=idop-1", f"?idop={'x' * 70}"):
        assert parent.get(f"/payfip/retour{query}").headers["Location"] == "/factures"


def test_an_expired_session_comes_back_to_the_result(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    parent.cookie = ""
    asked = parent.follow(parent.follow(parent.get("/payfip/retour?idop=idop-1")))
    back = parent.post("/", enfant="007", payeur="GOLDENEYE7", vers=asked.hidden("vers"))
    assert parent.follow(back).heading == "Confirmation de paiement, étape 4 sur 4"


@pytest.mark.parametrize("name", ["idop", "idOp", "IDOP", "IdOp"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "", "application/json"])
def test_a_notification_in_any_casing(world: World, parent: PageClient, name: str, kind: str) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    for _ in range(3):
        assert notified(world, f"{name}=idop-1".encode(), content_type=kind).status == 200
    assert paid(world) == 424
    assert len(receipts(world)) == 1


def test_a_notification_in_the_address(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    assert world.visitor().post_raw("/payfip/notification?idOp=idop-1", b"").status == 200
    assert paid(world) == 424


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"idop=", id="empty"),
        pytest.param(b"idop=idop-9", id="a stranger's"),
        pytest.param(b"idop=idop-1&idop=idop-1", id="twice"),
        pytest.param(b"idop=idop-1&IDOP=idop-9", id="twice in two casings"),
        pytest.param(b"idop=idop-1&x=" + b"y" * 5200, id="too long"),
        pytest.param(b"x" * 5120, id="5 kB of junk"),
        pytest.param(b"<idop>idop-1</idop>", id="xml"),
        pytest.param(b'<!DOCTYPE x [<!ENTITY e "e">]><idop>&e;</idop>', id="dtd"),
        pytest.param(b'{"idop": "idop-1"}', id="json"),
        pytest.param(b"\xff\xfe\x00", id="no text"),
        pytest.param(b"idop=idop-1%00", id="a zero"),
        pytest.param(b"idop=../A%23x", id="a path"),
        pytest.param(("idop=" + "١" * 9).encode(), id="other digits"),
        pytest.param(b"resultrans=P&refdet=2013T50026000335&montant=424", id="a forged result"),
    ],
)
def test_what_is_no_notification_of_ours_is_answered_and_does_nothing(
    world: World, parent: PageClient, body: bytes
) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    answer = notified(world, body)
    assert (answer.status, answer.body) == (200, "OK")
    assert paid(world) == 0


def test_a_stranger_s_operation_never_pays_another_invoice(world: World, parent: PageClient) -> None:
    """Row of PAYMENTS: a genuine operation of a cheap invoice, replayed on an expensive one."""
    world.add(an_invoice("2014-001-000001", total=100))
    to_bank(parent)
    csrf = parent.get("/factures").hidden("csrf")
    cheap = parent.follow(parent.post("/factures", csrf=csrf, facture="2014-001-000001", email="a@server.fr"))
    parent.get(link(cheap, "Payer en ligne"))
    world.treasury.says("idop-2", "P")
    world.treasury.answers["idop-1"] = world.treasury.answers["idop-2"]
    notified(world)
    assert paid(world) == 0
    (entry,) = world.attempts.to_refund_or_check()
    assert "idop" in entry.why
    assert "reference" in entry.why


@pytest.mark.parametrize(
    ("path", "times"), [("/payfip/notification", 200), ("/payfip/notification/idop-1", 200), ("/payfip/retour", 60)]
)
def test_strangers_who_knock_cost_the_treasury_one_look_up(
    world: World, parent: PageClient, path: str, times: int
) -> None:
    to_bank(parent)
    for _ in range(times):
        world.visitor().post_raw(path, b"idop=idop-1&resultrans=P&montant=1")
    assert world.treasury.looked["idop-1"] == 1


def returned(world: World, **fields: str) -> Opened:
    told = {
        "numcli": "006382",
        "exer": "2013",
        "refdet": "2013T50026000335",
        "objet": "x",
        "montant": "424",
        "mel": "a@server.fr",
        "saisie": "T",
        "resultrans": "P",
        "numauto": "3feabd",
        "dattrans": "22122015",
        "heurtrans": "1454",
    }
    form = urlencode({name: value for name, value in (told | fields).items() if value})
    return world.visitor().post_raw("/payfip/notification/idop-1", form.encode())


@pytest.fixture
def by_url(world: World) -> World:
    """A town with the older contract: nothing can be looked up."""
    world.towns.town = replace(world.town, payment=replace(world.town.payment, online="url"))
    return world


def test_the_unsigned_return_declares_and_pays_nothing(by_url: World) -> None:
    parent = by_url.parent()
    to_bank(parent)
    assert returned(by_url).body == "OK"
    assert paid(by_url) == 0
    page = parent.get(PROGRESS)
    assert page.heading == "Paiement annoncé par la banque"
    assert "Ne payez pas cette facture une deuxième fois" in page.main
    by_url.invoices.record(BOND, InvoiceNumber(NUMBER), a_payment(424))
    assert parent.get(PROGRESS).headers["Location"] == "/factures?payee=1"


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        pytest.param({"resultrans": "R", "numauto": ""}, "Paiement refusé", id="refused"),
        pytest.param({"montant": "100"}, "Paiement à vérifier par la mairie", id="another amount"),
        pytest.param({"numcli": "000001"}, "Paiement à vérifier par la mairie", id="another client"),
        pytest.param({"montant": "4,24"}, "Coordonnées bancaires, étape 3 sur 4", id="no amount"),
        pytest.param({"montant": "٤٢٤"}, "Coordonnées bancaires, étape 3 sur 4", id="other digits"),
        pytest.param({"resultrans": ""}, "Coordonnées bancaires, étape 3 sur 4", id="no letter"),
        pytest.param({"numauto": "x" * 200}, "Coordonnées bancaires, étape 3 sur 4", id="absurd"),
        pytest.param({"dattrans": "18092025", "heurtrans": ""}, "Paiement annoncé par la banque", id="no hour"),
    ],
)
def test_every_unsigned_return(by_url: World, fields: dict[str, str], heading: str) -> None:
    parent = by_url.parent()
    to_bank(parent)
    assert returned(by_url, **fields).status == 200
    assert parent.get(PROGRESS).heading == heading


def test_a_return_by_get_in_capitals(by_url: World) -> None:
    parent = by_url.parent()
    to_bank(parent)
    query = "NUMCLI=006382&REFDET=2013T50026000335&MONTANT=424&SAISIE=T&RESULTRANS=P"
    assert by_url.visitor().get(f"/payfip/notification/idop-1?{query}").status == 200
    assert by_url.visitor().get(f"/payfip/notification/stranger?{query}").status == 200
    assert parent.get(PROGRESS).heading == "Paiement annoncé par la banque"


def test_tables_that_do_not_answer_make_the_bank_tell_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_idop: str) -> None:
        raise Unavailable("attempts.by_idop: no answer")

    monkeypatch.setattr(world.attempts, "by_idop", silent)
    assert notified(world).status == 503


def test_no_secret_of_the_bank_is_logged(world: World, parent: PageClient, capsys: pytest.CaptureFixture[str]) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    parent.get("/payfip/retour?idop=idop-1")
    notified(world)
    said = capsys.readouterr().out
    assert "payment.settled" in said
    assert not re.search(r"idop-1|jamie\.bond", said)
