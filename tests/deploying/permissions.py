"""Which permissions the code needs, seen on the wire: every call of botocore as the IAM actions that it takes."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from tests.aws_calls import Answer, Attempt, intercepted

Permission = tuple[str, str]
"""An IAM action, and what it is asked for: a table's name without its prefix (``invoices/index/to-notify``),
``documents`` and ``documents/factures/*`` for the bucket and what is in one of its folders, ``ses`` for the sending of
e-mails."""
IN_A_TRANSACTION = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
S3 = {"PutObject": "s3:PutObject", "GetObject": "s3:GetObject", "HeadObject": "s3:GetObject"}


@contextmanager
def needed(prefix: str) -> Iterator[set[Permission]]:
    """What the calls made inside the block take, their tables named without ``prefix``."""
    found: set[Permission] = set()

    def around(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        found.update(_permissions(attempt, f"{prefix}-"))
        return send()

    with intercepted(around):
        yield found


def _permissions(attempt: Attempt, prefix: str) -> Iterator[Permission]:
    if attempt.service == "dynamodb":
        yield from _of_tables(attempt.operation, json.loads(attempt.request.body), prefix)
    elif attempt.service == "s3":
        yield S3[attempt.operation], f"documents/{_folder_of(attempt.request.url)}/*"
    else:
        yield f"{attempt.service.removesuffix('v2')}:{attempt.operation}", attempt.service.removesuffix("v2")


def _folder_of(address: str) -> str:
    """``factures``; the bucket may stand before it, or in the name of the host."""
    parts = urlsplit(address).path.strip("/").split("/")
    return parts[1] if "documents" in parts[0] else parts[0]


def _of_tables(operation: str, asked: dict[str, object], prefix: str) -> Iterator[Permission]:
    if operation == "TransactWriteItems":
        for item in asked["TransactItems"]:  # type: ignore[attr-defined]
            ((kind, what),) = item.items()
            yield f"dynamodb:{IN_A_TRANSACTION[kind]}", what["TableName"].removeprefix(prefix)
    elif operation in {"BatchGetItem", "BatchWriteItem"}:
        for table in asked["RequestItems"]:  # type: ignore[attr-defined]
            yield f"dynamodb:{operation}", table.removeprefix(prefix)
    else:
        table = str(asked["TableName"]).removeprefix(prefix)
        yield f"dynamodb:{operation}", f"{table}/index/{asked['IndexName']}" if "IndexName" in asked else table
