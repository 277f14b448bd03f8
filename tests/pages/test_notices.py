"""« Mes e-mails »: the settings of a family, and the states of its addresses."""

import json
from dataclasses import replace

import pytest

from chalicelib.rules.notices import Address, NoticeSettings
from tests.builders import BOND
from tests.pages.client import Opened, PageClient, plain
from tests.pages.conftest import World
from tests.pages.notice_visits import CONFIRMED, EXTRA, PENDING, STOPPED, TOWN, given, save, states


def typed(page: Opened) -> list[str]:
    return [e.attrs["value"] for e in page.page.all("input") if e.attrs.get("type") == "email"]


def is_wanted(page: Opened) -> bool:
    (box,) = [e for e in page.page.all("input") if e.attrs.get("type") == "checkbox"]
    return "checked" in box.attrs


def test_the_page_of_a_family_that_never_chose(parent: PageClient) -> None:
    page = parent.get("/notifications")
    assert page.heading == "Être averti par e-mail de la mise en ligne de mes factures"
    assert not is_wanted(page)
    assert typed(page) == ["", "", ""]
    assert "Cette adresse est enregistrée par la mairie : adressez-vous à elle pour la changer." in page.main
    (mine,) = [e for e in page.page.all("strong") if plain(e.text) == TOWN]
    assert mine.parents[-1] == "p", "text, and no field"


def test_what_was_saved_is_shown_and_each_new_address_is_asked(world: World, parent: PageClient) -> None:
    saved = parent.follow(save(parent, EXTRA, "", "aline@server.fr"))
    assert saved.heading == "Réglages enregistrés"
    assert f"{TOWN} : enregistrée par la mairie" in saved.main
    assert f"{EXTRA} : en attente de confirmation" in saved.main
    assert {mail.to for mail in world.outbox.due(world.clock.now(), 10)} == {EXTRA, "aline@server.fr"}
    page = parent.get("/notifications")
    assert is_wanted(page)
    assert typed(page) == [EXTRA, "aline@server.fr", ""]


def test_nothing_is_sent_when_notices_are_not_wanted(world: World, parent: PageClient) -> None:
    saved = parent.follow(save(parent, wanted=False))
    assert "Vous ne serez pas prévenu" in saved.main
    assert world.notices.settings(BOND).recipients(TOWN) == ()


def test_an_emptied_field_removes_the_address(world: World, parent: PageClient) -> None:
    given(world, Address(EXTRA, CONFIRMED), Address("aline@server.fr", CONFIRMED))
    save(parent, "", "aline@server.fr")
    assert states(world) == {"aline@server.fr": CONFIRMED}


def test_repeats_and_the_town_s_address_are_left_out(world: World, parent: PageClient) -> None:
    save(parent, EXTRA, f" {EXTRA.lower()} ", TOWN.upper())
    assert states(world) == {EXTRA: PENDING}


@pytest.mark.parametrize(
    ("address", "words"),
    [
        (Address(EXTRA, PENDING), "en attente de confirmation"),
        (Address(EXTRA, CONFIRMED), "confirmée"),
        (Address(EXTRA, STOPPED), "arrêtée, à la demande de son propriétaire"),
    ],
)
def test_states_are_said_in_words_with_their_field(
    world: World, parent: PageClient, address: Address, words: str
) -> None:
    given(world, address)
    page = parent.get("/notifications")
    (first, *_) = [e.attrs for e in page.page.all("input") if e.attrs.get("type") == "email"]
    (state,) = [e for e in page.page.elements if e.attrs.get("id") == first["aria-describedby"]]
    assert plain(state.text) == words


def test_an_address_that_bounced_is_told_and_not_asked_again(world: World, parent: PageClient) -> None:
    given(world, Address(EXTRA, STOPPED))
    world.outbox.suppress(EXTRA, "bounce", world.clock.now())
    page = parent.get("/notifications")
    assert "nos messages reviennent" in page.main
    assert "Renvoyer à" not in page.main


@pytest.mark.parametrize("bad", ["bond", "bond@", "a b@server.fr", "x@y@server.fr", "x" * 250 + "@server.fr"])
def test_a_wrong_address_is_said_and_everything_typed_is_kept(world: World, parent: PageClient, bad: str) -> None:
    answer = save(parent, EXTRA, bad, "aline@server.fr")
    assert answer.status == 422
    assert plain(answer.page.one("title").text).startswith("Erreur : Mes e-mails")
    (summary,) = [e for e in answer.page.all("div") if e.attrs.get("role") == "alert"]
    assert "Écrivez une adresse e-mail complète" in summary.text
    assert "#adresse2" in [e.attrs["href"] for e in answer.page.all("a")]
    fields = {e.attrs["id"]: e.attrs for e in answer.page.all("input") if e.attrs.get("type") == "email"}
    assert [name for name, attrs in fields.items() if "aria-invalid" in attrs] == ["adresse2"]
    assert typed(answer) == [EXTRA, bad, "aline@server.fr"]
    assert is_wanted(answer)
    assert world.notices.settings(BOND) == NoticeSettings()


