"""« Mes factures »: what is due, what was paid, page by page, and the PDF of each invoice."""

import json
from datetime import date, timedelta
from typing import NoReturn
from urllib.parse import quote

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.money import Cents
from tests.builders import BOND, a_payment, an_invoice
from tests.clock import paris
from tests.money import at_the_desk
from tests.pages.client import PageClient, plain
from tests.pages.conftest import World
from tests.pages.invoice_visits import APRIL, HERE, JUNE, MARCH, SEPTEMBER, THEIRS, field, links


def test_what_is_due_is_in_words_oldest_first(parent: PageClient) -> None:
    page = parent.get("/factures")
    june, september = (plain(e.text) for e in page.page.all("label") if "option" in e.attrs.get("class", ""))
    assert june == (
        "7,77 € – CANTINE ET GARDERIE JUIN-JUILLET 2013 REGIE PERISCOLAIRE N° 2013-019-000345, référence"
        " 2013-T5-00-19000345 Date d'échéance : 31 juillet 2013 En retard depuis le 1er août 2013"
    )
    assert september.startswith("4,24 € – CANTINE ET GARDERIE SEPTEMBRE 2013")


def test_an_invoice_of_the_day_is_not_late(world: World) -> None:
    world.clock.set("mardi 2013-10-15 23:59")
    due = [plain(e.text) for e in world.parent().get("/factures").page.all("label") if "335" in e.text]
    assert "Date d'échéance : 15 octobre 2013" in due[0]
    assert "retard" not in due[0]


def test_nothing_is_chosen_beforehand_and_the_town_s_address_is_there(parent: PageClient) -> None:
    page = parent.get("/factures")
    radios = [e.attrs for e in page.page.all("input") if e.attrs.get("type") == "radio"]
    assert [radio["value"] for radio in radios] == [JUNE, SEPTEMBER]
    assert not [radio for radio in radios if "checked" in radio]
    assert field(page, "email")["value"] == HERE


def test_the_pdf_link_says_its_weight_outside_the_label(parent: PageClient) -> None:
    page = parent.get("/factures")
    (link,) = [e for e in page.page.all("a") if e.attrs["href"] == f"/factures/{SEPTEMBER}/pdf"]
    assert plain(link.text) == f"Facture {SEPTEMBER} (PDF, 38 Ko)"
    assert "label" not in link.parents


def test_an_invoice_without_pdf_has_no_link(world: World, parent: PageClient) -> None:
    world.add(an_invoice("2014-001-000001", pdf_bytes=0))
    page = parent.get("/factures")
    assert "/factures/2014-001-000001/pdf" not in page.body
    assert "PDF pas encore disponible" in page.main


@pytest.mark.parametrize(
    "sentence",
    [
        "PayFiP (TIPI), outil de la DGFIP (Direction générale des finances publiques)",
        "que vous avez déjà réglée (chèque, espèces, virement…), merci de l'ignorer",
        "Une seule à la fois",
        "saisissez votre e-mail, puis cliquez sur « Procéder au paiement »",
        "nouvelle fenêtre : votre navigateur doit l'autoriser",
    ],
)
def test_the_manual_s_warnings_are_there(parent: PageClient, sentence: str) -> None:
    assert sentence in parent.get("/factures").main.replace("\u202f", " ")


def test_what_was_paid_has_every_column_of_the_manual(parent: PageClient) -> None:
    page = parent.get("/factures")
    heads = [plain(e.text) for e in page.page.all("th") if e.attrs["scope"] == "col"]
    assert len(heads) == 6
    cells = [plain(e.text) for e in page.page.all("td")]
    assert cells[:6] == [
        "Jamie BOND, le 16/08/2012Chèque bancaireÉchéance : 15/05/2012",
        "10,50 €",
        "CANTINE ET GARDERIE AVRIL 2012REGIE PERISCOLAIRE",
        "–sans objet",
        f"Facture {APRIL} (PDF, 38 Ko)",
        "Jamie BOND, le 25/04/2012Paiement en ligneÉchéance : 15/04/2012",
    ]
    assert cells[8] == "26/04/2012A55A"
    rows = [plain(e.text) for e in page.page.all("th") if e.attrs["scope"] == "row"]
    assert rows == [f"{APRIL}2012-T5-00-4000313", f"{MARCH}2012-T5-00-3000314"]


