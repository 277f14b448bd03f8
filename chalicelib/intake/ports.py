"""What an import needs from the tables, beyond the use cases' own ports. ``storage.intake`` implements it.

Every call raises ``Unavailable`` when AWS does not answer after its retries; calling again is then harmless.
Iterables are consumed as a stream: memory holds one batch, whatever the size of the town.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Protocol

from chalicelib.rules.families import Enrolment, Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.town import Town
from chalicelib.services.ports import JournalEntry, Login


class IntakeStore(Protocol):
    def family_ids(self) -> Iterator[FamilyId]:
        """Every family of the portal, in no order: finds those that the town's files no longer hold."""
        ...

    def family_items(self, ids: Iterable[FamilyId]) -> Mapping[FamilyId, Family]:
        """The families that exist among ``ids``, children in the order in which they were put. Ask by chunks."""
        ...

    def enrolments(self) -> Iterator[tuple[FamilyId, ChildId, tuple[Enrolment, ...]]]:
        """What each child of each family is enrolled in, children in no order: one look at the whole portal. Those that
        left are not in it."""
        ...

    def put_families(self, families: Iterable[Family]) -> None:
        """Write profiles and children, over what is there. Two things are left alone: children that ``family`` no
        longer has (``delete_children``) and the session epoch, which only ``revoke_sessions`` raises."""
        ...

    def delete_children(self, children: Iterable[tuple[FamilyId, ChildId]]) -> None:
        """Take children, former ones too, out of families. Bookings and the journal stay: what happened, happened."""
        ...

    def revoke_sessions(self, family: FamilyId) -> None:
        """Sign out every session of the family, now; raises NotFound."""
        ...

    def logins(self) -> Iterator[tuple[str, Login]]:
        """Every login with its key, in no order: finds those that the town's files no longer hold."""
        ...

    def put_logins(self, logins: Iterable[tuple[str, Login]]) -> None:
        """Write ``(key, login)`` pairs, over what is there: one for each key and family."""
        ...

    def delete_logins(self, logins: Iterable[tuple[str, FamilyId]]) -> None: ...

    def stamps(self) -> Mapping[int, bytes]:
        """What ``put_stamps`` wrote, by bucket of families: see ``intake.people.stamps``."""
        ...

    def put_stamps(self, stamps: Mapping[int, bytes]) -> None: ...

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        """The family's whole journal, oldest first."""
        ...

    def current_town(self) -> Town | None:
        """What is published; None before the first import, and for what an older version of the portal wrote."""
        ...

    def put_town(self, town: Town, now: datetime) -> bool:
        """Make ``town`` the current configuration and keep it in the history; False when it is published already."""
        ...

    def ask_recount(self, now: datetime) -> None:
        """Remember that places have to be counted again, until ``recount_done``."""
        ...

    def recount_asked(self) -> bool: ...

    def recount_done(self) -> None: ...
