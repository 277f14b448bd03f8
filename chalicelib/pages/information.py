"""Help and legal pages."""

from chalicelib.web import sessions
from chalicelib.web.answers import Answer, Page
from chalicelib.web.routes import Section
from chalicelib.web.site_map import OPTIONAL
from chalicelib.web.visit import Visit

section = Section(__name__)


@section.get("/aide", session=OPTIONAL)
def help_page(visit: Visit) -> Answer:  # noqa: ARG001 - every view has this shape.
    return Page("information/help.html", {}, "Aide")


@section.get("/aide/factures", session=OPTIONAL, help_section="factures")
def help_with_invoices(visit: Visit) -> Answer:  # noqa: ARG001 - every view has this shape.
    return Page("information/help_invoices.html", {}, "Payer une facture, et les mots qu’elle porte")


@section.get("/mentions-legales", session=OPTIONAL)
def legal_notice(visit: Visit) -> Answer:
    return _legal_page(visit, "information/legal.html", "Mentions légales")


@section.get("/donnees-personnelles", session=OPTIONAL)
def personal_data(visit: Visit) -> Answer:
    return _legal_page(visit, "information/personal_data.html", "Données personnelles et cookies")


@section.get("/accessibilite", session=OPTIONAL)
def accessibility(visit: Visit) -> Answer:
    return _legal_page(visit, "information/accessibility.html", "Déclaration d’accessibilité")


def _legal_page(visit: Visit, template: str, title: str) -> Page:
    town = visit.portal.town.current()
    local = visit.portal.settings.local
    words = {
        "legal": town.legal,
        "email": town.office.email,
        "cookie": sessions.cookie_name(local),
        "device_cookie": sessions.cookie_name(local, sessions.DEVICE),
    }
    return Page(template, words, title)
