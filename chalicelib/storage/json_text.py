"""Facts as JSON in an attribute, as short as it can be: an item is paid for by its bytes."""

import json
from dataclasses import fields
from typing import Any


def json_text(facts: object) -> str:
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":"))


def facts_of(value: Any) -> dict[str, Any]:
    """The fields of a value by name, in their order. ``vars`` also gives what a ``cached_property`` keeps in it."""
    return {one.name: getattr(value, one.name) for one in fields(value)}
