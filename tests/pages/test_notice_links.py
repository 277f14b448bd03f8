"""What the owner of an address decides from a link in an e-mail, signed in or not."""

from dataclasses import replace

import pytest

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import Address
from chalicelib.settings import MissingSetting
from chalicelib.web.links import SignedLinks
from chalicelib.web.signing import Signing
from tests.builders import BOND
from tests.pages.client import FORM, HOST, PageClient
from tests.pages.conftest import SETTINGS, World
from tests.pages.notice_visits import CONFIRMED, EXTRA, PENDING, STOPPED, TOWN, given, save, states

ONE_CLICK = b"List-Unsubscribe=One-Click"


def path_of(link: str) -> str:
    return link.removeprefix(f"http://{HOST}")


def confirm_link(world: World) -> str:
    """The link of the newest confirmation."""
    mails = sorted(world.outbox.due(world.clock.now(), 100), key=lambda mail: mail.id)
    return path_of(mails[-1].facts["confirm_link"])


def stop_link(world: World, email: str = EXTRA) -> str:
    return path_of(world.links.stop(BOND, email))


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


def test_links_carry_the_public_address_and_the_prefix() -> None:
    links = World(settings=replace(SETTINGS, base_path="/api")).links
    assert links.invoices() == f"http://{HOST}/api/factures"
    assert links.stop(BOND, EXTRA).startswith(f"http://{HOST}/api/desinscription?jeton=")


def test_a_portal_without_public_address_writes_no_broken_link() -> None:
    with pytest.raises(MissingSetting):
        SignedLinks(SETTINGS).invoices()
