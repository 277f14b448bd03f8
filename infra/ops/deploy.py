"""Deploying a stage: its zip and template in S3, a change set that is shown before it runs, and taking it all down."""

import hashlib
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.build.__main__ import BUCKET
from infra.ops.stage import CannotOperate, Stage

PATIENCE = 45 * 60
"""Seconds for a stack to be done: ten minutes to create, seven more for the gradual turn to a new version."""
NEVER_WHOLE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED"})
"""A first deployment that failed: CloudFormation can only delete it, and its protected tables are left."""
SNAPSHOT = re.compile(r"\b((?:APIHandlerVersion|RestAPIDeployment)[0-9a-f]{10})[0-9a-f]{0,8}\b")
CAPABILITIES = ["CAPABILITY_NAMED_IAM"]


@dataclass(frozen=True)
class Operator:
    """Who deploys: is told things, asked whether to go on, and waits (seconds)."""

    say: Callable[[str], None]
    confirm: Callable[[str], bool]
    pause: Callable[[float], None] = time.sleep


def deploy(stage: Stage, built: Path, operator: Operator) -> None:
    """``built``: the folder that the package was made in. Raises CannotOperate."""
    bucket = _artifacts(stage)
    (archive,) = built.glob("portal-*.zip")
    stage.client("s3").upload_file(str(archive), bucket, archive.name)
    there = stage.stack()
    before = _parameters(there) if there else {}
    template = _of_now((built / "template.json").read_text().replace(BUCKET, bucket), {**before, **stage.parameters})
    _apply(stage, _put_template(stage, bucket, template), stage.parameters, operator)
    origin = stage.outputs().get("Origin", "")
    told = stage.parameters.get("DomainName") or stage.parameters.get("PublicOrigin")
    if not told and _parameters(_needed(stage)).get("PublicOrigin") != origin:
        operator.say(f"The portal's address is now known: {origin}. The functions are told, in a second change.")
        start_anew(stage, {"PublicOrigin": origin}, operator)


def start_anew(stage: Stage, changed: dict[str, str], operator: Operator) -> None:
    """Update the stack's parameters, and nothing else; the functions start anew. Raises CannotOperate."""
    formation = stage.client("cloudformation")
    parameters = {**_parameters(_needed(stage)), **changed}
    body = formation.get_template(StackName=stage.prefix, TemplateStage="Original")["TemplateBody"]
    template = _of_now(body if isinstance(body, str) else json.dumps(body), parameters)
    formation.update_stack(
        StackName=stage.prefix,
        TemplateURL=_put_template(stage, _artifacts(stage), template),
        Capabilities=CAPABILITIES,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(parameters.items())],
    )
    _wait(stage, operator)


def turn_secrets(stage: Stage, operator: Operator) -> None:
    """Make every function read the secrets again."""
    turn = int(_parameters(_needed(stage)).get("SecretsTurn", "0")) + 1
    start_anew(stage, {"SecretsTurn": str(turn)}, operator)


def destroy(stage: Stage, word: str, operator: Operator) -> None:
    """Take the stack down. Tables and documents stay, unless ``word`` is ``delete <prefix> and all its data``.

    Raises CannotOperate for any other word that is not empty: nothing is done then.
    """
    whole = f"delete {stage.prefix} and all its data"
    if word not in ("", whole):
        raise CannotOperate(f"WORD={word!r} is not {whole!r}: nothing was deleted")
    _needed(stage)
    tables = [name for name in _tables(stage) if name.startswith(f"{stage.prefix}-")]
    stage.client("cloudformation").delete_stack(StackName=stage.prefix)
    _wait(stage, operator, gone=True)
    if not word:
        operator.say(f"The stack is gone. Kept: {len(tables)} tables and the bucket {stage.documents}.")
        return
    for name in tables:
        stage.client("dynamodb").update_table(TableName=name, DeletionProtectionEnabled=False)
        stage.client("dynamodb").delete_table(TableName=name)
    _empty_bucket(stage, stage.documents)
    operator.say(
        f"The stack, {len(tables)} tables and every document are gone. DynamoDB keeps a last backup for 35 days."
    )


def _apply(stage: Stage, template: str, wanted: dict[str, str], operator: Operator) -> None:
    formation = stage.client("cloudformation")
    there = stage.stack()
    if there and there["StackStatus"] in NEVER_WHOLE:
        word = f"delete {stage.prefix} and all its data"
        raise CannotOperate(
            f"{stage.prefix} was never whole ({there['StackStatus']}) and holds nothing: "
            f'make destroy STAGE={stage.name} WORD="{word}", then deploy again'
        )
    known = set(_parameters(there)) if there else set()
    set_here = {"PublicOrigin", "SecretsTurn"} & known - wanted.keys()
    kept = [{"ParameterKey": name, "UsePreviousValue": True} for name in sorted(set_here)]
    given = [{"ParameterKey": name, "ParameterValue": value} for name, value in wanted.items()]
    name = f"deploy-{secrets.token_hex(4)}"
    formation.create_change_set(
        StackName=stage.prefix,
        ChangeSetName=name,
        ChangeSetType="UPDATE" if there else "CREATE",
        TemplateURL=template,
        Capabilities=CAPABILITIES,
        Parameters=[*given, *kept],
        Tags=[{"Key": "town", "Value": stage.prefix}],
    )
    changes = _described(stage, name, operator)
    if changes is None:
        operator.say("Nothing changes.")
        formation.delete_change_set(StackName=stage.prefix, ChangeSetName=name)
        return
    for line in changes:
        operator.say(line)
    if not operator.confirm(f"Apply these {len(changes)} changes to {stage.prefix}?"):
        raise CannotOperate(f"nothing was changed; the change set {name} is there to be looked at")
    formation.execute_change_set(StackName=stage.prefix, ChangeSetName=name)
    _wait(stage, operator)


