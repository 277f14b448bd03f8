"""What the finished template keeps and for how long; what a function's policy names, to the letter of its ARN."""

import re
from typing import Any

import pytest

from infra.build.functions import FUNCTIONS
from tests.template.reading import Template, filled, of_type

HERE = "eu-west-3:123456789012"
ARNS = {
    "dynamodb": rf"arn:aws:dynamodb:{HERE}:table/town-[a-z]+(/index/[a-z-]+)?",
    "logs": rf"arn:aws:logs:{HERE}:log-group:/aws/lambda/town-[a-z-]+:\*",
    "ssm": rf"arn:aws:ssm:{HERE}:parameter/town/secrets(/\*)?",
    "s3": r"arn:aws:s3:::town-documents-123456789012(/\*)?",
    "ses": rf"arn:aws:ses:{HERE}:(identity/\*|configuration-set/town-mails)",
    "sqs": r"DeadLetters\.Arn",
}
"""A policy's resource, by the service of its actions. ``identity/*``: SES asks for the parent's address too while it is
in its sandbox, and for the sender's own when that is verified besides its domain."""


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    (policy,) = template["Resources"][f"{function}Role"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = filled(policy["PolicyDocument"]["Statement"], template)
    return found


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_policy_names_things_as_aws_does(template: Template, function: str) -> None:
    tables = {filled(one["TableName"], template): one for one in of_type(template, "DynamoDB::Table").values()}
    for statement in statements(template, function):
        (service,) = {action.partition(":")[0] for action in statement["Action"]}
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for resource in resources:
            assert re.fullmatch(ARNS[service], resource)
            table, _, index = resource.partition(":table/")[2].partition("/index/")
            assert not table or table in tables
            assert not index or index in {one["IndexName"] for one in tables[table]["GlobalSecondaryIndexes"]}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_function_writes_in_its_own_log(template: Template, function: str) -> None:
    properties = template["Resources"][function]["Properties"]
    log = filled(properties["LoggingConfig"]["LogGroup"], template)
    assert log == f"/aws/lambda/{filled(properties['FunctionName'], template)}"
    (allowed,) = [one for one in statements(template, function) if one["Action"][0].startswith("logs:")]
    assert allowed["Resource"] == f"arn:aws:logs:{HERE}:log-group:{log}:*"


def test_every_table_is_kept_encrypted_and_recoverable(template: Template) -> None:
    tables = {name: one for name, one in template["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"}
    assert len(tables) == 9
    for name, table in tables.items():
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties["SSESpecification"] == {"SSEEnabled": True}, name
        assert properties["DeletionProtectionEnabled"] is True, name
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


def test_documents_are_private_versioned_and_travel_by_tls(template: Template) -> None:
    (bucket,) = of_type(template, "S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["LifecycleConfiguration"]["Rules"][0]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 90}
    (policy,) = of_type(template, "S3::BucketPolicy").values()
    (denied,) = filled(policy["PolicyDocument"]["Statement"], template)
    assert (denied["Effect"], denied["Condition"]) == ("Deny", {"Bool": {"aws:SecureTransport": "false"}})
    here = "arn:aws:s3:::town-documents-123456789012"
    assert denied["Resource"] == [here, f"{here}/*"]


def test_logs_go_after_half_a_year(template: Template) -> None:
    logs = of_type(template, "Logs::LogGroup")
    assert logs.keys() == {"AccessLog", *(f"{name}Log" for name in FUNCTIONS)}
    assert {one["RetentionInDays"] for one in logs.values()} == {180}


def test_a_bucket_s_name_cannot_be_taken_by_somebody_else(template: Template) -> None:
    """Bucket names are shared by every account of the world."""
    for bucket in of_type(template, "S3::Bucket").values():
        assert bucket["BucketName"]["Fn::Sub"].endswith("-${AWS::AccountId}")
    for function in of_type(template, "Lambda::Function").values():
        told = filled(function["Environment"]["Variables"]["PORTAL_BUCKET"], template)
        assert told in {filled(one["BucketName"], template) for one in of_type(template, "S3::Bucket").values()}
