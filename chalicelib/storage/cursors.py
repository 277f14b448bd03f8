"""How far each consumer of the changes is: one small item for each, beside the town's configuration."""

import json

from pynamodb.transactions import TransactWrite

from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.services.outgoing_ports import ChangeFile
from chalicelib.storage import keys
from chalicelib.storage.database import Database, WriteRefused
from chalicelib.storage.json_text import json_text
from chalicelib.storage.rows import TownRow


class DynamoCursorStore:
    """``CursorStore``."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(TownRow)

    def last(self, consumer: str) -> ChangeFile | None:
        row = self.database.get("cursors.last", self.rows, keys.TOWN, keys.cursor(consumer), consistent_read=True)
        return _file(consumer, row.json) if row else None

    def move(self, before: ChangeFile | None, to: ChangeFile) -> None:
        row = self.rows(keys.TOWN, keys.cursor(to.consumer), at=instant_text(to.until), json=_json(to))
        as_read = self.rows.json == _json(before) if before else self.rows.json.does_not_exist()

        def fill(transaction: TransactWrite) -> None:
            transaction.save(row, condition=as_read, return_values="ALL_OLD")

        try:
            self.database.transact("cursors.move", fill)
        except WriteRefused as refused:
            if refused.found.get(0) != row.serialize():
                raise


def _json(file: ChangeFile) -> bytes:
    facts = {
        "number": file.number,
        "after": instant_text(file.after),
        "until": instant_text(file.until),
        "done": file.done,
    }
    return json_text(facts).encode()


def _file(consumer: str, kept: bytes) -> ChangeFile:
    facts = json.loads(kept)
    return ChangeFile(
        consumer, facts["number"], instant_of(facts["after"]), instant_of(facts["until"]), done=facts["done"]
    )
