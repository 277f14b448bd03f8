"""The Chalice application: its pages and its jobs, and nothing else."""

import os
from functools import cache

from chalice.app import Chalice

from chalicelib.jobs import jobs
from chalicelib.pages.site import add_pages
from chalicelib.portal import Portal
from chalicelib.wiring import build_portal, settings_of


@cache
def portal() -> Portal:
    """Built by the first request, so that Chalice's own tools can import this file without the portal's settings."""
    return build_portal(settings_of(os.environ))


app = Chalice(app_name="portail-parents")
add_pages(app, portal)
app.register_blueprint(jobs)
