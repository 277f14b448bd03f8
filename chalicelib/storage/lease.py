"""The lease of a town's import: one item, which conditional writes give to one holder at a time."""

from datetime import datetime

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.lease_ports import Holder
from chalicelib.storage import keys
from chalicelib.storage.database import Database, WriteRefused


class LeaseRow(Model):
    """``LEASE``: who imports now. Without one, nobody does."""

    class Meta:
        table_name = "town"

    town = UnicodeAttribute(hash_key=True)
    version = UnicodeAttribute(range_key=True)
    token = UnicodeAttribute(null=True)
    who = UnicodeAttribute(null=True)
    until = UnicodeAttribute(null=True)


class DynamoLeaseStore:
    """``LeaseStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(LeaseRow)

    def take(self, holder: Holder, now: datetime) -> Holder | None:
        rows = self.rows
        free = rows.token.does_not_exist() | (rows.until <= instant_text(now)) | (rows.token == holder.token)
        while True:
            try:
                self.database.update("lease.take", self._row(), self._actions(holder), free)
            except WriteRefused:
                row = self.database.get("lease.take", rows, keys.TOWN, keys.LEASE, consistent_read=True)
                if row is None:
                    continue  # It was given back meanwhile.
                return Holder(row.token, row.who, instant_of(row.until))
            return None

    def renew(self, holder: Holder) -> bool:
        try:
            self.database.update("lease.renew", self._row(), self._actions(holder), self.rows.token == holder.token)
        except WriteRefused:
            return False
        return True

    def release(self, holder: Holder) -> None:
        """Its item goes with the transaction's condition: a later holder keeps the lease."""
        ours = self.rows.token == holder.token
        try:
            self.database.transact("lease.release", lambda one: one.delete(self._row(), condition=ours))
        except WriteRefused:
            return

    def _row(self) -> LeaseRow:
        return self.rows(keys.TOWN, keys.LEASE)

    def _actions(self, holder: Holder) -> list[Action]:
        rows = self.rows
        return [rows.token.set(holder.token), rows.who.set(holder.who), rows.until.set(instant_text(holder.until))]
