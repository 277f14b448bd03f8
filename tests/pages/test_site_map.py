"""What routes say of themselves, held against every registered route: a new page is in these laws by being there."""

import pkgutil
import re
from importlib import import_module
from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

import chalicelib.pages
from chalicelib.pages.site import SECTIONS
from chalicelib.web.assets import TEMPLATES
from chalicelib.web.site_map import NOT_READ, OPTIONAL, REQUIRED, Route
from tests.pages.client import PageClient, plain
from tests.pages.conftest import SITE, World

ACTS = {"/factures/{number}/banque": "opens a payment", "/factures/{number}/paiement/etat": "is read by a script"}
"""Addresses of families that are no pages to come back to, and why."""
PART = st.text("abcXYZ019-_.:~%", min_size=1, max_size=12)
PIECES = st.lists(st.sampled_from(["/", "\\", "..", "planning", "?", "#", "@", "\n", "evil.example"])).map("".join)


def address_of(route: Route, part: str = "x") -> str:
    return re.sub(r"\{\w+\}", part, route.path)


def named(routes: list[Route]) -> list[object]:
    return [pytest.param(route, id=f"{route.method} {route.path}") for route in routes]


def test_the_site_has_every_registered_route(world: World) -> None:
    registered = {(method, path) for path, methods in world.app.routes.items() for method in methods}
    assert registered == {(route.method, route.path) for route in SITE.routes}


def test_the_section_of_every_module_is_on_the_site() -> None:
    modules = [
        import_module(f"chalicelib.pages.{found.name}") for found in pkgutil.iter_modules(chalicelib.pages.__path__)
    ]
    assert {id(module.section) for module in modules if hasattr(module, "section")} == {id(part) for part in SECTIONS}


@given(st.sampled_from([r for r in SITE.routes if r.method == "GET" and r.session is REQUIRED]), PART)
def test_every_page_of_families_can_be_resumed(route: Route, part: str) -> None:
    asked = address_of(route, part)
    assert SITE.can_resume(asked) is (route.path not in ACTS)
    assert SITE.can_resume(f"{asked}?semaine=2016-01-04&enfant=c-007") is (route.path not in ACTS)


@given(st.sampled_from([r for r in SITE.routes if r.method == "POST" or r.session is NOT_READ]), PART)
def test_no_form_and_no_address_of_machines_is_resumed(route: Route, part: str) -> None:
    pages = [other for other in SITE.routes if other.is_resumed and other.matches(address_of(route, part))]
    assert not route.is_resumed
    assert all((page.method, page.session) in {("GET", REQUIRED), ("GET", OPTIONAL)} for page in pages)
    assert pages or not SITE.can_resume(address_of(route, part))


@given(st.one_of(st.text(max_size=30), PIECES))
def test_whatever_can_be_resumed_is_here(address: str) -> None:
    if SITE.can_resume(address):
        assert re.fullmatch(r"/[a-z][!-~]*", address)
        assert urljoin("https://ville.example/", address).startswith("https://ville.example/")


@pytest.mark.parametrize("route", named([r for r in SITE.routes if r.method == "POST" and r.session is REQUIRED]))
def test_a_form_whose_session_is_over_leads_to_a_page_that_can_be_resumed(route: Route) -> None:
    assert SITE.can_resume(address_of(Route(route.page, "GET", REQUIRED)))


@pytest.mark.parametrize("route", named([r for r in SITE.routes if r.help_section]))
def test_the_help_explains_every_section(route: Route) -> None:
    assert f'id="{route.help_section}"' in (TEMPLATES / "information/help.html").read_text()


def test_the_menu_leads_where_routes_say(world: World, parent: PageClient) -> None:
    for visitor, signed_in in ((world.visitor(), False), (parent, True)):
        links = {e.attrs["href"]: e for e in visitor.get("/contact").page.all("a") if "nav" in e.parents}
        assert list(links)[:-1] == [route.path for route in SITE.menu(signed_in=signed_in)]
        for route in SITE.menu(signed_in=signed_in):
            (current,) = [e for e in visitor.get(route.path).page.all("a") if e.attrs.get("aria-current") == "page"]
            assert plain(current.text) == route.menu
