"""Functions that Chalice does not package: they have the import's zip, and stand in the template whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.build.function import Function, Resource
from infra.build.functions import ENVIRONMENT, additions
from infra.build.import_rights import BESIDE_CHALICE


@dataclass(frozen=True)
class Zip:
    """Where the import's zip is, and what it was made for."""

    stage: str
    bucket: str
    key: str
    runtime: str
    architecture: str


def beside(
    logical: str, code: Zip, properties: Resource, variables: Resource, rules: Mapping[str, Resource]
) -> Resource:
    """The function, the rules that wake it (``rules``, by their logical names), and their right to."""
    function = BESIDE_CHALICE[logical]
    made: Resource = {
        logical: {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                **_without_sam(additions().properties[logical]),
                "Code": {"S3Bucket": code.bucket, "S3Key": code.key},
                "Runtime": code.runtime,
                "Architectures": [code.architecture],
                "Environment": {"Variables": {"PORTAL_STAGE": code.stage, **ENVIRONMENT, **variables}},
                **properties,
            },
        }
    }
    for name, rule in rules.items():
        made[name] = _rule(logical, function, rule)
        made[f"{logical}{name}Permission"] = _permission(logical, name)
    return made


def _rule(logical: str, function: Function, rule: Resource) -> dict[str, Any]:
    target = {"Arn": {"Fn::GetAtt": [logical, "Arn"]}, "Id": function.name}
    return {"Type": "AWS::Events::Rule", "Properties": {"State": "ENABLED", "Targets": [target], **rule}}


def _permission(logical: str, rule: str) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Ref": logical},
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
            "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
        },
    }


def _without_sam(properties: Resource) -> Resource:
    """The words of CloudFormation for what SAM says otherwise."""
    own = {name: value for name, value in properties.items() if name not in {"Tags", "DeadLetterQueue"}}
    tags = [{"Key": name, "Value": value} for name, value in properties["Tags"].items()]
    return {**own, "Tags": tags, "DeadLetterConfig": {"TargetArn": properties["DeadLetterQueue"]["TargetArn"]}}
