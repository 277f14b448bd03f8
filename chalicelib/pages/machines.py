"""What browsers and machines fetch: the script, and the probe."""

import json

from chalicelib.rules.errors import Unavailable
from chalicelib.web.answers import Answer, Raw
from chalicelib.web.assets import script
from chalicelib.web.headers import FOR_EVER
from chalicelib.web.routes import Section
from chalicelib.web.site_map import NOT_READ
from chalicelib.web.visit import Visit

section = Section(__name__)


@section.get("/portail.js", session=NOT_READ)
def script_file(visit: Visit) -> Answer:
    """The script. Under its own version it is kept for ever; under any other name it is the newest one, and is asked
    for again."""
    current = script()
    cache = FOR_EVER if visit.query("v") == current.version else "no-cache"
    return Raw(current.text, "text/javascript; charset=utf-8", cache)


@section.get("/healthz", session=NOT_READ)
def health(visit: Visit) -> Answer:
    """200 when the portal can read its town, 503 otherwise. It is for probes, so it is JSON."""
    try:
        visit.portal.town.current()
    except Unavailable:
        return Raw(json.dumps({"status": "unavailable"}), "application/json", status=503)
    return Raw(json.dumps({"status": "ok"}), "application/json")
