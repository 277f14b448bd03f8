"""All that the tables have of one family. Only operators' commands use this module: to find items by an attribute, it
reads their whole table."""

from collections.abc import Iterable, Iterator
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.models import Model

from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.storage import keys
from chalicelib.storage.book_rows import BookRow
from chalicelib.storage.database import Database, RawItem, key_names
from chalicelib.storage.journal_rows import JournalRow
from chalicelib.storage.payment_rows import AttemptRow, OperationRow
from chalicelib.storage.rows import (
    FamilyRow,
    InvoiceRow,
    LoginRow,
    OutboxRow,
    PlanningRow,
)

Group = tuple[type[Model], Iterable[RawItem]]
"""Items of one table that may be deleted in any order."""


class DynamoPersonalItems:
    """``PersonalItems``. ``pepper`` is the key of the HMACs that name suppressed addresses. Reads are consistent."""

    def __init__(self, database: Database, pepper: str) -> None:
        self.database = database
        self.pepper = pepper
        self.families = database.bind(FamilyRow)
        self.logins = database.bind(LoginRow)
        self.plannings = database.bind(PlanningRow)
        self.journal = database.bind(JournalRow)
        self.invoices = database.bind(InvoiceRow)
        self.attempts = database.bind(AttemptRow)
        self.operations = database.bind(OperationRow)
        self.lines = database.bind(BookRow)
        self.mails = database.bind(OutboxRow)

    def everything(self, family: FamilyId) -> dict[str, list[RawItem]]:
        found: dict[str, list[RawItem]] = {}
        for rows, items in (*self._codes(family), *self._rest(family), *self._accounts(family)):
            found.setdefault(rows.Meta.table_name.removeprefix(f"{self.database.prefix}-"), []).extend(items)
        return found

    def shared_children(self, family: FamilyId) -> frozenset[ChildId]:
        own: set[str] = set()
        others: set[str] = set()
        scan: dict[str, Any] = {"attributes_to_get": ["family", "part", "left"], "consistent_read": True}
        for item in self.database.every("personal_data.shared_children", self.families, **scan):
            if item["family"]["S"] == family:
                own.add(item["part"]["S"])
            elif item["part"]["S"].startswith(keys.CHILD) and "left" not in item:
                others.add(item["part"]["S"])
        return frozenset(keys.child_of(part) for part in own & others)

    def erase_codes(self, family: FamilyId) -> int:
        return self._erase(self._codes(family))

    def erase(self, family: FamilyId) -> int:
        return self._erase(self._rest(family))

    def _codes(self, family: FamilyId) -> Iterator[Group]:
        yield self.logins, self._where(self.logins, self.logins.family == family)

    def _rest(self, family: FamilyId) -> Iterator[Group]:
        """Items in the order of their deletion: an item is deleted before the one by which it is found."""
        yield self.mails, self._where(self.mails, self.mails.family == family)
        own = self._of(self.families, family)
        yield self.mails, self._suppressions(own)
        yield self.plannings, self._of(self.plannings, family)
        yield self.journal, self._of(self.journal, family)
        attempts = self._where(self.attempts, self.attempts.holder == family)
        yield self.operations, self._operations(attempts)
        yield self.attempts, attempts
        yield self.invoices, self._of(self.invoices, family)
        yield self.invoices, self._where(self.invoices, self.invoices.holder == family)
        yield self.families, [item for item in own if item["part"]["S"] != keys.PROFILE]
        yield self.families, [item for item in own if item["part"]["S"] == keys.PROFILE]

    def _accounts(self, family: FamilyId) -> Iterator[Group]:
        """Lines of the régie's journal and open points: they are given, and not erased."""
        yield self.lines, self._where(self.lines, self.lines.family == family)

    def _of(self, rows: type[Model], partition: str) -> list[RawItem]:
        return list(self.database.pages("personal_data.of", rows, partition, consistent_read=True))

    def _where(self, rows: type[Model], condition: Condition) -> list[RawItem]:
        scan: dict[str, Any] = {"filter_condition": condition, "consistent_read": True}
        return list(self.database.every("personal_data.where", rows, **scan))

    def _operations(self, attempts: Iterable[RawItem]) -> list[RawItem]:
        """The items that hold the treasury's names of these attempts."""
        names = (item["idop"]["S"] for item in attempts if item.get("idop", {}).get("S"))
        found = (self._of(self.operations, keys.operation_partition(name)) for name in names)
        return [item for items in found for item in items]

    def _suppressions(self, own: Iterable[RawItem]) -> list[RawItem]:
        """The items that forbid to write to an address of the family: the town's, and those that parents added."""
        addresses = sorted({address for item in own for address in _addresses(item)})
        asked = ({"shard": keys.SUPPRESSED, "due": keys.suppressed_address(self.pepper, one)} for one in addresses)
        return list(self.database.batch_get("personal_data.suppressions", self.mails, asked, consistent_read=True))

    def _erase(self, groups: Iterator[Group]) -> int:
        """Delete each group before the next one is searched."""
        count = 0
        for rows, items in groups:
            names = key_names(rows)
            gone = [tuple(item[name]["S"] for name in names) for item in items]
            self.database.batch("personal_data.erase", rows, delete=gone)
            count += len(gone)
        return count


def _addresses(item: RawItem) -> Iterator[str]:
    if item.get("email", {}).get("S"):
        yield item["email"]["S"]
    for told in item.get("extra", {}).get("L", []):
        yield told["S"].partition("|")[2]
