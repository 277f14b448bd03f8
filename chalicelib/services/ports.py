"""What the use cases need from the world. storage/ and adapters/ implement these; tests use tests/fakes.py.

Every store raises ``Unavailable`` when AWS does not answer after its retries. Families come first in every call:
forgetting whose data it is does not type-check. Instants are aware UTC; naive ones raise ValueError.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, Refusal, Slot, Wish
from chalicelib.rules.town import Town


class Clock(Protocol):
    def now(self) -> datetime:
        """The instant, aware UTC. Read once per use case."""
        ...


class Report(Protocol):
    """Writes one event for the operator: a name and ids, never an address nor a person's name."""

    def __call__(self, event: str, **facts: object) -> None: ...


class TownStore(Protocol):
    def current(self) -> Town:
        """The town's configuration; raises Unavailable when none was imported yet."""
        ...


class FamilyStore(Protocol):
    def find(self, family: FamilyId) -> Family | None:
        """One Query: profile, children, and the sessions that were ended."""
        ...

    def end_session(self, family: FamilyId, nonce: str, until: datetime) -> None:
        """Remember that a session was signed out, until it would have ended by itself. One write; again is harmless."""
        ...

    def raise_epoch(self, family: FamilyId) -> int:
        """Sign out every session of a family that exists, now; the new epoch. One write."""
        ...


@dataclass(frozen=True)
class Login:
    """What two codes open. ``secret`` is the slow hash of the payer code, ``salt`` its salt; codes are never stored."""

    family: FamilyId
    child: ChildId
    salt: bytes
    secret: bytes


class LoginStore(Protocol):
    def find(self, key: str) -> tuple[Login, ...]:
        """What a child code opens, ``key`` being its HMAC under the secret pepper: one login a family. One Query.

        They have one salt: one slow hash judges them all. Separated parents share a child, and often its code.
        """
        ...


@dataclass(frozen=True)
class Limit:
    """At most ``count`` attempts of ``subject`` in the fixed window of ``seconds`` that holds now."""

    subject: str
    count: int
    seconds: int


class ThrottleStore(Protocol):
    def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Count one attempt against each limit; False when one is full, and what was counted is given back then.

        One conditional write a limit, each by itself: crowds on one counter are taken in turn and never refused.
        A crash in between leaves an attempt counted, until its window ends.
        """
        ...

    def is_full(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Whether one of the limits is reached. Nothing is counted. One call."""
        ...

    def count(self, limits: Sequence[Limit], now: datetime) -> None:
        """Count one attempt against each limit, full or not."""
        ...

    def give_back(self, limits: Sequence[Limit], now: datetime) -> None:
        """Uncount an attempt that turned out well. Counters never fall below zero."""
        ...


@dataclass(frozen=True)
class JournalEntry:
    """One save: what changed, what was refused, what was already so. Never rewritten."""

    id: EntryId
    at: datetime
    channel: str
    """Slug: ``internet``, ``mairie``, ``telephone``, ``courrier``…"""
    changes: tuple[Wish, ...]
    refusals: tuple[Refusal, ...] = ()
    already: tuple[Wish, ...] = ()


class PlanningStore(Protocol):
    def booked(self, family: FamilyId, first: date, last: date) -> frozenset[Slot]:
        """Every booked slot of the family on these days, both included. One Query, whatever the history."""
        ...

    def taken(self, keys: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        """Places taken; a key that was never counted is 0. One BatchGet per 100 keys; none for no key."""
        ...

    def save(
        self,
        family: FamilyId,
        entry: JournalEntry,
        places: Mapping[PlaceKey, int],
        capacities: Mapping[PlaceKey, int],
    ) -> None:
        """Write the entry, its bookings and its counters, all or nothing.

        ``places`` is the change of each counter (+ taken, - given back), ``capacities`` the limit of every key that
        grows. Conditions: a slot to book is not booked, a slot to cancel is booked, no counter passes its capacity or
        falls below zero, the entry is new. Raises StaleWrite when one fails: read again, decide again.
        At most 100 DynamoDB items a transaction: the caller splits entries with ``services.saving.parts_of``.
        """
        ...

    def entry(self, family: FamilyId, entry: EntryId) -> JournalEntry | None: ...

    def entries(self, family: FamilyId, limit: int, before: EntryId | None = None) -> tuple[JournalEntry, ...]:
        """Newest first, strictly older than ``before``."""
        ...


@dataclass(frozen=True)
class Letter:
    """An e-mail to send. ``reply_to`` may be empty."""

    to: str
    subject: str
    text: str
    reply_to: str = ""


class Mailer(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand the letter to the mail service; raises Unavailable when it does not take it."""
        ...
