"""The pages on a Chalice application."""

from collections.abc import Callable

from chalice.app import Chalice

from chalicelib.pages import accounts, family, information, invoices, notices, payments, planning
from chalicelib.portal import Portal
from chalicelib.web.routes import remember_request


def add_pages(app: Chalice, portal: Callable[[], Portal]) -> None:
    """Register every page. ``portal`` is called once per request: pass something that remembers what it built."""
    app.register_middleware(remember_request(portal), "http")
    for part in (accounts, family, planning, invoices, payments, notices, information):
        app.register_blueprint(part.section.blueprint())
