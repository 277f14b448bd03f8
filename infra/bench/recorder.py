"""The DynamoDB calls that a page makes, to count them and to make them again with raw botocore."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.client import BaseClient

Kwargs = dict[str, Any]


@dataclass
class Recording:
    """``calls``: operation and arguments, in DynamoDB's own types, in order. ``units``: capacity units consumed."""

    calls: list[tuple[str, Kwargs]] = field(default_factory=list)
    units: float = 0.0

    @property
    def names(self) -> str:
        return ", ".join(operation for operation, _ in self.calls)


@contextlib.contextmanager
def recording() -> Iterator[Recording]:
    """Record every call that any botocore client makes during the block, and ask what each consumed."""
    made = Recording()
    original = BaseClient._make_api_call

    def recorded(client: BaseClient, operation: str, kwargs: Kwargs) -> Any:
        if client.meta.service_model.service_name != "dynamodb":
            return original(client, operation, kwargs)
        answer = original(client, operation, {**kwargs, "ReturnConsumedCapacity": "TOTAL"})
        made.calls.append((operation, kwargs))
        made.units += _units(answer.get("ConsumedCapacity"))
        return answer

    BaseClient._make_api_call = recorded
    try:
        yield made
    finally:
        BaseClient._make_api_call = original


def _units(consumed: Any) -> float:
    """One figure per call, or one per table in a batch or a transaction."""
    several = consumed if isinstance(consumed, list) else [consumed or {}]
    return sum(float(one.get("CapacityUnits", 0)) for one in several)
