"""Sign in with two codes, and stay signed in for a while."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.rules.codes import normal_code
from chalicelib.rules.errors import BadForm, SessionExpired
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.services.keyed_hashes import address_subject, child_subject, keyed_hash, login_key, secret_of, subject
from chalicelib.services.ports import Clock, FamilyStore, Limit, Login, LoginStore, Report, ThrottleStore
from chalicelib.values import Value

SESSION_IDLE = timedelta(minutes=60)
SESSION_LONGEST = timedelta(hours=12)
SESSION_REFRESHED_AFTER = timedelta(minutes=5)
"""A session is written anew at most this often, so that most pages send no cookie."""
CLOCKS_APART = timedelta(minutes=5)

WINDOW_SECONDS = 15 * 60
TRIES_PER_DEVICE = 10
TRIES_PER_CHILD = 200
"""Anybody can read a child code on a bill left in a bag. This limit is for devices that the family never used. It is
high: the limit of one address is reached before it."""
FAILURES_PER_PAYER = 10
FAILURES_PER_ADDRESS = 100
"""It is high, because a whole school, or all clients of a phone operator, may share one address."""
FAMILIES_PER_DEVICE = 4

_NOBODYS_SALT = b"nobody has this."


class WrongCodes(RuntimeError):
    """The two codes do not go together, or too many were tried. The parent must not learn which."""


class Session(Value):
    """What the signed cookie says. Instants are aware UTC; ``seen_at`` is renewed while the parent opens pages."""

    family: FamilyId
    child: ChildId
    """The child whose code was typed: it is shown first."""
    epoch: int
    signed_in_at: datetime
    seen_at: datetime
    nonce: str
    """Random: it makes the CSRF token of this session different from all others."""


class Device(Value):
    """A browser that opened families before, as its cookie says. ``families`` are HMACs: the cookie names nobody."""

    id: str
    families: tuple[str, ...]


NEW_DEVICE = Device("", ())


class SignedIn(Value):
    """``device`` is how the browser will be recognised from now on."""

    session: Session
    device: Device


class _Attempt(Value):
    """The counters of one attempt. Subjects are HMACs, so that the counters tell neither codes nor addresses."""

    key: str
    by_device: Limit
    by_child: Limit
    failures: tuple[Limit, Limit]
    """Limits of the payer code and of the address. They count failures only, once it is known that the attempt
    failed."""
    facts: dict[str, object]
    """Facts for the operator's log."""


class SignIn:
    """Two codes -> a session. Whatever is wrong, the same work is done and the same error is raised.

    A device that opened the family before is counted on itself alone, so that no stranger can lock a family out of it.
    Other devices are counted on the child code before they get an answer, so that parallel attempts cannot run past the
    limit. An address and a payer code are checked before, and counted only after a failure: right codes write nothing
    that others share, and a whole school may sign in from one address at once.
    """

    def __init__(
        self,
        *,
        logins: LoginStore,
        families: FamilyStore,
        throttle: ThrottleStore,
        clock: Clock,
        pepper: str,
        report: Report,
    ) -> None:
        self.logins = logins
        self.families = families
        self.throttle = throttle
        self.clock = clock
        self.pepper = pepper
        self.report = report

    def __call__(self, child_code: str, payer_code: str, address: str, device: Device = NEW_DEVICE) -> SignedIn:
        """Sign in. ``address`` is the caller's IP address.

        Raises WrongCodes, after the same work whatever is wrong. Raises BadForm (args: ``child``, ``payer``, those
        without any letter or digit) before any work: nothing was tried, so nothing is counted.
        """
        empty = [name for name, code in (("child", child_code), ("payer", payer_code)) if not normal_code(code)]
        if empty:
            raise BadForm(*empty)
        now = self.clock.now()
        attempt = self._attempt(child_code, payer_code, address, device)
        found = self.logins.find(attempt.key)
        right = self._right(found, payer_code)
        taken = self._let_in(attempt, found, right, device, now)
        family = self.families.find(right.family) if right and taken else None
        if right is None or family is None:
            self.throttle.count(attempt.failures, now)
            if taken:
                self.report("signin.wrong", **attempt.facts)
            else:
                self.report("signin.locked", **attempt.facts)
            raise WrongCodes
        self.throttle.give_back(taken, now)
        self.report("signin.ok", family=family.id, **attempt.facts)
        return SignedIn(_new_session(right, family.session_epoch, now), self._known_from_now(device, right.family))

    def _right(self, found: Sequence[Login], payer_code: str) -> Login | None:
        """Make one slow hash, whatever the codes: the families of a child code share a salt, and an unknown code gets a
        salt that is nobody's."""
        secret = secret_of(self.pepper, payer_code, found[0].salt if found else _NOBODYS_SALT)
        right = [login for login in found if hmac.compare_digest(secret, login.secret)]
        return right[0] if right else None

    def _let_in(
        self, attempt: _Attempt, found: Sequence[Login], right: Login | None, device: Device, now: datetime
    ) -> tuple[Limit, ...]:
        """The limits on which the attempt was counted; none when the attempt is refused, even if its codes are right.

        An attempt that fails on a known device is also judged as a stranger's: separated parents may share a tablet,
        and the device of one parent must not try the other's code for free.
        """
        taken: tuple[Limit, ...] = ()
        known = {login.family for login in found if self._name(login.family) in device.families}
        if known and self.throttle.take((attempt.by_device,), now):
            taken = (attempt.by_device,)
            if right and right.family in known:
                return taken
        if self.throttle.is_full(attempt.failures, now) or not self.throttle.take((attempt.by_child,), now):
            return ()
        return (*taken, attempt.by_child)

    def _attempt(self, child_code: str, payer_code: str, address: str, device: Device) -> _Attempt:
        child, payer = normal_code(child_code), normal_code(payer_code)
        by_address = Limit(address_subject(self.pepper, address), FAILURES_PER_ADDRESS, WINDOW_SECONDS)
        by_child = Limit(child_subject(self.pepper, child), TRIES_PER_CHILD, WINDOW_SECONDS)
        # The whole hash would be a fast hash of a payer code in a table. Four digits tell attackers from one another.
        payer_subject = subject(self.pepper, "payer", payer)[: len("payer#") + 4]
        return _Attempt(
            key=login_key(self.pepper, child),
            by_device=Limit(subject(self.pepper, "device", device.id), TRIES_PER_DEVICE, WINDOW_SECONDS),
            by_child=by_child,
            failures=(Limit(payer_subject, FAILURES_PER_PAYER, WINDOW_SECONDS), by_address),
            facts={
                "child": _prefix(by_child),
                "address": _prefix(by_address),
                "known_device": bool(device.families),
            },
        )

    def _name(self, family: FamilyId) -> str:
        return keyed_hash(self.pepper, f"family|{family}")[:16]

    def _known_from_now(self, device: Device, family: FamilyId) -> Device:
        mine = self._name(family)
        others = [other for other in device.families if other != mine]
        return Device(device.id or secrets.token_urlsafe(12), (mine, *others)[:FAMILIES_PER_DEVICE])


