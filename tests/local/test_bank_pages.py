"""The bank simulator's pages, as a parent meets them, and its own page of settings."""

import json
import re
from urllib.parse import urlencode

import pytest

from infra.local.bank.cards import CARDS, CardRefused, fate_of, passes_check_digit
from infra.local.bank.options import BankOptions
from infra.local.bank.walk import VIEWS
from infra.local.gateway import Response
from tests.local.bank_visits import (
    ORDER,
    ORIGIN,
    api,
    create,
    detail,
    location,
    new_bank,
    pay,
    press,
    send,
    text_of,
)

REAL_LOOKING = "4111111111111111"
"""The best known number for tests of forms: it passes the check digit, as real cards do."""
BY_ADDRESS = {
    **{name: ORDER[name] for name in ("numcli", "exer", "refdet", "objet", "montant", "mel", "saisie")},
    "urlcl": "http://127.0.0.1:1/payfip/retour",
}


def all_pages() -> list[tuple[str, Response]]:
    """Every page that a parent may see, refusals included."""
    bank = new_bank()
    key, paid, by_address = create(bank), create(bank), create_by_address(bank)
    steps = ("recapitulatif", "choix", "carte", "prelevement")
    shown = [(step, send(bank, "GET", f"/tpa/{step}?op={key}")) for step in steps]
    shown.append(("authentification", send(bank, "GET", f"/tpa/authentification?op={key}&essai=00")))
    shown.append(("refused card", press(bank, "/tpa/carte", op=key)))
    shown.append(("refused code", press(bank, "/tpa/authentification", op=key, essai="00", code="")))
    shown.append(("no means", press(bank, "/tpa/choix", op=key)))
    shown.append(("end", pay(bank, paid)))
    shown.append(("ticket", send(bank, "GET", f"/tpa/ticket?op={paid}")))
    pay(bank, by_address)
    shown.append(("close", send(bank, "GET", f"/tpa/fermer?op={by_address}")))
    shown.append(("unknown", send(bank, "GET", "/tpa/paiementws.web?idop=1")))
    shown.append(("settings", send(bank, "GET", "/_sim")))
    shown.append(("nothing", bank.refusal(404)))
    return shown


def create_by_address(bank, **changes: str) -> str:
    answer = send(bank, "GET", "/tpa/paiement.web?" + urlencode({**BY_ADDRESS, **changes}))
    return location(answer).partition("?op=")[2]


PAGES = all_pages()


