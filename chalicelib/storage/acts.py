"""Families that are to be told of what the town cancelled: one item each, beside the e-mails that wait."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from pynamodb.transactions import TransactWrite

from chalicelib.rules import retention
from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.mail_ports import Mail
from chalicelib.storage import keys
from chalicelib.storage.database import Database, WriteRefused
from chalicelib.storage.outbox import row_of
from chalicelib.storage.rows import OutboxRow


class DynamoTownActs:
    """``TownActs``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(OutboxRow)

    def note(self, family: FamilyId, entry: EntryId, now: datetime) -> None:
        row = self._key(family)
        actions = [
            self.rows.entries.add({entry}),
            self.rows.family.set(family),
            self.rows.expires.set(retention.of_unsent(instant_of(instant_text(now)))),
        ]
        self.database.update("acts.note", row, actions)

    def noted(self) -> Iterator[tuple[FamilyId, frozenset[EntryId]]]:
        items = self.database.pages("acts.noted", self.rows, keys.TO_TELL, consistent_read=True)
        return ((FamilyId(item["due"]["S"]), frozenset(map(EntryId, item["entries"]["SS"]))) for item in items)

    def told(self, family: FamilyId, mails: Sequence[Mail]) -> None:
        """See the port. When the note is gone, a first try was done, and its answer was lost."""

        def fill(transaction: TransactWrite) -> None:
            for mail in mails:
                transaction.save(row_of(self.rows, mail))
            transaction.delete(self._key(family), condition=self.rows.due.exists())

        try:
            self.database.transact("acts.told", fill)
        except WriteRefused:
            return

    def _key(self, family: FamilyId) -> OutboxRow:
        return self.rows(keys.TO_TELL, family)
