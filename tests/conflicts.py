"""Transactions take a while, as DynamoDB's do: what meets one on the same item is refused.

Two transactions that share an item cancel each other; a plain write on an item of one that is under way is refused;
plain writes are taken in turn (Amazon DynamoDB, « Managing complex workflows with transactions: transaction conflict
handling »). A stand-in takes everything in turn, so that a crowd never shows there what it does on AWS.
"""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from infra.declared import keys_of, tables_of
from tests.aws_calls import Answer, Attempt, intercepted
from tests.faults import refused

SECONDS = 0.012
"""How long a transaction holds its items."""
_KEYS = {name.removeprefix("x-"): sorted(keys_of(table)) for name, table in tables_of("x").items()}
Items = list[tuple[str, str]]


@contextmanager
def conflicts(seconds: float = SECONDS) -> Iterator[list[str]]:
    """Every transaction inside the block holds its items for ``seconds``, whatever thread it comes from.

    Gives the calls that met another, each by its name, as they are refused.
    """
    refusals: list[str] = []
    held: set[tuple[str, str]] = set()
    lock = Lock()

    def around(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        items = _items(attempt)
        transaction = attempt.operation == "TransactWriteItems"
        with lock:
            met = [item in held for item in items]
            if not any(met) and transaction:
                held.update(items)
        if any(met):
            refusals.append(attempt.name)
            return _conflict(met) if transaction else refused(400, "TransactionConflictException")
        try:
            if transaction:
                time.sleep(seconds)
            return send()
        finally:
            if transaction:
                with lock:
                    held.difference_update(items)

    with intercepted(around):
        yield refusals


def _conflict(met: list[bool]) -> Answer:
    reasons = [{"Code": "TransactionConflict" if one else "None"} for one in met]
    return refused(400, "TransactionCanceledException", reasons)


def _items(attempt: Attempt) -> Items:
    """What a call writes: table and key of each item, in its order."""
    if attempt.service != "dynamodb" or attempt.operation not in {"TransactWriteItems", "UpdateItem", "PutItem"}:
        return []
    asked: dict[str, Any] = json.loads(attempt.request.body)
    writes = [next(iter(one.values())) for one in asked["TransactItems"]] if "TransactItems" in asked else [asked]
    return [_item(write) for write in writes]


def _item(write: dict[str, Any]) -> tuple[str, str]:
    table = write["TableName"]
    names = _KEYS[table.rpartition("-")[2]]
    found = write.get("Key") or write["Item"]
    return table, json.dumps([found[name] for name in names])
