"""The function that imports dropped files: its own zip, more memory and time than the others, and what wakes it.

Chalice cannot package it (``on_s3_event`` needs a deployment by Chalice itself), so it stands here whole. S3 tells
EventBridge of each object of ``depot/``, and every five minutes it looks by itself: at what waited for a companion, and
at what an ended run left.
"""

from typing import Any

from infra.build.function import Resource
from infra.build.functions import ENVIRONMENT, additions
from infra.build.import_rights import BESIDE_CHALICE

LOGICAL = "ImportFiles"
HANDLER = "chalicelib.drops.receive"
MEMORY = 3008
"""Megabytes. Lambda gives CPU by memory: this much has nearly two, and hashes of codes take most of an import."""
SECONDS = 900
DISK = 6144
"""Megabytes of ``/tmp``: what was dropped, the same unpacked, and the lists staged in SQLite."""
SOURCES = {"Dropped": "FilesDropped", "Again": "LookAtDrops"}


def import_function(stage: str, *, bucket: str, key: str, runtime: str, architecture: str) -> dict[str, Resource]:
    """The function, what wakes it, and the right to wake it."""
    properties = {
        **_without_sam(additions().properties[LOGICAL]),
        "Code": {"S3Bucket": bucket, "S3Key": key},
        "Handler": HANDLER,
        "Runtime": runtime,
        "Architectures": [architecture],
        "MemorySize": MEMORY,
        "Timeout": SECONDS,
        "EphemeralStorage": {"Size": DISK},
        "Environment": {
            "Variables": {"PORTAL_STAGE": stage, **ENVIRONMENT, "PORTAL_DROP_MEGABYTES": {"Ref": "DropMegabytes"}}
        },
    }
    return {LOGICAL: {"Type": "AWS::Lambda::Function", "Properties": properties}, **_waking()}


def _waking() -> dict[str, Resource]:
    """What wakes the function, and its right to."""
    made: dict[str, Resource] = {}
    made["FilesDropped"] = _rule(
        "Files were dropped in depot/: they are imported",
        EventPattern={
            "source": ["aws.s3"],
            "detail-type": ["Object Created"],
            "detail": {
                "bucket": {"name": [{"Ref": "DocumentsBucket"}]},
                "object": {"key": [{"prefix": "depot/"}]},
            },
        },
    )
    made["LookAtDrops"] = _rule(
        "What lies in depot/ is looked at again: what waits for a companion, what an ended run left",
        ScheduleExpression="rate(5 minutes)",
    )
    for name, rule in SOURCES.items():
        made[f"{LOGICAL}{name}Permission"] = {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "FunctionName": {"Ref": LOGICAL},
                "Action": "lambda:InvokeFunction",
                "Principal": "events.amazonaws.com",
                "SourceArn": {"Fn::GetAtt": [rule, "Arn"]},
            },
        }
    return made


def _rule(description: str, **when: Any) -> Resource:
    target = {"Arn": {"Fn::GetAtt": [LOGICAL, "Arn"]}, "Id": BESIDE_CHALICE[LOGICAL].name}
    return {
        "Type": "AWS::Events::Rule",
        "Properties": {"Description": description, "State": "ENABLED", "Targets": [target], **when},
    }


def _without_sam(properties: Resource) -> Resource:
    """The words of CloudFormation for what SAM says otherwise."""
    own = {name: value for name, value in properties.items() if name not in {"Tags", "DeadLetterQueue"}}
    tags = [{"Key": name, "Value": value} for name, value in properties["Tags"].items()]
    return {**own, "Tags": tags, "DeadLetterConfig": {"TargetArn": properties["DeadLetterQueue"]["TargetArn"]}}
