"""How a line of the payments' journal is written: one row under its day, and a second row when it needs a person."""

import json
from collections.abc import Iterator
from datetime import date

from chalicelib.rules import retention
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.ledger import NEEDS_A_PERSON, Kind, LedgerEntry
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Doubt
from chalicelib.storage import keys
from chalicelib.storage.database import RawItem
from chalicelib.storage.json_text import facts_of, json_text
from chalicelib.storage.payment_rows import LedgerRow


def rows_of(rows: type[LedgerRow], entry: LedgerEntry) -> Iterator[LedgerRow]:
    expires = retention.of_ledger(entry.day)
    yield rows(keys.ledger_partition(entry.day), entry.id, facts=_text(entry), expires=expires)
    if entry.kind in NEEDS_A_PERSON:
        yield rows(keys.LEDGER_TO_CHECK, entry.id, facts=_text(entry), expires=expires)


def entry_of(item: RawItem) -> LedgerEntry:
    facts = json.loads(item["facts"]["S"])
    paid_at, doubt = facts.pop("paid_at"), facts.pop("doubt")
    read = {
        "day": date.fromisoformat(facts["day"]),
        "kind": Kind(facts["kind"]),
        "amount": Cents(facts["amount"]),
        "doubt": Doubt(doubt) if doubt else None,
    }
    return LedgerEntry(**{**facts, **read}, paid_at=instant_of(paid_at) if paid_at else None)


def _text(entry: LedgerEntry) -> str:
    told = {
        "day": entry.day.isoformat(),
        "kind": entry.kind.value,
        "doubt": entry.doubt.value if entry.doubt else "",
        "paid_at": instant_text(entry.paid_at) if entry.paid_at else "",
    }
    return json_text({**facts_of(entry), **told})
