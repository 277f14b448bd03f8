"""An invoice whose payment is under way or to check never looks unpaid, and is never paid a second time."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World

NUMBER, OTHER = "2013-026-000335", "2013-019-000345"
PROGRESS = f"/factures/{NUMBER}/paiement"
HERE = "jamie.bond@server.fr"


def choose(parent: PageClient, number: str = NUMBER) -> Opened:
    csrf = parent.get("/factures").hidden("csrf")
    return parent.post("/factures", csrf=csrf, facture=number, email=HERE)


def begin(parent: PageClient, number: str = NUMBER) -> str:
    """To the bank and away. Returns the address of step 2, which a browser may keep."""
    recap = choose(parent, number).headers["Location"]
    (bank,) = {e.attrs["href"] for e in parent.get(recap).page.all("a") if "Payer en ligne" in e.text}
    assert parent.get(bank).status == 303
    return recap


def radios(page: Opened) -> list[str]:
    return [e.attrs["value"] for e in page.page.all("input") if e.attrs.get("name") == "facture"]


def to_check(world: World, letter: str = "Q") -> None:
    world.treasury.says("idop-1", letter)
    world.visitor().post_raw("/payfip/notification", b"idop=idop-1")


def nothing(world: World) -> None:
    pass


STATES = [
    pytest.param(nothing, "Paiement commencé à 14 h 54", "", id="under way"),
    pytest.param(to_check, "Paiement à vérifier : ne payez pas", "01 00 00 00 00", id="to check"),
]


@pytest.mark.parametrize(("becomes", "said", "asked"), STATES)
def test_it_is_said_instead_of_a_choice_to_both_parents(
    world: World, parent: PageClient, becomes: Callable[[World], None], said: str, asked: str
) -> None:
    begin(parent)
    becomes(world)
    for reader in (parent, world.parent()):
        page = reader.get("/factures")
        assert radios(page) == [OTHER]
        assert said in page.main
        assert asked in page.main
        assert PROGRESS in [e.attrs["href"] for e in page.page.all("a")]
        assert NUMBER in page.main
        assert "4,24 €" in page.main


@pytest.mark.parametrize(("becomes", "said", "asked"), STATES)
def test_choosing_it_all_the_same_is_refused_with_the_same_words(
    world: World, parent: PageClient, becomes: Callable[[World], None], said: str, asked: str
) -> None:
    kept = begin(parent)
    becomes(world)
    for answer in (choose(parent), parent.get(kept), choose(world.parent())):
        assert answer.status == 409
        assert said in answer.main
        assert asked in answer.main
        assert PROGRESS in [e.attrs["href"] for e in answer.page.all("a")]
    bank = parent.get(kept.replace("/payer?", "/banque?"))
    assert bank.headers["Location"] in {PROGRESS, "https://bank.example/idop-1"}
    assert len(world.treasury.asked) == 1


@pytest.mark.parametrize("letter", ["R", "A", ""])
def test_what_is_over_may_be_paid_again_without_waiting_for_a_job(
    world: World, parent: PageClient, letter: str
) -> None:
    kept = begin(parent)
    if letter:
        to_check(world, letter)
    world.clock.at += timedelta(minutes=15)
    assert NUMBER in radios(parent.get("/factures"))
    assert parent.get(kept).status == 200
    assert parent.follow(choose(parent)).status == 200


def test_a_form_is_there_only_when_something_may_be_chosen(world: World, parent: PageClient) -> None:
    for number in (NUMBER, OTHER):
        begin(parent, number)
    page = parent.get("/factures")
    assert radios(page) == []
    assert page.page.all("fieldset") == []
    assert page.main.count("Paiement commencé à 14 h 54 : voir où il en est") == 2
