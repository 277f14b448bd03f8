"""What the use cases need from the world. ``storage`` and ``adapters`` implement these ports; tests use
``tests.fakes``.

Every store raises ``Unavailable`` when AWS does not answer after its retries. Every call takes the family first, so
that forgetting whose data it is does not type-check. Instants are aware UTC; naive ones raise ValueError.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, EntryId, FamilyId
from chalicelib.rules.planning import PlaceKey, RefusedWish, Slot, TownDays, Wish
from chalicelib.rules.town import Town
from chalicelib.values import Value

SecondsLeft = Callable[[], float]
"""Tells how many seconds the process that runs a job still has."""


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware UTC. A use case reads it once."""
        ...


class Report(Protocol):
    """Writes one event for the operator: a name and ids, never an address or a person's name."""

    def __call__(self, event: str, **facts: object) -> None: ...


class TownStore(Protocol):
    def current(self) -> Town:
        """The town's configuration. Raises Unavailable when none was imported yet."""
        ...

    def days(self) -> TownDays:
        """The days of ``current``; the same object as long as the configuration is the same."""
        ...


class FamilyStore(Protocol):
    def find(self, family: FamilyId) -> Family | None:
        """The profile, the children, and the sessions that were ended; None for an unknown family. One Query."""
        ...

    def end_session(self, family: FamilyId, nonce: str, until: datetime) -> None:
        """Remember until ``until`` that a session was signed out; at ``until`` it would have ended by itself. One
        write; repeating it is harmless."""
        ...

    def raise_epoch(self, family: FamilyId) -> int:
        """Raise the epoch of an existing family: every session that it has now ends. Returns the new epoch. One
        write."""
        ...


class Login(Value):
    """What two codes open. ``secret`` is the slow hash of the payer code, ``salt`` is its salt; codes are never
    stored."""

    family: FamilyId
    child: ChildId
    salt: bytes
    secret: bytes


class LoginStore(Protocol):
    def find(self, key: str) -> tuple[Login, ...]:
        """The logins that a child code opens, one for each family. ``key`` is the code's HMAC under the pepper. One
        Query.

        They share one salt, so one slow hash judges them all. Separated parents share a child, and often its code.
        """
        ...


class Limit(Value):
    """At most ``count`` attempts of ``subject`` in the present window. Windows are fixed and last ``seconds``."""

    subject: str
    count: int
    seconds: int


class ThrottleStore(Protocol):
    def take(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Count one attempt against each limit. False when one of them is full: what was counted is then given back.

        One conditional write for each limit, one after the other: when many come at once, a counter takes them in turn
        and never conflicts. After a crash in between, an attempt stays counted until its window ends.
        """
        ...

    def is_full(self, limits: Sequence[Limit], now: datetime) -> bool:
        """Whether one of the limits is reached. Nothing is counted. One call."""
        ...

    def count(self, limits: Sequence[Limit], now: datetime) -> None:
        """Count one attempt against each limit, full or not."""
        ...

    def give_back(self, limits: Sequence[Limit], now: datetime) -> None:
        """Take back the count of an attempt that turned out well. Counters never fall below zero."""
        ...


class JournalEntry(Value):
    """One save: what changed, what was refused, what already was as wanted. It is never rewritten."""

    id: EntryId
    at: datetime
    channel: str
    """A slug: ``internet``, ``mairie``, ``telephone``, ``courrier``…"""
    changes: tuple[Wish, ...]
    refusals: tuple[RefusedWish, ...] = ()
    already: tuple[Wish, ...] = ()
    reason: str = ""
    """Why the town cancelled by itself (« Grève »), in French for the parent; empty for what somebody asked for."""


class PlaceTally(Value):
    """A counter of places as it was read; a counter that was never written is all zeros.

    ``taken`` is how many places nobody else may take. ``moves`` is how often it was written: it tells a counter at rest
    from one that moved and came back. ``recounts`` is how often it was counted again from the bookings.
    """

    taken: int = 0
    moves: int = 0
    recounts: int = 0


class PlanningStore(Protocol):
    """Bookings and their journal, and the counters of limited places beside them.

    A place is reserved before its booking is written, and given back after its booking is deleted. Whatever happens in
    between leaves at most a place unsold; it never sells one twice. ``PlaceBook`` finds unsold places again.
    """

    def booked(self, family: FamilyId, first: date, last: date) -> frozenset[Slot]:
        """Every booked slot of the family on these days, both included. One Query, whatever the history."""
        ...

    def taken(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, int]:
        """How many places are taken; 0 for a key that was never counted. One BatchGet for 100 keys, none for no key."""
        ...

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]:
        """The whole counters, for whoever is going to write them; the same call as ``taken``."""
        ...

    def reserve(self, key: PlaceKey, number: int, limit: int) -> None:
        """Take ``number`` places (1 or more) if the counter stays within ``limit``. Raises StaleWrite if it would not.

        One plain write, which never conflicts with others. After Unavailable the places may be taken or not.
        """
        ...

    def save(self, family: FamilyId, entry: JournalEntry) -> None:
        """Write the entry and its bookings, all or nothing. The caller writes the counters.

        Conditions: a slot to book is not booked, a slot to cancel is booked, the entry is new. Raises StaleWrite when
        one fails: nothing was written; read again and decide again. After Unavailable it may be written or not. At most
        99 days in an entry, because DynamoDB takes 100 items: ``services.saving.parts_of`` cuts longer ones.
        """
        ...

    def give_back(self, key: PlaceKey, number: int, found: PlaceTally) -> None:
        """Free ``number`` places of a counter. ``found`` is the counter as it was read before they were taken, or
        before the bookings that held them were deleted.

        Never raises and never frees twice. The places are left as they are after a recount, which already freed them,
        and when AWS does not answer.
        """
        ...

    def entry(self, family: FamilyId, entry: EntryId) -> JournalEntry | None: ...

    def entries(self, family: FamilyId, limit: int, before: EntryId | None = None) -> tuple[JournalEntry, ...]:
        """Entries strictly older than ``before``, newest first, at most ``limit``."""
        ...


class PlaceBook(Protocol):
    """What the recount of places needs of the plannings of all families."""

    def tallies(self, wanted: Iterable[PlaceKey]) -> Mapping[PlaceKey, PlaceTally]: ...

    def bookings_on(self, day: date) -> Iterator[tuple[FamilyId, Slot]]:
        """Every booked slot of a day, of all families, through the index by day, which may be a second late."""
        ...

    def set_taken(self, key: PlaceKey, wanted: int, *, found: PlaceTally) -> None:
        """Set a counter that was read as ``found``. Raises StaleWrite when it was written in between, even if it says
        the same."""
        ...
