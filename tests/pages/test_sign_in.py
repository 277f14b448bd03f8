"""Signing in: what the form takes and refuses, and what stops those who guess."""

import re
from dataclasses import replace

import pytest

from chalicelib.services.accounts import FAILURES_PER_ADDRESS
from tests.pages.client import PageClient
from tests.pages.conftest import SETTINGS, World

WRONG = "Le code enfant et le code payeur ne vont pas ensemble. Vérifiez les deux codes."
PUBLIC = {
    ("GET", "/"),
    ("POST", "/"),
    ("GET", "/contact"),
    ("POST", "/contact"),
    ("GET", "/aide"),
    ("GET", "/aide/factures"),
    ("GET", "/mentions-legales"),
    ("GET", "/donnees-personnelles"),
    ("GET", "/accessibilite"),
    ("GET", "/deconnexion"),
    ("POST", "/deconnexion"),
    ("GET", "/healthz"),
    ("GET", "/portail.js"),
    ("GET", "/notifications/confirmer"),
    ("POST", "/notifications/confirmer"),
    ("GET", "/commande"),
    ("POST", "/commande"),
    ("GET", "/desinscription"),
    ("POST", "/desinscription"),
    ("GET", "/payfip/retour"),
    ("POST", "/payfip/retour"),
    ("GET", "/payfip/notification"),
    ("POST", "/payfip/notification"),
    ("GET", "/payfip/notification/{nonce}"),
    ("POST", "/payfip/notification/{nonce}"),
}
"""Everything else needs a session."""


def test_every_route_needs_a_session_unless_listed(world: World) -> None:
    routes = {(method, path) for path, methods in world.app.routes.items() for method in methods}
    assert routes >= PUBLIC
    for method, path in sorted(routes - PUBLIC):
        visitor, address = world.visitor(), re.sub(r"\{\w+\}", "x", path)
        answer = visitor.get(address) if method == "GET" else visitor.post(address)
        if (method, path) == ("POST", "/planning"):
            assert answer.status == 422, "a form that no page of ours sent has no ticks to keep"
        else:
            assert answer.headers["Location"].startswith("/?vers="), (method, path)


def test_the_sign_in_page(world: World) -> None:
    page = world.visitor().get("/")
    assert "22.12.2015 14:54" in page.main
    assert "il y aura école mercredi 13 novembre" in page.main
    assert "Message d'information" in page.main
    assert "Je contacte le service enfance" in page.main
    fields = {e.attrs["name"]: e.attrs for e in page.page.all("input")}
    assert fields["enfant"]["autocomplete"] == "username"
    assert (fields["payeur"]["type"], fields["payeur"]["autocomplete"]) == ("password", "current-password")
    assert "data:image/svg+xml;base64," in page.body


@pytest.mark.parametrize(
    ("child", "payer"),
    [("007", "wrong"), ("008", "GOLDENEYE7"), ("999", "999"), ("<b>", "é" * 5000)],
)
def test_one_answer_for_every_failure(world: World, child: str, payer: str) -> None:
    answer = world.visitor().sign_in(child, payer)
    assert answer.status == 422
    assert answer.main.count(WRONG) == 3
    assert answer.page.one("title").text.startswith("Erreur")
    kept = next(e.attrs for e in answer.page.all("input") if e.attrs.get("name") == "enfant")
    assert kept["value"] == child
    assert all("value" not in e.attrs for e in answer.page.all("input") if e.attrs.get("name") == "payeur")


@pytest.mark.parametrize(
    ("child", "payer", "faults"),
    [
        pytest.param("", "", {"enfant": "Écrivez le code enfant.", "payeur": "Écrivez le code payeur."}, id="both"),
        pytest.param("007", " - ", {"payeur": "Écrivez le code payeur."}, id="payer"),
        pytest.param(" ", "GOLDENEYE7", {"enfant": "Écrivez le code enfant."}, id="child"),
    ],
)
def test_a_code_left_out_is_said_at_its_field(world: World, child: str, payer: str, faults: dict[str, str]) -> None:
    for _ in range(FAILURES_PER_ADDRESS + 1):
        answer = world.visitor().sign_in(child, payer)
    assert answer.status == 422
    assert "ne vont pas ensemble" not in answer.main
    assert "réessayez" not in answer.main
    said = {e.attrs["id"].removesuffix("-faux"): e.text for e in answer.page.all("span") if "-faux" in str(e.attrs)}
    assert said == faults
    summary = [(e.attrs["href"][1:], e.text) for e in answer.page.all("a") if "div" in e.parents and "p" in e.parents]
    assert [line for line in summary if line[0] in said] == list(faults.items())
    assert world.visitor().sign_in().status == 303, "nothing was tried, so nothing was counted"


def test_too_many_tries_look_like_a_wrong_code_and_pass_with_time(world: World) -> None:
    visitor = world.visitor()
    wrong = visitor.sign_in("007", "wrong")
    for _ in range(FAILURES_PER_ADDRESS):
        visitor.sign_in("007", "wrong")
    blocked = visitor.sign_in("007", "GOLDENEYE7")
    assert (blocked.status, blocked.main) == (wrong.status, wrong.main)
    world.clock.forward(minutes=15)
    assert visitor.sign_in("007", "GOLDENEYE7").status == 303


@pytest.mark.parametrize(
    ("child", "payer"), [("0 0-7", "golden-eye 7"), (" 007 ", "GOLDENEYE7\u00a0"), ("OO7", "g0ldeneye7")]
)
def test_codes_are_read_kindly(world: World, child: str, payer: str) -> None:
    assert world.visitor().sign_in(child, payer).headers["Location"] == "/planning"


def test_the_cookie_on_a_deployment(world: World) -> None:
    deployed = World(settings=replace(SETTINGS, stage="prod", origin="https://portail.ville.example"))
    visitor = deployed.visitor()
    visitor.headers = {"origin": "https://portail.ville.example"}
    answer = visitor.sign_in()
    session, device = (cookie.split("; ") for cookie in answer.cookies)
    assert session[0].startswith("__Host-session=")
    assert set(session[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    assert device[0].startswith("__Host-appareil=")
    assert set(device[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure", f"Max-Age={400 * 86400}"}
    page = visitor.get("/planning")
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert "GOLDENEYE7" not in repr(answer.cookies)
    visitor.headers = {"origin": "http://portail.ville.example"}
    assert visitor.sign_in().status == 403


def test_a_stranger_who_tries_for_ever_locks_no_parent_out(world: World, parent: PageClient) -> None:
    parent.cookie = ""
    stranger = world.visitor()
    for n in range(FAILURES_PER_ADDRESS):
        stranger.sign_in("007", f"wrong{n}")
    assert stranger.sign_in("007", "GOLDENEYE7").status == 422
    assert parent.sign_in().status == 303


@pytest.mark.parametrize("forged", ["appareil=", "appareil=x.y", "appareil=é"])
def test_a_device_that_is_not_ours_is_a_stranger_s(world: World, forged: str) -> None:
    visitor = world.visitor()
    visitor.device = forged
    assert visitor.sign_in().status == 303


def test_no_hsts_on_this_machine(world: World) -> None:
    assert "Strict-Transport-Security" not in world.visitor().get("/").headers


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/planning\nX: y"])
def test_signing_in_leads_nowhere_else(world: World, elsewhere: str) -> None:
    answer = world.visitor().post("/", enfant="007", payeur="GOLDENEYE7", vers=elsewhere)
    assert answer.headers["Location"] == "/planning"


def test_a_signed_in_parent_goes_straight_to_the_planning(parent: PageClient) -> None:
    assert parent.get("/").headers["Location"] == "/planning"
