"""Posts that no page of ours sends: refused with a sentence, and nothing written."""

from base64 import b64encode
from datetime import date
from urllib.parse import urlencode

import pytest

from chalicelib.pages.planning_form import SlotTable, seal_offer
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.services.saving import Offer
from chalicelib.web.signing import Signing
from tests.builders import a_slot
from tests.pages.client import FORM, Opened, PageClient
from tests.pages.conftest import SETTINGS, STRANGERS, World

GOOD = "c-007~petites-vac-matin~2015-12-23"


def refused(world: World, answer: Opened, status: int, words: str) -> None:
    assert answer.status == status
    assert words in answer.main
    assert "Rien n'a été enregistré." in answer.main
    assert world.journal() == 0


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        pytest.param("c-007~cantine~2015-12-21", "Ce jour est passé.", id="a day in the past"),
        pytest.param("c-007~cantine~2017-01-09", "L'activité est fermée ce jour-là.", id="outside the calendar"),
        pytest.param("c-007~petites-vac-matin~2015-12-25", "L'activité est fermée ce jour-là.", id="a closed day"),
        pytest.param("c-007~etude~2015-12-23", "ne se change pas en ligne", id="a read-only enrolment"),
        pytest.param("c-007~garderie-matin~2016-01-05", "James n'a pas d'inscription à cette", id="not enrolled"),
    ],
)
def test_a_slot_that_the_page_did_not_offer_is_refused_with_a_reason(
    world: World, parent: PageClient, cell: str, why: str
) -> None:
    recap = parent.follow(parent.save(parent.get("/planning"), cell))
    assert recap.heading == "Rien n'a été enregistré"
    assert why in recap.main
    assert parent.get("/planning").ticked() == []


def test_an_activity_that_is_gone_is_refused_and_the_rest_is_saved(parent: PageClient) -> None:
    recap = parent.follow(parent.save(parent.get("/planning"), GOOD, "c-007~nage~2015-12-23"))
    assert recap.heading == "1 modification enregistrée, 1 refusée"
    assert "James n'a pas d'inscription à cette activité" in recap.main


def test_a_full_day_is_refused_with_a_reason(parent: PageClient) -> None:
    parent.save(parent.get("/planning?enfant=c-008"), "c-008~sortie~2015-12-23")
    recap = parent.follow(parent.save(parent.get("/planning"), "c-007~sortie~2015-12-23"))
    assert "C'est complet" in recap.main


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        pytest.param([GOOD, GOOD], "envoyée deux fois", id="the same cell twice"),
        pytest.param(["c-007~cantine~2015-12-32"], "illisible", id="no such day"),
        pytest.param(["c-007~cantine~20151223"], "illisible", id="a date in another form"),
        pytest.param(["c-007~cantine"], "illisible", id="a cell cut short"),
        pytest.param(["~cantine~2015-12-23"], "illisible", id="no child"),
        pytest.param([""], "illisible", id="an empty cell"),
        pytest.param(["c-007~CANTINE~2015-12-23"], "illisible", id="an activity that is no slug"),
        pytest.param([GOOD, "' OR 1=1"], "illisible", id="one bad cell spoils the post"),
    ],
)
def test_a_cell_that_cannot_be_is_refused(world: World, parent: PageClient, cells: list[str], words: str) -> None:
    refused(world, parent.save(parent.get("/planning"), *cells), 422, words)


@pytest.mark.parametrize("cells", [["c-100~cantine~2016-01-05"], [GOOD, "c-999~cantine~2016-01-05"]])
def test_another_family_s_child_does_not_exist(world: World, parent: PageClient, cells: list[str]) -> None:
    refused(world, parent.save(parent.get("/planning"), *cells), 404, "ne concerne pas votre famille")


def test_another_family_s_booking_cannot_be_cancelled(world: World, parent: PageClient) -> None:
    """The stranger's own page, replayed by us: its bookings are not ours to cancel."""
    stranger = world.visitor()
    stranger.sign_in("100", "SPECTRE100")
    stranger.save(stranger.get("/planning"), "c-100~petites-vac-matin~2015-12-23")
    theirs = stranger.get("/planning").hidden("vu")
    answer = parent.post("/planning", csrf=parent.get("/planning").hidden("csrf"), vu=theirs)
    assert answer.status == 422
    assert "celui d'une autre famille" in answer.main
    assert stranger.get("/planning").ticked() == ["c-100~petites-vac-matin~2015-12-23"]


