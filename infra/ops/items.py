"""The items of a stage's tables as files and back: a copy that needs no AWS, and everything about one family."""

import json
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from infra.declared import keys_of, tables_of
from infra.ops.addresses import addresses_of, suppressions
from infra.ops.kinds import delete_versions
from infra.ops.stage import CannotOperate, Stage

Item = dict[str, Any]
"""As DynamoDB writes it: ``{"family": {"S": "f-bond"}, …}``."""
OF_A_FAMILY = ("families", "planning", "journal", "invoices")
"""Tables whose hash key is the family."""
SEARCHED = {"invoices": "holder", "payments": "holder", "logins": "family", "outbox": "family"}
"""Tables in which a family's other items are found by an attribute, by reading all of it: rare, and never in a page."""
IN_A_BATCH = 25


def save(stage: Stage, folder: Path) -> dict[str, int]:
    """Every item of every table, one JSON a line, and every document; how many of each."""
    told = {}
    for name in tables_of(stage.prefix):
        path = folder / f"{name.removeprefix(f'{stage.prefix}-')}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            told[path.stem] = sum(file.write(f"{_line(item)}\n") > 0 for item in _scan(stage, name))
    told["documents"] = _save_documents(stage, "", folder / "documents") if _has_documents(stage) else 0
    return told


def load(stage: Stage, folder: Path) -> dict[str, int]:
    """Put back what ``save`` wrote. Raises CannotOperate when a table has items already: nothing is mixed."""
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


def family_items(stage: Stage, family: str) -> dict[str, list[Item]]:
    """Everything that the tables have of one family, by table. The payments' journal is not theirs: it is accounts."""
    found: dict[str, list[Item]] = {}
    for table in OF_A_FAMILY:
        found[table] = list(query(stage, table, "family", family))
    for table, attribute in SEARCHED.items():
        more = _scan(stage, f"{stage.prefix}-{table}", {"name": attribute, "value": family})
        known = {_line(item) for item in found.get(table, [])}
        found.setdefault(table, []).extend(item for item in more if _line(item) not in known)
    found["outbox"] += suppressions(stage, addresses_of(found["families"]))
    operations = [item["idop"]["S"] for item in found["payments"] if item.get("idop", {}).get("S")]
    for idop in operations:
        found["payments"] += query(stage, "payments", "partition", f"O#{idop}")
    return found


def export_family(stage: Stage, family: str, folder: Path) -> int:
    """``<family>.json`` and the family's PDFs in ``folder``; how many items. Raises CannotOperate for none."""
    found = family_items(stage, family)
    if not found["families"]:
        raise CannotOperate(f"there is no family {family}")
    path = folder / f"{family}.json"
    path.write_text(json.dumps(found, indent=1, ensure_ascii=False, default=_of_bytes), encoding="utf-8")
    path.chmod(0o600)
    _save_documents(stage, f"factures/{family}/", folder / family)
    return sum(map(len, found.values()))


def erase_family(stage: Stage, family: str) -> int:
    """Delete all of ``family_items`` and the family's PDFs; how many items. Raises CannotOperate while it owes.

    The bookings go, and the places that they took are counted again at night.
    """
    found = family_items(stage, family)
    owed = [item["number"]["S"] for item in found["invoices"] if _owes(item)]
    if owed:
        raise CannotOperate(f"{family} owes {', '.join(owed)}: settle them first, nothing was erased")
    for table, items in found.items():
        name = f"{stage.prefix}-{table}"
        keys = keys_of(tables_of(stage.prefix)[name])
        write(
            stage,
            name,
            ({"DeleteRequest": {"Key": {key: item[key] for key in keys}}} for item in items),
        )
    delete_versions(stage, stage.documents, f"factures/{family}/")
    return sum(map(len, found.values()))


def _line(item: Item) -> str:
    return json.dumps(item, sort_keys=True, ensure_ascii=False, default=_of_bytes)


def _of_bytes(value: bytes) -> dict[str, str]:
    return {"base64": b64encode(value).decode()}


def _with_bytes(value: Item) -> Any:
    return b64decode(value["base64"]) if value.keys() == {"base64"} else value


def _owes(item: Item) -> bool:
    return "total" in item and int(item["total"]["N"]) > int(item.get("paid", {"N": "0"})["N"])


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


def _scan(stage: Stage, name: str, where: dict[str, str] | None = None) -> Iterator[Item]:
    narrowed: dict[str, Any] = {}
    if where:
        narrowed = {
            "FilterExpression": "#a = :value",
            "ExpressionAttributeNames": {"#a": where["name"]},
            "ExpressionAttributeValues": {":value": {"S": where["value"]}},
        }
    for page in (
        stage.client("dynamodb").get_paginator("scan").paginate(TableName=name, ConsistentRead=True, **narrowed)
    ):
        yield from page["Items"]


def write(stage: Stage, name: str, requests: Iterable[Item]) -> None:
    """Put and delete items of the table ``name``, until all are done."""
    waiting = list(requests)
    while waiting:
        batch, waiting = waiting[:IN_A_BATCH], waiting[IN_A_BATCH:]
        answer = stage.client("dynamodb").batch_write_item(RequestItems={name: batch})
        waiting = [*answer.get("UnprocessedItems", {}).get(name, []), *waiting]


def _documents(stage: Stage, prefix: str) -> Iterator[str]:
    pages = stage.client("s3").get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=stage.documents, Prefix=prefix):
        yield from (one["Key"] for one in page.get("Contents", []))


def _has_documents(stage: Stage) -> bool:
    """Tables that were restored beside a town's have no bucket of their own."""
    names = {one["Name"] for one in stage.client("s3").list_buckets()["Buckets"]}
    return stage.documents in names


def _save_documents(stage: Stage, prefix: str, folder: Path) -> int:
    count = 0
    for key in _documents(stage, prefix):
        path = folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        stage.client("s3").download_file(stage.documents, key, str(path))
        count += 1
    return count
