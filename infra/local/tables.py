"""Creates the tables and the bucket that ``infra/resources.yaml`` declares, on a stand-in: no second definition."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from botocore.config import Config
from botocore.session import get_session

from infra.local.stage import ACCOUNT

TEMPLATE = Path(__file__).parents[1] / "resources.yaml"
TABLE = "AWS::DynamoDB::Table"
BUCKET = "AWS::S3::Bucket"
UNDERSTOOD = {
    "TableName",
    "BillingMode",
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "SSESpecification",
    "Tags",
}
LEFT_TO_AWS = {
    # A stand-in is thrown away whole, so nothing is protected, kept or restored. It deletes expired counters by the
    # machine's clock, which would empty those of a demo that takes place in 2015.
    "DeletionProtectionEnabled",
    "PointInTimeRecoverySpecification",
    "TimeToLiveSpecification",
}


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


def declared(prefix: str) -> Iterator[dict[str, Any]]:
    """Properties of each declared table, named with ``prefix``. Raises ValueError for a property it does not know."""
    for resource in template()["Resources"].values():
        if resource.get("Type") == TABLE:
            properties = resource["Properties"]
            unknown = properties.keys() - UNDERSTOOD - LEFT_TO_AWS
            if unknown:
                raise ValueError(f"{properties['TableName']}: {sorted(unknown)} must be understood or left to AWS")
            yield {name: filled(value, {"TablePrefix": prefix}) for name, value in properties.items()}


def buckets(prefix: str) -> list[str]:
    """Names of the declared buckets on a stand-in. What protects them is AWS's: a stand-in is thrown away whole."""
    resources = template()["Resources"].values()
    return [
        filled(one["Properties"]["BucketName"], {"TablePrefix": prefix, "AWS::AccountId": ACCOUNT})
        for one in resources
        if one.get("Type") == BUCKET
    ]


def keys_of(properties: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Key attributes of a declared table: name -> (``HASH`` or ``RANGE``, type)."""
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


def _substituted(text: str, parameters: Mapping[str, str]) -> str:
    for name, one in parameters.items():
        text = text.replace(f"${{{name}}}", one)
    if "${" in text:
        raise KeyError(text)
    return text


def create_tables(endpoint: str, prefix: str, region: str = "eu-west-3") -> None:
    """Create every table on the stand-in at ``endpoint``; empty: on moto, in this process."""
    client = _client("dynamodb", endpoint, region)
    for properties in declared(prefix):
        request = {name: value for name, value in properties.items() if name in UNDERSTOOD}
        # CloudFormation and the API name the same switch differently.
        request["SSESpecification"] = {"Enabled": request["SSESpecification"]["SSEEnabled"]}
        client.create_table(**request)


def create_buckets(endpoint: str, prefix: str, region: str = "eu-west-3") -> None:
    """Create every bucket on the stand-in at ``endpoint``; empty: on moto, in this process."""
    for name in buckets(prefix):
        _client("s3", endpoint, region).create_bucket(
            Bucket=name, CreateBucketConfiguration={"LocationConstraint": region}
        )


@lru_cache
def _client(service: str, endpoint: str, region: str) -> Any:
    return get_session().create_client(
        service,
        region,
        endpoint_url=endpoint or None,
        config=Config(retries={"mode": "standard"}, s3={"addressing_style": "path"}),
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - a stand-in takes any
    )
