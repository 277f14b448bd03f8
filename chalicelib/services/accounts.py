"""Sign in with two codes, and stay signed in for a while."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.rules.codes import normal_code
from chalicelib.rules.errors import SessionExpired
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.services.ports import Clock, FamilyStore, Limit, Login, LoginStore, ThrottleStore

IDLE = timedelta(minutes=60)
ABSOLUTE = timedelta(hours=12)
REFRESH = timedelta(minutes=5)
"""A session is written anew at most this often, so that most pages send no cookie."""
CLOCKS_APART = timedelta(minutes=5)

WINDOW = 15 * 60
TRIES_PER_CODE = 10
TRIES_PER_ADDRESS = 100
"""Only failures count in the end, and a whole school or a phone operator may share one address."""

_NOBODYS_SALT = b"nobody has this."


class WrongCodes(RuntimeError):
    """The two codes do not go together, or too many were tried: the parent must not learn which."""


@dataclass(frozen=True)
class Session:
    """What the signed cookie says. Instants are aware UTC; ``seen_at`` is refreshed as the parent moves on."""

    family: FamilyId
    child: ChildId
    """The child whose code was typed: the one shown first."""
    epoch: int
    signed_in_at: datetime
    seen_at: datetime
    nonce: str
    """Makes the CSRF token of this session its own."""


def login_key(pepper: str, child_code: str) -> str:
    """Key of the logins table, hex, 64 characters: an HMAC of the child code, which is no secret, and of that alone.

    A key that held the payer code too would be a fast hash of it, beside the slow one.
    """
    return keyed_hash(pepper, f"child|{normal_code(child_code)}")


def secret_of(pepper: str, payer_code: str, salt: bytes) -> bytes:
    """What the logins table keeps of a payer code. Without the pepper it cannot be tried at all; with it, slowly."""
    return slow_hash(bytes.fromhex(keyed_hash(pepper, f"payer|{normal_code(payer_code)}")), salt)


def slow_hash(secret: bytes, salt: bytes) -> bytes:
    """scrypt with 16 MB, about 43 ms: what a stolen table and a stolen pepper still do not give.

    OWASP's advice for 16 MB is p=5, for passwords that people choose and without a pepper. The town gives payer codes
    out, the pepper is elsewhere, and every sign-in of a crowd pays this: p=1 is a fifth of that advice, and said so.
    """
    return hashlib.scrypt(secret, salt=salt, n=2**14, r=8, p=1, dklen=32)


def keyed_hash(pepper: str, text: str) -> str:
    """HMAC-SHA256 under the pepper, hex. ``text`` begins with what it is: one thing's hash is no other thing's."""
    return hmac.new(pepper.encode(), text.encode(), hashlib.sha256).hexdigest()


class SignIn:
    """Two codes -> a session. Whatever is wrong, the same work is done and the same error raised."""

    def __init__(
        self, *, logins: LoginStore, families: FamilyStore, throttle: ThrottleStore, clock: Clock, pepper: str
    ) -> None:
        self.logins = logins
        self.families = families
        self.throttle = throttle
        self.clock = clock
        self.pepper = pepper

    def __call__(self, child_code: str, payer_code: str, address: str) -> Session:
        """Raises WrongCodes, after the same work whatever is wrong. ``address`` is the caller's IP address."""
        now = self.clock.now()
        limits = self._limits(child_code, payer_code, address)
        # The attempt is counted before it is judged, so that parallel attempts cannot outrun the counter.
        allowed = self.throttle.take(limits, now)
        login = self._opened_by(child_code, payer_code)
        family = self.families.find(login.family) if login and allowed else None
        if login is None or family is None:
            raise WrongCodes
        self.throttle.give_back(limits, now)
        return Session(
            family=login.family,
            child=login.child,
            epoch=family.session_epoch,
            signed_in_at=now,
            seen_at=now,
            nonce=secrets.token_urlsafe(12),
        )

    def _opened_by(self, child_code: str, payer_code: str) -> Login | None:
        """One slow hash, whatever the codes: the families of a child code share a salt, an unknown one has nobody's."""
        found = self.logins.find(login_key(self.pepper, child_code))
        secret = secret_of(self.pepper, payer_code, found[0].salt if found else _NOBODYS_SALT)
        right = [login for login in found if hmac.compare_digest(secret, login.secret)]
        return right[0] if right else None

    def _limits(self, child_code: str, payer_code: str, address: str) -> tuple[Limit, ...]:
        """Subjects are HMACs: the counters tell neither codes nor addresses."""
        subjects = (
            ("payer", normal_code(payer_code), TRIES_PER_CODE),
            ("child", normal_code(child_code), TRIES_PER_CODE),
            ("address", address, TRIES_PER_ADDRESS),
        )
        return tuple(
            Limit(f"{kind}#{keyed_hash(self.pepper, kind + '|' + what)}", n, WINDOW) for kind, what, n in subjects
        )


class OpenSession:
    """The signed-in family behind a session, as long as the session lives."""

    def __init__(self, *, families: FamilyStore, clock: Clock) -> None:
        self.families = families
        self.clock = clock

    def __call__(self, session: Session) -> tuple[Family, Session]:
        """The family and the session to keep (another one when it aged); raises SessionExpired.

        A session ends after an hour without a page, after twelve hours, or when the family's epoch was raised.
        """
        now = self.clock.now()
        if (
            now - session.seen_at > IDLE
            or now - session.signed_in_at > ABSOLUTE
            or session.seen_at > now + CLOCKS_APART
        ):
            raise SessionExpired
        family = self.families.find(session.family)
        if family is None or family.session_epoch != session.epoch:
            raise SessionExpired
        return family, replace(session, seen_at=now) if now - session.seen_at > REFRESH else session