def test_what_is_typed_is_only_text(parent: PageClient) -> None:
    assert '"><script>' not in save(parent, '"><script>alert(1)</script>').body


def test_two_tabs_lose_nothing(world: World, parent: PageClient) -> None:
    old = parent.get("/notifications")
    save(parent, EXTRA)
    answer = save(parent, "aline@server.fr", wanted=False, page=old)
    assert answer.status == 409
    assert "Ces réglages ont changé entre-temps" in answer.main
    assert typed(answer) == ["aline@server.fr", "", ""]
    assert not is_wanted(answer)
    assert states(world) == {EXTRA: PENDING}
    assert save(parent, "aline@server.fr", page=answer).status == 303
    assert states(world) == {"aline@server.fr": PENDING}


def test_a_wrong_address_in_an_old_tab_does_not_make_it_new(world: World, parent: PageClient) -> None:
    old = parent.get("/notifications")
    save(parent, EXTRA)
    again = save(parent, "bond@", page=old)
    assert save(parent, "aline@server.fr", page=again).status == 409


def test_pressing_twice_saves_once(world: World, parent: PageClient) -> None:
    page = parent.get("/notifications")
    assert [save(parent, EXTRA, page=page).status for _ in range(2)] == [303, 303]
    assert len(list(world.outbox.due(world.clock.now(), 10))) == 1


def test_too_many_new_addresses_wait_and_stay_typed(world: World, parent: PageClient) -> None:
    for n in range(2):
        save(parent, *(f"somebody{n}{m}@server.fr" for m in range(3)))
    answer = save(parent, EXTRA, wanted=False)
    assert answer.status == 429
    assert "Trop de messages de confirmation" in answer.main
    assert typed(answer) == [EXTRA, "", ""]
    assert not is_wanted(answer)
    assert EXTRA not in states(world)


def test_a_confirmation_is_sent_again_a_few_times(world: World, parent: PageClient) -> None:
    save(parent, EXTRA)
    page = parent.get("/notifications")
    assert f"Renvoyer à {EXTRA}" in page.main
    asked = [parent.post("/notifications/renvoyer", csrf=page.hidden("csrf"), adresse=EXTRA).status for _ in range(3)]
    assert asked == [303, 303, 429]
    assert (
        "Trop de messages de confirmation"
        in parent.post("/notifications/renvoyer", csrf=page.hidden("csrf"), adresse=EXTRA).main
    )
    assert "Un nouveau message de confirmation part" in parent.get("/notifications?renvoye=1").main


@pytest.mark.parametrize("address", ["", "stranger@server.fr"])
def test_nobody_else_is_written_to(world: World, parent: PageClient, address: str) -> None:
    csrf = parent.get("/notifications").hidden("csrf")
    assert parent.post("/notifications/renvoyer", csrf=csrf, adresse=address).status == 404
    assert list(world.outbox.due(world.clock.now(), 10)) == []


@pytest.mark.parametrize("version", ["", "x", "-1", "1" * 20])
def test_a_version_that_no_page_sent(parent: PageClient, version: str) -> None:
    csrf = parent.get("/notifications").hidden("csrf")
    assert parent.post("/notifications", csrf=csrf, version=version).status == 422


@pytest.mark.parametrize("path", ["/notifications", "/notifications/renvoyer"])
def test_the_settings_need_the_token(parent: PageClient, path: str) -> None:
    assert parent.post(path, csrf="x").status == 403


def test_a_session_that_ends_comes_back_to_the_settings(parent: PageClient) -> None:
    page = parent.get("/notifications")
    parent.cookie = ""
    assert save(parent, EXTRA, page=page).headers["Location"] == "/?vers=%2Fnotifications"


def test_a_family_without_address_is_told_where_to_give_one(world: World) -> None:
    page = World(family=replace(world.family, email="")).parent().get("/notifications")
    assert "La mairie ne connaît pas votre adresse e-mail." in page.main


def test_no_address_is_written_in_the_log(world: World, parent: PageClient, capsys: pytest.CaptureFixture[str]) -> None:
    save(parent, "bond@")
    world.visitor().get("/desinscription?jeton=x")
    parent.post("/notifications/renvoyer", csrf=parent.get("/notifications").hidden("csrf"), adresse="who@server.fr")
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["page.refused"]
    assert "@" not in "".join(lines)
