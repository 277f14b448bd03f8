"""The portal as a handler in this process, for any environment."""

from collections.abc import Mapping

from chalice.app import Chalice

from chalicelib.pages.site import add_pages
from chalicelib.settings import Settings
from chalicelib.wiring import build_portal


def portal_app(environment: Mapping[str, str]) -> Chalice:
    """What ``app.py`` makes, but from ``environment``, and as often as needed."""
    portal = build_portal(Settings.from_environ(environment))
    app = Chalice("bench")
    add_pages(app, lambda: portal)
    return app
