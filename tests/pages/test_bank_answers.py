"""What the bank itself sends: its notifications, the browser's return, and forgeries of both."""

import re
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber
from tests.builders import a_payment, an_invoice
from tests.money import at_the_desk
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World
from tests.pages.payment_visits import NUMBER, PROGRESS, link, notified, paid, receipts, to_bank


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


@pytest.mark.parametrize("name", ["idop", "idOp", "IDOP", "IdOp"])
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "text/plain", "", "application/json"])
def test_a_notification_in_any_casing(world: World, parent: PageClient, name: str, kind: str) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    for _ in range(3):
        assert notified(world, f"{name}=idop-1".encode(), content_type=kind).status == 200
    assert paid(world) == 424
    assert len(receipts(world)) == 1


@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_notification_in_the_address(world: World, parent: PageClient, method: str) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    address, visitor = "/payfip/notification?idOp=idop-1", world.visitor()
    answer = visitor.post_raw(address, b"") if method == "POST" else visitor.get(address)
    assert answer.status == 200
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
    (point,) = world.book.points()
    assert "idop" in point.differs
    assert "reference" in point.differs


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
    at_the_desk(by_url.book, by_url.invoices, InvoiceNumber(NUMBER), a_payment(424))
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
