"""What the finished template keeps and for how long; what a function's policy names, to the letter of its ARN."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from infra.build.functions import EVERY_FUNCTION
from infra.ops.kept import declared_names, with_static_names
from infra.ops.kinds import KINDS
from infra.ops.stage import Stage
from tests.template.reading import Template, filled, of_type

HERE = "eu-west-3:123456789012"
ARNS = {
    "dynamodb": rf"arn:aws:dynamodb:{HERE}:table/town-[a-z]+(/index/[a-z-]+)?",
    "logs": rf"arn:aws:logs:{HERE}:log-group:/aws/lambda/town-[a-z-]+:\*",
    "ssm": rf"arn:aws:ssm:{HERE}:parameter/town/secrets(/\*)?",
    "s3": r"arn:aws:s3:::town-documents-123456789012(/[a-z-]+/\*)?",
    "ses": rf"arn:aws:ses:{HERE}:(identity/\*|configuration-set/town-mails)",
    "sqs": r"DeadLetters\.Arn",
}
"""A policy's resource, by the service of its actions. ``identity/*``: SES asks for the parent's address too while it is
in its sandbox, and for the sender's own when that is verified besides its domain."""


def statements(template: Template, function: str) -> list[dict[str, Any]]:
    (policy,) = template["Resources"][f"{function}Role"]["Properties"]["Policies"]
    found: list[dict[str, Any]] = filled(policy["PolicyDocument"]["Statement"], template)
    return found


def indexes_of(table: dict[str, Any]) -> Iterator[str]:
    for kind in ("GlobalSecondaryIndexes", "LocalSecondaryIndexes"):
        yield from (one["IndexName"] for one in table.get(kind, ()))


@pytest.mark.parametrize("function", EVERY_FUNCTION)
def test_a_policy_names_things_as_aws_does(template: Template, function: str) -> None:
    tables = {filled(one["TableName"], template): one for one in of_type(template, "DynamoDB::Table").values()}
    for statement in statements(template, function):
        (service,) = {action.partition(":")[0] for action in statement["Action"]}
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for resource in resources:
            assert re.fullmatch(ARNS[service], resource)
            table, _, index = resource.partition(":table/")[2].partition("/index/")
            assert not table or table in tables
            assert not index or index in set(indexes_of(tables[table]))


@pytest.mark.parametrize("function", EVERY_FUNCTION)
def test_a_function_writes_in_its_own_log(template: Template, function: str) -> None:
    properties = template["Resources"][function]["Properties"]
    log = filled(properties["LoggingConfig"]["LogGroup"], template)
    assert log == f"/aws/lambda/{filled(properties['FunctionName'], template)}"
    (allowed,) = [one for one in statements(template, function) if one["Action"][0].startswith("logs:")]
    assert allowed["Resource"] == f"arn:aws:logs:{HERE}:log-group:{log}:*"


def test_every_table_is_kept_encrypted_and_recoverable(template: Template) -> None:
    tables = {name: one for name, one in template["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"}
    assert len(tables) == 10
    for name, table in tables.items():
        properties = table["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}, name
        assert properties["SSESpecification"] == {"SSEEnabled": True}, name
        assert properties["DeletionProtectionEnabled"] is True, name
        assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == ("Retain", "Retain"), name


def test_what_the_directory_said_of_diets_is_soon_forgotten(template: Template) -> None:
    (bucket,) = of_type(template, "S3::Bucket").values()
    rules = {one.get("Prefix"): one for one in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["annuaire/"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 7}


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
    assert logs.keys() == {"AccessLog", *(f"{name}Log" for name in EVERY_FUNCTION)}
    assert {one["RetentionInDays"] for one in logs.values()} == {180}


def test_a_bucket_s_name_cannot_be_taken_by_somebody_else(template: Template) -> None:
    """Bucket names are shared by every account of the world."""
    for bucket in of_type(template, "S3::Bucket").values():
        assert bucket["BucketName"]["Fn::Sub"].endswith("-${AWS::AccountId}")
    for function in of_type(template, "Lambda::Function").values():
        told = filled(function["Environment"]["Variables"]["PORTAL_BUCKET"], template)
        assert told in {filled(one["BucketName"], template) for one in of_type(template, "S3::Bucket").values()}


STAYS_BESIDES = {"GatewayLogging", "GatewayLoggingRole"}
"""Of the account and region, not of a town; its role's name is CloudFormation's own, and stands in nobody's way."""


def kept(template: Template) -> dict[str, Any]:
    return {name: one for name, one in template["Resources"].items() if one["Type"] in KINDS}


def test_what_holds_something_outlives_its_stack_and_says_whose_it_is(template: Template) -> None:
    for name, one in kept(template).items():
        assert (one["DeletionPolicy"], one["UpdateReplacePolicy"]) == ("Retain", "Retain"), name
        assert one["Properties"]["Tags"] == [{"Key": "town", "Value": {"Ref": "TablePrefix"}}], name


def test_all_that_outlives_its_stack_can_be_found_and_adopted(template: Template) -> None:
    """By its exact name: a stage that is gone has no list of its own any more."""
    staying = {name for name, one in template["Resources"].items() if "Retain" in one.get("DeletionPolicy", "")}
    # SAM keeps an alias's versions from update to update; they go with their function.
    versions = of_type(template, "Lambda::Version").keys()
    assert staying == kept(template).keys() | versions | STAYS_BESIDES
    things = [(one["Type"], one["Properties"]) for one in kept(template).values()]
    named = {(kind, filled(properties[KINDS[kind].named], template)) for kind, properties in things}
    with mock_aws():
        assert set(declared_names(a_stage())) == named
        without = {name for kind, name in declared_names(a_stage(WithMailDomain="no"))}
    assert without == {name for kind, name in named if name != "ville.example"}


def test_a_stage_s_template_writes_the_names_of_what_it_keeps_out(template: Template) -> None:
    """CloudFormation adopts only what it finds under a name that stands in the template as it is."""
    with mock_aws():
        given = with_static_names(template, a_stage())
        names = {name for _, name in declared_names(a_stage())}
    written = {one["Properties"][KINDS[one["Type"]].named] for one in kept(given).values()}
    assert written == names
    rest = {name: one for name, one in given["Resources"].items() if name not in kept(template)}
    assert rest == {name: one for name, one in template["Resources"].items() if name in rest}


def a_stage(**more: str) -> Stage:
    parameters = {"TablePrefix": "town", "SenderDomain": "ville.example", **more}
    return Stage("prod", "eu-west-3", parameters, owner="123456789012")
