"""The bank simulator's service: what it takes, what it refuses and when, and how long it remembers."""

import uuid

import pytest

from infra.local.bank.operations import Ledger, Order, Unusable
from infra.local.bank.site import Bank, NotHere
from infra.local.bank.soap import TNS
from tests.clock import FixedClock, paris
from tests.local.bank_visits import (
    CREATE,
    NOON,
    ORDER,
    ORIGIN,
    api,
    create,
    detail,
    new_bank,
    pay,
    press,
    refusal,
    send,
    soap,
)

AN_ORDER = Order("ws", "006382", "2026", "2026T50026000335", "", 424, "jamie.bond@server.fr", "T", ORIGIN, ORIGIN)


@pytest.mark.parametrize(("stage", "origin"), [("prod", ORIGIN), ("", ORIGIN), ("local", "https://bank.example")])
def test_it_starts_nowhere_but_here(stage: str, origin: str) -> None:
    with pytest.raises(NotHere):
        Bank(origin, stage=stage, clock=FixedClock(paris(NOON)))


def test_an_order_gets_an_identifier_of_its_own() -> None:
    bank = new_bank()
    first, second = create(bank), create(bank)
    assert first != second
    assert uuid.UUID(first).version == 1
    assert detail(bank, first) == {"code": "P5"}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("numcli", "", "T1"),
        ("numcli", "6382", "T1"),
        ("numcli", "999999", "T2"),
        ("saisie", "", "S1"),
        ("saisie", "W", "S1"),
        ("saisie", "A", "S1"),
        ("saisie", "M", "S1"),
        ("refdet", "ABCD", "R3"),
        ("refdet", "2013-T5-00-26000335", "R3"),
        ("refdet", "A" * 31, "R3"),
        ("montant", "", "M1"),
        ("montant", "4,24", "M1"),
        ("montant", "-424", "M1"),
        ("montant", "99", "M3"),
        ("montant", "1000000", "M5"),
        ("mel", "", "A1"),
        ("mel", "jamie", "A2"),
        ("mel", "a@b.f", "A2"),
        ("mel", "a@b@server.fr", "A2"),
        ("mel", "a" * 80 + "@server.fr", "A2"),
        ("urlnotif", "/payfip/notification", "N1"),
        ("urlnotif", "http://127.0.0.1/" + "a" * 250, "N1"),
        ("urlredirect", "javascript:alert(1)", "D1"),
        ("exer", "26", "E1"),
        ("objet", "CANTINE/GARDERIE", "O1"),
    ],
)
def test_a_bad_field_is_refused_by_its_code(name: str, value: str, code: str) -> None:
    bank = new_bank()
    assert refusal(bank, CREATE, {**ORDER, name: value}) == code
    assert bank.ledger.all() == []


def test_the_first_wrong_field_is_the_one_that_is_told() -> None:
    bank, fields = new_bank(), dict.fromkeys(ORDER, "")
    for name, value in [
        ("numcli", "T1"), ("saisie", "S1"), ("refdet", "R3"), ("montant", "M1"), ("mel", "A1"),
        ("urlnotif", "N1"), ("urlredirect", "D1"), ("exer", "E1"),
    ]:  # fmt: skip
        assert refusal(bank, CREATE, fields) == value
        fields[name] = ORDER[name]
    assert soap(bank, CREATE, fields)[0] == 200


@pytest.mark.parametrize(("saisies", "taken"), [("TX", "TX"), ("TXW", "TXW"), ("X", "X")])
def test_which_kinds_of_payment_are_taken(saisies: str, taken: str) -> None:
    bank = new_bank(saisies=saisies)
    for letter in "TXWA":
        assert (soap(bank, CREATE, {**ORDER, "saisie": letter})[0] == 200) is (letter in taken)


def test_an_abandon_may_live_on_and_be_paid() -> None:
    clock = FixedClock(paris(NOON))
    ledger = Ledger(clock)
    ledger.set_options({"abandon_lives": 120.0})
    first, second = (ledger.create(AN_ORDER) for _ in range(2))
    for operation in (first, second):
        ledger.finish(operation.key, "A")
        assert ledger.result(operation.key)[1].letter == "A"
    clock.forward(seconds=119)
    ledger.finish(first.key, "P")
    assert ledger.result(first.key)[1].letter == "P"
    clock.forward(seconds=1)
    with pytest.raises(Unusable, match="P3"):
        ledger.finish(second.key, "P")


def test_a_fault_has_the_recorded_shape() -> None:
    status, root = soap(new_bank(), CREATE, {**ORDER, "mel": "jamie"})
    assert status == 500
    fault = root.find(".//{*}Fault")
    assert fault is not None
    assert fault.findtext("faultcode") == "S:Server"
    assert fault.findtext("faultstring") == "fr.gouv.finances.cp.tpa.webservice.exceptions.FonctionnelleErreur"
    told = fault.find(f"detail/{{{TNS}}}FonctionnelleErreur")
    assert told is not None
    assert {child.tag: child.text for child in told} == {
        "code": "A2", "descriptif": None, "libelle": "Adresse mél incorrecte. ", "severite": "2",
    }  # fmt: skip


