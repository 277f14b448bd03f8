"""What an import writes: whole lists, in batches."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime

from pynamodb.transactions import TransactWrite

from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.town import Town
from chalicelib.rules.turning import ClosedNote
from chalicelib.services.ports import JournalEntry, Login
from chalicelib.storage import keys, logins
from chalicelib.storage.database import Database, WriteRefused, answering
from chalicelib.storage.families import DynamoFamilyStore, families_among, rows_of
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.rows import FamilyRow, LoginRow
from chalicelib.storage.town import DynamoTownStore


class DynamoIntakeStore:
    """``intake.ports.IntakeStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.families = database.bind(FamilyRow)
        self.login_rows = database.bind(LoginRow)
        self.finder = DynamoFamilyStore(database)
        self.plannings = DynamoPlanningStore(database)
        self.town = DynamoTownStore(database)

    def all_families(self) -> Iterator[Family]:
        yield from families_among(self.database.every("intake.all_families", self.families))

    def family_items(self, ids: Iterable[FamilyId]) -> Mapping[FamilyId, Family]:
        found = (self.finder.find(family) for family in dict.fromkeys(ids))
        return {family.id: family for family in found if family}

    def put_families(self, families: Iterable[Family]) -> None:
        rows = (row for family in families for row in rows_of(self.families, family))
        self.database.batch("intake.put_families", self.families, put=rows)

    def delete_children(self, children: Iterable[tuple[FamilyId, ChildId]]) -> None:
        gone = ((family, keys.child_part(child)) for family, child in children)
        self.database.batch("intake.delete_children", self.families, delete=gone)

    def revoke_sessions(self, family: FamilyId) -> None:
        def fill(transaction: TransactWrite) -> None:
            exists = self.families.part.exists()
            transaction.condition_check(self.families, family, keys.PROFILE, condition=exists)
            transaction.update(self.families(family, keys.EPOCH), actions=[self.families.epoch.add(1)])

        try:
            self.database.transact("intake.revoke_sessions", fill)
        except WriteRefused as refused:
            raise NotFound("family") from refused

    def logins(self) -> Iterator[tuple[str, Login]]:
        rows = self.login_rows.scan()
        while True:
            with answering("intake.logins"):
                row = next(rows, None)
            if row is None:
                return
            if row.login not in {keys.STAMPS, keys.SETTLED}:
                yield row.login, Login(FamilyId(row.family), ChildId(row.child), row.salt, row.secret)

    def put_logins(self, found: Iterable[tuple[str, Login]]) -> None:
        rows = (logins.row_of(self.login_rows, key, login) for key, login in found)
        self.database.batch("intake.put_logins", self.login_rows, put=rows)

    def delete_logins(self, gone: Iterable[tuple[str, FamilyId]]) -> None:
        self.database.batch("intake.delete_logins", self.login_rows, delete=gone)

    def stamps(self) -> Mapping[int, bytes]:
        return self._buckets("intake.stamps", keys.STAMPS)

    def put_stamps(self, stamps: Mapping[int, bytes]) -> None:
        self._put_buckets("intake.put_stamps", keys.STAMPS, stamps)

    def settled(self) -> Mapping[int, bytes]:
        return self._buckets("intake.settled", keys.SETTLED)

    def put_settled(self, marks: Mapping[int, bytes]) -> None:
        self._put_buckets("intake.put_settled", keys.SETTLED, marks)

    def _buckets(self, operation: str, partition: str) -> dict[int, bytes]:
        items = self.database.pages(operation, self.login_rows, partition, consistent_read=True)
        return {keys.bucket_of(item["family"]["S"]): item["secret"]["B"] for item in items}

    def _put_buckets(self, operation: str, partition: str, buckets: Mapping[int, bytes]) -> None:
        rows = (self.login_rows(partition, keys.stamp(bucket), secret=content) for bucket, content in buckets.items())
        self.database.batch(operation, self.login_rows, put=rows)

    def journal_of(self, family: FamilyId) -> Iterator[JournalEntry]:
        return self.plannings.journal_of(family)

    def current_town(self) -> Town | None:
        return self.town.published()

    def put_town(self, town: Town, now: datetime) -> bool:
        return self.town.put(town, now)

    def note_closed(self, days: Iterable[date], *, fresh: bool = False) -> None:
        self.town.note_closed(days, fresh=fresh)

    def closed_noted(self) -> ClosedNote:
        return self.town.closed_noted()

    def note_acted(self, days: Iterable[date]) -> None:
        self.town.note_acted(days)

    def closed_settled(self, days: Iterable[date]) -> None:
        self.town.closed_settled(days)

    def ask_recount(self, now: datetime) -> None:
        self.town.ask_recount(now)

    def recount_asked(self) -> bool:
        return self.town.recount_asked()

    def recount_done(self) -> None:
        self.town.recount_done()
