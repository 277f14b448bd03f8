"""Small towns for what is done to whole stacks: some tables, documents, a log of the real template, no function."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.build.bundle import BUNDLES
from infra.declared import template
from infra.ops.deploy import deploy
from infra.ops.operator import Operator
from infra.ops.stage import Stage

SMALL = ("FamiliesTable", "LoginsTable", "DocumentsBucket", "AccessLog", "Alarms", "ImportFailedAlarm", "MailDomain")
PARAMETERS = ("TablePrefix", "SenderDomain", "WithMailDomain", "PublicOrigin")


@dataclass
class Town:
    """``agrees``: what the operator answers to every question."""

    stage: Stage
    said: list[str] = field(default_factory=list)
    agrees: bool = True

    @property
    def operator(self) -> Operator:
        return Operator(self.said.append, lambda _question: self.agrees, lambda _seconds: None)

    @property
    def words(self) -> str:
        return f"delete {self.stage.prefix} and all its data"

    def table(self, name: str = "families") -> str:
        return f"{self.stage.prefix}-{name}"

    def fill(self, count: int) -> None:
        """So many families."""
        for number in range(count):
            self.stage.client("dynamodb").put_item(
                TableName=self.table(), Item={"family": {"S": f"f-{number}"}, "part": {"S": "PROFILE"}}
            )

    def put_document(self, key: str = "factures/f-1/1.pdf") -> None:
        self.stage.client("s3").put_object(Bucket=self.stage.documents, Key=key, Body=b"%PDF")

    def families(self) -> int:
        return int(self.stage.client("dynamodb").scan(TableName=self.table(), Select="COUNT")["Count"])

    def tables(self) -> set[str]:
        """Of the whole account."""
        pages = self.stage.client("dynamodb").get_paginator("list_tables").paginate()
        return {name for page in pages for name in page["TableNames"]}

    def told(self) -> str:
        return "\n".join(self.said)


def a_stage(aws: str, prefix: str = "", *, knows_its_origin: bool = True) -> Stage:
    """Of a prefix that no other test uses. One that does not know its origin is deployed by two changes."""
    prefix = prefix or f"t{secrets.token_hex(4)}"
    parameters = {"TablePrefix": prefix, "SenderDomain": f"{prefix}.example", "WithMailDomain": "yes"}
    if knows_its_origin:
        parameters["PublicOrigin"] = f"https://{prefix}.example"
    stage = Stage("prod", "eu-west-3", parameters, aws)
    let_buckets_in(stage)
    return stage


def let_buckets_in(stage: Stage) -> None:
    """The stand-in announces that it imports a bucket, then refuses to make one of that name: it looks for names that
    are taken before it remembers which ones it imports. That look is left out; nothing else of the request changes."""

    def without_the_look(params: dict[str, Any], **_: object) -> None:
        if params["body"].get("ImportExistingResources") == "true":
            params["body"]["DisableValidation"] = "true"

    events = stage.client("cloudformation").meta.events
    events.register("before-call.cloudformation.CreateChangeSet", without_the_look)


def a_town(aws: str, built: Path, prefix: str = "") -> Town:
    town = Town(a_stage(aws, prefix))
    deploy(town.stage, built, town.operator)
    tag_bucket(town.stage)
    return town


def is_protected(stage: Stage) -> bool:
    """Whether it is there and cannot be deleted by accident."""
    stack = stage.stack()
    return stack is not None and stack["EnableTerminationProtection"] is True


def tag_bucket(stage: Stage) -> None:
    """What AWS's CloudFormation does and the stand-in's does not: it gives a bucket no tag."""
    tags = {"TagSet": [{"Key": "town", "Value": stage.prefix}]}
    stage.client("s3").put_bucket_tagging(Bucket=stage.documents, Tagging=tags)


def built_in(folder: Path, *, broken: bool = False, without: str = "") -> Path:
    """What ``make package`` would leave: its zips, and the template of a small town; or of one that lacks something."""
    template = _small(broken=broken)
    template["Resources"].pop(without, None)
    for bundle in BUNDLES:
        (folder / f"{bundle.name}-0123.zip").write_bytes(b"a zip")
    (folder / "template.json").write_text(json.dumps(template))
    return folder


def _small(*, broken: bool) -> dict[str, Any]:
    whole = template()
    resources = {name: json.loads(json.dumps(whole["Resources"][name])) for name in SMALL}
    del resources["MailDomain"]["Properties"]["ConfigurationSetAttributes"]
    if broken:
        resources["Nobody"] = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
        waiting = {"Handle": {"Ref": "Nobody"}, "Timeout": "1"}
        waits = {"Type": "AWS::CloudFormation::WaitCondition", "DependsOn": list(SMALL), "Properties": waiting}
        resources["Api"] = waits
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Parameters": {name: whole["Parameters"][name] for name in PARAMETERS},
        "Conditions": {"HoldsMailDomain": whole["Conditions"]["HoldsMailDomain"]},
        "Resources": resources,
        "Outputs": {"Origin": {"Value": {"Fn::Sub": "https://${TablePrefix}.example"}}},
    }
