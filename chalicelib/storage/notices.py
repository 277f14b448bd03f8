"""Who is told by e-mail of a family's new invoices: one item beside the family's others."""

from collections.abc import Sequence

from pynamodb.transactions import TransactWrite

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.mail_ports import Mail
from chalicelib.storage import keys
from chalicelib.storage.database import Database, WriteRefused
from chalicelib.storage.outbox import row_of as mail_row
from chalicelib.storage.rows import NoticeRow, OutboxRow

SETTINGS_AT = 0
"""Place of the settings in their transaction: they are the first row that is put."""


class DynamoNoticeStore:
    """``NoticeStore``. Reads are consistent: the page after a save shows what was saved."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(NoticeRow)
        self.mails = database.bind(OutboxRow)

    def settings(self, family: FamilyId) -> NoticeSettings:
        row = self.database.get("notices.settings", self.rows, family, keys.NOTICES, consistent_read=True)
        if row is None:
            return NoticeSettings()
        return NoticeSettings(
            wanted=row.wanted,
            extra=tuple(_address(str(text)) for text in row.extra),
            town_stopped=row.town_stopped,
            version=int(row.version),
        )

    def save(self, family: FamilyId, settings: NoticeSettings, mails: Sequence[Mail] = ()) -> None:
        """See the port. Saving exactly the same again changes nothing: the first try was done, and its answer was
        lost."""
        version = self.rows.version
        unchanged = version == settings.version if settings.version else version.does_not_exist()
        row = self.rows(
            family,
            keys.NOTICES,
            wanted=settings.wanted,
            extra=[f"{address.state.value}|{address.email}" for address in settings.extra],
            town_stopped=settings.town_stopped,
            version=settings.version + 1,
        )

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=unchanged, return_values="ALL_OLD")
            for mail in mails:
                transaction.save(mail_row(self.mails, mail))

        try:
            self.database.transact("notices.save", fill)
        except WriteRefused as refused:
            if refused.found.get(SETTINGS_AT) != row.serialize():
                raise


def _address(text: str) -> Address:
    state, _, email = text.partition("|")
    return Address(email, AddressState(state))
