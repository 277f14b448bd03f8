"""When the portal cannot save, the parent keeps what she ticked, without a script, and is told what happens."""

from typing import NoReturn

import pytest

from chalicelib.rules.errors import Crowded, Unavailable
from chalicelib.rules.ids import FamilyId
from chalicelib.services.ports import JournalEntry
from tests.fakes import MemoryPlannings
from tests.pages.client import PageClient
from tests.pages.conftest import World

MORNING, AFTERNOON = "c-007~petites-vac-matin~2015-12-23", "c-007~petites-vac-apres-midi~2015-12-23"


class Rush(MemoryPlannings):
    """Does not save while ``trouble`` lasts."""

    trouble: Exception | None = None

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        if self.trouble:
            raise self.trouble
        super().save(family, entry)


@pytest.fixture
def plannings() -> Rush:
    return Rush()


@pytest.fixture
def world(plannings: Rush) -> World:
    return World(plannings=plannings)


@pytest.mark.parametrize(
    ("trouble", "heading"),
    [
        pytest.param(Crowded("planning"), "Beaucoup de familles réservent en ce moment", id="a crowd"),
        pytest.param(Unavailable("planning"), "Service momentanément indisponible", id="a breakdown"),
    ],
)
def test_the_ticks_are_kept_and_sent_again(
    world: World, plannings: Rush, parent: PageClient, trouble: Exception, heading: str
) -> None:
    page = parent.get("/planning")
    plannings.trouble = trouble
    told = parent.save(page, MORNING, AFTERNOON)
    assert (told.status, told.heading) == (503, heading)
    assert "Rien n'est perdu" in told.main
    assert "Réessayer" in told.main
    assert told.hidden("vu") == page.hidden("vu")
    kept = [e.attrs["value"] for e in told.page.all("input") if e.attrs.get("name") == "c"]
    assert sorted(kept) == sorted([MORNING, AFTERNOON])
    assert 'action="/planning"' in told.body

    again = parent.save(told, *kept)
    assert (again.status, again.heading) == (503, heading), "and so on, as long as it lasts"
    plannings.trouble = None
    recap = parent.follow(parent.save(again, *kept))
    assert recap.heading == "2 modifications enregistrées"
    assert world.journal() == 1


def test_an_undo_is_asked_again_at_its_own_address(world: World, plannings: Rush, parent: PageClient) -> None:
    saved = parent.save(parent.get("/planning"), MORNING)
    address = f"{saved.headers['Location']}/annuler"
    plannings.trouble = Crowded("planning")
    told = parent.post(address, csrf=parent.get("/planning").hidden("csrf"))
    assert (told.status, told.heading) == (503, "Beaucoup de familles réservent en ce moment")
    assert f'action="{address}"' in told.body
    plannings.trouble = None
    assert parent.follow(parent.post(address, csrf=told.hidden("csrf"))).heading == "1 modification enregistrée"


def test_a_session_that_ends_meanwhile_still_keeps_the_ticks(world: World, plannings: Rush, parent: PageClient) -> None:
    plannings.trouble = Crowded("planning")
    told = parent.save(parent.get("/planning"), MORNING)
    plannings.trouble = None
    world.clock.forward(minutes=61)
    assert "Votre modification est gardée" in parent.save(told, MORNING).main


def test_ticks_that_waited_for_the_sign_in_are_kept_once_more(
    world: World, plannings: Rush, parent: PageClient
) -> None:
    page = parent.get("/planning")
    world.clock.forward(minutes=61)
    asked = parent.save(page, MORNING)
    plannings.trouble = Crowded("planning")
    told = parent.post("/", enfant="007", payeur="GOLDENEYE7", garde=asked.hidden("garde"))
    assert (told.status, told.heading) == (503, "Beaucoup de familles réservent en ce moment")
    plannings.trouble = None
    assert parent.follow(parent.save(told, MORNING)).heading == "1 modification enregistrée"


def test_what_is_sent_back_is_text(world: World, parent: PageClient) -> None:
    """A breakdown may come before the form was looked at: what it held must not become a page."""

    def down(family: FamilyId) -> NoReturn:
        raise Unavailable("families")

    page = parent.get("/planning")
    world.families.find = down  # type: ignore[method-assign]
    told = parent.post("/planning", ("csrf", page.hidden("csrf")), ("vu", '"><form action="//evil">'), ("c", "<b>"))
    assert told.status == 503
    assert told.hidden("vu") == '"><form action="//evil">'
    assert "<b>" not in told.body
    assert not [form for form in told.page.all("form") if "evil" in form.attrs["action"]]


def test_what_may_not_be_sent_twice_is_not_offered_again(world: World, parent: PageClient) -> None:
    world.outbox.down = True
    form = parent.get("/contact")
    world.clock.forward(seconds=10)
    fields = {"nom": "Jamie", "email": "a@server.fr", "sujet": "x", "message": "y", "ouvert": form.hidden("ouvert")}
    assert "Réessayer" not in parent.post("/contact", **fields).main
