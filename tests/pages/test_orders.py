"""The kitchen's page of an order: opened by its link alone, acknowledged by its button alone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.rules import retention
from chalicelib.services.order_ports import OrderRef
from tests.builders import BOND
from tests.pages.client import HOST
from tests.pages.conftest import World
from tests.storage.test_orders import AT, BY, NAMED, REF, VERSION


@pytest.fixture
def kitchen(world: World) -> World:
    """An order that was sent and named a child; it is 8:50."""
    world.orders.put(VERSION, NAMED, (), BY)
    world.clock.set("lundi 2026-11-30 08:50")
    return world


def link(world: World, ref: OrderRef = REF) -> str:
    return world.links.order(ref).removeprefix(f"http://{HOST}")


def test_opening_the_link_shows_the_order_and_acknowledges_nothing(kitchen: World) -> None:
    for _ in range(2):
        page = kitchen.visitor().get(link(kitchen))
        assert (page.status, page.heading) == (200, "Commande Cantine 2026-11-30 n° 2")
        for said in (
            "JULES FERRY : 6 repas (3 enfants, 1 de marge, 2 adultes)",
            "1er service : 3 enfants, dont 3 sans porc",
            "JULES FERRY, 1er service : 4 → 3",
            "Hors listes : 1 repas",
            "Accuser réception",
        ):
            assert said in page.main, said
    assert kitchen.orders.find(REF).acknowledged_at is None  # type: ignore[union-attr]
    assert kitchen.orders.awaited(BY) == [REF]
    assert "c-007" not in page.body


def test_no_browser_keeps_it_and_no_search_engine_may(kitchen: World) -> None:
    headers = kitchen.visitor().get(link(kitchen)).headers
    assert headers["Cache-Control"] == "no-store"
    assert "noindex" in headers["X-Robots-Tag"]


def test_the_button_acknowledges_once_and_says_when(kitchen: World) -> None:
    cook = kitchen.visitor()
    token = cook.get(link(kitchen)).hidden("jeton")
    done = cook.follow(cook.post("/commande", jeton=token))
    assert "Réception accusée lundi 30 novembre à 8 h 50." in done.main
    assert "Accuser réception" not in done.main
    kitchen.clock.forward(minutes=20)
    again = cook.follow(cook.post("/commande", jeton=token))
    assert "à 8 h 50." in again.main, "the first one counts"
    assert not kitchen.orders.no_longer_awaited(REF, BY, ())


def test_a_later_version_needs_its_own(kitchen: World) -> None:
    later = replace(VERSION, number=3, at=BY)
    kitchen.orders.put(later, (), (), None)
    kitchen.orders.acknowledge(REF, kitchen.clock.now())
    assert "Accuser réception" in kitchen.visitor().get(link(kitchen, OrderRef.of(later))).main


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE"])
def test_no_other_method_does_anything(kitchen: World, method: str) -> None:
    assert kitchen.visitor()._request(method, link(kitchen), b"", {}).status in {403, 405}
    assert kitchen.orders.find(REF).acknowledged_at is None  # type: ignore[union-attr]


def test_a_post_from_another_site_acknowledges_nothing(kitchen: World) -> None:
    token = kitchen.visitor().get(link(kitchen)).hidden("jeton")
    stranger = kitchen.visitor()
    stranger.headers["origin"] = "https://other.example"
    assert stranger.post("/commande", jeton=token).status == 403
    assert kitchen.orders.find(REF).acknowledged_at is None  # type: ignore[union-attr]


def test_a_link_that_leads_nowhere_says_so(kitchen: World) -> None:
    unknown = replace(REF, at=AT.replace(hour=3))
    sealed = kitchen.links.stop(BOND, "x@y.example").partition("jeton=")[2]
    for path in (link(kitchen, unknown), "/commande", "/commande?jeton=x.y", f"/commande?jeton={sealed}"):
        answer = kitchen.visitor().get(path)
        assert (answer.status, answer.heading) == (404, "Ce lien ne marche plus")
    assert kitchen.visitor().post("/commande", jeton="x.y").status == 404


def test_named_children_are_kept_as_long_as_it_is_said(world: World) -> None:
    assert timedelta(weeks=2) == retention.KEEP_NAMED
    page = world.visitor().get("/donnees-personnelles")
    assert "Qui une commande de la cuisine nommait : deux semaines après le repas." in page.main
