"""What the import reads and writes, in memory."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime

from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.town import Town
from chalicelib.rules.turning import ClosedNote
from chalicelib.services.ports import JournalEntry, Login
from chalicelib.storage import town_codec
from tests.fakes.families import MemoryFamilies, MemoryLogins
from tests.fakes.instants import aware
from tests.fakes.plannings import MemoryPlannings
from tests.fakes.town import MemoryTown


class MemoryIntake:
    """``IntakeStore`` over the other stores: what an import writes, a page reads."""

    def __init__(
        self,
        *,
        families: MemoryFamilies | None = None,
        logins: MemoryLogins | None = None,
        plannings: MemoryPlannings | None = None,
        town: MemoryTown | None = None,
    ) -> None:
        self.families = families or MemoryFamilies()
        self.login_store = logins or MemoryLogins()
        self.plannings = plannings or MemoryPlannings()
        self.town = town or MemoryTown()
        self.versions: dict[datetime, Town] = {}
        self._recount = False
        self._closed = ClosedNote()
        self._stamps: dict[int, bytes] = {}
        self._settled: dict[int, bytes] = {}

    def family_items(self, ids: Iterable[FamilyId]) -> Mapping[FamilyId, Family]:
        return {family: found for family in ids if (found := self.families.find(family))}

    def all_families(self) -> Iterator[Family]:
        return iter(list(self.families.families.values()))

    def put_families(self, families: Iterable[Family]) -> None:
        for family in families:
            before = self.families.families.get(
                family.id,
                replace(family, children=(), former=(), session_epoch=0, ended_sessions=frozenset(), certificates=()),
            )
            written = {child.id for child in (*family.children, *family.former)}
            self.families.families[family.id] = replace(
                family,
                session_epoch=before.session_epoch,
                ended_sessions=before.ended_sessions,
                certificates=before.certificates,
                children=(*family.children, *(child for child in before.children if child.id not in written)),
                former=(*family.former, *(child for child in before.former if child.id not in written)),
            )

    def delete_children(self, children: Iterable[tuple[FamilyId, ChildId]]) -> None:
        for family_id, child_id in children:
            family = self.families.find(family_id)
            if family is None:
                continue
            left = tuple(child for child in family.children if child.id != child_id)
            former = tuple(child for child in family.former if child.id != child_id)
            self.families.families[family_id] = replace(family, children=left, former=former)

    def revoke_sessions(self, family: FamilyId) -> None:
        found = self.families.find(family)
        if found is None:
            raise NotFound("family")
        self.families.families[family] = replace(found, session_epoch=found.session_epoch + 1)

    def logins(self) -> Iterator[tuple[str, Login]]:
        return iter([(key, login) for (key, _), login in self.login_store.logins.items()])

    def put_logins(self, logins: Iterable[tuple[str, Login]]) -> None:
        self.login_store.logins.update({(key, login.family): login for key, login in logins})

    def delete_logins(self, logins: Iterable[tuple[str, FamilyId]]) -> None:
        for login in logins:
            self.login_store.logins.pop(login, None)

    def stamps(self) -> Mapping[int, bytes]:
        return dict(self._stamps)

    def put_stamps(self, stamps: Mapping[int, bytes]) -> None:
        self._stamps.update(stamps)

    def settled(self) -> Mapping[int, bytes]:
        return dict(self._settled)

    def put_settled(self, marks: Mapping[int, bytes]) -> None:
        self._settled.update(marks)

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        return self.plannings.journal_of(family)

    def note_closed(self, days: Iterable[date], *, fresh: bool = False) -> None:
        note = self._closed
        self._closed = replace(note, days=note.days | frozenset(days), fresh=note.fresh or fresh)

    def closed_noted(self) -> ClosedNote:
        return self._closed

    def note_acted(self, days: Iterable[date]) -> None:
        self._closed = replace(self._closed, acted=self._closed.acted | frozenset(days))

    def closed_settled(self, days: Iterable[date]) -> None:
        self._closed = replace(self._closed, days=self._closed.days - frozenset(days), fresh=False)

    def ask_recount(self, now: datetime) -> None:
        aware(now)
        self._recount = True

    def recount_asked(self) -> bool:
        return self._recount

    def recount_done(self) -> None:
        self._recount = False

    def current_town(self) -> Town | None:
        return self.town.town

    def put_town(self, town: Town, now: datetime) -> bool:
        aware(now)
        if town == self.town.town:
            return False
        self.town.town = self.versions[now] = town_codec.load(town_codec.dump(town))
        return True
