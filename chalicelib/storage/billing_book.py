"""The months whose billing was closed: one small item for each, beside the town's configuration."""

import json
from datetime import date

from pynamodb.transactions import TransactWrite

from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.outgoing_ports import ClosedMonth
from chalicelib.storage import keys
from chalicelib.storage.database import Database, RawItem, WriteRefused
from chalicelib.storage.json_text import json_text
from chalicelib.storage.rows import TownRow


class DynamoBillingBook:
    """``BillingBook``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(TownRow)

    def closed(self) -> tuple[ClosedMonth, ...]:
        which = self.rows.version.startswith(keys.BILLED)
        items = self.database.pages(
            "billing.closed", self.rows, keys.TOWN, range_key_condition=which, consistent_read=True
        )
        return tuple(sorted(map(_month, items), key=lambda one: one.closed_at))

    def close(self, month: ClosedMonth) -> None:
        row = self.rows(keys.TOWN, keys.billed(month.month), at=instant_text(month.closed_at), json=_json(month))

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=self.rows.version.does_not_exist(), return_values="ALL_OLD")

        try:
            self.database.transact("billing.close", fill)
        except WriteRefused as refused:
            if refused.found.get(0) != row.serialize():
                raise


def _json(month: ClosedMonth) -> bytes:
    facts = {"month": month.month.isoformat(), "by": month.by, "at": instant_text(month.at), "file": month.file}
    return json_text(facts).encode()


def _month(item: RawItem) -> ClosedMonth:
    facts = json.loads(item["json"]["B"])
    return ClosedMonth(
        month=date.fromisoformat(facts["month"]),
        by=facts["by"],
        at=instant_of(facts["at"]),
        closed_at=instant_of(item["at"]["S"]),
        file=facts["file"],
    )
