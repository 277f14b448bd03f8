"""What every Lambda function of a town has besides its code: name, settings, role, log, dead letters, alarms.

Chalice names the functions and their routes. The rest is common to all and stands here, so that no function can lack
it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from infra.build.alarms import alarms_of, metrics_of
from infra.build.function import Function, Resource
from infra.build.import_rights import BESIDE_CHALICE

LOGS_DAYS = 180
BUCKET = "arn:${AWS::Partition}:s3:::${TablePrefix}-documents-${AWS::AccountId}"


FUNCTIONS: Mapping[str, Function] = {
    "APIHandler": Function(
        "api",
        {
            "families": ("GetItem", "PutItem", "Query", "UpdateItem"),
            "invoices": ("GetItem", "Query", "UpdateItem"),
            "invoices/index/listed": ("Query",),
            "journal": ("PutItem", "Query"),
            "logins": ("Query",),
            "outbox": ("BatchGetItem", "PutItem", "Query", "UpdateItem"),
            "payments": ("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
            "places": ("BatchGetItem", "UpdateItem"),
            "planning": ("Query", "UpdateItem"),
            "throttle": ("BatchGetItem", "UpdateItem"),
            "town": ("GetItem",),
        },
        folders={"attestations": ("GetObject",), "factures": ("GetObject",)},
        async_=False,
    ),
    "NotifyInvoices": Function(
        "notify-invoices",
        {
            "families": ("GetItem", "Query"),
            "invoices": ("GetItem", "Query", "UpdateItem"),
            "invoices/index/to-notify": ("Query",),
            "outbox": ("BatchGetItem", "PutItem"),
        },
        at_once=1,
    ),
    "SendOutbox": Function(
        "send-outbox",
        {"outbox": ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"), "town": ("GetItem",)},
        mails=True,
        folders={"annuaire": ("GetObject",)},
        at_once=1,
    ),
    # Two at once make one order: it keeps no place of its own.
    "SendOrders": Function(
        "send-orders",
        {
            "journal/index/by-written": ("Query",),
            "outbox": ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
            "planning/index/by-day": ("Query",),
            "town": ("GetItem",),
        },
        folders={"annuaire": ("GetObject",)},
    ),
    "ReconcilePayments": Function(
        "reconcile-payments",
        {
            "invoices": ("GetItem", "Query", "UpdateItem"),
            "outbox": ("PutItem",),
            "payments": ("BatchGetItem", "GetItem", "PutItem", "UpdateItem"),
            "payments/index/to-look-at": ("Query",),
        },
        at_once=1,
    ),
    "RecountPlaces": Function(
        "recount-places",
        {
            "families": ("Query",),
            "places": ("BatchGetItem", "UpdateItem"),
            "planning/index/by-day": ("Query",),
            "town": ("GetItem",),
        },
        at_once=1,
    ),
    "WriteExports": Function(
        "write-exports",
        {
            "journal/index/by-written": ("Query",),
            "families": ("Query",),
            "invoices": ("Query",),
            "outbox": ("Query",),
            "payments": ("Query",),
            "planning/index/by-day": ("Query",),
            "town": ("GetItem", "PutItem", "Query"),
        },
        folders={
            "annuaire": ("GetObject",),
            "exports": ("DeleteObject", "GetObject", "PutObject"),
            "facturation": ("GetObject",),
            "regie": ("GetObject",),
        },
        at_once=1,
    ),
    "NoteSesEvent": Function("note-ses-event", {"outbox": ("BatchWriteItem", "PutItem"), "town": ("GetItem",)}),
}
"""Functions by Chalice's name of the resource. A test runs each one and compares its calls with what it may call."""
EVERY_FUNCTION: Mapping[str, Function] = {**FUNCTIONS, **BESIDE_CHALICE}
ENVIRONMENT: Resource = {
    "PORTAL_TABLES": {"Ref": "TablePrefix"},
    "PORTAL_BUCKET": {"Fn::Sub": "${TablePrefix}-documents-${AWS::AccountId}"},
    "PORTAL_SENDER": {"Ref": "Sender"},
    "PORTAL_SECRETS": {"Fn::Sub": "/${TablePrefix}/secrets"},
    # Nobody reads it: changing it starts every function anew, with the secrets of then.
    "PORTAL_SECRETS_TURN": {"Ref": "SecretsTurn"},
    "PORTAL_ORIGIN": {"Fn::If": ["HasDomain", {"Fn::Sub": "https://${DomainName}"}, {"Ref": "PublicOrigin"}]},
    "PORTAL_BASE_PATH": {"Fn::If": ["HasDomain", "", "/api"]},
    "PORTAL_PAYFIP_URL": {"Ref": "PayFipUrl"},
    "PORTAL_PAYFIP_TEST": {"Ref": "PayFipTest"},
    "PORTAL_MAILS_PER_SECOND": {"Ref": "MailsPerSecond"},
    "PORTAL_MAIL_CONFIGURATION": {"Fn::Sub": "${TablePrefix}-mails"},
    "PORTAL_AWS_ENDPOINT": {"Ref": "StandInEndpoint"},
}


