"""The only cookie: a signed session. Which sessions still live is decided by ``services.accounts.OpenSession``."""

from datetime import UTC, datetime

from chalicelib.pages.signing import Signing, Tampered
from chalicelib.rules.ids import child_id, family_id
from chalicelib.services.accounts import Session

PURPOSE = "session"


def cookie_name(local: bool) -> str:
    """``__Host-`` binds the cookie to this very host over HTTPS; a browser refuses it on plain http://127.0.0.1."""
    return "session" if local else "__Host-session"


def to_cookie(session: Session, signing: Signing, *, local: bool) -> str:
    """The Set-Cookie header of a session. It has no Max-Age: it goes with the browser's window at the latest."""
    value = signing.seal(
        PURPOSE,
        [
            session.family,
            session.child,
            session.epoch,
            int(session.signed_in_at.timestamp()),
            int(session.seen_at.timestamp()),
            session.nonce,
        ],
    )
    return f"{cookie_name(local)}={value}{_attributes(local)}"


def no_cookie(*, local: bool) -> str:
    """The Set-Cookie header that forgets the session."""
    return f"{cookie_name(local)}={_attributes(local)}; Max-Age=0"


def from_cookie(header: str, signing: Signing, *, local: bool) -> Session | None:
    """The session of a Cookie header; None when there is none, or when it is not ours."""
    value = _value(header, cookie_name(local))
    try:
        family, child, epoch, signed_in, seen, nonce = signing.unseal(PURPOSE, value)
    except Tampered:
        return None
    return Session(
        family=family_id(family),
        child=child_id(child),
        epoch=epoch,
        signed_in_at=datetime.fromtimestamp(signed_in, UTC),
        seen_at=datetime.fromtimestamp(seen, UTC),
        nonce=nonce,
    )


def csrf_token(session: Session, signing: Signing) -> str:
    """What every form of this session carries, and no other site can know."""
    return signing.token("csrf", session.nonce)


def is_csrf_token(typed: str, session: Session, signing: Signing) -> bool:
    return len(typed) == len(csrf_token(session, signing)) and signing.is_token(typed, "csrf", session.nonce)


def _value(header: str, name: str) -> str:
    """Read by hand: the standard library stops at the first odd cookie, and the town's other sites may set some."""
    for pair in header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return ""


def _attributes(local: bool) -> str:
    return f"; Path=/; HttpOnly; SameSite=Lax{'' if local else '; Secure'}"
