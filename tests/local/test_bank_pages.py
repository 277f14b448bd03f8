"""The bank simulator's pages, as a parent meets them."""

import re
from urllib.parse import urlencode

import pytest

from infra.local.bank.cards import CARDS, CardRefused, fate_of, passes_check_digit
from infra.local.bank.walk import VIEWS
from infra.local.gateway import Response
from tests.local.bank_visits import (
    BY_ADDRESS,
    ORDER,
    api,
    create,
    create_by_address,
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


PAGES = all_pages()


@pytest.mark.parametrize("answer", [answer for _, answer in PAGES], ids=[name for name, _ in PAGES])
def test_every_page_is_well_made(answer: Response) -> None:
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


def test_the_whole_walk() -> None:
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


def test_a_direct_debit_is_a_means() -> None:
    bank = new_bank()
    idop = create(bank)
    assert location(press(bank, "/tpa/choix", op=idop, moyen="prelevement")) == f"/tpa/prelevement?op={idop}"
    assert press(bank, "/tpa/prelevement", op=idop, compte="autre").status == 422
    assert detail(bank, idop) == {"code": "P5"}


@pytest.mark.parametrize("step", ["recapitulatif", "choix", "carte", "prelevement", "authentification"])
def test_every_step_may_be_cancelled(step: str) -> None:
    bank = new_bank()
    idop = create(bank)
    html = send(bank, "GET", f"/tpa/{step}?op={idop}&essai=00").body.decode()
    assert '<form method="post" action="/tpa/annuler">' in html
    end = send(bank, "GET", location(press(bank, "/tpa/annuler", op=idop)))
    assert "Vous avez annulé le paiement" in text_of(end)
    assert detail(bank, idop)["resultrans"] == "A"
    assert bank.ledger.emails() == []


def test_closing_the_window_says_nothing() -> None:
    bank = new_bank()
    idop = create(bank)
    send(bank, "GET", f"/tpa/carte?op={idop}")
    api(bank, "clock", minutes=120)
    assert detail(bank, idop) == {"code": "P5"}


def test_no_card_of_ours_could_be_a_real_one() -> None:
    assert len(CARDS) == 14
    assert not any(passes_check_digit(number) for number in CARDS)
    assert passes_check_digit(REAL_LOOKING)


@pytest.mark.parametrize("number", [REAL_LOOKING, "4111 1111 1111 1111", "5017674000000002", "9999000000000001", ""])
def test_any_other_card_is_refused(number: str) -> None:
    with pytest.raises(CardRefused):
        fate_of(number)


def test_nothing_of_a_card_is_kept_or_shown_again() -> None:
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
def test_a_wrong_card_form_points_at_its_field(field: str, value: str, wrong: str) -> None:
    bank = new_bank()
    fields = {"op": create(bank), "numero": next(iter(CARDS)), "mois": "12", "annee": "2027", "cvv": "123"}
    answer = press(bank, "/tpa/carte", **{**fields, field: value})
    assert answer.status == 422
    assert re.findall(r'<a href="#(\w+)">', answer.body.decode()) == [wrong]


def test_a_card_is_good_until_the_end_of_its_month() -> None:
    bank = new_bank()
    fields = {"op": create(bank), "numero": next(iter(CARDS)), "annee": "2026", "cvv": "123"}
    assert press(bank, "/tpa/carte", **fields, mois="02").status == 422
    assert press(bank, "/tpa/carte", **fields, mois="03").status == 303


def test_a_late_result_is_shown_as_not_known() -> None:
    bank = new_bank()
    end = text_of(pay(bank, create(bank), "44"))
    assert "Résultat non connu" in end
    assert "Ticket" not in end


def test_what_comes_from_the_order_is_escaped() -> None:
    bank = new_bank()
    idop = create(bank, mel='"><script>@server.fr'.replace(" ", ""))
    assert "<script>" not in text_of(send(bank, "GET", f"/tpa/paiementws.web?idop={idop}"))


def test_a_path_of_every_view_answers_an_unknown_payment_quietly() -> None:
    bank = new_bank()
    for method, path in VIEWS:
        answer = send(bank, method, f"{path}?op=none&idop=none", b"op=none")
        assert answer.status in {200, 404, 422, 409}
        assert answer.status == 404 or path.endswith((".js", "authentification"))


def test_an_order_by_address_ends_in_a_window_to_close() -> None:
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
def test_a_bad_order_by_address_is_a_page(name: str, value: str, code: str) -> None:
    bank = new_bank()
    answer = send(bank, "GET", "/tpa/paiement.web?" + urlencode({**BY_ADDRESS, name: value}))
    assert answer.status == 400
    assert f"({code})" in text_of(answer)


def test_a_repeated_parameter_is_refused() -> None:
    target = f"/tpa/paiement.web?{urlencode(BY_ADDRESS)}&MONTANT=100"
    assert send(new_bank(), "GET", target).status == 400


def test_debts_of_the_accountant() -> None:
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