def test_every_cell_says_its_column_on_a_phone(parent: PageClient) -> None:
    assert all(cell.attrs["data-t"] for cell in parent.get("/factures").page.all("td"))


def test_a_partly_paid_invoice_shows_what_remains(world: World, parent: PageClient) -> None:
    at_the_desk(world.book, world.invoices, InvoiceNumber(SEPTEMBER), a_payment(300))
    page = parent.get("/factures")
    (label,) = [plain(e.text) for e in page.page.all("label") if SEPTEMBER in e.text]
    assert label.startswith("1,24 €")
    assert "Déjà réglé : 3,00 € sur 4,24 €" in label


def test_what_was_paid_too_much_is_said(world: World, parent: PageClient) -> None:
    at_the_desk(world.book, world.invoices, InvoiceNumber(APRIL), a_payment(1050, id="p-2", payer="Aline BOND"))
    page = parent.get("/factures")
    assert "10,50 € de trop" in page.main
    assert "Aline BOND, le 16/08/2012" in page.main


def test_a_family_without_invoices_is_told_so(world: World) -> None:
    empty = World()
    empty.invoices.__init__(outbox=empty.outbox)  # type: ignore[misc]
    page = empty.parent().get("/factures")
    assert "Vous n'avez aucune facture à payer." in page.main
    assert "Aucune facture payée pour le moment." in page.main
    assert page.page.all("table", "fieldset") == []


def test_an_invoice_of_nothing_is_paid_by_nobody(world: World, parent: PageClient) -> None:
    world.add(an_invoice("2014-001-000001", total=Cents(0)))
    assert "2014-001-000001" in [plain(e.text)[:15] for e in parent.get("/factures").page.all("th")]


@pytest.fixture
def fifteen_years(world: World) -> PageClient:
    for n in range(180):
        number = f"{2000 + n // 12}-001-{n:06}"
        world.add(an_invoice(number, payments=(a_payment(424, paid_on=date(2000, 1, 31) + timedelta(days=30 * n)),)))
    return world.parent()


def test_fifteen_years_are_read_twelve_by_twelve(fifteen_years: PageClient) -> None:
    opened = fifteen_years.get("/factures")
    first = [plain(e.text)[:15] for e in opened.page.all("th") if e.attrs.get("scope") == "row"]
    seen, headings = list(first), [opened.heading]
    while "Voir plus de factures payées" in links(opened):
        opened = fifteen_years.get(links(opened)["Voir plus de factures payées"])
        assert links(opened)["Revenir aux factures"] == "/factures"
        assert plain(opened.page.one("title").text).startswith(opened.heading)
        headings.append(opened.heading)
        seen += [plain(e.text)[:15] for e in opened.page.all("th") if e.attrs.get("scope") == "row"]
    assert len(first) == 12
    assert len(seen) == len(set(seen)) == 182, "the two of the manual and fifteen years"
    assert headings == ["Factures de Jamie BOND"] + ["Factures déjà payées, suite"] * 15


def test_a_family_that_signs_in_again_finds_where_it_was(fifteen_years: PageClient) -> None:
    more = links(fifteen_years.get("/factures"))["Voir plus de factures payées"]
    fifteen_years.cookie = ""
    asked = fifteen_years.get(more)
    assert asked.headers["Location"] == f"/?vers={quote(more, safe='')}"


@pytest.mark.parametrize("place", ["x", "2013-01-01", "2013-01-01~", "~2013-001-000001", "1999-01-01~2013-001-000001"])
def test_a_page_that_does_not_exist(fifteen_years: PageClient, place: str) -> None:
    assert fifteen_years.get(f"/factures?avant={place}").status == 404


@pytest.mark.parametrize("path", [f"/factures/{THEIRS}/pdf", "/factures/x/pdf", "/factures/%23/pdf", "/factures/1/pdf"])
def test_another_pdf_than_the_family_s_does_not_exist(world: World, parent: PageClient, path: str) -> None:
    answer = parent.get(path)
    assert (answer.status, answer.heading) == (404, "Page introuvable")