def test_a_sealed_page_with_another_family_s_child_changes_nothing(world: World, parent: PageClient) -> None:
    """Even if our own page once showed a child who is the family's no longer."""
    gone = a_slot(date(2015, 12, 23), "petites-vac-matin", "c-100")
    table = SlotTable([(ChildId("c-100"), ActivityId("petites-vac-matin"))], date(2015, 12, 21), 7)
    offer = Offer(frozenset({gone}), frozenset({gone}))
    field = seal_offer(offer, table, world.family.id, Signing(SETTINGS.session_secret))
    answer = parent.post("/planning", csrf=parent.get("/planning").hidden("csrf"), vu=field)
    refused(world, answer, 404, "ne concerne pas votre famille")


@pytest.mark.parametrize("forged", ["", "x", "{0}x", "A{0}", "{0}.{0}"])
def test_a_forged_seen_field_is_refused(world: World, parent: PageClient, forged: str) -> None:
    page = parent.get("/planning")
    answer = parent.post("/planning", csrf=page.hidden("csrf"), vu=forged.format(page.hidden("vu")), c=GOOD)
    refused(world, answer, 422, "n'est pas celui que nous avons affiché")


@pytest.mark.parametrize("token", ["", "x", "é"])
def test_a_save_without_the_right_token_is_refused(world: World, parent: PageClient, token: str) -> None:
    page = parent.get("/planning")
    answer = parent.post("/planning", csrf=token, vu=page.hidden("vu"), c=GOOD)
    refused(world, answer, 403, "avant votre dernière connexion")


def test_another_session_s_token_is_refused(world: World, parent: PageClient) -> None:
    theirs = world.parent().get("/planning").hidden("csrf")
    answer = parent.post("/planning", csrf=theirs, vu=parent.get("/planning").hidden("vu"), c=GOOD)
    refused(world, answer, 403, "avant votre dernière connexion")


@pytest.mark.parametrize("path", ["/deconnexion", "/recap/x/annuler"])
def test_every_other_signed_in_form_needs_the_token(world: World, parent: PageClient, path: str) -> None:
    assert parent.post(path, csrf="x").status == 403
    assert parent.post(path).status == 403
    assert parent.get("/planning").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null", "sec-fetch-site": "cross-site"},
        {"origin": "null", "sec-fetch-site": "same-site"},
    ],
)
@pytest.mark.parametrize(
    "path", ["/", "/contact", "/planning", "/deconnexion", "/factures", "/notifications", "/notifications/renvoyer"]
)
def test_a_form_that_stands_on_another_site_is_refused(world: World, path: str, headers: dict[str, str]) -> None:
    visitor = world.parent()
    visitor.headers = headers
    assert visitor.post(path, enfant="007", payeur="GOLDENEYE7").status == 403
    assert world.letters() == []


@pytest.mark.parametrize("headers", [{"origin": "null", "sec-fetch-site": "same-origin"}, {"origin": "null"}])
def test_our_own_referrer_policy_locks_nobody_out(world: World, headers: dict[str, str]) -> None:
    """Browsers send ``Origin: null`` from a page with ``no-referrer``; Safari before 16.4 sends nothing else."""
    visitor = world.visitor()
    visitor.headers = headers
    assert visitor.sign_in().status == 303