@pytest.mark.parametrize("answer", [answer for _, answer in PAGES], ids=[name for name, _ in PAGES])
def test_every_page_is_well_made(answer):
    html = answer.body.decode()
    assert "SIMULATEUR – aucun paiement réel" in html
    assert '<html lang="fr">' in html
    assert html.count("<h1>") == html.count("<main>") == 1
    assert re.search(r"<title>[^<]+ – Simulateur de télépaiement</title>", html)
    labelled = set(re.findall(r'<label for="([^"]+)"', html))
    fields = re.findall(r'<(?:input|select)\b(?![^>]*type="(?:hidden|radio)")[^>]*\bid="([^"]+)"', html)
    assert set(fields) == labelled
    policy = dict(answer.headers)["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "form-action 'self'" in policy
    assert dict(answer.headers)["Referrer-Policy"] == "no-referrer"


def test_the_whole_walk():
    bank = new_bank()
    idop = create(bank)
    recap = text_of(send(bank, "GET", f"/tpa/paiementws.web?idop={idop}"))
    for shown in ("Ville de démo", "REGIE PERISCOLAIRE", ORDER["refdet"], ORDER["objet"], ORDER["mel"], "4,24", "test"):
        assert shown in recap
    assert f'href="/tpa/choix?op={idop}"' in recap
    assert location(press(bank, "/tpa/choix", op=idop, moyen="visa")) == f"/tpa/carte?op={idop}"
    end = text_of(pay(bank, idop))
    assert "Votre paiement est enregistré" in end
    assert f'href="{ORDER["urlredirect"]}?idop={idop}">Retour au site' in end
    ticket = text_of(send(bank, "GET", f"/tpa/ticket?op={idop}"))
    assert "ne vaut pas quittance" in ticket
    assert detail(bank, idop)["numauto"] in ticket
    (mail,) = bank.ledger.emails()
    assert mail["to"] == ORDER["mel"]
    assert "4,24" in mail["text"]


def test_a_direct_debit_is_a_means():
    bank = new_bank()
    idop = create(bank)
    assert location(press(bank, "/tpa/choix", op=idop, moyen="prelevement")) == f"/tpa/prelevement?op={idop}"
    assert press(bank, "/tpa/prelevement", op=idop, compte="autre").status == 422
    assert detail(bank, idop) == {"code": "P5"}


@pytest.mark.parametrize("step", ["recapitulatif", "choix", "carte", "prelevement", "authentification"])
def test_every_step_may_be_cancelled(step):
    bank = new_bank()
    idop = create(bank)
    html = send(bank, "GET", f"/tpa/{step}?op={idop}&essai=00").body.decode()
    assert '<form method="post" action="/tpa/annuler">' in html
    end = send(bank, "GET", location(press(bank, "/tpa/annuler", op=idop)))
    assert "Vous avez annulé le paiement" in text_of(end)
    assert detail(bank, idop)["resultrans"] == "A"
    assert bank.ledger.emails() == []


def test_closing_the_window_says_nothing():
    bank = new_bank()
    idop = create(bank)
    send(bank, "GET", f"/tpa/carte?op={idop}")
    api(bank, "clock", minutes=120)
    assert detail(bank, idop) == {"code": "P5"}


def test_no_card_of_ours_could_be_a_real_one():
    assert len(CARDS) == 7
    assert not any(passes_check_digit(number) for number in CARDS)
    assert passes_check_digit(REAL_LOOKING)


@pytest.mark.parametrize("number", [REAL_LOOKING, "4111 1111 1111 1111", "5017674000000002", "9999000000000001", ""])
def test_any_other_card_is_refused(number):
    with pytest.raises(CardRefused):
        fate_of(number)


def test_nothing_of_a_card_is_kept_or_shown_again():
    bank = new_bank()
    idop = create(bank)
    answer = press(bank, "/tpa/carte", op=idop, numero=REAL_LOOKING, mois="12", annee="2027", cvv="737")
    assert answer.status == 422
    assert "vraie carte" in text_of(answer)
    assert REAL_LOOKING not in text_of(answer)
    end = text_of(pay(bank, idop))
    kept = send(bank, "GET", "/_sim/api/state").body.decode()
    for text in (REAL_LOOKING, "737", "9999000000000000"):
        assert text not in kept
        assert text not in end


@pytest.mark.parametrize(
    ("field", "value", "wrong"),
    [
        ("cvv", "12", "cvv"),
        ("cvv", "abc", "cvv"),
        ("annee", "2025", "mois"),
        ("mois", "13", "mois"),
        ("numero", "1", "numero"),
    ],
)
def test_a_wrong_card_form_points_at_its_field(field, value, wrong):
    bank = new_bank()
    fields = {"op": create(bank), "numero": next(iter(CARDS)), "mois": "12", "annee": "2027", "cvv": "123"}
    answer = press(bank, "/tpa/carte", **{**fields, field: value})
    assert answer.status == 422
    assert re.findall(r'<a href="#(\w+)">', answer.body.decode()) == [wrong]


def test_a_card_is_good_until_the_end_of_its_month():
    bank = new_bank()
    fields = {"op": create(bank), "numero": next(iter(CARDS)), "annee": "2026", "cvv": "123"}
    assert press(bank, "/tpa/carte", **fields, mois="02").status == 422
    assert press(bank, "/tpa/carte", **fields, mois="03").status == 303


def test_a_late_result_is_shown_as_not_known():
    bank = new_bank()
    end = text_of(pay(bank, create(bank), "44"))
    assert "Résultat non connu" in end
    assert "Ticket" not in end


def test_what_comes_from_the_order_is_escaped():
    bank = new_bank()
    idop = create(bank, mel='"><script>@server.fr'.replace(" ", ""))
    assert "<script>" not in text_of(send(bank, "GET", f"/tpa/paiementws.web?idop={idop}"))


def test_a_path_of_every_view_answers_an_unknown_payment_quietly():
    bank = new_bank()
    for method, path in VIEWS:
        answer = send(bank, method, f"{path}?op=none&idop=none", b"op=none")
        assert answer.status in {200, 404, 422, 409}
        assert answer.status == 404 or path.endswith((".js", "authentification"))


def test_an_order_by_address_ends_in_a_window_to_close():
    bank = new_bank()
    key = create_by_address(bank)
    end = text_of(pay(bank, key))
    assert f'href="/tpa/fermer?op={key}">Retour au site' in end
    assert "fermer cette fenêtre" in text_of(send(bank, "GET", f"/tpa/fermer?op={key}"))
    assert detail(bank, key) == {"code": "P1"}
    assert send(bank, "GET", f"/tpa/paiementws.web?idop={key}").status == 404


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [("saisie", "W", "S1"), ("saisie", "A", "S1"), ("saisie", "M", "S1"), ("refdet", "1", "R3"), ("urlcl", "x", "N1")],
)
def test_a_bad_order_by_address_is_a_page(name, value, code):
    bank = new_bank()
    answer = send(bank, "GET", "/tpa/paiement.web?" + urlencode({**BY_ADDRESS, name: value}))
    assert answer.status == 400
    assert f"({code})" in text_of(answer)