@dataclass
class Additions:
    """Resources to add, and properties to add to existing ones."""

    resources: dict[str, Resource] = field(default_factory=dict)
    properties: dict[str, Resource] = field(default_factory=dict)


def additions() -> Additions:
    made = Additions()
    for logical, function in EVERY_FUNCTION.items():
        made.properties[logical] = _properties(logical, function)
        made.resources[f"{logical}Role"] = _role(function)
        made.resources[f"{logical}Log"] = log_of(function)
        made.resources |= dict(alarms_of(logical, function))
        made.resources |= dict(metrics_of(logical))
    return made


def _properties(logical: str, function: Function) -> Resource:
    given: Resource = {
        "FunctionName": {"Fn::Sub": f"${{TablePrefix}}-{function.name}"},
        "Role": {"Fn::GetAtt": [f"{logical}Role", "Arn"]},
        "LoggingConfig": {"LogGroup": {"Ref": f"{logical}Log"}},
        "Tags": {"town": {"Ref": "TablePrefix"}},
    }
    if function.async_:
        given["DeadLetterQueue"] = {"Type": "SQS", "TargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}
    if function.at_once:
        given["ReservedConcurrentExecutions"] = function.at_once
    if logical == "APIHandler":
        given |= {
            "ReservedConcurrentExecutions": {
                "Fn::If": ["LimitsApi", {"Ref": "ApiConcurrency"}, {"Ref": "AWS::NoValue"}]
            },
            # A new version takes one request in ten for five minutes; an alarm takes all of them back.
            "AutoPublishAlias": "live",
            "AutoPublishAliasAllProperties": True,
            "DeploymentPreference": {
                "Type": "Canary10Percent5Minutes",
                "Alarms": [{"Ref": "ApiErrorsAlarm"}, {"Ref": "APIHandlerErrorsAlarm"}],
            },
        }
    return given


def _role(function: Function) -> Resource:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": _document(
                [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]
            ),
            "Policies": [{"PolicyName": "what-it-does", "PolicyDocument": _document(list(_statements(function)))}],
        },
    }


def _statements(function: Function) -> Iterator[Resource]:
    yield _allow(
        ["logs:CreateLogStream", "logs:PutLogEvents"],
        "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:log-group:"
        f"/aws/lambda/${{TablePrefix}}-{function.name}:*",
    )
    secrets = "arn:${AWS::Partition}:ssm:${AWS::Region}:${AWS::AccountId}:parameter/${TablePrefix}/secrets"
    yield _allow(["ssm:GetParametersByPath"], secrets, f"{secrets}/*")
    for table, actions in function.tables.items():
        yield _allow(
            [f"dynamodb:{action}" for action in actions],
            f"arn:${{AWS::Partition}}:dynamodb:${{AWS::Region}}:${{AWS::AccountId}}:table/${{TablePrefix}}-{table}",
        )
    for folder, actions in function.folders.items():
        yield _allow([f"s3:{action}" for action in actions], f"{BUCKET}/{folder}/*")
    if function.folders:
        # Without it S3 answers 403 for a PDF that is not there, and the parent would be told of a breakdown.
        listing = ["s3:ListBucketVersions"] if "depot" in function.folders else []
        yield _allow(["s3:ListBucket", *listing], BUCKET)
    if function.mails:
        ses = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}"
        # An e-mail with files is a raw one to SES, which asks for that action too.
        yield _allow(
            ["ses:SendEmail", "ses:SendRawEmail"],
            f"{ses}:identity/*",
            f"{ses}:configuration-set/${{TablePrefix}}-mails",
        )
    if function.async_:
        yield {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": {"Fn::GetAtt": ["DeadLetters", "Arn"]}}


def _allow(actions: list[str], *resources: str) -> Resource:
    named = [{"Fn::Sub": one} for one in resources]
    return {"Effect": "Allow", "Action": actions, "Resource": named if len(named) > 1 else named[0]}


def _document(statements: list[Resource]) -> Resource:
    return {"Version": "2012-10-17", "Statement": statements}


def log_of(function: Function) -> Resource:
    """The function's log. It is kept when the stack is deleted, because it tells what happened just before."""
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": {
            "LogGroupName": {"Fn::Sub": f"/aws/lambda/${{TablePrefix}}-{function.name}"},
            "RetentionInDays": LOGS_DAYS,
            "Tags": [{"Key": "town", "Value": {"Ref": "TablePrefix"}}],
        },
    }
