"""The simulator's pages as responses: French, without JavaScript, and nothing loaded from elsewhere."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import parse_qsl

import jinja2

from chalicelib.rules.money import in_words
from chalicelib.rules.school_calendar import PARIS
from infra.local.gateway import Headers, Request, Response

HEADERS: Headers = [
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    (
        "Content-Security-Policy",
        "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; form-action 'self'; "
        "frame-ancestors 'none'; base-uri 'none'",
    ),
]
CLOSE = b"""const button = document.getElementById("fermer");
button.hidden = false;
button.addEventListener("click", () => window.close());
"""
"""Closes a window that the portal opened. Without it, the page asks the parent to close the window."""
_jinja = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_jinja.filters["euros"] = in_words


def paris(instant: datetime) -> str:
    """``23/12/2015 16:20:30``, as clocks show it in Paris."""
    return f"{instant.astimezone(PARIS):%d/%m/%Y %H:%M:%S}"


_jinja.filters["paris"] = paris


def page(template: str, status: int = 200, **shown: object) -> Response:
    html = _jinja.get_template(template).render(**shown)
    return Response(status, [("Content-Type", "text/html; charset=utf-8"), *HEADERS], html.encode())


def script(body: bytes) -> Response:
    return Response(200, [("Content-Type", "text/javascript; charset=utf-8"), *HEADERS], body)


def see(address: str) -> Response:
    """Go on to another page, by GET."""
    return Response(303, [("Location", address), *HEADERS], b"")


def oops(status: int, heading: str, sentence: str, back: str = "") -> Response:
    return page("error.html", status, heading=heading, sentence=sentence, back=back)


def query(request: Request) -> list[tuple[str, str]]:
    return parse_qsl(request.target.partition("?")[2], keep_blank_values=True)


def form(request: Request) -> Mapping[str, str]:
    """A posted form's fields, the last of each name."""
    return dict(parse_qsl(request.body.decode("utf-8", errors="replace"), keep_blank_values=True))