def test_a_repeated_parameter_is_refused():
    target = f"/tpa/paiement.web?{urlencode(BY_ADDRESS)}&MONTANT=100"
    assert send(new_bank(), "GET", target).status == 400


def test_debts_of_the_accountant():
    bank = new_bank()
    titre = "202600000123000001"

    def asked(**changes: str) -> str:
        answer = send(bank, "GET", "/tpa/paiement.web?" + urlencode({**BY_ADDRESS, **changes}))
        found = re.search(r"\((DETTE_\w+)\)", answer.body.decode())
        return found[1] if found else str(answer.status)

    api(bank, "debts", numcli="006382", refdet=titre, montant=424)
    assert asked(refdet="202600000123000002") == "DETTE_INCONNUE"
    assert asked(refdet=titre, montant="400") == "DETTE_MONTANT"
    assert asked(refdet="999900000000999999", exer="9999", montant="100") == "303"
    pay(bank, create_by_address(bank, refdet=titre))
    assert asked(refdet=titre) == "DETTE_PAYEE"


def test_the_settings_page_does_what_it_shows():
    bank = new_bank()
    idop = create(bank)
    before = bank.ledger.now()
    assert location(press(bank, "/_sim", do="advance:15")) == "/_sim"
    assert (bank.ledger.now() - before).total_seconds() == 900
    press(bank, "/_sim", do="outcome:V", key=idop)
    assert detail(bank, idop)["resultrans"] == "V"
    form = {name: str(value).lower() for name, value in vars(BankOptions()).items()} | {
        "answer_name": "idOp", "saisies": "TX", "url_method": "POST",
    }  # fmt: skip
    assert press(bank, "/_sim", do="options", **{**form, "double_paid": "true"}).status == 303
    assert bank.ledger.options == BankOptions(double_paid=True)
    press(bank, "/_sim", do="reset")
    assert (bank.ledger.all(), bank.ledger.options, bank.ledger.now()) == ([], BankOptions(), before)


@pytest.mark.parametrize("fields", [{"do": "x"}, {}, {"do": "options", "fault": "x"}, {"do": "options", "most": "x"}])
def test_a_wrong_setting_is_refused(fields):
    answer = press(new_bank(), "/_sim", **fields)
    assert answer.status == 422
    assert "Refusé" in text_of(answer)


@pytest.mark.parametrize("headers", [{"Origin": "https://other.example"}, {"Host": "other.example:8002"}])
def test_another_site_presses_nothing(headers):
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
def test_a_wrong_command_in_json_is_refused(path, fields):
    answer = send(new_bank(), "POST", f"/_sim/api/{path}", json.dumps(fields).encode())
    assert answer.status == 422


def test_operations_are_told_in_json():
    bank = new_bank()
    idop = create(bank)
    api(bank, f"operations/{idop}/outcome", resultrans="P", montant=500)
    told = json.loads(send(bank, "GET", f"/_sim/api/operations/{idop}").body)
    assert (told["outcome"]["letter"], told["outcome"]["montant"]) == ("P", 500)
    assert [line["text"] for line in told["log"]] == ["opération créée", "résultat P, 500 centimes"]
    assert [one["key"] for one in json.loads(send(bank, "GET", "/_sim/api/operations").body)] == [idop]
    assert send(bank, "GET", "/_sim/api/operations/none").status == 404