def _new_session(login: Login, epoch: int, now: datetime) -> Session:
    return Session(
        family=login.family,
        child=login.child,
        epoch=epoch,
        signed_in_at=now,
        seen_at=now,
        nonce=secrets.token_urlsafe(12),
    )


def _prefix(limit: Limit) -> str:
    """The first digits of a subject's HMAC: enough to follow it through a log."""
    return limit.subject.partition("#")[2][:12]


def is_over(session: Session, now: datetime) -> bool:
    """Whether the session has ended by its own times. If not, it may have been signed out: only its family knows."""
    from_tomorrow = session.seen_at > now + CLOCKS_APART
    return now - session.seen_at > SESSION_IDLE or now - session.signed_in_at > SESSION_LONGEST or from_tomorrow


class OpenSession:
    """The signed-in family of a session, as long as the session is alive."""

    def __init__(self, *, families: FamilyStore, clock: Clock) -> None:
        self.families = families
        self.clock = clock

    def __call__(self, session: Session) -> tuple[Family, Session]:
        """The family, and the session to keep (a renewed one when it aged). Raises SessionExpired.

        A session ends after an hour without a page, after twelve hours, when it is signed out, or when the family's
        epoch is raised. We signed the session's epoch: when the family's is below it, the family was read a second too
        early.
        """
        now = self.clock.now()
        if is_over(session, now):
            raise SessionExpired
        family = self.families.find(session.family)
        if family is None or family.session_epoch > session.epoch or session.nonce in family.ended_sessions:
            raise SessionExpired
        return family, replace(session, seen_at=now) if now - session.seen_at > SESSION_REFRESHED_AFTER else session


class EndSession:
    """Sign out: no copy of the cookie, wherever it is, opens anything any more."""

    def __init__(self, *, families: FamilyStore) -> None:
        self.families = families

    def __call__(self, session: Session) -> None:
        self.families.end_session(session.family, session.nonce, session.signed_in_at + SESSION_LONGEST)


class EndOthers:
    """End every other session of the family, and every copy of this one."""

    def __init__(self, *, families: FamilyStore, clock: Clock) -> None:
        self.families = families
        self.clock = clock

    def __call__(self, session: Session) -> Session:
        """The session to keep. It ends twelve hours after it began, as before."""
        now = self.clock.now()
        epoch = self.families.raise_epoch(session.family)
        return replace(session, epoch=epoch, seen_at=now, nonce=secrets.token_urlsafe(12))


class AccountUseCases(Value):
    """Signing in and out."""

    sign_in: SignIn
    open_session: OpenSession
    end_session: EndSession
    end_others: EndOthers
