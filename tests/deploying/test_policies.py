"""Each function may do what its code does, and nothing more: its code is run, its calls compared with its policy."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.deploying.flows import CERTIFICATES, IMPORT, JOBS, ready_to_run
from tests.deploying.permissions import Permission, needed

BESIDES: dict[str, dict[Permission, str]] = {
    "APIHandler": {
        ("s3:ListBucket", "documents"): "S3 then says 404, not 403, for a PDF that is not there",
        ("ssm:GetParametersByPath", "secrets"): "read when the process starts, before moto sees it",
    },
    "ReconcilePayments": {("dynamodb:GetItem", "payments"): "an attempt that somebody else settled is read again"},
    "SendOutbox": {
        ("dynamodb:PutItem", "outbox"): "a mail that fails is put elsewhere; here all leave",
        ("ses:SendRawEmail", "ses"): "SES asks for it too when an e-mail has files",
        ("s3:ListBucket", "documents"): "S3 then says 404, not 403, when there is no directory yet",
    },
    "WriteExports": {
        ("s3:ListBucket", "documents"): "S3 then says 404, not 403, for what is not there yet",
        ("s3:GetObject", "documents/facturation/*"): "the file of a month that somebody closed",
        ("s3:GetObject", "documents/regie/*"): "the same, of the régie",
        ("dynamodb:Query", "families"): "who paid, for what is to check; here nothing is",
        ("dynamodb:Query", "invoices"): "what money was received for; here none came",
    },
    "SendOrders": {("s3:ListBucket", "documents"): "S3 then says 404, not 403, when there is no directory yet"},
    "ImportFiles": {
        ("dynamodb:BatchGetItem", "payments"): "an invoice of the lists has a payment under way",
        ("dynamodb:GetItem", "invoices"): "the invoice of a payment that bounced",
        ("dynamodb:Query", "invoices"): "the same",
        ("dynamodb:GetItem", "payments"): "a payment online that bounced: contrepassations.csv",
        ("dynamodb:PutItem", "payments"): "the same",
        ("dynamodb:UpdateItem", "payments"): "the same",
        ("s3:GetObject", "documents/factures/*"): "a PDF is compared with the one that is online",
        ("s3:ListBucket", "documents"): "S3 then says 404, not 403, for what is not there",
    },
    "MakeCertificates": {
        ("s3:ListBucket", "documents"): "S3 then says 404, not 403, for what is not there",
    },
    "*": {
        ("logs:CreateLogStream", "log"): "Lambda's own",
        ("logs:PutLogEvents", "log"): "Lambda's own",
        ("ssm:GetParametersByPath", "secrets"): "read when the process starts",
        ("sqs:SendMessage", "dead letters"): "Lambda's own, when a run failed three times",
    },
}
"""What a policy allows and these runs do not show, each with its reason."""


def allowed(template: dict[str, Any], function: str) -> set[Permission]:
    (policy,) = template["Resources"][f"{function}Role"]["Properties"]["Policies"]
    found = set()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert statement["Effect"] == "Allow"
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        found |= {(action, short(resource)) for action in statement["Action"] for resource in resources}
    return found


def short(resource: dict[str, Any]) -> str:
    """The resource as ``permissions`` names it; raises for one that is everything."""
    if resource == {"Fn::GetAtt": ["DeadLetters", "Arn"]}:
        return "dead letters"
    text = resource["Fn::Sub"]
    assert text != "*"
    assert "${TablePrefix}" in text or text.endswith(":identity/*"), text
    for mark, name in ((":log-group:", "log"), ("/secrets", "secrets"), (":ses:", "ses")):
        if mark in text:
            return name
    return str(text.rpartition("${TablePrefix}-")[2]).replace("documents-${AWS::AccountId}", "documents")


def asked(function: str) -> set[Permission]:
    with ready_to_run(function) as (settings, run), needed(settings.tables) as calls:
        run()
    return calls


@pytest.fixture(params=["APIHandler", *JOBS, IMPORT, CERTIFICATES])
def function(request: pytest.FixtureRequest) -> Iterator[str]:
    yield request.param


def test_a_function_may_do_what_it_does_and_nothing_more(template: dict[str, Any], function: str) -> None:
    may, does = allowed(template, function), asked(function)
    assert does, "the code was meant to call something"
    assert does - may == set(), "its code calls what its policy refuses"
    told = BESIDES["*"].keys() | BESIDES.get(function, {}).keys()
    assert may - does - told == set(), "its policy allows what its code never calls"


def test_no_role_has_more_than_its_policy(template: dict[str, Any], function: str) -> None:
    role = template["Resources"][f"{function}Role"]["Properties"]
    assert set(role) == {"AssumeRolePolicyDocument", "Policies"}
