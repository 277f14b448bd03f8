"""Which permissions the code needs, seen on the wire: every call of botocore as the IAM actions that it takes."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote, urlsplit

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
        yield from _of_the_bucket(attempt.operation, attempt.request)
    else:
        yield f"{attempt.service.removesuffix('v2')}:{attempt.operation}", attempt.service.removesuffix("v2")


def _of_the_bucket(operation: str, request: Any) -> Iterator[Permission]:
    """A version that is named takes a right of its own; a copy takes the right to read its source."""
    address = urlsplit(request.url)
    version = "Version" if "versionId=" in address.query else ""
    if operation == "ListObjectVersions":
        yield "s3:ListBucketVersions", "documents"
        return
    if operation == "CopyObject":
        source = request.headers["x-amz-copy-source"]
        source = source.decode() if isinstance(source, bytes) else source
        yield f"s3:GetObject{'Version' if 'versionId=' in source else ''}", f"documents/{_folder(source)}/*"
    action = {"HeadObject": "GetObject", "CopyObject": "PutObject"}.get(operation, operation)
    yield f"s3:{action}{version}", f"documents/{_folder(address.path)}/*"


def _folder(path: str) -> str:
    """``/factures/f-1/1.pdf`` and, with the bucket in the path, ``/town-documents-1/factures/f-1/1.pdf``."""
    first, second, *_ = unquote(path).strip("/").split("/")
    return second if "-documents-" in first else first


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
