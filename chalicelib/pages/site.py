"""The pages on a Chalice application."""

from collections.abc import Callable

from chalice.app import Chalice

from chalicelib.pages import (
    accounts,
    contact,
    family,
    information,
    invoices,
    machines,
    notices,
    orders,
    payments,
    planning,
)
from chalicelib.portal import Portal
from chalicelib.web.routes import remember_request
from chalicelib.web.site_map import SiteMap

SECTIONS = [
    part.section
    for part in (accounts, family, planning, invoices, payments, notices, orders, information, contact, machines)
]
"""The sections, in the order of the menu."""


def add_pages(app: Chalice, portal: Callable[[], Portal]) -> None:
    """Register every page. ``portal`` is called once for each request: give a function that remembers what it built."""
    site_map = SiteMap([route for section in SECTIONS for route in section.routes])
    app.register_middleware(remember_request(portal, site_map), "http")
    for section in SECTIONS:
        app.register_blueprint(section.blueprint())
