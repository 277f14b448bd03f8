"""The two cookies: a signed session, and a mark that recognises the browser. ``services.accounts`` decides what they
open."""

from datetime import UTC, datetime

from chalicelib.rules.ids import child_id, family_id
from chalicelib.services.accounts import NEW_DEVICE, Device, Session
from chalicelib.web.signing import Signing, Tampered

PURPOSE = "session"
DEVICE = "appareil"
DEVICE_SECONDS = 400 * 86_400
"""The longest time for which browsers keep a cookie. Every sign-in starts it again."""


def cookie_name(local: bool, purpose: str = PURPOSE) -> str:
    """``__Host-`` binds the cookie to this very host over HTTPS; a browser refuses it on plain http://127.0.0.1."""
    return purpose if local else f"__Host-{purpose}"


def to_cookie(session: Session, signing: Signing, *, local: bool) -> str:
    """The Set-Cookie header of a session. It has no Max-Age: it ends with the browser's window at the latest."""
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
    """The session of a Cookie header; None when it has none, or one that is not ours."""
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


def device_cookie(device: Device, signing: Signing, *, local: bool) -> str:
    """The Set-Cookie header of a browser that has signed in. It opens nothing: its tries are counted apart."""
    value = signing.seal(DEVICE, [device.id, *device.families])
    return f"{cookie_name(local, DEVICE)}={value}{_attributes(local)}; Max-Age={DEVICE_SECONDS}"


def device_of(header: str, signing: Signing, *, local: bool) -> Device:
    """The device of a Cookie header; the one of an unknown browser when the header has none of ours."""
    try:
        device, *families = signing.unseal(DEVICE, _value(header, cookie_name(local, DEVICE)))
    except Tampered:
        return NEW_DEVICE
    return Device(device, tuple(families))


def csrf_token(session: Session, signing: Signing) -> str:
    """The token that every form of this session carries, and that no other site can know."""
    return signing.token("csrf", session.nonce)


def is_csrf_token(typed: str, session: Session, signing: Signing) -> bool:
    return len(typed) == len(csrf_token(session, signing)) and signing.is_token(typed, "csrf", session.nonce)


def _value(header: str, name: str) -> str:
    """The value of one cookie. It is read by hand: the standard library stops at the first odd cookie, and the town's
    other sites may set some."""
    for pair in header.split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return ""


def _attributes(local: bool) -> str:
    return f"; Path=/; HttpOnly; SameSite=Lax{'' if local else '; Secure'}"
