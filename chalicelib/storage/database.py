"""One town's tables, behind one botocore client that all threads and all stores share."""

import types
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import lru_cache
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pynamodb.connection import Connection
from pynamodb.exceptions import (
    CancellationReason,
    DoesNotExist,
    PynamoDBException,
    TransactWriteError,
    UpdateError,
)
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.patience import rounds
from chalicelib.rules.errors import Crowded, StaleWrite, Unavailable
from chalicelib.storage.client import LeanConnection, lighten

Row = TypeVar("Row", bound=Model)
RawItem = dict[str, dict[str, Any]]
Guard = Callable[[], None]

CONNECT_SECONDS = 1
READ_SECONDS = 3
MOST_ATTEMPTS = 3
"""How often botocore tries each call: three slow answers still fit in the 29 s that API Gateway waits."""
PATIENCE_SECONDS = 12.0
"""Seconds for which a write that conflicts, or the rest of a batch, is tried again; less when a page must end
earlier."""
ITEMS_IN_A_BATCH = 25
"""How many items DynamoDB takes in one batch write."""
KEYS_IN_A_BATCH = 100
"""How many keys it takes in one batch read."""
MOST_THREADS = 64
CONDITION_FAILED = "ConditionalCheckFailed"
UPDATE_REFUSED = "ConditionalCheckFailedException"
WAIT_AND_RETRY = frozenset(
    {
        *("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"),
        *("TransactionConflictException", "ThrottlingException", "ProvisionedThroughputExceededException"),
    }
)
"""Reasons of a cancelled transaction, then the names of the same reasons for a plain write: it was not done, and
another try may succeed."""
FAILURES = (PynamoDBException, BotoCoreError, ClientError)


class WriteRefused(StaleWrite):
    """A condition of a write was not true. ``found`` maps the places of these conditions in the write to the item in
    the way, if it was asked for.

    Places count the puts first, then the updates; a plain update has place 0.
    """

    def __init__(self, operation: str, found: dict[int, RawItem | None]) -> None:
        super().__init__(operation)
        self.found = found


@contextmanager
def answering(operation: str) -> Iterator[None]:
    """Turn a failure of AWS into Unavailable, with ``operation`` and AWS's own code for the operator."""
    try:
        yield
    except FAILURES as error:
        raise Unavailable(f"{operation}: {_code(error)}") from error


def _code(error: Exception) -> str:
    cause = getattr(error, "cause", None) or error
    response = getattr(cause, "response", None) or {}
    return response.get("Error", {}).get("Code") or type(cause).__name__


@lru_cache
def _connect(region: str, endpoint: str, attempts: int = MOST_ATTEMPTS) -> Connection:
    """One client for each region and endpoint, whoever asks: making one costs more CPU than a page, and threads can
    share it."""
    stand_in: dict[str, Any] = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if endpoint else {}
    connection = LeanConnection(
        region=region,
        host=endpoint or None,
        connect_timeout_seconds=CONNECT_SECONDS,
        read_timeout_seconds=READ_SECONDS,
        retry_configuration={"mode": "standard", "total_max_attempts": attempts},
        max_pool_connections=MOST_THREADS,
        **stand_in,
    )
    if attempts != MOST_ATTEMPTS:  # The other client's session has read botocore's models: 5 ms of CPU, not 80.
        connection._local.session = _connect(region, endpoint).session
    else:
        lighten(connection.session)
    # Made now: pynamodb would let two first requests make two clients, and drop one of them.
    _ = connection.client
    return connection


def _anything() -> None:
    """Every write may be sent."""