def _described(stage: Stage, name: str, operator: Operator) -> list[str] | None:
    """One line for each change; None when there is none. Raises CannotOperate."""
    formation = stage.client("cloudformation")
    for _ in range(PATIENCE):
        told = formation.describe_change_set(StackName=stage.prefix, ChangeSetName=name)
        if told["Status"] == "CREATE_COMPLETE":
            return list(_lines(formation, stage.prefix, name))
        if told["Status"] == "FAILED":
            why = told.get("StatusReason", "")
            if "didn't contain changes" in why or "No updates" in why:
                return None
            raise CannotOperate(f"CloudFormation refuses the change: {why}")
        operator.pause(1)
    raise CannotOperate("CloudFormation did not say what would change")


def _lines(formation: Any, stack: str, name: str) -> Iterator[str]:
    for page in formation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name):
        for change in page["Changes"]:
            one = change["ResourceChange"]
            replaced = " REPLACED" if one.get("Replacement") == "True" else ""
            yield f"  {one['Action']:<8} {one['ResourceType']:<36} {one['LogicalResourceId']}{replaced}"


def _wait(stage: Stage, operator: Operator, *, gone: bool = False) -> None:
    """Until the stack is done. Raises CannotOperate, naming what failed first."""
    for _ in range(PATIENCE):
        there = stage.stack()
        status = there["StackStatus"] if there else "DELETE_COMPLETE"
        if not status.endswith("IN_PROGRESS"):
            break
        operator.pause(1)
    if status in ("DELETE_COMPLETE" if gone else "CREATE_COMPLETE", "UPDATE_COMPLETE"):
        operator.say(f"{stage.prefix}: {status}")
        return
    raise CannotOperate(f"{stage.prefix}: {status}. {_first_failure(stage)}")


def _first_failure(stage: Stage) -> str:
    try:
        events = stage.client("cloudformation").describe_stack_events(StackName=stage.prefix)["StackEvents"]
    except ClientError as error:
        return str(error)
    failed = [one for one in reversed(events) if one["ResourceStatus"].endswith("FAILED")]
    return f"{failed[0]['LogicalResourceId']}: {failed[0].get('ResourceStatusReason', '')}" if failed else ""


def _artifacts(stage: Stage) -> str:
    """The bucket of zips and templates, made when it is not there: private, encrypted, old ones gone after 90 days."""
    storage, name = stage.client("s3"), stage.artifacts
    try:
        storage.head_bucket(Bucket=name)
    except ClientError:
        storage.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": stage.region})
        closed = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        storage.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=closed)
        rule = {"ID": "old", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 90}}
        storage.put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    return name


def _put_template(stage: Stage, bucket: str, template: str) -> str:
    """Its address: CloudFormation takes 51,200 bytes in a request, and the template has more."""
    key = f"{stage.name}/template.json"
    stage.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(json.loads(template)).encode())
    host = stage.endpoint or f"https://s3.{stage.region}.amazonaws.com"
    return f"{host}/{bucket}/{key}"


def _needed(stage: Stage) -> dict[str, Any]:
    there = stage.stack()
    if there is None:
        raise CannotOperate(f"there is no stack {stage.prefix} in {stage.region}")
    return there


def _parameters(stack: dict[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}


def _of_now(template: str, parameters: dict[str, str]) -> str:
    """The template with the names of the API's published version and deployment made of the parameters too.

    Each is a snapshot, and SAM names it by the code and the template alone: without this, what only a parameter changes
    (the environment; whether API Gateway's own address answers) would never reach parents.
    """
    seed = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode()).hexdigest()[:8]
    return SNAPSHOT.sub(rf"\g<1>{seed}", template)


def _tables(stage: Stage) -> Iterator[str]:
    for page in stage.client("dynamodb").get_paginator("list_tables").paginate():
        yield from page["TableNames"]


def _empty_bucket(stage: Stage, name: str) -> None:
    storage = stage.client("s3")
    for page in storage.get_paginator("list_object_versions").paginate(Bucket=name):
        there = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        if there:
            named = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in there]
            storage.delete_objects(Bucket=name, Delete={"Objects": named, "Quiet": True})
    storage.delete_bucket(Bucket=name)
