"""How the bank simulator tells the portal: when, how often, in which words, and never beyond this machine."""

import pytest

from infra.local.bank.notify import post
from infra.local.bank.site import Bank
from tests.clock import paris
from tests.local.bank_visits import (
    ORDER,
    api,
    create,
    create_by_address,
    eventually,
    listening,
    location,
    new_bank,
    pay,
    press,
    send,
)


def log_of(bank: Bank, key: str) -> list[str]:
    return [text for _, text in bank.ledger.get(key).log if text.startswith("notification")]


def test_an_end_is_told_at_once_by_the_worker() -> None:
    with listening() as portal, new_bank() as bank:
        idop = create(bank, urlnotif=portal.url)
        pay(bank, idop)
        eventually(lambda: bool(log_of(bank, idop)))
    assert portal.heard == [("POST", {"idop": [idop]})]
    assert log_of(bank, idop) == ["notification envoyée, essai 1 : 200"]


@pytest.mark.parametrize("name", ["idop", "idOp", "IDOP"])
def test_the_name_of_the_field(name: str) -> None:
    bank = new_bank(notify_name=name)
    with listening() as portal:
        idop = create(bank, urlnotif=portal.url)
        press(bank, "/tpa/annuler", op=idop)
        bank.notifier.send_due()
    assert portal.heard == [("POST", {name: [idop]})]


def test_before_the_confirmation_page() -> None:
    bank = new_bank(notify="before", notify_copies=2)
    with listening() as portal:
        pay(bank, create(bank, urlnotif=portal.url))
        assert len(portal.heard) == 2


def test_after_the_parent_went_back() -> None:
    bank = new_bank(notify="after")
    with listening() as portal:
        idop = create(bank, urlnotif=portal.url)
        end = pay(bank, idop).body.decode()
        bank.notifier.send_due()
        assert portal.heard == []
        assert f'href="/tpa/retour?op={idop}">Retour au site' in end
        assert location(send(bank, "GET", f"/tpa/retour?op={idop}")) == f"{ORDER['urlredirect']}?idop={idop}"
        bank.notifier.send_due()
        assert len(portal.heard) == 1


def test_delayed_and_repeated() -> None:
    bank = new_bank(notify_delay=30, notify_copies=3)
    with listening() as portal:
        idop = create(bank, urlnotif=portal.url)
        pay(bank, idop)
        bank.notifier.send_due()
        assert portal.heard == []
        assert bank.notifier.waiting(idop)
        api(bank, "clock", minutes=0.5)
        bank.notifier.send_due()
        assert len(portal.heard) == 3
        assert not bank.notifier.waiting(idop)


def test_lost_then_replayed() -> None:
    bank = new_bank(notify="lost")
    with listening() as portal:
        idop = create(bank, urlnotif=portal.url)
        pay(bank, idop)
        bank.notifier.send_due()
        assert portal.heard == []
        api(bank, f"operations/{idop}/notify")
        bank.notifier.send_due()
        assert portal.heard == [("POST", {"idop": [idop]})]
    assert log_of(bank, idop)[0] == "notification perdue (option)"


def test_a_late_success_is_told_when_it_is_known() -> None:
    bank = new_bank(notify="before")
    with listening() as portal:
        pay(bank, create(bank, urlnotif=portal.url), "44")
        bank.notifier.send_due()
        assert portal.heard == []
        api(bank, "clock", minutes=2)
        bank.notifier.send_due()
        assert len(portal.heard) == 1


@pytest.mark.parametrize(("status", "said"), [(503, "503"), (302, "302")])
def test_an_answer_that_is_not_200_is_tried_again_twice(status: int, said: str) -> None:
    bank = new_bank()
    with listening() as portal:
        portal.status = status
        idop = create(bank, urlnotif=portal.url)
        pay(bank, idop)
        bank.notifier.send_due()
        api(bank, "clock", minutes=119)
        bank.notifier.send_due()
        assert len(portal.heard) == 1
        api(bank, "clock", minutes=1)
        bank.notifier.send_due()
        assert len(portal.heard) == 2
        api(bank, "night")
        assert bank.ledger.now() == paris("samedi 2026-03-28 03:00")
        for _ in range(3):
            bank.notifier.send_due()
            api(bank, "night")
        assert len(portal.heard) == 3
    assert log_of(bank, idop) == [f"notification envoyée, essai {n} : {said}" for n in (1, 2, 3)]


@pytest.mark.parametrize(
    "address", ["http://bank.example/", "http://127.0.0.1.bank.example/", "http://127.0.0.1@bank.example/"]
)
def test_nothing_is_sent_beyond_this_machine(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("infra.local.bank.notify._opener.open", lambda *_, **__: pytest.fail("it was sent"))
    assert post(address, {}, "POST").startswith("refusée")


def test_a_portal_that_is_gone_is_written_down() -> None:
    bank = new_bank()
    idop = create(bank)
    pay(bank, idop)
    bank.notifier.send_due()
    assert log_of(bank, idop) == ["notification envoyée, essai 1 : sans réponse (URLError)"]


def test_an_order_by_address_is_told_in_full() -> None:
    bank = new_bank()
    with listening() as portal:
        key = create_by_address(bank, urlcl=portal.url)
        pay(bank, key)
        bank.notifier.send_due()
        ((method, fields),) = portal.heard
    assert method == "POST"
    assert fields.pop("numauto")[0]
    assert fields == {
        "numcli": ["006382"], "exer": ["2026"], "refdet": [ORDER["refdet"]], "objet": [ORDER["objet"]],
        "montant": ["424"], "mel": [ORDER["mel"]], "saisie": ["T"], "resultrans": ["P"],
        "dattrans": ["27032026"], "heurtrans": ["1200"],
    }  # fmt: skip


def test_an_order_by_address_is_told_oddly() -> None:
    bank = new_bank(notify_method="GET", url_uppercase=True, answer_wrong="montant")
    with listening() as portal:
        key = create_by_address(bank, urlcl=f"{portal.url}/retour?n=1")
        pay(bank, key)
        bank.notifier.send_due()
        ((method, fields),) = portal.heard
    assert method == "GET"
    assert (fields["MONTANT"], fields["RESULTRANS"], fields["n"]) == (["524"], ["P"], ["1"])


def test_an_order_by_address_without_a_letter_is_not_told() -> None:
    bank = new_bank()
    with listening() as portal:
        pay(bank, create_by_address(bank, urlcl=portal.url), "33")
        bank.notifier.send_due()
    assert portal.heard == []