@pytest.mark.parametrize("path", ["/factures", f"/factures/{SEPTEMBER}/pdf", "/notifications"])
def test_what_an_e_mail_links_to_opens_after_signing_in(world: World, path: str) -> None:
    visitor = world.visitor()
    page = visitor.follow(visitor.get(path))
    answer = visitor.post("/", enfant="007", payeur="GOLDENEYE7", vers=page.hidden("vers"))
    assert answer.headers["Location"] == path


def test_a_pdf_opens_at_its_own_address(world: World, parent: PageClient) -> None:
    answer = parent.get(f"/factures/{SEPTEMBER}/pdf")
    assert (answer.status, answer.headers["Location"]) == (303, world.pdfs.link(BOND, InvoiceNumber(SEPTEMBER)))
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_presigned_address_is_not_rewritten(world: World, parent: PageClient) -> None:
    signed = "https://b.s3.eu-west-3.amazonaws.com/factures/f-bond/1.pdf?X-Amz-Credential=A%2F1&X-Amz-Signature=0a_~.-"
    world.pdfs.link = lambda *_: signed  # type: ignore[method-assign]
    assert parent.get(f"/factures/{SEPTEMBER}/pdf").headers["Location"] == signed


def test_a_missing_pdf_has_a_page_and_the_operator_knows(
    world: World, parent: PageClient, capsys: pytest.CaptureFixture[str]
) -> None:
    world.lose_pdfs()
    answer = parent.get(f"/factures/{SEPTEMBER}/pdf")
    assert (answer.status, answer.heading) == (404, "Ce PDF n'est pas disponible")
    assert "01 00 00 00 00" in answer.main
    assert json.loads(capsys.readouterr().out.splitlines()[-1]) == {
        "event": "invoice.pdf_missing",
        "level": "error",
        "invoice": SEPTEMBER,
        "family": BOND,
    }


def test_a_silent_s3_does_not_hide_the_list(world: World, parent: PageClient) -> None:
    def down(*args: object, **kwargs: object) -> NoReturn:
        raise Unavailable("pdfs")

    world.pdfs.exists = down  # type: ignore[method-assign]
    answer = parent.get(f"/factures/{SEPTEMBER}/pdf")
    assert (answer.status, answer.heading) == (503, "Service momentanément indisponible")
    assert parent.get("/factures").status == 200


def test_words_of_the_town_s_files_are_only_text(world: World, parent: PageClient) -> None:
    world.clock.set("mardi 2015-12-22 14:54")
    evil = "<script>alert(1)</script>"
    world.add(an_invoice("2014-001-000001", label=evil, regie=evil))
    world.add(an_invoice("2014-001-000002", label=evil, payments=(a_payment(424, payer=evil),)))
    assert evil not in parent.get("/factures").body


def test_the_menu_leads_to_invoices_and_e_mails(parent: PageClient) -> None:
    shown = links(parent.get("/planning"))
    assert (shown["Factures"], shown["Mes e-mails"]) == ("/factures", "/notifications")
    current = [plain(e.text) for e in parent.get("/factures").page.all("a") if e.attrs.get("aria-current")]
    assert current == ["Factures"]


def test_the_day_in_paris_decides_what_is_late(world: World) -> None:
    world.clock.at = paris("mercredi 2013-10-16 00:01")
    assert "En retard depuis le 16 octobre 2013" in world.parent().get("/factures").main


def test_what_is_owed_is_said_first(parent: PageClient) -> None:
    page = parent.get("/factures")
    assert "Factures de Jamie BOND 2 factures à payer, 12,01 €. Mes factures à payer" in plain(page.main)


def test_an_invoice_alone_is_chosen_already(world: World) -> None:
    at_the_desk(world.book, world.invoices, InvoiceNumber(JUNE), a_payment(777))
    page = world.parent().get("/factures")
    assert "1 facture à payer, 4,24 €." in plain(page.main)
    (radio,) = [e.attrs for e in page.page.all("input") if e.attrs.get("type") == "radio"]
    assert radio["value"] == SEPTEMBER
    assert "checked" in radio
