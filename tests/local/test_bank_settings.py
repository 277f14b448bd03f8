"""The bank simulator's own page of settings, and its commands in JSON."""

import json

import pytest

from infra.local.bank.options import BankOptions
from tests.local.bank_visits import ORIGIN, api, create, detail, location, new_bank, press, send, text_of


def test_the_settings_page_does_what_it_shows() -> None:
    bank = new_bank()
    idop = create(bank)
    before = bank.ledger.now()
    assert location(press(bank, "/_sim", do="advance:15")) == "/_sim"
    assert (bank.ledger.now() - before).total_seconds() == 900
    press(bank, "/_sim", do="outcome:V", key=idop)
    assert detail(bank, idop)["resultrans"] == "V"
    form = {name: str(value).lower() for name, value in vars(BankOptions()).items()} | {
        "answer_name": "idOp", "saisies": "TX", "notify_method": "POST", "unknown_letter": "Q",
    }  # fmt: skip
    assert press(bank, "/_sim", do="options", **{**form, "double_paid": "true"}).status == 303
    assert bank.ledger.options == BankOptions(double_paid=True)
    press(bank, "/_sim", do="reset")
    assert (bank.ledger.all(), bank.ledger.options, bank.ledger.now()) == ([], BankOptions(), before)


@pytest.mark.parametrize("fields", [{"do": "x"}, {}, {"do": "options", "fault": "x"}, {"do": "options", "most": "x"}])
def test_a_wrong_setting_is_refused(fields: dict[str, str]) -> None:
    answer = press(new_bank(), "/_sim", **fields)
    assert answer.status == 422
    assert "Refusé" in text_of(answer)


@pytest.mark.parametrize("headers", [{"Origin": "https://other.example"}, {"Host": "other.example:8002"}])
def test_another_site_presses_nothing(headers: dict[str, str]) -> None:
    bank = new_bank()
    create(bank)
    assert send(bank, "POST", "/_sim/api/reset", b"{}", headers).status == 403
    assert len(bank.ledger.all()) == 1
    assert send(bank, "POST", "/_sim/api/reset", b"{}", {"Origin": ORIGIN, "Host": ORIGIN[7:]}).status == 200
    assert bank.ledger.all() == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("clock", {"minutes": -1}),
        ("clock", {}),
        ("options", {"unknown": 1}),
        ("options", {"saisies": "TZ"}),
        ("options", {"notify_copies": "3"}),
        ("options", {"double_paid": 1}),
        ("debts", {"numcli": "006382"}),
        ("nothing", {}),
        ("outcome", {}),
    ],
)
def test_a_wrong_command_in_json_is_refused(path: str, fields: dict[str, str | int]) -> None:
    answer = send(new_bank(), "POST", f"/_sim/api/{path}", json.dumps(fields).encode())
    assert answer.status == 422


def test_operations_are_told_in_json() -> None:
    bank = new_bank()
    idop = create(bank)
    api(bank, f"operations/{idop}/outcome", resultrans="P", montant=500)
    told = json.loads(send(bank, "GET", f"/_sim/api/operations/{idop}").body)
    assert (told["outcome"]["letter"], told["outcome"]["montant"]) == ("P", 500)
    assert [line["text"] for line in told["log"]] == ["opération créée", "résultat P, 500 centimes"]
    assert [one["key"] for one in json.loads(send(bank, "GET", "/_sim/api/operations").body)] == [idop]
    assert send(bank, "GET", "/_sim/api/operations/none").status == 404
