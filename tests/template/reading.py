"""How tests read a CloudFormation template: by kind, and with its parameters filled in."""

import re
from typing import Any

Template = dict[str, Any]
VALUES = {
    "TablePrefix": "town",
    "SenderDomain": "ville.example",
    "AWS::Partition": "aws",
    "AWS::Region": "eu-west-3",
    "AWS::AccountId": "123456789012",
}


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """The properties of each resource of a kind, ``DynamoDB::Table``, by its logical name."""
    return {
        name: one.get("Properties", {}) for name, one in template["Resources"].items() if one["Type"] == f"AWS::{kind}"
    }


def filled(value: Any, template: Template) -> Any:
    """``value`` with ``VALUES`` in place of Ref and Sub. Raises KeyError for what has no value here."""
    if isinstance(value, list):
        return [filled(one, template) for one in value]
    if not isinstance(value, dict):
        return value
    if value.keys() == {"Ref"}:
        return _named(value["Ref"], template)
    if value.keys() == {"Fn::Sub"}:
        return re.sub(r"\$\{([\w:.]+)\}", lambda found: _named(found.group(1), template), value["Fn::Sub"])
    if value.keys() == {"Fn::GetAtt"}:
        return ".".join(value["Fn::GetAtt"])
    return {name: filled(one, template) for name, one in value.items()}


def _named(name: str, template: Template) -> str:
    """A parameter's value; of a resource, the name that the template gives it."""
    if name in VALUES:
        return VALUES[name]
    properties = template["Resources"][name]["Properties"]
    (given,) = (
        properties[key] for key in ("TableName", "LogGroupName", "BucketName", "TopicName") if key in properties
    )
    return str(filled(given, template))
