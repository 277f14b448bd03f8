"""What every page has around it: the town's name, the menu, the footer, the style, the script."""

from base64 import b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalicelib.french.words import typeset
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.town import Town
from chalicelib.services.accounts import SESSION_IDLE, SESSION_LONGEST
from chalicelib.web.assets import script, style_sheet
from chalicelib.web.visit import Visit

if TYPE_CHECKING:
    from chalicelib.web.routes import Page

PLAIN_COLOUR = "#0b5c8c"


@dataclass(frozen=True)
class TownFacts:
    """What pages say of the town. All but the name may be empty: an error page has to work without a town."""

    name: str = "Espace parents"
    colour: str = PLAIN_COLOUR
    crest: str = ""
    """A data: address for an image."""
    office: str = "la mairie"
    phone: str = ""
    phone_link: str = ""
    hours: str = ""
    accessibility: str = "non conforme"


@dataclass(frozen=True)
class Link:
    label: str
    href: str
    current: bool = False


def town_facts(town: Town) -> TownFacts:
    crest = f"data:image/svg+xml;base64,{b64encode(town.crest.encode()).decode()}" if town.crest else ""
    return TownFacts(
        name=town.name,
        colour=town.colour,
        crest=crest,
        office=f"la mairie ({town.office.name})" if town.office.name else TownFacts.office,
        phone=town.office.phone,
        phone_link=f"tel:{''.join(sign for sign in town.office.phone if sign in '+0123456789')}",
        hours=town.office.hours,
        accessibility=town.legal.accessibility,
    )


def layout(visit: Visit, page: "Page") -> dict[str, Any]:
    """Everything that ``base.html`` needs."""
    facts = _facts(visit)
    return {
        "url": visit.url,
        "town": facts,
        "title": typeset(page.title),
        "menu": _menu(visit, page),
        "help": _help(visit, page),
        "footer": _footer(visit, facts),
        "style": style_sheet(facts.colour),
        "script": visit.url("/portail.js", v=script().version),
        "csrf": visit.csrf,
        "is_guest": visit.session is None,
        "seconds_left": _seconds_left(visit),
    }


def _facts(visit: Visit) -> TownFacts:
    try:
        return town_facts(visit.portal.town.current())
    except Unavailable:
        return TownFacts()


def _menu(visit: Visit, page: "Page") -> list[Link]:
    if visit.session is None:
        return [Link("Connexion", visit.url("/"), page.section == "connexion")]
    return [
        Link("Planning", visit.url("/planning", enfant=page.child or ""), page.section == "planning"),
        Link("Factures", visit.url("/factures"), page.section == "factures"),
        Link("Mes e-mails", visit.url("/notifications"), page.section == "notifications"),
    ]


def _help(visit: Visit, page: "Page") -> Link:
    anchor = f"#{page.section}" if page.section else ""
    return Link("Aide", visit.url("/aide") + anchor, page.template == "information/help.html")


def _footer(visit: Visit, facts: TownFacts) -> list[Link]:
    return [
        Link(typeset(f"Accessibilité : {facts.accessibility}"), visit.url("/accessibilite")),
        Link("Mentions légales", visit.url("/mentions-legales")),
        Link("Données personnelles et cookies", visit.url("/donnees-personnelles")),
        Link("Je contacte le service enfance", visit.url("/contact")),
    ]


def _seconds_left(visit: Visit) -> int:
    """Until the session ends if nothing more is opened; 0 without a session. The script warns two minutes before."""
    session = visit.session
    if session is None:
        return 0
    now = visit.portal.clock.now()
    return int(min(session.seen_at + SESSION_IDLE - now, session.signed_in_at + SESSION_LONGEST - now).total_seconds())