def test_the_client_s_labels() -> None:
    _, root = soap(new_bank(), "recupererDetailClient", {"numCli": "006382"})
    found = root.find(".//return")
    assert found is not None
    assert [(child.tag, child.text) for child in found] == [
        ("libelleN1", "Ville de démo"), ("libelleN2", "REGIE PERISCOLAIRE"), ("libelleN3", None), ("numcli", "006382"),
    ]  # fmt: skip
    assert refusal(new_bank(), "recupererDetailClient", {"numCli": "000001"}) == "T2"
    assert refusal(new_bank(), "recupererDetailClient", {"numcli": "006382"}) == "T1"


def test_a_look_up_wants_the_tag_s_exact_case() -> None:
    bank = new_bank()
    assert refusal(bank, "recupererDetailPaiementSecurise", {"idop": create(bank)}) == "P1"
    assert detail(bank, str(uuid.uuid1())) == {"code": "P1"}


def test_a_result_tells_the_order_and_the_time_of_paris() -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop)
    found = detail(bank, idop)
    assert found.pop("numauto")
    assert found == {
        "dattrans": "27032026", "heurtrans": "1200", "exer": "2026", "idOp": idop, "mel": "jamie.bond@server.fr",
        "montant": "424", "numcli": "006382", "objet": "CANTINE ET GARDERIE", "refdet": "2013T50026000335",
        "resultrans": "P", "saisie": "T",
    }  # fmt: skip
    assert list(detail(bank, idop)) == sorted(detail(bank, idop), key=str.lower)


def test_the_answer_s_oddities_are_switches() -> None:
    bank = new_bank(answer_name="idop", short_exer=True)
    idop = create(bank)
    pay(bank, idop)
    assert detail(bank, idop)["idop"] == idop
    assert detail(bank, idop)["exer"] == "20"


@pytest.mark.parametrize(
    ("ending", "code", "letter", "montant"),
    [
        ("00", "1234", "P", "424"),
        ("00", "0000", "R", "424"),
        ("11", "1234", "R", "424"),
        ("22", "1234", "R", "424"),
        ("55", "1234", "P", "524"),
        ("66", "1234", "Q", "424"),
    ],
)
def test_the_card_decides(ending: str, code: str, letter: str, montant: str) -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop, ending, code)
    found = detail(bank, idop)
    assert (found["resultrans"], found["montant"]) == (letter, montant)
    assert ("numauto" in found) is (letter == "P")


def test_a_technical_incident_hides_the_result() -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop, "33")
    status, root = soap(bank, "recupererDetailPaiementSecurise", {"idOp": idop})
    assert status == 500
    assert root.findtext(f".//{{{TNS}}}TechDysfonctionnementErreur/code") == "999"


def test_a_late_success_is_not_known_before_its_time() -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop, "44")
    assert detail(bank, idop) == {"code": "P5"}
    api(bank, "clock", minutes=2)
    assert detail(bank, idop)["resultrans"] == "P"


@pytest.mark.parametrize(("account", "letter"), [("accepte", "V"), ("refuse", "Z")])
def test_a_direct_debit(account: str, letter: str) -> None:
    bank = new_bank()
    idop = create(bank)
    press(bank, "/tpa/prelevement", op=idop, compte=account)
    assert detail(bank, idop)["resultrans"] == letter


def test_the_page_lives_15_minutes_and_the_unused_operation_until_night() -> None:
    bank = new_bank()
    idop = create(bank)
    api(bank, "clock", minutes=14.9)
    assert send(bank, "GET", f"/tpa/paiementws.web?idop={idop}").status == 200
    api(bank, "clock", minutes=0.1)
    assert "(P4)" in send(bank, "GET", f"/tpa/paiementws.web?idop={idop}").body.decode()
    assert press(bank, "/tpa/annuler", op=idop).status == 409
    assert detail(bank, idop) == {"code": "P5"}
    api(bank, "night")
    assert bank.ledger.now() == paris("samedi 2026-03-28 03:00")
    assert detail(bank, idop) == {"code": "P1"}


def test_a_result_is_kept_a_year() -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop)
    api(bank, "night")
    api(bank, "clock", minutes=60 * 24 * 364)
    assert detail(bank, idop)["resultrans"] == "P"
    api(bank, "clock", minutes=60 * 24)
    assert detail(bank, idop) == {"code": "P1"}


def test_an_operation_is_paid_once() -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop, "11")
    assert "(P3)" in send(bank, "GET", f"/tpa/paiementws.web?idop={idop}").body.decode()
    press(bank, "/tpa/authentification", op=idop, essai="00", code="1234")
    assert detail(bank, idop)["resultrans"] == "R"


def test_two_operations_of_one_debt_both_paid() -> None:
    bank = new_bank(double_paid=True)
    first, second, other = create(bank), create(bank), create(bank, refdet="2013T50019000345")
    pay(bank, first)
    assert [detail(bank, key).get("resultrans") for key in (first, second, other)] == ["P", "P", None]
