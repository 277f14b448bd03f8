"""Contact, help, legal pages, probes, the script, and pages for errors."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import NoReturn

import pytest

from chalicelib.pages.contact import STAMP
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.web.assets import script
from chalicelib.web.signing import Signing
from chalicelib.web.site_map import OPTIONAL, REQUIRED
from tests.pages.client import Opened, PageClient, plain
from tests.pages.conftest import SETTINGS, SITE, World, screens

LETTER = {
    "nom": "Jamie BOND",
    "email": "jamie.bond@server.fr",
    "sujet": "Code perdu",
    "message": "Bonjour,\r\naidez-moi.",
}


def write(visitor: PageClient, **changes: str) -> Opened:
    page = visitor.get("/contact")
    return visitor.post("/contact", **{**LETTER, "ouvert": page.hidden("ouvert"), "adresse2": "", **changes})


def test_anybody_can_write_to_the_office(world: World) -> None:
    visitor = world.visitor()
    answer = write(visitor)
    assert visitor.follow(answer).heading == "Votre message est enregistré"
    (letter,) = world.letters()
    assert letter.facts["reply_to"] == "jamie.bond@server.fr"
    assert "aidez-moi" in letter.facts["text"]


def test_a_signed_in_parent_is_known(parent: PageClient) -> None:
    values = {e.attrs.get("name"): e.attrs.get("value") for e in parent.get("/contact").page.all("input")}
    assert (values["nom"], values["email"]) == ("Jamie BOND", "jamie.bond@server.fr")


def test_faults_are_listed_linked_and_nothing_typed_is_lost(world: World) -> None:
    answer = write(world.visitor(), nom="", email="no address")
    assert answer.status == 422
    assert answer.page.one("title").text.startswith("Erreur")
    links = {e.attrs["href"]: plain(e.text) for e in answer.page.all("a") if e.attrs["href"].startswith("#")}
    assert links["#nom"] == "Écrivez votre nom, en 100 caractères au plus."
    assert answer.main.count(links["#email"]) == 2
    typed = {e.attrs.get("name"): e.attrs for e in answer.page.all("input")}
    assert typed["email"]["value"] == "no address"
    assert typed["email"]["aria-describedby"] == "email-faux"
    assert plain(answer.page.one("textarea").text) == "Bonjour, aidez-moi."
    assert world.letters() == []


def test_what_is_typed_is_only_text(world: World) -> None:
    answer = write(world.visitor(), nom="", sujet='"><script>alert(1)</script>', message="</textarea><b>")
    assert "<script>alert" not in answer.body
    assert "</textarea><b>" not in answer.body


def test_a_filled_trap_is_refused(world: World) -> None:
    answer = write(world.visitor(), adresse2="http://spam.example")
    assert (answer.status, world.letters()) == (422, [])


@pytest.mark.parametrize("stamp", ["", "forged", Signing("another secret").seal(STAMP, 2_000_000_000)])
def test_a_form_that_we_did_not_open_keeps_the_text(world: World, stamp: str) -> None:
    answer = write(world.visitor(), ouvert=stamp)
    assert answer.status == 422
    assert plain(answer.page.one("textarea").text) == "Bonjour, aidez-moi."
    assert world.letters() == []


def test_an_old_form_can_be_sent_again(world: World) -> None:
    visitor = world.visitor()
    old = visitor.get("/contact").hidden("ouvert")
    world.clock.forward(hours=25)
    answer = visitor.post("/contact", **LETTER, ouvert=old)
    assert "ouverte depuis trop longtemps" in answer.main
    assert visitor.post("/contact", **LETTER, ouvert=answer.hidden("ouvert")).status == 303


def test_too_many_messages_wait(world: World) -> None:
    visitor = world.visitor()
    answers = [write(visitor).status for _ in range(6)]
    assert answers == [303] * 5 + [429]


def test_every_screen_leads_to_its_section_of_the_help(parent: PageClient) -> None:
    anchors = {"", *parent.get("/aide").page.ids}
    for route in (*screens(OPTIONAL), *screens(REQUIRED)):
        opened = parent.get(route.path)
        if opened.status == 200:
            links = [e.attrs["href"] for e in opened.page.all("a") if plain(e.text) == "Aide"]
            assert links[0].partition("#")[2] in {route.help_section} & anchors, route.path


@pytest.mark.parametrize(
    ("path", "facts"),
    [
        ("/mentions-legales", ["Commune de démo", "1 place de la Mairie", "Le maire", "Un hébergeur"]),
        (
            "/donnees-personnelles",
            ["dpo@ville.example", "« session »", "sessionStorage", "CNIL", "6.1.e", "factures", "accord"],
        ),
        ("/accessibilite", ["Accessibilité : non conforme", "Défenseur des droits", "RGAA", "01 00 00 00 00"]),
    ],
)
def test_legal_pages_print_the_town_s_facts(world: World, path: str, facts: list[str]) -> None:
    page = world.visitor().get(path)
    assert [fact for fact in facts if fact not in page.main] == []


def test_every_page_links_to_the_legal_pages(world: World) -> None:
    footer = {plain(e.text): e.attrs["href"] for e in world.visitor().get("/").page.all("a")}
    assert footer["Accessibilité : non conforme"] == "/accessibilite"
    assert {"/mentions-legales", "/donnees-personnelles", "/contact", "/aide#connexion"} <= set(footer.values())


def test_every_cookie_that_is_set_is_named(world: World) -> None:
    deployed = World(settings=replace(SETTINGS, stage="prod"))
    told = deployed.visitor().get("/donnees-personnelles").main
    cookies = deployed.visitor().sign_in().cookies
    assert len(cookies) == 2
    for cookie in cookies:
        assert f"« {cookie.partition('=')[0]} »" in told


def test_every_link_inside_the_portal_leads_to_a_page(parent: PageClient) -> None:
    seen, left = set(), ["/planning"]
    while left:
        path = left.pop()
        if path in seen or "semaine" in path:
            continue
        seen.add(path)
        answer = parent.get(path)
        assert answer.status in (200, 303), path
        if answer.document:
            hrefs = [e.attrs["href"].partition("#")[0] for e in answer.page.all("a")]
            left += [href for href in hrefs if href.startswith("/")]
    assert len(seen) > 10


def test_health(world: World) -> None:
    visitor = world.visitor()
    assert json.loads(visitor.get("/healthz").body) == {"status": "ok"}
    world.towns.current = _raise(Unavailable("town"))  # type: ignore[method-assign]
    assert visitor.get("/healthz").status == 503


def test_the_script_is_kept_for_ever_under_its_version(world: World) -> None:
    visitor = world.visitor()
    address = visitor.get("/").page.one("script").attrs["src"]
    assert address == f"/portail.js?v={script().version}"
    assert visitor.get(address).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert visitor.get("/portail.js?v=old").headers["Cache-Control"] == "no-cache"
    assert visitor.get("/portail.js").headers["Content-Type"] == "text/javascript; charset=utf-8"


def test_links_carry_the_stage_s_prefix() -> None:
    world = World(settings=replace(SETTINGS, base_path="/api"))
    visitor = world.visitor()
    assert visitor.sign_in().headers["Location"] == "/api/planning"
    page = visitor.get("/planning")
    links = [e.attrs.get("href", e.attrs.get("action", "")) for e in page.page.all("a", "form")]
    assert all(link.startswith(("/api/", "#")) for link in links if not link.startswith("tel:")), links
    assert page.page.one("script").attrs["src"].startswith("/api/portail.js")


def _raise(fault: Exception) -> Callable[..., NoReturn]:
    def raising(*args: object, **kwargs: object) -> NoReturn:
        raise fault

    return raising


def test_a_bug_has_a_page_a_reference_and_a_trace_in_the_log(
    world: World, parent: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    world.plannings.booked = _raise(ZeroDivisionError("boom"))  # type: ignore[method-assign]
    answer = parent.get("/planning")
    assert (answer.status, answer.heading) == (500, "Un problème technique est survenu")
    assert "boom" not in answer.body
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert line["event"] == "page.failed"
    assert line["request_id"] in answer.main
    assert "ZeroDivisionError: boom" in line["trace"]
    assert not [word for word in ("James", "GOLDENEYE7", "jamie") if word in str(line)]


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (Unavailable("planning"), 503, "regardez « Mes dernières modifications »"),
        (StaleWrite("planning"), 409, "Rien n'a été enregistré."),
    ],
)
def test_a_save_that_fails_says_what_became_of_it(
    world: World, parent: PageClient, fault: Exception, status: int, words: str
) -> None:
    page = parent.get("/planning")
    world.plannings.booked = _raise(fault)  # type: ignore[method-assign]
    answer = parent.save(page, "c-007~petites-vac-matin~2015-12-23")
    assert (answer.status, world.journal()) == (status, 0)
    assert words in answer.main


def test_a_portal_without_its_town_still_answers_in_french(world: World) -> None:
    visitor = world.visitor()
    world.towns.current = _raise(Unavailable("town"))  # type: ignore[method-assign]
    answer = visitor.get("/accessibilite")
    assert (answer.status, answer.heading) == (503, "Service momentanément indisponible")
    assert visitor.get("/").status == 200


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_method_that_a_page_does_not_know(world: World, method: str) -> None:
    answer = world.visitor()._request(method, "/planning" if method == "DELETE" else "/aide", b"", {})
    assert answer.status == 405
    assert answer.heading == "Page introuvable"


def menu(page: Opened) -> list[str]:
    return [e.text for e in page.page.all("a") if "nav" in e.parents and "header" in e.parents]


SIGNED_IN, SIGNED_OUT = ([*(route.menu for route in SITE.menu(signed_in=who)), "Aide"] for who in (True, False))


def test_an_error_page_has_the_menu_of_who_reads_it_and_reads_no_family(
    world: World, parent: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unread(_family: object) -> None:
        raise AssertionError("an error page reads no family")

    monkeypatch.setattr(world.families, "find", unread)
    for visitor, expected in ((parent, SIGNED_IN), (world.visitor(), SIGNED_OUT)):
        unreadable = visitor.post("/", nobody="knows")
        assert (unreadable.status, menu(unreadable)) == (422, expected)
    unreadable = parent.post("/contact", nobody="knows")
    assert (unreadable.status, menu(unreadable)) == (422, SIGNED_IN)
    assert "data-fin" in unreadable.page.one("body").attrs, "the end of the session is told here too"
    world.clock.forward(minutes=61)
    assert menu(parent.post("/", nobody="knows")) == SIGNED_OUT
