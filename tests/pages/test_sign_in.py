"""Signing in, staying signed in, signing out, and ticks that outlive a session."""

import re
from dataclasses import replace

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.services.accounts import FAILURES_PER_ADDRESS
from tests.pages.client import PageClient
from tests.pages.conftest import SETTINGS, World

GOOD = "c-007~petites-vac-matin~2015-12-23"
WRONG = "Le code enfant et le code payeur ne vont pas ensemble. Vérifiez les deux codes."
PUBLIC = {
    ("GET", "/"),
    ("POST", "/"),
    ("GET", "/contact"),
    ("POST", "/contact"),
    ("GET", "/aide"),
    ("GET", "/mentions-legales"),
    ("GET", "/donnees-personnelles"),
    ("GET", "/accessibilite"),
    ("GET", "/deconnexion"),
    ("POST", "/deconnexion"),
    ("GET", "/healthz"),
    ("GET", "/portail.js"),
    ("GET", "/notifications/confirmer"),
    ("POST", "/notifications/confirmer"),
    ("GET", "/desinscription"),
    ("POST", "/desinscription"),
    ("GET", "/payfip/retour"),
    ("POST", "/payfip/retour"),
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
    session, device = (cookie.split("; ") for cookie in answer.headers["Set-Cookie"])
    assert session[0].startswith("__Host-session=")
    assert set(session[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"}
    assert device[0].startswith("__Host-appareil=")
    assert set(device[1:]) == {"Path=/", "HttpOnly", "SameSite=Lax", "Secure", f"Max-Age={400 * 86400}"}
    page = visitor.get("/planning")
    assert "max-age=31536000" in page.headers["Strict-Transport-Security"]
    assert "GOLDENEYE7" not in repr(answer.headers["Set-Cookie"])
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


@pytest.mark.parametrize("cookie", ["session=", "session=x.y", "session", "=;;", "other=1; session=é"])
def test_a_cookie_that_is_not_ours_is_nobody(world: World, cookie: str) -> None:
    visitor = world.visitor()
    visitor.cookie = cookie
    assert visitor.get("/planning").headers["Location"].startswith("/?vers=")


def test_a_forged_cookie_is_nobody(world: World, parent: PageClient) -> None:
    payload, _, signature = parent.cookie.rpartition(".")
    parent.cookie = f"{payload}.{signature[::-1]}"
    assert parent.get("/planning").status == 303


def test_other_sites_odd_cookies_do_not_hide_ours(world: World, parent: PageClient) -> None:
    parent.cookie = f'ville={{"a": "b,c"}}; @=1; {parent.cookie}; fin="'
    assert parent.get("/planning").status == 200


@pytest.mark.parametrize("later", [{"minutes": 61}, {"hours": 13}])
def test_a_session_ends(world: World, parent: PageClient, later: dict[str, float]) -> None:
    world.clock.forward(**later)
    answer = parent.get("/planning?semaine=2016-01-04")
    assert answer.headers["Location"] == "/?vers=%2Fplanning%3Fsemaine%3D2016-01-04"
    page = parent.follow(answer)
    assert "Votre session est fermée. Reconnectez-vous pour continuer." in page.main
    back = parent.post("/", enfant="007", payeur="GOLDENEYE7", vers=page.hidden("vers"))
    assert back.headers["Location"] == "/planning?semaine=2016-01-04"


def test_a_session_that_is_used_lives_on(world: World, parent: PageClient) -> None:
    for _ in range(4):
        world.clock.forward(minutes=50)
        assert parent.get("/planning").status == 200


def test_a_raised_epoch_signs_everybody_out(world: World, parent: PageClient) -> None:
    other = World(family=replace(world.family, session_epoch=1))
    visitor = other.visitor()
    visitor.cookie = parent.cookie
    assert visitor.get("/planning").status == 303


@pytest.mark.parametrize("elsewhere", ["https://evil.example", "//evil.example", "/\\evil.example", "/planning\nX: y"])
def test_signing_in_leads_nowhere_else(world: World, elsewhere: str) -> None:
    answer = world.visitor().post("/", enfant="007", payeur="GOLDENEYE7", vers=elsewhere)
    assert answer.headers["Location"] == "/planning"


def test_the_warning_knows_when_the_session_ends(world: World, parent: PageClient) -> None:
    world.clock.forward(minutes=4)
    body = parent.get("/planning").page.one("body")
    assert int(body.attrs["data-fin"]) in (56 * 60, 56 * 60 - 1)
    assert "data-fin" not in world.visitor().get("/").page.one("body").attrs


def test_sign_out_forgets_everything(world: World, parent: PageClient) -> None:
    asked = parent.get("/deconnexion")
    assert asked.heading == "Se déconnecter"
    answer = parent.post("/deconnexion", csrf=asked.hidden("csrf"))
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert answer.headers["Set-Cookie"] == ["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]
    assert parent.follow(answer).heading == "Vous êtes déconnecté"
    assert parent.get("/planning").status == 303


def test_a_copied_cookie_opens_nothing_after_signing_out(world: World, parent: PageClient) -> None:
    thief = world.visitor()
    thief.cookie = parent.cookie
    elsewhere = world.parent()
    assert thief.get("/planning").status == 200
    world.clock.forward(minutes=10)
    parent.get("/planning")  # The cookie is written anew, and is the same session.
    parent.post("/deconnexion", csrf=parent.get("/deconnexion").hidden("csrf"))
    assert thief.get("/planning").status == 303
    assert elsewhere.get("/planning").status == 200


def test_the_other_connections_are_closed_and_this_one_stays(world: World, parent: PageClient) -> None:
    forgotten, thief = world.parent(), world.visitor()
    thief.cookie = parent.cookie
    page = parent.get("/deconnexion")
    told = parent.follow(parent.post("/deconnexion/autres", csrf=page.hidden("csrf")))
    (said,) = [e for e in told.page.all("p") if "Les autres connexions sont fermées" in e.text]
    assert (said.text, said.attrs["class"]) == (
        "Les autres connexions sont fermées. Celle-ci reste ouverte.",
        "boite bien",
    )
    assert [visitor.get("/planning").status for visitor in (forgotten, thief, parent)] == [303, 303, 200]
    assert parent.save(parent.get("/planning"), GOOD).status == 303


def test_another_site_cannot_sign_anybody_out(world: World, parent: PageClient) -> None:
    for path in ("/deconnexion", "/deconnexion/autres"):
        assert parent.post(path, csrf="x" * 43).status == 403
    assert parent.get("/planning").status == 200


def test_a_browser_forgets_the_session_even_when_nothing_answers(
    world: World, parent: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    csrf = parent.get("/deconnexion").hidden("csrf")

    def down(*_args: object) -> None:
        raise Unavailable("families: down")

    monkeypatch.setattr(world.families, "find", down)
    monkeypatch.setattr(world.families, "end_session", down)
    answer = parent.post("/deconnexion", csrf=csrf)
    assert (answer.status, answer.heading, parent.cookie) == (503, "Vous êtes déconnecté", "")
    assert "finit au plus tard douze heures après votre connexion" in answer.main


def test_signing_out_without_a_session_is_harmless(world: World) -> None:
    assert world.visitor().post("/deconnexion").status == 303


def test_ticks_outlive_the_session(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    world.clock.forward(minutes=61)
    asked = parent.save(page, GOOD, "c-007~petites-vac-apres-midi~2015-12-23")
    assert asked.status == 401
    assert "Vos 2 modifications sont gardées. Reconnectez-vous pour les valider." in asked.main
    wrong = parent.post("/", enfant="007", payeur="wrong", garde=asked.hidden("garde"))
    assert "Vos 2 modifications sont gardées" in wrong.main
    recap = parent.follow(parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=wrong.hidden("garde")))
    assert recap.heading == "2 modifications enregistrées"


def test_ticks_of_another_family_are_left_alone_and_it_is_said(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    world.clock.forward(minutes=61)
    asked = parent.save(page, GOOD)
    stranger = world.visitor()
    landed = stranger.follow(stranger.post("/", enfant="100", payeur="SPECTRE100", garde=asked.hidden("garde")))
    assert "celles d'une autre famille : elles n'ont pas été enregistrées" in landed.main
    assert world.journal() == 0


def test_forged_ticks_are_refused(world: World) -> None:
    answer = world.visitor().post("/", enfant="007", payeur="GOLDENEYE7", garde="forged")
    assert answer.status == 422
    assert world.journal() == 0


def test_a_session_lost_without_ticks_just_asks_to_sign_in(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    world.clock.forward(minutes=61)
    assert "Votre session est fermée. Reconnectez-vous" in parent.save(page).main


def test_a_signed_in_parent_goes_straight_to_the_planning(parent: PageClient) -> None:
    assert parent.get("/").headers["Location"] == "/planning"
