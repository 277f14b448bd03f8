"""What surrounds every page: the town's name, the menu, the footer, the style, the script."""

from base64 import b64encode
from typing import Any

from chalicelib.french.words import typeset
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.town import Town
from chalicelib.services.accounts import SESSION_IDLE, SESSION_LONGEST
from chalicelib.values import Value
from chalicelib.web.answers import Page
from chalicelib.web.assets import script, style_sheet
from chalicelib.web.visit import Visit

PLAIN_COLOUR = "#0b5c8c"


class TownFacts(Value):
    """What pages say of the town. All but the name may be empty: an error page must work without a town."""

    name: str = "Espace parents"
    colour: str = PLAIN_COLOUR
    crest: str = ""
    """The address (``data:``) of an image."""
    office: str = "la mairie"
    phone: str = ""
    phone_link: str = ""
    hours: str = ""
    accessibility: str = "non conforme"


class Link(Value):
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


def layout(visit: Visit, page: Page) -> dict[str, Any]:
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


def _menu(visit: Visit, page: Page) -> list[Link]:
    current = _help_section(visit, page)
    return [
        Link(
            route.menu,
            visit.url(route.path, enfant=page.child or "") if route.keeps_child else visit.url(route.path),
            route.help_section == current,
        )
        for route in visit.site_map.menu(signed_in=visit.session is not None)
    ]


def _help(visit: Visit, page: Page) -> Link:
    section = _help_section(visit, page)
    return Link(
        "Aide", visit.url("/aide") + (f"#{section}" if section else ""), page.template == "information/help.html"
    )


def _help_section(visit: Visit, page: Page) -> str:
    """The help section of the page, or else of the route that shows it."""
    if page.help_section is not None:
        return page.help_section
    return visit.route.help_section if visit.route else ""


def _footer(visit: Visit, facts: TownFacts) -> list[Link]:
    return [
        Link(typeset(f"Accessibilité : {facts.accessibility}"), visit.url("/accessibilite")),
        Link("Mentions légales", visit.url("/mentions-legales")),
        Link("Données personnelles et cookies", visit.url("/donnees-personnelles")),
        Link("Je contacte le service enfance", visit.url("/contact")),
    ]


def _seconds_left(visit: Visit) -> int:
    """Seconds until the session ends if no other page is opened; 0 without a session. The script warns two minutes
    before."""
    session = visit.session
    if session is None:
        return 0
    now = visit.portal.clock.now()
    return int(min(session.seen_at + SESSION_IDLE - now, session.signed_in_at + SESSION_LONGEST - now).total_seconds())