def test_a_save_after_sign_out_is_not_done(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    parent.post("/deconnexion", csrf=page.hidden("csrf"))
    answer = parent.save(page, GOOD)
    assert answer.status == 401
    assert "Reconnectez-vous pour la valider" in answer.main
    assert world.journal() == 0


@pytest.mark.parametrize("count", [1001, 10_000])
def test_thousands_of_cells_are_refused(world: World, parent: PageClient, count: int) -> None:
    page = parent.get("/planning")
    cells = [f"c-007~a~2016-{n // 28 % 12 + 1:02}-{n % 28 + 1:02}" for n in range(count)]
    answer = parent.save(page, *cells)
    assert answer.status in (413, 422)
    assert world.journal() == 0


def test_a_thousand_short_cells_too_many_are_counted(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    body = urlencode([("csrf", page.hidden("csrf")), ("vu", page.hidden("vu"))] + [("c", "")] * 1001)
    refused(world, parent.post_raw("/planning", body.encode()), 422, "trop de cases")


@pytest.mark.parametrize(
    "path", ["/", "/contact", "/planning", "/deconnexion", "/recap/x/annuler", "/factures", "/notifications"]
)
def test_a_megabyte_is_refused(world: World, parent: PageClient, path: str) -> None:
    answer = parent.post_raw(path, b"csrf=" + b"x" * 1_000_000)
    refused(world, answer, 413, "trop long")


def test_a_megabyte_in_base64_is_refused(world: World, parent: PageClient) -> None:
    answer = parent.post_base64("/planning", b64encode(b"csrf=" + b"x" * 1_000_000).decode())
    refused(world, answer, 413, "trop long")


def test_base64_that_is_none_is_refused(world: World, parent: PageClient) -> None:
    refused(world, parent.post_base64("/planning", "a"), 422, "illisibles")


def test_an_honest_form_in_base64_is_read(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    body = urlencode({"csrf": page.hidden("csrf"), "vu": page.hidden("vu"), "c": GOOD})
    answer = parent.app(
        {
            "requestContext": {"httpMethod": "POST", "resourcePath": "/planning", "path": "/planning"},
            "headers": {"content-type": FORM, "cookie": parent.cookie},
            "multiValueQueryStringParameters": None,
            "pathParameters": None,
            "stageVariables": None,
            "body": b64encode(body.encode()).decode(),
            "isBase64Encoded": True,
        },
        None,
    )
    assert answer["statusCode"] == 303
    assert world.journal() == 1


@pytest.mark.parametrize("field", ["csrf", "vu"])
def test_a_repeated_field_is_refused(world: World, parent: PageClient, field: str) -> None:
    page = parent.get("/planning")
    fields = [("csrf", page.hidden("csrf")), ("vu", page.hidden("vu")), (field, "again")]
    refused(world, parent.post("/planning", *fields), 422, "envoyé deux fois")


def test_an_unknown_field_is_refused(world: World, parent: PageClient) -> None:
    page = parent.get("/planning")
    answer = parent.post("/planning", csrf=page.hidden("csrf"), vu=page.hidden("vu"), admin="1")
    refused(world, answer, 422, "un champ que cette page ne connaît pas")


@pytest.mark.parametrize("body", [b"csrf=%FF%FE", b"csrf=\xff", b"%E9=1"])
def test_text_that_is_not_utf8_is_refused(world: World, parent: PageClient, body: bytes) -> None:
    refused(world, parent.post_raw("/planning", body), 422, "caractères illisibles")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "multipart/form-data; boundary=x",
        "text/plain",
        "",
        f"{FORM}; charset=iso-8859-1",
        "x" + FORM,
    ],
)
def test_another_kind_of_body_is_refused(world: World, parent: PageClient, content_type: str) -> None:
    refused(world, parent.post_raw("/planning", b"csrf=x", content_type), 415, "formulaires de ses propres pages")


@pytest.mark.parametrize("content_type", [f"{FORM};charset=UTF-8", f'{FORM} ; charset="utf-8"', FORM.upper()])
def test_a_charset_may_be_named(world: World, content_type: str) -> None:
    answer = world.visitor().post_raw("/", b"enfant=007&payeur=GOLDENEYE7", content_type)
    assert answer.status == 303


@pytest.mark.parametrize(
    "path",
    [
        "/planning?enfant=c-100",
        "/planning?enfant=c-999",
        "/planning?activite=garderie-matin",
        "/planning?activite=nage",
        "/planning?semaine=demain",
        "/modifications?enfant=c-100",
        "/recap/x",
        "/recap/2015-12-22T13%3A54%3A00.000000Z%2312345678",
    ],
)
def test_what_is_not_the_family_s_is_not_found(parent: PageClient, path: str) -> None:
    answer = parent.get(path)
    assert (answer.status, answer.heading) == (404, "Page introuvable")


def test_another_family_s_recap_is_not_found(world: World, parent: PageClient) -> None:
    saved = parent.save(parent.get("/planning"), GOOD)
    address = saved.headers["Location"]
    stranger = world.visitor()
    stranger.sign_in("100", "SPECTRE100")
    csrf = stranger.get("/planning").hidden("csrf")
    assert stranger.get(address).status == 404
    assert stranger.post(f"{address}/annuler", csrf=csrf).status == 404
    assert len(world.plannings.entries(STRANGERS, 10)) == 0
    assert parent.get("/planning").ticked() == [GOOD]
