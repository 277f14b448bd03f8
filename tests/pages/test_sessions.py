"""Staying signed in, signing out, and ticks that outlive a session."""

from dataclasses import replace

import pytest

from chalicelib.rules.errors import Unavailable
from tests.pages.client import PageClient
from tests.pages.conftest import World

GOOD = "c-007~petites-vac-matin~2015-12-23"


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
    assert answer.cookies == ["session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"]
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
