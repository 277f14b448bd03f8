"""From an HTTP request to a page and back: who is asking, is the form ours, what does an error look like.

Chalice turns exceptions into JSON before any middleware sees them, so ``Section`` wraps each view and makes
HTML of every error. The middleware only remembers the request, one per thread: Chalice's own ``current_request`` is
shared by all threads of the local server.
"""

import traceback
from collections.abc import Callable, Collection, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any
from urllib.parse import quote, unquote, urlencode

from chalice.app import Blueprint, Response

from chalicelib.french.words import typeset
from chalicelib.patience import PAGE_SECONDS, within
from chalicelib.portal import Portal
from chalicelib.rules.errors import SessionExpired, Unavailable
from chalicelib.rules.ids import ChildId
from chalicelib.web import headers
from chalicelib.web.forms import read_form
from chalicelib.web.layout import layout
from chalicelib.web.refusals import (
    ANYTHING_ELSE,
    IF_IT_LASTS,
    NOTHING_LOST,
    WRONG_METHOD,
    Refusal,
    aftermath,
    refusal_of,
)
from chalicelib.web.rendering import render
from chalicelib.web.visit import Visit


class SessionNeed(Enum):
    """What a route does with the session: it does not look, it shows more to whom has one, it asks to sign in."""

    NOT_READ = 0
    OPTIONAL = 1
    REQUIRED = 2


NOT_READ, OPTIONAL, REQUIRED = SessionNeed


@dataclass(frozen=True)
class Page:
    """A template and the words it shows. ``section`` is the anchor of the help page that explains it."""

    template: str
    context: Mapping[str, Any]
    title: str
    status: int = 200
    section: str = ""
    child: ChildId | None = None
    """The child whose page it is: the menu's « Planning » leads back to it."""
    private: bool = False
    """Never kept by a browser even for a visitor without session: its address opens it."""


@dataclass(frozen=True)
class Redirect:
    """Where to go next: a path of ``Visit.url``, or a whole address. ``signed_out`` also empties what the browser keeps
    of us."""

    to: str
    signed_out: bool = False


@dataclass(frozen=True)
class Raw:
    """Something that is not a page."""

    body: str
    content_type: str
    cache: str = "no-store"
    status: int = 200


Answer = Page | Redirect | Raw
View = Callable[..., Answer]


_request: ContextVar[tuple[Any, Callable[[], Portal]]] = ContextVar("request")


def remember_request(portal: Callable[[], Portal]) -> Callable[..., Response]:
    """The Chalice middleware that lets views know their request and their portal."""

    def middleware(request: Any, get_response: Callable[[Any], Response]) -> Response:
        token = _request.set((request, portal))
        try:
            response = get_response(request)
            if response.status_code == 405:
                return _refused(Visit(request, portal()), WRONG_METHOD)
        finally:
            _request.reset(token)
        return response

    return middleware


