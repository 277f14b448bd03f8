"""What an import needs from the tables, besides the use cases' own ports. ``storage.intake`` implements it.

Every call raises ``Unavailable`` when AWS does not answer after its retries; repeating the call is then harmless.
Iterables are read as a stream: one batch is in memory, whatever the size of the town.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Protocol

from chalicelib.rules.access_letters import AccessLetter
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.town import Town
from chalicelib.rules.turning import ClosedNote
from chalicelib.services.ports import JournalEntry, Login


class LetterRenderer(Protocol):
    def render(self, letters: Iterable[AccessLetter], town: Town, day: date) -> bytes:
        """A PDF with one page for each letter, which are dated ``day``. There is at least one letter."""
        ...


class IntakeStore(Protocol):
    def all_families(self) -> Iterator[Family]:
        """Every family of the portal, in no order, with children in the order in which they were put. One scan; what is
        written meanwhile may be in it or not."""
        ...

    def family_items(self, ids: Iterable[FamilyId]) -> Mapping[FamilyId, Family]:
        """The families of ``ids`` that exist, with children in the order in which they were put. Ask for a limited
        number at a time."""
        ...

    def put_families(self, families: Iterable[Family]) -> None:
        """Write profiles and children over what is there. It does not touch children that the family no longer has (see
        ``delete_children``) and the session epoch, which only ``revoke_sessions`` raises."""
        ...

    def delete_children(self, children: Iterable[tuple[FamilyId, ChildId]]) -> None:
        """Take children, also former ones, out of families. Bookings and the journal stay, because they happened."""
        ...

    def revoke_sessions(self, family: FamilyId) -> None:
        """End every session of the family, now. Raises NotFound."""
        ...

    def logins(self) -> Iterator[tuple[str, Login]]:
        """Every login with its key, in no order: finds those that the town's files no longer have."""
        ...

    def put_logins(self, logins: Iterable[tuple[str, Login]]) -> None:
        """Write ``(key, login)`` pairs over what is there: one for each key and family."""
        ...

    def delete_logins(self, logins: Iterable[tuple[str, FamilyId]]) -> None: ...

    def stamps(self) -> Mapping[int, bytes]:
        """What ``put_stamps`` wrote, by bucket of families: see ``intake.people.stamps``."""
        ...

    def put_stamps(self, stamps: Mapping[int, bytes]) -> None: ...

    def settled(self) -> Mapping[int, bytes]:
        """What ``put_settled`` wrote, by bucket of families: see ``intake.bookings.settled``. One Query chain."""
        ...

    def put_settled(self, marks: Mapping[int, bytes]) -> None: ...

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        """The family's whole journal, oldest first."""
        ...

    def current_town(self) -> Town | None:
        """The published town; None before the first import, and when another version of the portal wrote it."""
        ...

    def put_town(self, town: Town, now: datetime) -> bool:
        """Make ``town`` the current configuration and keep it in the history. False when it is published already."""
        ...

    def note_closed(self, days: Iterable[date], *, fresh: bool = False) -> None:
        """Remember that bookings may stand on these days, which are closed to some children."""
        ...

    def closed_noted(self) -> ClosedNote: ...

    def note_acted(self, days: Iterable[date]) -> None:
        """Remember, before it does, that the town cancels bookings on these days."""
        ...

    def closed_settled(self, days: Iterable[date]) -> None:
        """Forget these days, and that any were fresh."""
        ...

    def ask_recount(self, now: datetime) -> None:
        """Remember that places have to be counted again, until ``recount_done``."""
        ...

    def recount_asked(self) -> bool: ...

    def recount_done(self) -> None: ...
