"""« Mes e-mails », and what the owner of an address decides from an e-mail, signed in or not."""

import json
from dataclasses import replace

import pytest

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.settings import MissingSetting
from chalicelib.web.links import SignedLinks
from chalicelib.web.signing import Signing
from tests.builders import BOND
from tests.pages.client import FORM, HOST, Opened, PageClient, plain
from tests.pages.conftest import SETTINGS, World

TOWN, EXTRA = "jamie.bond@server.fr", "BOND@server.fr"
PENDING, CONFIRMED, STOPPED = AddressState.PENDING, AddressState.CONFIRMED, AddressState.STOPPED
ONE_CLICK = b"List-Unsubscribe=One-Click"


def save(parent: PageClient, *emails: str, wanted: bool = True, page: Opened | None = None) -> Opened:
    page = page or parent.get("/notifications")
    fields = {f"adresse{n}": email for n, email in enumerate(emails, 1)} | ({"avertir": "oui"} if wanted else {})
    return parent.post("/notifications", csrf=page.hidden("csrf"), version=page.hidden("version"), **fields)


def states(world: World) -> dict[str, AddressState]:
    return {address.email: address.state for address in world.notices.settings(BOND).extra}


def typed(page: Opened) -> list[str]:
    return [e.attrs["value"] for e in page.page.all("input") if e.attrs.get("type") == "email"]


def is_wanted(page: Opened) -> bool:
    (box,) = [e for e in page.page.all("input") if e.attrs.get("type") == "checkbox"]
    return "checked" in box.attrs


def path_of(link: str) -> str:
    return link.removeprefix(f"http://{HOST}")


def confirm_link(world: World) -> str:
    """The link of the newest confirmation."""
    mails = sorted(world.outbox.due(world.clock.now(), 100), key=lambda mail: mail.id)
    return path_of(mails[-1].facts["confirm_link"])


def stop_link(world: World, email: str = EXTRA) -> str:
    return path_of(world.links.stop(BOND, email))


def given(world: World, *extra: Address, **changes: bool) -> None:
    world.notices.save(BOND, NoticeSettings(wanted=True, extra=extra, **changes))


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


def test_opening_the_link_asks_and_pressing_the_button_agrees(world: World, parent: PageClient) -> None:
    save(parent, EXTRA)
    owner = world.visitor()
    page = owner.get(confirm_link(world))
    assert (page.status, page.heading) == (200, "Confirmer mon adresse")
    assert states(world) == {EXTRA: PENDING}, "a robot that follows links confirms nothing"
    done = owner.follow(owner.post("/notifications/confirmer", jeton=page.hidden("jeton")))
    assert done.heading == "Votre adresse est confirmée"
    assert states(world) == {EXTRA: CONFIRMED}


def test_agreeing_twice_changes_nothing(world: World, parent: PageClient) -> None:
    save(parent, EXTRA)
    token = world.visitor().get(confirm_link(world)).hidden("jeton")
    for visitor in (world.visitor(), parent):
        assert visitor.post("/notifications/confirmer", jeton=token).status == 303
    assert states(world) == {EXTRA: CONFIRMED}


def test_a_link_is_good_for_seven_days(world: World, parent: PageClient) -> None:
    save(parent, EXTRA)
    link, token = confirm_link(world), world.visitor().get(confirm_link(world)).hidden("jeton")
    world.clock.forward(days=7, seconds=-1)
    assert world.visitor().get(link).status == 200
    world.clock.forward(seconds=1)
    for answer in (world.visitor().get(link), world.visitor().post("/notifications/confirmer", jeton=token)):
        assert (answer.status, answer.heading) == (404, "Ce lien ne marche plus")
    assert states(world) == {EXTRA: PENDING}


def test_the_link_of_a_removed_address_says_so(world: World, parent: PageClient) -> None:
    save(parent, EXTRA)
    token = world.visitor().get(confirm_link(world)).hidden("jeton")
    save(parent)
    answer = world.visitor().post("/notifications/confirmer", jeton=token)
    assert (answer.status, answer.heading) == (404, "Ce lien ne marche plus")
    assert "Cette adresse a été retirée" in answer.main


def forged(world: World) -> list[str]:
    """Tokens that must open neither page, the other one's apart."""
    other = Signing("another secret").seal("confirm-address-1", [BOND, EXTRA, 2_000_000_000])
    return ["", "x", "é", other, world.parent().get("/planning").hidden("csrf")]


