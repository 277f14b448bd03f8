"""One town's tables, behind one botocore client that every thread and every store shares."""

import random
import time
import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import DoesNotExist, PynamoDBException, TransactWriteError, UpdateError
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.rules.errors import StaleWrite, Unavailable

Row = TypeVar("Row", bound=Model)
RawItem = dict[str, dict[str, Any]]

CONNECT_SECONDS = 1
READ_SECONDS = 3
ATTEMPTS = 3
"""Of botocore, for each call: three slow answers still fit in the 29 s that API Gateway waits."""
TRIES = 8
"""Of a transaction that meets others, and of the rest of a batch: waits grow to 0.8 s, 1.6 s in all on average."""
BATCH = 25
"""DynamoDB's limit of items in one batch write."""
THREADS = 64
CONDITION_FAILED = "ConditionalCheckFailed"
WAIT_AND_RETRY = frozenset({"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"})
UPDATE_REFUSED = "ConditionalCheckFailedException"
WAIT_AND_UPDATE = frozenset(
    {"TransactionConflictException", "ThrottlingException", "ProvisionedThroughputExceededException"}
)
"""A plain write's names for the same things."""
FAILURES = (PynamoDBException, BotoCoreError, ClientError)
_random = random.SystemRandom()


class Refused(StaleWrite):
    """Conditions of a write did not hold. ``found``: their places in it -> the item in the way, if asked for.

    Places count the puts first, then the updates; a plain update is place 0.
    """

    def __init__(self, operation: str, found: dict[int, RawItem | None]) -> None:
        super().__init__(operation)
        self.found = found


@contextmanager
def answering(operation: str) -> Iterator[None]:
    """What AWS does not do becomes Unavailable, with ``operation`` and AWS's own code for the operator."""
    try:
        yield
    except FAILURES as error:
        raise Unavailable(f"{operation}: {_code(error)}") from error


def _code(error: Exception) -> str:
    cause = getattr(error, "cause", None) or error
    response = getattr(cause, "response", None) or {}
    return response.get("Error", {}).get("Code") or type(cause).__name__


def _pauses() -> Iterator[None]:
    """``TRIES`` rounds with a random, growing wait between two: those who met once must not meet again."""
    for number in range(TRIES):
        if number:
            time.sleep(_random.uniform(0, min(0.8, 0.025 * 2**number)))
        yield


@lru_cache
def _connect(region: str, endpoint: str) -> Connection:
    """One client per place, whoever asks: making one costs more CPU than a page, and it is safe to share."""
    stand_in: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if endpoint else {}
    connection = Connection(
        region=region,
        host=endpoint or None,
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        retry_configuration={"mode": "standard", "total_max_attempts": ATTEMPTS},
        max_pool_connections=THREADS,
        **stand_in,
    )
    # Here and now: pynamodb would let two first requests make two clients, one of them for nothing.
    _ = connection.client
    return connection


