"""The treasury's web service, against its simulator over real HTTP: every answer it gives, and every one it may."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters import payfip
from chalicelib.adapters.payfip import PayFip
from chalicelib.adapters.payfip_order import plain_object
from chalicelib.adapters.payfip_url import PayFipUrl
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt
from chalicelib.services.payment_ports import NotYetKnown, OrderRefused, UnknownOperation
from infra.local.bank.site import Bank
from tests.clock import paris
from tests.local.bank_visits import location, pay, send, serving_bank

ATTEMPT = Attempt(
    id=AttemptId("a-1"),
    family=FamilyId("f-bond"),
    invoice=InvoiceNumber("2013-026-000335"),
    exercice="2013",
    reference="2013T50026000335",
    label="CANTINE D'ÉTÉ & GARDERIE <SEPTEMBRE> n° 3",
    amount=Cents(424),
    payer="Jamie BOND",
    email="jamie.bond@server.fr",
    client_number="006382",
    saisie="T",
    contract="web-service",
    created_at=paris("vendredi 2026-03-27 12:00"),
)
WHERE = {"notify": "http://127.0.0.1:1/payfip/notification", "back": "http://127.0.0.1:1/payfip/retour"}


@pytest.fixture(scope="module")
def served() -> Iterator[tuple[Bank, str]]:
    with serving_bank(notify="lost") as (bank, url):
        yield bank, url


@pytest.fixture
def bank(served: tuple[Bank, str]) -> Bank:
    bank, _ = served
    bank.ledger.reset()
    bank.ledger.set_options({"notify": "lost"})
    return bank


@pytest.fixture
def treasury(served: tuple[Bank, str], bank: Bank) -> PayFip:
    return PayFip(served[1], test=True)


def test_an_order_arrives_as_it_was_asked(bank: Bank, treasury: PayFip) -> None:
    idop = treasury.create(ATTEMPT, **WHERE)
    order = bank.ledger.get(idop).order
    assert (order.montant, order.refdet, order.exer, order.saisie) == (424, "2013T50026000335", "2013", "T")
    assert (order.objet, order.mel) == ("CANTINE D ETE GARDERIE SEPTEMBRE n 3", "jamie.bond@server.fr")
    assert (order.notify, order.back) == (WHERE["notify"], WHERE["back"])
    page = treasury.page(replace(ATTEMPT, idop=idop))
    assert page == f"{treasury.base_url}/tpa/paiementws.web?idop={idop}"
    assert send(bank, "GET", page.removeprefix(treasury.base_url)).status == 200


@pytest.mark.parametrize("answer_name", ["idop", "idOp"])
def test_a_result_is_read_whatever_the_casing_and_the_truncated_year(
    bank: Bank, treasury: PayFip, answer_name: str
) -> None:
    bank.ledger.set_options({"answer_name": answer_name, "short_exer": True})
    idop = treasury.create(ATTEMPT, **WHERE)
    with pytest.raises(NotYetKnown):
        treasury.result_of(idop)
    pay(bank, idop)
    answer = treasury.result_of(idop)
    assert (answer.idop, answer.letter, answer.amount, answer.saisie) == (idop, "P", 424, "T")
    assert (answer.client_number, answer.reference) == ("006382", "2013T50026000335")
    assert len(answer.authorisation) == 6
    assert answer.paid_at == paris("vendredi 2026-03-27 12:00")


def test_what_the_treasury_does_not_know(bank: Bank, treasury: PayFip) -> None:
    with pytest.raises(UnknownOperation):
        treasury.result_of("cc0cb210-1cd4-11ea-8cca-0213ad91a103")
    idop = treasury.create(ATTEMPT, **WHERE)
    bank.ledger.night()
    with pytest.raises(UnknownOperation):
        treasury.result_of(idop)


def test_a_technical_fault_is_asked_again(bank: Bank, treasury: PayFip) -> None:
    idop = treasury.create(ATTEMPT, **WHERE)
    pay(bank, idop, ending="33")
    with pytest.raises(Unavailable, match="techdysfonctionnementerreur 999"):
        treasury.result_of(idop)


@pytest.mark.parametrize("fault", ["502", "503", "html", "reset", "reset_after", "truncated", "dtd"])
@pytest.mark.parametrize("call", ["creerPaiementSecurise", "recupererDetailPaiementSecurise"])
def test_every_breakdown_is_unavailable(bank: Bank, treasury: PayFip, fault: str, call: str) -> None:
    idop = treasury.create(ATTEMPT, **WHERE)
    pay(bank, idop)
    bank.ledger.set_options({"fault": fault, "fault_on": call, "fault_times": 1})
    with pytest.raises(Unavailable, match=call):
        treasury.create(ATTEMPT, **WHERE) if call.startswith("creer") else treasury.result_of(idop)
    assert treasury.result_of(idop).letter == "P", "the connection is whole again"


def test_a_treasury_that_takes_too_long(bank: Bank, treasury: PayFip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(treasury._http, "connection_pool_kw", {"timeout": 0.2, "retries": False})
    bank.ledger.set_options({"fault": "slow", "slow_seconds": 1.0})
    with pytest.raises(Unavailable, match="ReadTimeoutError"):
        treasury.create(ATTEMPT, **WHERE)


def test_nobody_listens() -> None:
    with pytest.raises(Unavailable, match="NewConnectionError"):
        PayFip("http://127.0.0.1:9", test=True).result_of("x")


def test_an_answer_without_end(bank: Bank, treasury: PayFip, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(payfip, "MOST_ANSWER_BYTES", 100)
    with pytest.raises(Unavailable, match="more than 100 bytes"):
        treasury.create(ATTEMPT, **WHERE)


@pytest.mark.parametrize(
    ("changes", "code", "parent"),
    [
        ({"client_number": "6382"}, "T1", False),
        ({"client_number": "٠٠٦٣٨٢"}, "T1", False),
        ({"saisie": "A"}, "S1", False),
        ({"reference": "ABCD"}, "R3", False),
        ({"reference": "2013-T5-00-26000335"}, "R3", False),
        ({"reference": "x" * 31}, "R3", False),
        ({"exercice": "13"}, "exer", False),
        ({"amount": Cents(99)}, "M3", False),
        ({"amount": Cents(1_000_000)}, "M5", False),
        ({"email": "a@b.c"}, "A2", True),
        ({"email": "a@b@server.fr"}, "A2", True),
        ({"email": "é@server.fr"}, "A2", True),
        ({"email": f"{'a' * 80}@b.fr"}, "A2", True),
    ],
)
def test_what_the_treasury_would_refuse_is_never_asked(
    bank: Bank, treasury: PayFip, changes: dict[str, Any], code: str, parent: bool
) -> None:
    with pytest.raises(OrderRefused) as refused:
        treasury.create(replace(ATTEMPT, **changes), **WHERE)
    assert (refused.value.code, refused.value.parent) == (code, parent)
    assert bank.ledger.all() == []


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ({"notify": "/payfip/notification"}, "N1"),
        ({"notify": f"https://x.example/{'n' * 240}"}, "N1"),
        ({"back": "ftp://x.example/"}, "D1"),
    ],
)
def test_addresses_that_the_treasury_cannot_keep(treasury: PayFip, where: dict[str, str], code: str) -> None:
    with pytest.raises(OrderRefused, match=code):
        treasury.create(ATTEMPT, **{**WHERE, **where})


def test_what_the_treasury_itself_refuses(bank: Bank, treasury: PayFip) -> None:
    with pytest.raises(OrderRefused, match="T2"):
        treasury.create(replace(ATTEMPT, client_number="000001"), **WHERE)
    bank.ledger.set_options({"saisies": "X"})
    with pytest.raises(OrderRefused, match="S1"):
        treasury.create(ATTEMPT, **WHERE)


def test_the_client_s_labels(treasury: PayFip) -> None:
    assert treasury.client("006382") == ("Ville de démo", "REGIE PERISCOLAIRE")
    with pytest.raises(OrderRefused, match="T2"):
        treasury.client("000001")


@pytest.mark.parametrize(
    ("label", "plain"),
    [
        ("Cantine d'été n° 3", "Cantine d ete n 3"),
        ("  Œufs / 50 %  ", "ufs 50"),
        ("x" * 98 + " yz", "x" * 98),
        ("🍎", ""),
    ],
)
def test_the_object_is_plain(label: str, plain: str) -> None:
    assert plain_object(label) == plain


def test_the_url_contract_opens_the_same_walk_and_returns_under_its_nonce(served: tuple[Bank, str], bank: Bank) -> None:
    treasury = PayFipUrl(served[1], lambda nonce: f"http://127.0.0.1:1/payfip/notification/{nonce}", test=True)
    nonce = treasury.create(ATTEMPT, **WHERE)
    page = treasury.page(replace(ATTEMPT, idop=nonce))
    assert location(send(bank, "GET", page.removeprefix(served[1]))).startswith("/tpa/recapitulatif?op=")
    (operation,) = bank.ledger.all()
    assert operation.order.notify == f"http://127.0.0.1:1/payfip/notification/{nonce}"
    assert (operation.order.montant, operation.order.refdet) == (424, "2013T50026000335")
    with pytest.raises(NotYetKnown):
        treasury.result_of(nonce)
    assert len({treasury.create(ATTEMPT, **WHERE) for _ in range(50)}) == 50


def test_only_the_url_contract_has_a_return_that_says_something(served: tuple[Bank, str]) -> None:
    told = {"resultrans": "P", "montant": "424"}
    assert PayFipUrl(served[1], lambda nonce: nonce, test=True).declared(told).amount == 424
    with pytest.raises(ValueError, match="no return"):
        PayFip(served[1], test=True).declared(told)


def test_the_url_contract_has_its_own_letters(served: tuple[Bank, str]) -> None:
    treasury = PayFipUrl(served[1], lambda nonce: f"http://127.0.0.1:1/{nonce}", test=True)
    assert treasury.create(replace(ATTEMPT, saisie="A"), **WHERE)
    with pytest.raises(OrderRefused, match="S1"):
        treasury.create(replace(ATTEMPT, saisie="W"), **WHERE)


def test_a_live_stage_asks_for_no_test_payment(served: tuple[Bank, str], bank: Bank) -> None:
    """It would take no money and settle a real invoice."""
    for treasury in (
        PayFip(served[1], test=False),
        PayFipUrl(served[1], lambda nonce: f"http://x/{nonce}", test=False),
    ):
        with pytest.raises(OrderRefused, match="S1"):
            treasury.create(ATTEMPT, **WHERE)
    assert bank.ledger.all() == []
