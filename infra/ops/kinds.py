"""The kinds of things that outlive a stack: how each is found by its exact name, counted, protected and deleted."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.family_documents import delete_versions, versions
from infra.declared import tables_of
from infra.ops.operator import Operator
from infra.ops.stage import Stage


@dataclass(frozen=True)
class ResourceState:
    """``town`` is the tag of that name; empty without one. ``ready``: nothing is being done to it."""

    town: str
    ready: bool = True


@dataclass(frozen=True)
class ResourceKind:
    """``named`` is CloudFormation's property with the name. ``state`` returns None when there is no such thing.

    ``count`` returns how many items or documents are in it, counted now; None for a kind that holds neither.
    ``protect`` sets what the template says again, because CloudFormation does not do that for what it adopts; None for
    a kind that keeps its settings. ``delete`` is for good; None for a kind that ``make destroy`` never deletes.
    """

    what: str
    named: str
    state: Callable[[Stage, str], ResourceState | None]
    count: Callable[[Stage, str], int] | None = None
    protect: Callable[[Stage, str], None] | None = None
    delete: Callable[[Stage, str, Operator], None] | None = None


def table_state(stage: Stage, name: str) -> ResourceState | None:
    told = _table(stage, name)
    if told is None:
        return None
    if told["TableStatus"] != "ACTIVE":
        return ResourceState("", ready=False)
    pages = stage.client("dynamodb").get_paginator("list_tags_of_resource").paginate(ResourceArn=told["TableArn"])
    return ResourceState(_town([tag for page in pages for tag in page["Tags"]]))


def count_items(stage: Stage, name: str) -> int:
    """Count the items. This reads all of them, because DynamoDB's own figure is up to six hours old."""
    pages = stage.client("dynamodb").get_paginator("scan")
    return sum(page["Count"] for page in pages.paginate(TableName=name, Select="COUNT", ConsistentRead=True))


def protect_table(stage: Stage, name: str) -> None:
    """Set the table's protections again: a restored table has none, and a table whose deletion has begun has none
    either."""
    database = stage.client("dynamodb")
    meant = tables_of(stage.prefix)[name]
    if not (_table(stage, name) or {}).get("DeletionProtectionEnabled"):
        database.update_table(TableName=name, DeletionProtectionEnabled=True)
    backups = database.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    if backups.get("PointInTimeRecoveryDescription", {}).get("PointInTimeRecoveryStatus") != "ENABLED":
        recovery = meant["PointInTimeRecoverySpecification"]
        database.update_continuous_backups(TableName=name, PointInTimeRecoverySpecification=recovery)
    expires = meant.get("TimeToLiveSpecification")
    live = database.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
    if expires and live["TimeToLiveStatus"] not in {"ENABLED", "ENABLING"}:
        database.update_time_to_live(TableName=name, TimeToLiveSpecification=expires)


def delete_table(stage: Stage, name: str, operator: Operator) -> None:
    """Delete the table and wait until DynamoDB has finished: a name that is being deleted cannot be used again."""
    database = stage.client("dynamodb")
    database.update_table(TableName=name, DeletionProtectionEnabled=False)
    operator.wait(f"table {name}", lambda: _status(stage, name), lambda status: status in {"ACTIVE", ""})
    database.delete_table(TableName=name)
    operator.wait(f"table {name}", lambda: _status(stage, name), lambda status: not status)


def bucket_state(stage: Stage, name: str) -> ResourceState | None:
    try:
        return ResourceState(_town(stage.client("s3").get_bucket_tagging(Bucket=name)["TagSet"]))
    except ClientError as error:
        if _says(error, "NoSuchTagSet"):
            return ResourceState("")
        if _says(error, "NoSuchBucket"):
            return None
        raise


def count_documents(stage: Stage, name: str) -> int:
    """Count the documents, old versions too: they can still be restored."""
    return sum(len(versions) for versions, _ in versions(stage.client("s3"), name))


def delete_bucket(stage: Stage, name: str, _operator: Operator) -> None:
    delete_versions(stage.client("s3"), name)
    stage.client("s3").delete_bucket(Bucket=name)


def log_state(stage: Stage, name: str) -> ResourceState | None:
    """Find the log group of exactly this name: CloudWatch Logs finds all groups that begin with it."""
    logs = stage.client("logs")
    pages = logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=name)
    arns = [one["arn"] for page in pages for one in page["logGroups"] if one["logGroupName"] == name]
    if not arns:
        return None
    tags = logs.list_tags_for_resource(resourceArn=arns[0].removesuffix(":*"))["tags"]
    return ResourceState(tags.get("town", ""))


def delete_log(stage: Stage, name: str, _operator: Operator) -> None:
    stage.client("logs").delete_log_group(logGroupName=name)


def mail_domain_state(stage: Stage, name: str) -> ResourceState | None:
    """The mail domain. One without a tag was made by hand and may be taken over: nothing is ever deleted with it."""
    try:
        tags = stage.client("sesv2").get_email_identity(EmailIdentity=name).get("Tags", [])
    except ClientError as error:
        if _says(error, "NotFoundException"):
            return None
        raise
    return ResourceState(_town(tags) or stage.prefix)


KINDS = {
    "AWS::DynamoDB::Table": ResourceKind("table", "TableName", table_state, count_items, protect_table, delete_table),
    "AWS::S3::Bucket": ResourceKind("bucket", "BucketName", bucket_state, count=count_documents, delete=delete_bucket),
    "AWS::Logs::LogGroup": ResourceKind("log", "LogGroupName", log_state, delete=delete_log),
    # Its records are in the town's DNS, and another stage may send by it.
    "AWS::SES::EmailIdentity": ResourceKind("mail domain", "EmailIdentity", mail_domain_state),
}
"""Kinds by CloudFormation's type."""


def _says(error: ClientError, code: str) -> bool:
    return bool(error.response["Error"]["Code"] == code)


def _town(tags: list[dict[str, str]]) -> str:
    return next((one["Value"] for one in tags if one["Key"] == "town"), "")


def _table(stage: Stage, name: str) -> dict[str, Any] | None:
    try:
        told: dict[str, Any] = stage.client("dynamodb").describe_table(TableName=name)["Table"]
    except ClientError as error:
        if _says(error, "ResourceNotFoundException"):
            return None
        raise
    return told


def _status(stage: Stage, name: str) -> str:
    """Empty when there is no such table."""
    return str((_table(stage, name) or {}).get("TableStatus", ""))
