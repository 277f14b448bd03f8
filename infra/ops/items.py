"""The items of a stage's tables as files, and back: a copy that needs no AWS."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.declared import tables_of
from infra.ops.stage import CannotOperate, Stage

Item = dict[str, Any]
"""An item as DynamoDB writes it: ``{"family": {"S": "f-bond"}, …}``."""
IN_A_BATCH = 25


def save(stage: Stage, folder: Path) -> dict[str, int]:
    """Write every item of every table (one JSON in each line) and every document; return how many of each."""
    told = {}
    for name in tables_of(stage.prefix):
        path = folder / f"{name.removeprefix(f'{stage.prefix}-')}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            told[path.stem] = sum(file.write(f"{_line(item)}\n") > 0 for item in _scan(stage, name))
    told["documents"] = _save_documents(stage, folder / "documents") if _has_documents(stage) else 0
    return told


def load(stage: Stage, folder: Path) -> dict[str, int]:
    """Put back what ``save`` wrote. Raises CannotOperate when a table already has items, so that nothing is mixed."""
    for name in tables_of(stage.prefix):
        if next(_scan(stage, name), None):
            raise CannotOperate(f"{name} is not empty: restore into a stage that nobody has used")
    told = {}
    for name in tables_of(stage.prefix):
        path = folder / f"{name.removeprefix(f'{stage.prefix}-')}.jsonl"
        items = [json.loads(line, object_hook=_with_bytes) for line in path.read_text("utf-8").splitlines()]
        write(stage, name, ({"PutRequest": {"Item": item}} for item in items))
        told[path.stem] = len(items)
    documents = folder / "documents"
    for path in sorted(documents.rglob("*.pdf")):
        key = path.relative_to(documents).as_posix()
        stage.client("s3").upload_file(str(path), stage.documents, key, ExtraArgs={"ContentType": "application/pdf"})
    return told


def _line(item: Item) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False, default=_of_bytes)


def _of_bytes(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def _with_bytes(value: Item) -> Any:
    return b64decode(value["base64"]) if value.keys() == {"base64"} else value


def query(stage: Stage, table: str, attribute: str, partition: str) -> Iterator[Item]:
    """The items of one partition; ``attribute`` is the table's hash key."""
    pages = stage.client("dynamodb").get_paginator("query")
    for page in pages.paginate(
        TableName=f"{stage.prefix}-{table}",
        ConsistentRead=True,
        KeyConditionExpression="#a = :partition",
        ExpressionAttributeNames={"#a": attribute},
        ExpressionAttributeValues={":partition": {"S": partition}},
    ):
        yield from page["Items"]


def _scan(stage: Stage, name: str) -> Iterator[Item]:
    for page in stage.client("dynamodb").get_paginator("scan").paginate(TableName=name, ConsistentRead=True):
        yield from page["Items"]


def write(stage: Stage, name: str, requests: Iterable[Item]) -> None:
    """Put and delete items of the table ``name``, until all are done."""
    waiting = list(requests)
    while waiting:
        batch, waiting = waiting[:IN_A_BATCH], waiting[IN_A_BATCH:]
        answer = stage.client("dynamodb").batch_write_item(RequestItems={name: batch})
        waiting = [*answer.get("UnprocessedItems", {}).get(name, []), *waiting]


def _documents(stage: Stage) -> Iterator[str]:
    for page in stage.client("s3").get_paginator("list_objects_v2").paginate(Bucket=stage.documents):
        yield from (one["Key"] for one in page.get("Contents", []))


def _has_documents(stage: Stage) -> bool:
    """Tables that were restored beside a town's have no bucket of their own."""
    names = {one["Name"] for one in stage.client("s3").list_buckets()["Buckets"]}
    return stage.documents in names


def _save_documents(stage: Stage, folder: Path) -> int:
    count = 0
    for key in _documents(stage):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        stage.client("s3").download_file(stage.documents, key, str(path))
        count += 1
    return count
