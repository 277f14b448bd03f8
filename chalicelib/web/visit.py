"""One request: who asks, with which form, and how its links begin."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from chalicelib.portal import Portal
from chalicelib.rules.errors import NotFound, SessionExpired
from chalicelib.rules.families import Family
from chalicelib.services.accounts import Device, Session, is_over
from chalicelib.web import sessions
from chalicelib.web.forms import Form
from chalicelib.web.refusals import NotFromHere
from chalicelib.web.signing import Signing
from chalicelib.web.site_map import Route, SiteMap

Named = TypeVar("Named")


@dataclass
class Visit:
    """One request, with what the wrapper found out about it before the view runs."""

    request: Any
    portal: Portal
    site_map: SiteMap
    route: Route | None = None
    """The route that was asked for; None when no page answers to its method."""
    form: Form = field(default_factory=lambda: Form({}))
    session: Session | None = None
    _family: Family | None = None
    cookies: dict[str, str] = field(default_factory=dict)
    """The Set-Cookie headers to send, by the purpose of each."""

    @property
    def signing(self) -> Signing:
        return Signing(self.portal.settings.session_secret)

    @property
    def family(self) -> Family:
        """The signed-in family. Raises SessionExpired on a page that anybody may open."""
        if self._family is None:
            raise SessionExpired
        return self._family

    @property
    def is_guest(self) -> bool:
        return self._family is None

    @property
    def address(self) -> str:
        """The client's IP address as API Gateway saw it. A header is not used, because anybody can write one."""
        return str(self.request.context.get("identity", {}).get("sourceIp", ""))

    @property
    def csrf(self) -> str:
        return sessions.csrf_token(self.session, self.signing) if self.session else ""

    def url(self, path: str, **query: str) -> str:
        """A link inside the portal, with the stage's prefix when there is one. Empty values are left out."""
        given = {name: value for name, value in query.items() if value}
        return self.portal.settings.base_path + path + (f"?{urlencode(given)}" if given else "")

    def query(self, name: str) -> str:
        return str((self.request.query_params or {}).get(name, ""))

    def sign_in(self, session: Session) -> None:
        self.session = session
        self.cookies[sessions.PURPOSE] = sessions.to_cookie(session, self.signing, local=self.portal.settings.local)

    def sign_out(self) -> None:
        """Make the browser forget the session; the answer is then for somebody who is not signed in."""
        self.session = self._family = None
        self.cookies[sessions.PURPOSE] = sessions.no_cookie(local=self.portal.settings.local)

    def remember(self, device: Device) -> None:
        self.cookies[sessions.DEVICE] = sessions.device_cookie(device, self.signing, local=self.portal.settings.local)

    @property
    def device(self) -> Device:
        return sessions.device_of(self._cookie_header, self.signing, local=self.portal.settings.local)

    @property
    def _cookie_header(self) -> str:
        return str(self.request.headers.get("cookie", ""))

    @property
    def held_session(self) -> Session | None:
        """The session that the browser still has, even if it is over; None when it has none."""
        return sessions.from_cookie(self._cookie_header, self.signing, local=self.portal.settings.local)

    def open_session(self) -> None:
        """Find out who is signed in. Raises SessionExpired when nobody is."""
        held = self.held_session
        if held is None:
            raise SessionExpired
        self._family, session = self.portal.accounts.open_session(held)
        if session == held:
            self.session = held
        else:
            self.sign_in(session)

    def enter(self) -> None:
        """Read the family of the session that this same request has opened."""
        if self.session is None:
            raise SessionExpired
        self._family, self.session = self.portal.accounts.open_session(self.session)

    def believe_the_cookie(self) -> None:
        """For an error page, which reads no family: a session that is not over by its own times is enough to show the
        menu."""
        held = self.held_session
        if self.session is None and held and not is_over(held, self.portal.clock.now()):
            self.session = held

    def check_csrf(self) -> None:
        """Raises NotFromHere unless the form has this session's token."""
        if self.session and not sessions.is_csrf_token(self.form.get("csrf"), self.session, self.signing):
            raise NotFromHere

    def check_origin(self) -> None:
        """Raises NotFromHere when the browser says that the form is on another site.

        Our own ``Referrer-Policy: no-referrer`` makes browsers send ``Origin: null``, so null proves nothing. Then
        Sec-Fetch-Site decides, which a page cannot forge.
        """
        site = self.request.headers.get("sec-fetch-site", "")
        origin = self.request.headers.get("origin", "null")
        if site not in ("", "same-origin", "none") or (origin != "null" and not self._is_ours(origin)):
            raise NotFromHere

    def _is_ours(self, origin: str) -> bool:
        ours = self.portal.settings.origin
        return origin == ours if ours else urlsplit(origin).netloc == self.request.headers.get("host", "")


def recap_address(visit: Visit, entry: str) -> str:
    """Address of a save's recap. It is quoted, because an entry's id has a ``#``."""
    return visit.url(f"/recap/{quote(entry, safe='')}")


def asked_for(read: Callable[[str], Named], text: str) -> Named:
    """What an address or a form names. Raises NotFound for a text that ``read`` refuses, because it could not be a
    key."""
    try:
        return read(text)
    except ValueError as fault:
        raise NotFound(read.__name__) from fault