class Section:
    """The views of one part of the portal. A Chalice blueprint serves one application only, so each gets its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._views: list[tuple[str, str, Callable[..., Response]]] = []

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint(self.name)
        for path, method, handler in self._views:
            # An empty list of content types switches off Chalice's own check, which would answer in JSON.
            blueprint.route(path, methods=[method], content_types=[])(handler)
        return blueprint

    def get(self, path: str, *, session: SessionNeed) -> Callable[[View], View]:
        """Register a page."""

        def register(view: View) -> View:
            self._views.append((path, "GET", _wrapped(view, session, None, None)))
            return view

        return register

    def post(
        self,
        path: str,
        *,
        session: SessionNeed,
        fields: Collection[str] = (),
        expired: Callable[[Visit], Answer] | None = None,
        again: bool = False,
    ) -> Callable[[View], View]:
        """Register what a form does. ``fields`` are those besides the token, ``expired`` answers a lost session.

        ``again``: sending the form twice does no more than once, so a page that could not answer offers to.
        """

        def register(view: View) -> View:
            self._views.append((path, "POST", _wrapped(view, session, frozenset(fields) | {"csrf"}, expired, again)))
            return view

        return register

    def post_from_anywhere(self, path: str) -> Callable[[View], View]:
        """Register what any program may post: neither its origin nor its body is looked at, the address says it all."""

        def register(view: View) -> View:
            self._views.append((path, "POST", _wrapped(view, NOT_READ, None, None)))
            return view

        return register


def _wrapped(
    view: View,
    session: SessionNeed,
    fields: Collection[str] | None,
    expired: Callable[[Visit], Answer] | None,
    again: bool = False,
) -> Callable[..., Response]:
    """The view behind everything that is checked before it runs; ``fields`` is None when no form is read."""

    def seen_by_the_right_people(visit: Visit, path: Mapping[str, str]) -> Answer:
        if fields is not None:
            visit.check_origin()
            visit.form = read_form(visit.request, fields)
        try:
            _recognise(visit, session)
        except SessionExpired:
            return expired(visit) if expired else _to_sign_in(visit)
        if fields is not None and session is REQUIRED:
            visit.check_csrf()
        return view(visit, **{name: unquote(value) for name, value in path.items()})

    @wraps(view)
    def handler(**path: str) -> Response:
        request, portal = _request.get()
        visit = Visit(request, portal())
        try:
            with within(PAGE_SECONDS):
                return _answered(visit, seen_by_the_right_people(visit, path))
        except Exception as fault:  # noqa: BLE001 - the boundary: whatever happens, a parent gets a page in French.
            return _failed(visit, fault, again)

    return handler


def _recognise(visit: Visit, session: SessionNeed) -> None:
    if session is REQUIRED:
        visit.open_session()
    elif session is OPTIONAL:
        try:
            visit.open_session()
        except SessionExpired:
            visit.session = None


def _to_sign_in(visit: Visit) -> Redirect:
    """Sign in first, then see the page that was asked for; after a lost POST, the planning."""
    path = _path_of(visit) if visit.request.method == "GET" else "/planning"
    params = visit.request.query_params or {}
    asked = path + (f"?{urlencode(dict(params))}" if params else "")
    return Redirect(visit.url("/", vers=asked))


def _path_of(visit: Visit) -> str:
    """The path that was asked, without the stage's prefix. Chalice's own is the route's pattern."""
    path = str(visit.request.context.get("path", ""))
    return path.removeprefix(visit.portal.settings.base_path)


def _failed(visit: Visit, fault: Exception, again: bool = False) -> Response:
    refusal = refusal_of(fault)
    facts = {"request_id": _request_id(visit), "path": visit.request.path, "kind": type(fault).__name__}
    if refusal is ANYTHING_ELSE:
        visit.portal.report("page.failed", **facts, trace="".join(traceback.format_exception(fault)))
    else:
        visit.portal.report(
            "page.refused", **facts, status=refusal.status, slug=str(fault.args[0]) if fault.args else ""
        )
    if again and isinstance(fault, Unavailable):
        held = [*visit.form.fields.items(), *(("c", cell) for cell in visit.form.cells)]
        return _answered(visit, once_more(visit, refusal, visit.url(_path_of(visit)), held))
    return _refused(visit, refusal)


def once_more(visit: Visit, refusal: Refusal, action: str, fields: Sequence[tuple[str, str]]) -> Page:
    """The form with all that it held, and a button: nothing has to be ticked again."""
    words = {
        "heading": typeset(refusal.heading),
        "sentence": typeset(refusal.sentence),
        "nothing_lost": typeset(NOTHING_LOST),
        "if_it_lasts": typeset(IF_IT_LASTS),
        "action": action,
        "fields": fields,
        "request_id": _request_id(visit),
    }
    return Page("errors/again.html", words, refusal.heading, refusal.status)


def _refused(visit: Visit, refusal: Refusal) -> Response:
    visit.believe_the_cookie()
    posted = visit.request.method == "POST"
    words = {
        "heading": typeset(refusal.heading),
        "sentence": typeset(refusal.sentence),
        "aftermath": typeset(aftermath(refusal.status, visit.request.path)) if posted else "",
        "request_id": _request_id(visit) if refusal.status >= 500 else "",
    }
    return _answered(visit, Page("errors/refusal.html", words, refusal.heading, refusal.status))


def _request_id(visit: Visit) -> str:
    return str(getattr(visit.request.lambda_context, "aws_request_id", ""))


def _answered(visit: Visit, answer: Answer) -> Response:
    local = visit.portal.settings.local
    if isinstance(answer, Redirect):
        sent = headers.of_redirect(quote(answer.to, safe="/?&=%~:+"), local=local, signed_out=answer.signed_out)
        body, status = "", 303
    elif isinstance(answer, Raw):
        sent = headers.of_raw(answer.content_type, answer.cache, local=local)
        body, status = answer.body, answer.status
    else:
        frame = layout(visit, answer)
        private = answer.private or visit.session is not None or answer.status != 200
        sent = headers.of_page(frame["style"].source, local=local, private=private)
        body, status = render(answer.template, {**frame, **answer.context}), answer.status
    cookies = {"Set-Cookie": list(visit.cookies.values())} if visit.cookies else {}
    return Response(body, {**sent, **cookies}, status)
