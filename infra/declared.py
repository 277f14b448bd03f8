"""What ``infra/resources.yaml`` declares, read once for all who need it: the tables with their keys and expiry, the
bucket."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

TEMPLATE = Path(__file__).parent / "resources.yaml"
TABLE = "AWS::DynamoDB::Table"
BUCKET = "AWS::S3::Bucket"


class _Loader(yaml.SafeLoader):  # type: ignore[misc]  # PyYAML comes without types
    """YAML with CloudFormation's short tags: ``!Sub x`` is ``{"Fn::Sub": x}``."""


def _short_tag(loader: yaml.SafeLoader, tag: str, node: yaml.Node) -> dict[str, Any]:
    name = tag if tag in {"Ref", "Condition"} else f"Fn::{tag}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_tag)


@lru_cache
def template() -> dict[str, Any]:
    """The CloudFormation template. Do not change what it returns."""
    with TEMPLATE.open(encoding="utf-8") as stream:
        document: dict[str, Any] = yaml.load(stream, Loader=_Loader)  # noqa: S506 - a SafeLoader with a few more tags
    return document


def tables_of(prefix: str) -> dict[str, dict[str, Any]]:
    """Properties of each declared table, by its full name, ``<prefix>-families``."""
    found = (filled(one, {"TablePrefix": prefix}) for one in _properties(TABLE))
    return {properties["TableName"]: properties for properties in found}


def buckets_of(prefix: str, account: str) -> list[str]:
    """Names of the declared buckets. ``account`` has twelve digits."""
    parameters = {"TablePrefix": prefix, "AWS::AccountId": account}
    return [filled(one["BucketName"], parameters) for one in _properties(BUCKET)]


def keys_of(properties: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Key attributes of a declared table, its hash key first: name -> (``HASH`` or ``RANGE``, type)."""
    types = {one["AttributeName"]: one["AttributeType"] for one in properties["AttributeDefinitions"]}
    return {key["AttributeName"]: (key["KeyType"], types[key["AttributeName"]]) for key in properties["KeySchema"]}


def filled(value: Any, parameters: Mapping[str, str]) -> Any:
    """``value`` without intrinsic functions. Raises KeyError for a parameter that has no value here."""
    if isinstance(value, dict):
        if value.keys() == {"Ref"}:
            return parameters[value["Ref"]]
        if value.keys() == {"Fn::Sub"}:
            return _substituted(value["Fn::Sub"], parameters)
        return {name: filled(one, parameters) for name, one in value.items()}
    if isinstance(value, list):
        return [filled(one, parameters) for one in value]
    return value


def _properties(kind: str) -> Iterator[dict[str, Any]]:
    return (one["Properties"] for one in template()["Resources"].values() if one.get("Type") == kind)


def _substituted(text: str, parameters: Mapping[str, str]) -> str:
    for name, one in parameters.items():
        text = text.replace(f"${{{name}}}", one)
    if "${" in text:
        raise KeyError(text)
    return text