def test_a_token_is_good_for_one_thing(world: World, parent: PageClient) -> None:
    given(world, Address(EXTRA, PENDING))
    until = world.clock.now().replace(year=2030)
    confirm = path_of(world.links.confirm(BOND, EXTRA, until)).partition("jeton=")[2]
    stop = stop_link(world).partition("jeton=")[2]
    for token in [*forged(world), stop]:
        assert world.visitor().get(f"/notifications/confirmer?jeton={token}").status == 404
        assert world.visitor().post("/notifications/confirmer", jeton=token).status == 404
    for token in [*forged(world), confirm]:
        assert world.visitor().get(f"/desinscription?jeton={token}").status == 404
        assert world.visitor().post_raw(f"/desinscription?jeton={token}", ONE_CLICK).status == 404
    assert states(world) == {EXTRA: PENDING}


def test_another_site_confirms_nothing(world: World) -> None:
    given(world, Address(EXTRA, PENDING))
    until = world.clock.now().replace(year=2030)
    visitor = world.visitor()
    visitor.headers = {"origin": "https://evil.example"}
    token = path_of(world.links.confirm(BOND, EXTRA, until)).partition("jeton=")[2]
    assert visitor.post("/notifications/confirmer", jeton=token).status == 403


def test_stopping_asks_first_and_stops_this_address_only(world: World, parent: PageClient) -> None:
    given(world, Address(EXTRA, CONFIRMED), Address("aline@server.fr", CONFIRMED))
    owner = world.visitor()
    page = owner.get(stop_link(world))
    assert (page.status, page.heading) == (200, "Ne plus recevoir ces messages")
    assert states(world)[EXTRA] is CONFIRMED
    (form,) = page.page.all("form")
    for _ in range(2):
        done = owner.post_raw(form.attrs["action"], ONE_CLICK)
        assert (done.status, done.heading) == (200, "Vous ne recevrez plus ces messages")
    assert states(world) == {EXTRA: STOPPED, "aline@server.fr": CONFIRMED}
    assert world.notices.settings(BOND).recipients(TOWN) == (TOWN, "aline@server.fr")


@pytest.mark.parametrize("content_type", [FORM, "multipart/form-data; boundary=x", "", "application/json"])
@pytest.mark.parametrize("headers", [{}, {"origin": "https://mail.example", "sec-fetch-site": "cross-site"}])
def test_a_mailbox_stops_in_one_click(world: World, content_type: str, headers: dict[str, str]) -> None:
    """RFC 8058: no session, no token but the address's, any encoding of the body, and no redirect."""
    given(world, Address(EXTRA, CONFIRMED))
    visitor = world.visitor()
    visitor.headers = headers
    body = b'--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    assert visitor.post_raw(stop_link(world), body, content_type).status == 200
    assert states(world) == {EXTRA: STOPPED}


def test_the_town_s_address_stops_and_is_asked_before_it_starts_again(world: World, parent: PageClient) -> None:
    given(world)
    world.visitor().post_raw(stop_link(world, TOWN), ONE_CLICK)
    page = parent.get("/notifications")
    assert f"{TOWN} : arrêtée, à la demande de son propriétaire" in page.main
    parent.post("/notifications/renvoyer", csrf=page.hidden("csrf"), adresse=TOWN)
    token = world.visitor().get(confirm_link(world)).hidden("jeton")
    world.visitor().post("/notifications/confirmer", jeton=token)
    assert world.notices.settings(BOND).recipients(TOWN) == (TOWN,)


def test_the_link_of_a_family_that_left_stops_quietly(world: World) -> None:
    link = path_of(world.links.stop(FamilyId("f-gone"), EXTRA))
    assert world.visitor().post_raw(link, ONE_CLICK).status == 200


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


def test_links_carry_the_public_address_and_the_prefix() -> None:
    links = World(settings=replace(SETTINGS, base_path="/api")).links
    assert links.invoices() == f"http://{HOST}/api/factures"
    assert links.stop(BOND, EXTRA).startswith(f"http://{HOST}/api/desinscription?jeton=")


def test_a_portal_without_public_address_writes_no_broken_link() -> None:
    with pytest.raises(MissingSetting):
        SignedLinks(SETTINGS).invoices()