class Database:
    """Tables named ``<prefix>-<table>``. ``endpoint`` is the address of a stand-in; empty on AWS.

    ``guard`` is called before each write is sent, and raises what forbids it.
    """

    def __init__(
        self, *, region: str, prefix: str, endpoint: str = "", attempts: int = MOST_ATTEMPTS, guard: Guard = _anything
    ) -> None:
        self.place: dict[str, Any] = {"region": region, "prefix": prefix, "endpoint": endpoint, "guard": guard}
        self.prefix = prefix
        self.guard = guard
        self.connection = _connect(region, endpoint, attempts)

    def without_repeats(self) -> "Database":
        """The same tables through a client that sends each call once: for a write that must not be done twice, even
        when its answer is lost. A write that was certainly not done is still tried again."""
        return Database(**self.place, attempts=1)

    def bind(self, row: type[Row]) -> type[Row]:
        """``row`` on this database's table. It is a class of its own, so that two databases never mix.

        pynamodb would give a connection to each class and a session to each thread; ours all share one client.
        """
        meta = type("Meta", (), {"table_name": f"{self.prefix}-{row.Meta.table_name}"})
        bound: type[Row] = types.new_class(row.__name__, (row,), exec_body=lambda names: names.update(Meta=meta))
        table = bound._get_connection()
        with suppress(ValueError):  # Another store has already given this table to the connection.
            self.connection.add_meta_table(table.get_meta_table())
        table.connection = self.connection
        return bound

    def get(
        self, operation: str, row: type[Row], key: str, part: str | None = None, *, consistent_read: bool = False
    ) -> Row | None:
        with answering(operation), suppress(DoesNotExist):
            return row.get(key, part, consistent_read=consistent_read)
        return None

    def pages(
        self, operation: str, row: type[Model], key: str, *, at_once: int | None = None, **query: Any
    ) -> Iterator[RawItem]:
        """Every raw item of a Query, page after page. ``limit`` counts the items of all pages together,
        ``at_once`` those that one call reads, for a caller who may not need the next ones."""
        left = query.pop("limit", None)
        start = None
        while left is None or left > 0:
            most = left if at_once is None else at_once
            with answering(operation):
                page = self.connection.query(row.Meta.table_name, key, exclusive_start_key=start, limit=most, **query)
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
        """Write all that ``fill`` asks, or nothing. Raises WriteRefused when a condition fails, Unavailable for other
        failures.

        When another transaction or a throttled table is in the way, it waits a little and tries again while there is
        time; then it raises Crowded.
        """

        def send() -> None:
            self.guard()
            with TransactWrite(connection=self.connection) as transaction:
                fill(transaction)

        _write(operation, send)

    def update(self, operation: str, row: Model, actions: Sequence[Action], condition: Condition | None = None) -> None:
        """One UpdateItem. ``row`` gives the key; afterwards it holds the whole item as written.

        Raises and waits like ``transact``. Two plain updates of one item never conflict: DynamoDB does one after the
        other, while transactions on it do conflict. When an answer is lost, botocore sends the call again: what is
        added may then be added twice, unless the condition is about the value that changes (see ``without_repeats``).
        """

        def send() -> None:
            self.guard()
            row.update(actions=list(actions), condition=condition)

        _write(operation, send)

    def batch(self, operation: str, row: type[Model], *, put: Iterable[Model] = (), delete: Iterable[Any] = ()) -> None:
        """Write or delete rows of one table, 25 at a time. ``delete`` takes keys, ``(hash,)`` or ``(hash, range)``."""
        names = key_names(row)
        gone = (({name: {"S": part} for name, part in zip(names, key, strict=True)}) for key in delete)
        for items in _by(ITEMS_IN_A_BATCH, (item.serialize() for item in put)):
            self._batch(operation, row.Meta.table_name, items, [])
        for keys in _by(ITEMS_IN_A_BATCH, gone):
            self._batch(operation, row.Meta.table_name, [], keys)

    def _batch(self, operation: str, table: str, put: list[RawItem], delete: list[RawItem]) -> None:
        for _ in rounds(PATIENCE_SECONDS):
            self.guard()
            with answering(operation):
                answer = self.connection.batch_write_item(table, put_items=put, delete_items=delete)
            rest = answer.get("UnprocessedItems", {}).get(table, ())
            if not rest:
                return
            put = [one["PutRequest"]["Item"] for one in rest if "PutRequest" in one]
            delete = [one["DeleteRequest"]["Key"] for one in rest if "DeleteRequest" in one]
        raise Unavailable(f"{operation}: items left unprocessed")

    def batch_get(self, operation: str, row: type[Model], keys: Iterable[Any], **options: Any) -> Iterator[RawItem]:
        """The raw items that exist among ``keys``, in no order: one call for 100 keys, none for no key."""
        for some in _by(KEYS_IN_A_BATCH, keys):
            yield from self._batch_get(operation, row.Meta.table_name, some, options)

    def _batch_get(self, operation: str, table: str, keys: list[Any], options: dict[str, Any]) -> Iterator[RawItem]:
        for _ in rounds(PATIENCE_SECONDS):
            with answering(operation):
                answer = self.connection.batch_get_item(table, keys, **options)
            yield from answer["Responses"].get(table, ())
            keys = answer.get("UnprocessedKeys", {}).get(table, {}).get("Keys", [])
            if not keys:
                return
        raise Unavailable(f"{operation}: keys left unprocessed")


def key_names(row: type[Model]) -> list[str]:
    """Names of the key's attributes, the hash key first."""
    keys = (one for one in row.get_attributes().values() if one.is_hash_key or one.is_range_key)
    return [one.attr_name for one in sorted(keys, key=lambda one: one.is_range_key)]


def _write(operation: str, send: Callable[[], object]) -> None:
    """Send until the write is done, refused or impossible, or until there is no more time."""
    failure: TransactWriteError | UpdateError | None = None
    for _ in rounds(PATIENCE_SECONDS):
        try:
            send()
        except (TransactWriteError, UpdateError) as failed:
            failure = failed
            _refuse(operation, failed)
            if not WAIT_AND_RETRY.intersection(_codes(failed)):
                break
        else:
            return
    codes = _codes(failure) if failure else []
    kind = Crowded if WAIT_AND_RETRY.intersection(codes) else Unavailable
    raise kind(f"{operation}: {', '.join(codes)}") from failure


def _refuse(operation: str, error: TransactWriteError | UpdateError) -> None:
    """Raise WriteRefused when a condition failed: then the other reasons do not matter."""
    if _code(error) == UPDATE_REFUSED:
        raise WriteRefused(operation, {0: None}) from error
    found = {at: one.raw_item for at, one in enumerate(_reasons(error)) if one and one.code == CONDITION_FAILED}
    if found:
        raise WriteRefused(operation, found) from error


def _reasons(error: TransactWriteError | UpdateError) -> list[CancellationReason | None]:
    return error.cancellation_reasons if isinstance(error, TransactWriteError) else []


def _codes(error: TransactWriteError | UpdateError) -> list[str]:
    """Why the write was not done: the reasons of a cancelled transaction, or AWS's own code."""
    return sorted({reason.code for reason in _reasons(error) if reason}) or [_code(error)]


def _by(size: int, items: Iterable[Any]) -> Iterator[list[Any]]:
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
