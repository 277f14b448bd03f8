"""What the use cases need from the world. storage/ and adapters/ implement these; tests use tests/fakes.

Every store raises ``Unavailable`` when AWS does not answer after its retries. Families come first in every call:
forgetting whose data it is does not type-check. Instants are aware UTC; naive ones raise ValueError.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, RefusedWish, Slot, TownDays, Wish
from chalicelib.rules.town import Town

SecondsLeft = Callable[[], float]
"""How many seconds the process that runs a job still has."""


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

    def days(self) -> TownDays:
        """The days of ``current``, the same object as long as the configuration is the same."""
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
    refusals: tuple[RefusedWish, ...] = ()
    already: tuple[Wish, ...] = ()


@dataclass(frozen=True)
class PlaceTally:
    """A counter of places as it was read; one that was never written is all zeros.

    ``taken``: places that nobody else may take. ``moves``: how often it was written, so that a counter at rest is told
    from one that moved and came back. ``recounts``: how often it was counted again from the bookings.
    """

    taken: int = 0
    moves: int = 0
    recounts: int = 0


class PlanningStore(Protocol):
    """Bookings and their journal, and the counters of limited places beside them.

    A place is reserved before its booking is written, and given back after its booking went: whatever happens between
    leaves at most a place unsold, never one sold twice. ``PlaceBook`` finds those again.
    """

    def booked(self, family: FamilyId, first: date, last: date) -> frozenset[Slot]:
        """Every booked slot of the family on these days, both included. One Query, whatever the history."""
        ...

    def taken(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        """Places taken; a key that was never counted is 0. One BatchGet per 100 keys; none for no key."""
        ...

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]:
        """The counters whole, for whoever is about to write them; the same call as ``taken``."""
        ...

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        """Take ``number`` places (1 or more) if the counter stays within ``limit``; raises StaleWrite if it would not.

        One plain write, which never conflicts with its like. After Unavailable the places may be taken or not.
        """
        ...

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        """Write the entry and its bookings, all or nothing; counters are the caller's.

        Conditions: a slot to book is not booked, a slot to cancel is booked, the entry is new. Raises StaleWrite when
        one fails: nothing was written, read again, decide again. After Unavailable it may be written or not.
        At most 99 days an entry, for DynamoDB takes 100 items: ``services.saving.parts_of`` cuts.
        """
        ...

    def give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        """Free ``number`` places of a counter that was read as ``found`` before they were taken, or before the bookings
        that held them went.

        Never raises and never frees twice: after a recount, which has seen to it, or when AWS does not answer, the
        places are left as they are.
        """
        ...

    def entry(self, family: FamilyId, entry: EntryId) -> JournalEntry | None: ...

    def entries(self, family: FamilyId, limit: int, before: EntryId | None = None) -> tuple[JournalEntry, ...]:
        """Newest first, strictly older than ``before``."""
        ...


class PlaceBook(Protocol):
    """What counting places again needs of the plannings of all families."""

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]: ...

    def bookings_on(self, day: date) -> Iterator[tuple[FamilyId, Slot]]:
        """Every booked slot of a day, of all families, through the index by day: it may be a second behind."""
        ...

    def set_taken(self, key: PlaceKey, wanted: int, *, found: PlaceTally) -> None:
        """Set a counter that was ``found``; raises StaleWrite when it was written since, whatever it says now."""
        ...
