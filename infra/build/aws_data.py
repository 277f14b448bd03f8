"""What botocore knows of AWS in the zip: one partition, our services, the operations that the code calls, and no
documentation.

botocore reads these files at every cold start. Whole, they are 1.4 MB of JSON, for the address of one table. What stays
is unchanged; nobody reads AWS's documentation on Lambda.
"""

import gzip
import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.build.sam import CannotBuild

PARTITION = "aws"
"""AWS has several separate worlds; this one has every region where a town may be deployed."""
OPERATIONS: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset({"BatchGetItem", "BatchWriteItem", "GetItem", "Query", "TransactWriteItems", "UpdateItem"}),
    "s3": frozenset({"DeleteObject", "GetObject", "HeadObject", "PutObject"}),
    "sesv2": frozenset({"SendEmail"}),
}
"""What the functions call, by service. SSM is called without botocore's model. A test runs the functions and
compares."""
OPERATIONS_OF_THE_IMPORT: Mapping[str, frozenset[str]] = {
    "dynamodb": frozenset(
        {"BatchGetItem", "BatchWriteItem", "GetItem", "Query", "Scan", "TransactWriteItems", "UpdateItem"}
    ),
    "s3": frozenset({"CopyObject", "DeleteObject", "GetObject", "HeadObject", "ListObjectVersions", "PutObject"}),
}
"""The same for the function that imports files, which has a zip of its own."""
WORDS = frozenset({"documentation", "documentationUrl"})


def keep_what_is_called(data: Path, operations: Mapping[str, frozenset[str]] = OPERATIONS) -> None:
    """Reduce ``data``, botocore's folder of that name, to what is needed. Raises CannotBuild for an operation that it
    does not have."""
    prefixes = set()
    for service, called in operations.items():
        for path in sorted((data / service).glob("*/service-2.json.gz")):
            model = smaller_model(json.loads(gzip.decompress(path.read_bytes())), service, called)
            prefixes.add(model["metadata"]["endpointPrefix"])
            # Not compressed: the zip is compressed, and a cold start has nothing more to unpack.
            path.with_suffix("").write_text(_json(model), encoding="utf-8")
            path.unlink()
    endpoints = data / "endpoints.json"
    endpoints.write_text(_json(_one_partition(json.loads(endpoints.read_bytes()), prefixes)), encoding="utf-8")


def smaller_model(model: dict[str, Any], service: str, called: frozenset[str]) -> dict[str, Any]:
    """A service's model with the operations ``called``, the shapes that these need, and every exception, because an
    answer may be any of them.

    Raises CannotBuild, with the names of the operations that the model does not have.
    """
    unknown = sorted(called - model["operations"].keys())
    if unknown:
        raise CannotBuild(f"botocore's {service} has no operation {', '.join(unknown)}: see OPERATIONS in aws_data.py")
    operations = {name: one for name, one in model["operations"].items() if name in called}
    exceptions = (name for name, shape in model["shapes"].items() if shape.get("exception"))
    needed = _closure(model["shapes"], [*_shapes_in(operations), *exceptions])
    shapes = {name: shape for name, shape in model["shapes"].items() if name in needed}
    # botocore insists on the words of its own parameters (clientContextParams): they stay, they are few.
    rest = {name: value for name, value in model.items() if name not in WORDS}
    return {**rest, "operations": _without_words(operations), "shapes": _without_words(shapes)}


def _closure(shapes: Mapping[str, Any], first: Iterable[str]) -> set[str]:
    """Names of ``first``, and of every shape in them, however deep."""
    found: set[str] = set()
    waiting = list(first)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _shapes_in(shapes[name])
    return found


def _shapes_in(value: Any) -> Iterator[str]:
    """Every shape that is named in ``value``, however deep: ``{"shape": "Name"}``."""
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _shapes_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes_in(inner)


def _without_words(value: Any) -> Any:
    """``value`` without its documentation. A member that is only called « documentation » is no text, and stays."""
    if isinstance(value, dict):
        return {
            name: _without_words(inner)
            for name, inner in value.items()
            if not (name in WORDS and isinstance(inner, str))
        }
    return [_without_words(inner) for inner in value] if isinstance(value, list) else value


def _one_partition(endpoints: dict[str, Any], prefixes: set[str]) -> dict[str, Any]:
    kept = [dict(one) for one in endpoints["partitions"] if one["partition"] == PARTITION]
    if not kept:
        raise CannotBuild(f"botocore's endpoints.json has no partition {PARTITION}: see PARTITION in aws_data.py")
    for one in kept:
        one["services"] = {name: service for name, service in one["services"].items() if name in prefixes}
    return {**endpoints, "partitions": kept}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