class Database:
    """Tables named ``<prefix>-<table>``. ``endpoint`` is a stand-in's address, empty on AWS."""

    def __init__(self, *, region: str, prefix: str, endpoint: str = "") -> None:
        self.prefix = prefix
        self.connection = _connect(region, endpoint)

    def bind(self, row: type[Row]) -> type[Row]:
        """``row`` on this database's table: a class of its own, so that two databases never mix.

        pynamodb would give each class a connection and each thread a session; all of ours share one client.
        """
        meta = type("Meta", (), {"table_name": f"{self.prefix}-{row.Meta.table_name}"})
        bound: type[Row] = types.new_class(row.__name__, (row,), exec_body=lambda names: names.update(Meta=meta))
        table = bound._get_connection()
        with suppress(ValueError):  # Another store has already named this table to the connection.
            self.connection.add_meta_table(table.get_meta_table())
        table.connection = self.connection
        return bound

    def get(
        self, operation: str, row: type[Row], key: str, part: str | None = None, *, consistent_read: bool = False
    ) -> Row | None:
        with answering(operation), suppress(DoesNotExist):
            return row.get(key, part, consistent_read=consistent_read)
        return None

    def pages(self, operation: str, row: type[Model], key: str, **query: Any) -> Iterator[RawItem]:
        """Every raw item of a Query, page after page. ``limit`` counts the items of all pages."""
        left = query.pop("limit", None)
        start = None
        while left is None or left > 0:
            with answering(operation):
                page = self.connection.query(row.Meta.table_name, key, exclusive_start_key=start, limit=left, **query)
            yield from page["Items"]
            start = page.get("LastEvaluatedKey")
            if not start:
                return
            left = left if left is None else left - len(page["Items"])

    def every(self, operation: str, row: type[Model], **scan: Any) -> Iterator[RawItem]:
        """Every raw item of a table, page after page, in no order."""
        start = None
        while True:
            with answering(operation):
                page = self.connection.scan(row.Meta.table_name, exclusive_start_key=start, **scan)
            yield from page["Items"]
            start = page.get("LastEvaluatedKey")
            if not start:
                return

    def transact(self, operation: str, fill: Callable[[TransactWrite], None]) -> None:
        """All that ``fill`` asks, or nothing. Raises Refused when a condition fails, Unavailable for the rest.

        Who meets another transaction, or a throttled table, waits a little and tries again.
        """
        error: TransactWriteError | None = None
        for _ in _pauses():
            try:
                with TransactWrite(connection=self.connection) as transaction:
                    fill(transaction)
            except TransactWriteError as failed:
                error = failed
                _refuse(operation, failed)
                if not WAIT_AND_RETRY.intersection(r.code for r in failed.cancellation_reasons if r):
                    break
            else:
                return
        raise Unavailable(f"{operation}: {_reason(error)}") from error

    def update(self, operation: str, row: Model, actions: Sequence[Action], condition: Condition | None = None) -> None:
        """One UpdateItem; ``row`` gives the key, and holds the whole item as written when it returns.

        Raises Refused when the condition fails, Unavailable for the rest. Two plain updates of one item never conflict:
        DynamoDB takes them in turn, which transactions on it do not. One that meets a transaction, or a throttled
        table, waits a little and tries again. An answer that is lost makes botocore ask again: what is added may
        be added twice, unless the condition is about the very thing that it changes.
        """
        error: UpdateError | None = None
        for _ in _pauses():
            try:
                row.update(actions=list(actions), condition=condition)
            except UpdateError as failed:
                error = failed
                if _code(failed) == UPDATE_REFUSED:
                    raise Refused(operation, {0: None}) from failed
                if _code(failed) not in WAIT_AND_UPDATE:
                    break
            else:
                return
        raise Unavailable(f"{operation}: {_code(error) if error else ''}") from error

    def batch(self, operation: str, row: type[Model], *, put: Iterable[Model] = (), delete: Iterable[Any] = ()) -> None:
        """Write or delete rows of one table, by 25. ``delete`` takes keys, ``(hash,)`` or ``(hash, range)``."""
        attributes = row.get_attributes().values()
        names = [
            one.attr_name
            for one in sorted(attributes, key=lambda a: a.is_range_key)
            if one.is_hash_key or one.is_range_key
        ]
        gone = (({name: {"S": part} for name, part in zip(names, key, strict=True)}) for key in delete)
        for items in _by(BATCH, (item.serialize() for item in put)):
            self._batch(operation, row.Meta.table_name, items, [])
        for keys in _by(BATCH, gone):
            self._batch(operation, row.Meta.table_name, [], keys)

    def _batch(self, operation: str, table: str, put: list[RawItem], delete: list[RawItem]) -> None:
        for _ in _pauses():
            with answering(operation):
                answer = self.connection.batch_write_item(table, put_items=put, delete_items=delete)
            rest = answer.get("UnprocessedItems", {}).get(table, ())
            if not rest:
                return
            put = [one["PutRequest"]["Item"] for one in rest if "PutRequest" in one]
            delete = [one["DeleteRequest"]["Key"] for one in rest if "DeleteRequest" in one]
        raise Unavailable(f"{operation}: items left unprocessed")

    def batch_get(self, operation: str, row: type[Model], keys: list[Any], **options: Any) -> Iterator[RawItem]:
        """The raw items that exist among ``keys``, at most 100, in no order."""
        table = row.Meta.table_name
        for _ in _pauses():
            with answering(operation):
                answer = self.connection.batch_get_item(table, keys, **options)
            yield from answer["Responses"].get(table, ())
            keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not keys:
                return
        raise Unavailable(f"{operation}: keys left unprocessed")


def _refuse(operation: str, error: TransactWriteError) -> None:
    """Raise Refused if a condition failed: then, what else went wrong does not matter."""
    reasons = enumerate(error.cancellation_reasons)
    found = {at: reason.raw_item for at, reason in reasons if reason and reason.code == CONDITION_FAILED}
    if found:
        raise Refused(operation, found) from error


def _reason(error: TransactWriteError | None) -> str:
    codes = sorted({reason.code for reason in error.cancellation_reasons if reason}) if error else []
    return ", ".join(codes) or (_code(error) if error else "")


def _by(size: int, items: Iterable[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
