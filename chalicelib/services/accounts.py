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

_NOBODY = Login(FamilyId(""), ChildId(""), salt=b"nobody has this salt", secret=b"")


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


def fingerprint(pepper: str, child_code: str, payer_code: str) -> str:
    """Key of the logins table: an HMAC, so that the table alone tells no code. Hex, 64 characters."""
    return _hmac(pepper, f"{normal_code(child_code)}|{normal_code(payer_code)}")


def scrypt_of(payer_code: str, salt: bytes) -> bytes:
    """Slow hash of the payer code (about 43 ms): what a stolen table and a stolen pepper still do not give."""
    return hashlib.scrypt(normal_code(payer_code).encode(), salt=salt, n=2**14, r=8, p=1, dklen=32)


def _hmac(pepper: str, text: str) -> str:
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
        login = self.logins.find(fingerprint(self.pepper, child_code, payer_code)) or _NOBODY
        known = hmac.compare_digest(scrypt_of(payer_code, login.salt), login.secret)
        family = self.families.find(login.family) if known and allowed else None
        if family is None:
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

    def _limits(self, child_code: str, payer_code: str, address: str) -> tuple[Limit, ...]:
        """Subjects are HMACs: the counters tell neither codes nor addresses."""
        subjects = (
            ("payer", normal_code(payer_code), TRIES_PER_CODE),
            ("child", normal_code(child_code), TRIES_PER_CODE),
            ("address", address, TRIES_PER_ADDRESS),
        )
        return tuple(Limit(f"{kind}#{_hmac(self.pepper, kind + '|' + what)}", n, WINDOW) for kind, what, n in subjects)


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
