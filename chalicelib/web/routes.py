"""From an HTTP request to its view: who asks, whether the form is ours, where a lost session leads.

Chalice turns exceptions into JSON before any middleware sees them, so ``Section`` wraps each view and makes HTML of
every error. The middleware only remembers the request, one for each thread: all threads of the local server share
Chalice's own ``current_request``.
"""

from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from functools import wraps
from typing import Any
from urllib.parse import unquote, urlencode

from chalice.app import Blueprint, Response

from chalicelib.patience import PAGE_SECONDS, within
from chalicelib.portal import Portal
from chalicelib.rules.errors import SessionExpired
from chalicelib.web.answering import answered, failed, path_of, refused
from chalicelib.web.answers import Answer, Redirect
from chalicelib.web.forms import read_form
from chalicelib.web.refusals import WRONG_METHOD
from chalicelib.web.site_map import NOT_READ, OPTIONAL, REQUIRED, Route, SessionNeed, SiteMap, WhereSaved
from chalicelib.web.visit import Visit

View = Callable[..., Answer]


_request: ContextVar[tuple[Any, Callable[[], Portal], SiteMap]] = ContextVar("request")


def remember_request(portal: Callable[[], Portal], site_map: SiteMap) -> Callable[..., Response]:
    """The Chalice middleware that gives views their request, their portal and the other pages."""

    def middleware(request: Any, get_response: Callable[[Any], Response]) -> Response:
        token = _request.set((request, portal, site_map))
        try:
            response = get_response(request)
            if response.status_code == 405:
                return refused(Visit(request, portal(), site_map), WRONG_METHOD)
        finally:
            _request.reset(token)
        return response

    return middleware


class Section:
    """The views of one part of the portal. A Chalice blueprint serves only one application, so each application gets
    its own."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._views: list[tuple[Route, View]] = []

    @property
    def routes(self) -> list[Route]:
        """The routes of its views, in their order."""
        return [route for route, _ in self._views]

    def blueprint(self) -> Blueprint:
        blueprint = Blueprint(self.name)
        for route, view in self._views:
            # An empty list of content types switches off Chalice's own check, which would answer in JSON.
            blueprint.route(route.path, methods=[route.method], content_types=[])(_wrapped(view, route))
        return blueprint

    def get(
        self,
        path: str,
        *,
        session: SessionNeed,
        help_section: str = "",
        menu: str = "",
        keeps_child: bool = False,
        is_resumed: bool | None = None,
    ) -> Callable[[View], View]:
        """Register a page; the arguments are those of ``Route``. Signing in may lead back to a page that needs a
        session, unless ``is_resumed`` says no."""
        resumed = session is REQUIRED if is_resumed is None else is_resumed
        return self._registered(
            Route(
                path,
                "GET",
                session,
                help_section=help_section,
                menu=menu,
                keeps_child=keeps_child,
                is_resumed=resumed,
            )
        )

    def post(
        self,
        path: str,
        *,
        session: SessionNeed,
        fields: Collection[str] = (),
        help_section: str = "",
        page: str = "",
        is_repeatable: bool = False,
        where_saved: WhereSaved = WhereSaved.IN_HISTORY,
        expired: Callable[[Visit], Answer | None] | None = None,
        shown_again: Callable[[Visit], Answer] | None = None,
    ) -> Callable[[View], View]:
        """Register what a form does; the arguments are those of ``Route``. ``fields`` are its fields besides the token.
        The form is on the page with its own address, unless ``page`` gives another."""
        return self._registered(
            Route(
                path,
                "POST",
                session,
                fields=frozenset(fields) | {"csrf"},
                help_section=help_section,
                page=page or path,
                is_repeatable=is_repeatable,
                where_saved=where_saved,
                expired=expired,
                shown_again=shown_again,
            )
        )

    def post_from_anywhere(
        self, path: str, *, help_section: str = "", where_saved: WhereSaved = WhereSaved.IN_HISTORY
    ) -> Callable[[View], View]:
        """Register what any program may post: neither its origin nor its body is checked, because its address says
        everything."""
        return self._registered(Route(path, "POST", NOT_READ, help_section=help_section, where_saved=where_saved))

    def _registered(self, route: Route) -> Callable[[View], View]:
        def register(view: View) -> View:
            self._views.append((route, view))
            return view

        return register


def _wrapped(view: View, route: Route) -> Callable[..., Response]:
    """The view, behind all that is checked before it runs."""

    @wraps(view)
    def handler(**path: str) -> Response:
        request, portal, site_map = _request.get()
        visit = Visit(request, portal(), site_map, route)
        try:
            with within(PAGE_SECONDS):
                return answered(visit, _seen_by_the_right_people(visit, route, view, path))
        except Exception as fault:  # noqa: BLE001 - the boundary: whatever happens, a parent gets a page in French.
            return failed(visit, fault, route)

    return handler


def _seen_by_the_right_people(visit: Visit, route: Route, view: View, path: Mapping[str, str]) -> Answer:
    if route.fields is not None:
        visit.check_origin()
        visit.form = read_form(visit.request, route.fields)
    try:
        _recognise(visit, route.session)
    except SessionExpired:
        return _signed_out(visit, route, path)
    if route.fields is not None and route.session is REQUIRED:
        visit.check_csrf()
    return view(visit, **{name: unquote(value) for name, value in path.items()})


def _recognise(visit: Visit, session: SessionNeed) -> None:
    if session is REQUIRED:
        visit.open_session()
    elif session is OPTIONAL:
        try:
            visit.open_session()
        except SessionExpired:
            visit.session = None


def _signed_out(visit: Visit, route: Route, path: Mapping[str, str]) -> Answer:
    """Sign in first, then see the requested page, or the page with the form."""
    answer: Answer | None = route.expired(visit) if route.expired else None
    if answer is not None:
        return answer
    if route.method == "POST":
        return Redirect(visit.url("/", vers=route.page.format_map(path)))
    params = visit.request.query_params or {}
    asked = path_of(visit) + (f"?{urlencode(dict(params))}" if params else "")
    return Redirect(visit.url("/", vers=asked))
