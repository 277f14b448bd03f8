"""The ticket of a payment as a PDF: the parent's own, with all that the bank told."""

import io

from pypdf import PdfReader

from chalicelib.rules.ids import InvoiceNumber
from tests.builders import a_payment
from tests.money import at_the_desk
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World
from tests.pages.payment_visits import NUMBER, PROGRESS, link, notified, to_bank
from tests.pdf_ua import faults_of

TICKET = f"/factures/{NUMBER}/ticket"


def paid_online(world: World, parent: PageClient) -> None:
    to_bank(parent)
    world.treasury.says("idop-1", "P")
    assert notified(world).status == 200


def text_of(ticket: Opened) -> str:
    assert (ticket.status, ticket.headers["Content-Type"]) == (200, "application/pdf")
    assert ticket.headers["Cache-Control"] == "no-store"
    pages = PdfReader(io.BytesIO(ticket.body.encode("ascii")), strict=True).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def test_the_page_of_a_payment_leads_to_its_ticket(world: World, parent: PageClient) -> None:
    paid_online(world, parent)
    assert link(parent.get(PROGRESS), "Ticket") == TICKET
    ticket = parent.get(TICKET)
    said = text_of(ticket)
    for words in (
        f"Ticket de paiement, facture {NUMBER}", "Régie", "Référence de la dette 2013-T5-00-26000335", "Montant 4,24 €",
        "Moyen de paiement Carte bancaire", "Type de paiement paiement unique, essai sans débit", "idop-1",
        "Payeur Jamie BOND", "Numéro d’autorisation", "Ce ticket ne vaut pas quittance.", "Date et heure",
    ):  # fmt: skip
        assert words in said, words
    assert faults_of(ticket.body.encode("ascii")) == []


def test_the_paid_invoices_lead_to_the_tickets_of_what_was_paid_online(world: World, parent: PageClient) -> None:
    tickets = [e.attrs["href"] for e in parent.get("/factures").page.all("a") if e.attrs["href"].endswith("/ticket")]
    assert tickets == [], "what the town recorded has no ticket of ours"
    paid_online(world, parent)
    assert link(parent.get("/factures"), "Ticket") == TICKET


def test_a_ticket_is_its_family_s_alone(world: World, parent: PageClient) -> None:
    paid_online(world, parent)
    stranger = world.visitor()
    stranger.sign_in("100", "SPECTRE100")
    assert stranger.get(TICKET).status == 404
    assert world.visitor().get(TICKET).status == 303


def test_there_is_no_ticket_of_what_was_not_paid_online(world: World, parent: PageClient) -> None:
    assert parent.get(TICKET).status == 404
    to_bank(parent)
    assert parent.get(TICKET).status == 404
    at_the_desk(world.book, world.invoices, InvoiceNumber(NUMBER), a_payment(424))
    assert parent.get(TICKET).status == 404
    assert parent.get("/factures/2013-026-999999/ticket").status == 404
