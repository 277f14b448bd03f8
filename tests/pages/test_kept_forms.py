"""A form whose session was over is kept through the sign-in page and shown again: to its family, and not sent."""

import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.pages.site import SECTIONS
from chalicelib.rules.errors import Unavailable
from chalicelib.web.kept import LARGEST_KEPT_BYTES
from chalicelib.web.site_map import REQUIRED
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World

KEPT = "Ce que vous avez écrit est gardé"
SHOWN = "rien n'est encore enregistré"
SEPTEMBER = "2013-026-000335"
TYPED = {
    "/factures": {"facture": SEPTEMBER, "email": "tante.may@server.fr"},
    "/notifications": {
        "version": "0",
        "avertir": "oui",
        "adresse1": "tante.may@server.fr",
        "adresse2": "pas une adresse",
    },
}
"""Forms of families in which somebody types or chooses, besides the planning; each test takes them all."""
NOTHING_TYPED = {
    "/planning": "its ticks are saved after signing in",
    "/notifications/renvoyer": "its button says it all",
}
MAY = '"tante.may@server.fr"'


def sent_too_late(world: World, parent: PageClient, path: str, **typed: str) -> Opened:
    csrf = parent.get(path).hidden("csrf")
    world.clock.forward(minutes=61)
    return parent.post(path, csrf=csrf, **(typed or TYPED[path]))


def values(page: Opened) -> dict[str, str]:
    """What the fields that somebody types in hold, and the radios and boxes that are ticked."""
    fields = [e.attrs for e in page.page.all("input") if e.attrs.get("type") != "hidden"]
    chosen = [a for a in fields if a.get("type") not in {"checkbox", "radio"} or "checked" in a]
    return {attrs["name"]: attrs["value"] for attrs in chosen}


def test_every_form_of_families_is_kept() -> None:
    forms = [route for section in SECTIONS for route in section.routes if route.fields and route.session is REQUIRED]
    typed_in = {route.path for route in forms if route.fields != {"csrf"}}
    assert typed_in == set(TYPED) | set(NOTHING_TYPED)
    assert {route.path for route in forms if route.shown_again} == set(TYPED)
    assert all(route.expired and "{" not in route.path for route in forms if route.shown_again)


@pytest.mark.parametrize("path", TYPED)
def test_a_form_is_shown_again_filled_and_nothing_is_done(world: World, parent: PageClient, path: str) -> None:
    before = parent.get(path)
    asked = sent_too_late(world, parent, path)
    assert (asked.status, KEPT in asked.main) == (401, True)
    assert "tante.may" not in asked.body
    wrong = parent.post("/", enfant="007", payeur="wrong", garde=asked.hidden("garde"))
    assert KEPT in wrong.main
    shown = parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=wrong.hidden("garde"))
    assert (shown.status, SHOWN in shown.main) == (200, True)
    wanted = {name: text for name, text in TYPED[path].items() if name != "version"}
    assert {name: text for name, text in values(shown).items() if text} == wanted
    assert values(parent.get(path)) == values(before), "nothing was saved"
    assert [e.attrs["href"] for e in shown.page.all("a") if e.attrs.get("aria-current") == "page"] == [path]


@pytest.mark.parametrize("path", TYPED)
def test_what_is_shown_again_can_be_sent(world: World, parent: PageClient, path: str) -> None:
    good = {name: text for name, text in TYPED[path].items() if name != "adresse2"}
    asked = sent_too_late(world, parent, path, **good)
    shown = parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=asked.hidden("garde"))
    version = {"version": shown.hidden("version")} if "version" in good else {}
    answer = parent.post(path, csrf=shown.hidden("csrf"), **{**values(shown), **version})
    assert answer.status == 303


@pytest.mark.parametrize("path", TYPED)
def test_it_is_never_shown_to_another_family(world: World, parent: PageClient, path: str) -> None:
    asked = sent_too_late(world, parent, path)
    stranger = world.visitor()
    stranger.cookie = parent.cookie
    landed = stranger.post("/", enfant="100", payeur="SPECTRE100", garde=asked.hidden("garde"))
    assert landed.headers["Location"] == "/planning?autre=1"
    assert "celles d'une autre famille" in stranger.follow(landed).main
    assert "tante.may" not in stranger.get(path).body


@pytest.mark.parametrize("path", TYPED)
def test_a_browser_that_forgot_the_session_keeps_nothing(world: World, parent: PageClient, path: str) -> None:
    """Somebody signed out: whoever signs in next may be anybody."""
    csrf = parent.get(path).hidden("csrf")
    parent.cookie = ""
    answer = parent.post(path, csrf=csrf, **TYPED[path])
    assert (answer.status, answer.headers["Location"]) == (303, f"/?vers=%2F{path[1:]}")


@pytest.mark.parametrize("path", TYPED)
def test_a_form_of_another_session_is_not_kept(world: World, parent: PageClient, path: str) -> None:
    """Its token is not the one of the session that the browser holds: nothing says whose it is."""
    csrf = world.parent().get(path).hidden("csrf")
    world.clock.forward(minutes=61)
    assert parent.post(path, csrf=csrf, **TYPED[path]).status == 303


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text(st.characters(codec="utf-8"), max_size=9000))
def test_what_is_kept_is_bounded(world: World, text: str) -> None:
    parent = world.parent()
    asked = sent_too_late(world, parent, "/factures", facture=SEPTEMBER, email=text)
    if asked.status == 401:
        assert len(asked.hidden("garde")) <= LARGEST_KEPT_BYTES
        shown = parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=asked.hidden("garde"))
        assert shown.status in {200, 422}
    else:
        assert asked.headers["Location"] == "/?vers=%2Ffactures"


def test_too_long_a_form_leads_back_to_its_page(world: World, parent: PageClient) -> None:
    noise = "".join(chr(0x4E00 + n * 7919 % 20000) for n in range(6000))
    assert sent_too_late(world, parent, "/factures", email=noise).headers["Location"] == "/?vers=%2Ffactures"


@pytest.mark.parametrize(
    ("path", "store", "method"),
    [
        pytest.param("/factures", "logins", "find", id="before the codes are looked at"),
        pytest.param("/factures", "families", "find", id="at the family"),
        pytest.param("/factures", "invoices", "of", id="at the page of invoices"),
        pytest.param("/notifications", "notices", "settings", id="at the page of settings"),
    ],
)
def test_a_portal_that_breaks_down_meanwhile_loses_nothing(
    world: World, parent: PageClient, path: str, store: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = sent_too_late(world, parent, path)

    def down(*_args: Any, **_more: Any) -> None:
        raise Unavailable(store)

    with monkeypatch.context() as patch:
        patch.setattr(getattr(world, store), method, down)
        told = parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=asked.hidden("garde"))
    assert told.status == 503
    assert "Ce que vous avez demandé est gardé" in told.main
    shown = parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=told.hidden("garde"))
    assert SHOWN in shown.main


def test_an_undo_whose_session_was_over_leads_back_to_its_recap(world: World, parent: PageClient) -> None:
    recap = parent.follow(parent.save(parent.get("/planning"), "c-007~petites-vac-matin~2015-12-23"))
    (action,) = re.findall(r'action="(/recap/[^"]+)/annuler"', recap.body)
    world.clock.forward(minutes=61)
    asked = parent.follow(parent.post(f"{action}/annuler", csrf=recap.hidden("csrf")))
    back = parent.post("/", enfant="007", payeur="GOLDENEYE7", vers=asked.hidden("vers"))
    assert back.headers["Location"] == action
    assert parent.follow(back).heading == recap.heading
