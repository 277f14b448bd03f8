"""A deployed stage: its region, its parameters, its clients. Declared in ``infra/stages/<stage>.json``."""

import json
import os
import re
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from infra.build.sam import ROOT

STAGES = ROOT / "infra" / "stages"


class CannotOperate(RuntimeError):
    """The message says what stands in the way, and what to do."""


@dataclass(frozen=True)
class Stage:
    """``name`` is Chalice's; ``parameters`` are the template's. ``endpoint`` is the address of a stand-in; empty on
    AWS."""

    name: str
    region: str
    parameters: dict[str, str] = field(default_factory=dict)
    endpoint: str = ""
    owner: str = ""
    """The AWS account that the stage lives in, twelve digits; may be empty on a stand-in only."""

    @property
    def prefix(self) -> str:
        """The beginning of every name of this town; it is also the name of the stack."""
        return self.parameters["TablePrefix"]

    def client(self, service: str) -> Any:
        """A client of an AWS service. Raises CannotOperate when the credentials are of another account: nothing is read
        or written there."""
        self.check_account()
        return self._client(service)

    def _client(self, service: str) -> Any:
        if service not in self._clients:
            session = _session(self.region, bool(self.endpoint))
            self._clients[service] = session.client(service, endpoint_url=self.endpoint or None)
        return self._clients[service]

    @cached_property
    def _clients(self) -> dict[str, Any]:
        """The clients; each is made once."""
        return {}

    def check_account(self) -> None:
        """Raises CannotOperate when the stage does not say which account it lives in, or says another one."""
        if not self.owner and not self.endpoint:
            raise CannotOperate(
                f'STAGE={self.name} does not say which AWS account it lives in: write "account": "<twelve digits>" in'
                " its file. With that account's credentials, aws sts get-caller-identity --query Account --output text"
                " prints them"
            )
        if self.owner and self.account != self.owner:
            raise CannotOperate(
                f"STAGE={self.name} lives in account {self.owner}, and the credentials are those of {self.account}:"
                " nothing was read or written. AWS_PROFILE chooses others"
            )

    @cached_property
    def account(self) -> str:
        """The account that the credentials open."""
        return str(self._client("sts").get_caller_identity()["Account"])

    @property
    def artifacts(self) -> str:
        """The bucket of zips and templates; nobody else in the world has its name."""
        return f"{self.prefix}-artifacts-{self.account}"

    @property
    def documents(self) -> str:
        """The bucket of the invoices' PDFs."""
        return f"{self.prefix}-documents-{self.account}"

    def stack(self) -> dict[str, Any] | None:
        """CloudFormation's description of the stack; None when there is none, or only one that was never executed."""
        there = self.shell()
        return there if there and there["StackStatus"] != "REVIEW_IN_PROGRESS" else None

    def shell(self) -> dict[str, Any] | None:
        """The same; also the empty stack of a change set that nobody executed."""
        try:
            found = self.client("cloudformation").describe_stacks(StackName=self.prefix)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        return next((one for one in found if one["StackStatus"] != "DELETE_COMPLETE"), None)

    def resources(self, kind: str = "") -> list[tuple[str, str]]:
        """The stack's own resources, asked of it: type (``AWS::DynamoDB::Table``) and physical name, or those of one
        type. Empty without a stack."""
        if self.shell() is None:
            return []
        pages = self.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.prefix)
        told = [one for page in pages for one in page["StackResourceSummaries"]]
        return [
            (one["ResourceType"], one["PhysicalResourceId"])
            for one in told
            if one.get("PhysicalResourceId")
            and one["ResourceStatus"] != "DELETE_COMPLETE"
            and kind in {"", one["ResourceType"]}
        ]

    def outputs(self) -> dict[str, str]:
        return {one["OutputKey"]: one["OutputValue"] for one in (self.stack() or {}).get("Outputs", [])}

    def environment(self) -> dict[str, str]:
        """The variables of the stage's functions, for what runs where the operator is. Raises CannotOperate."""
        name = f"{self.prefix}-api"
        try:
            found = self.client("lambda").get_function_configuration(FunctionName=name)
        except ClientError as error:
            raise CannotOperate(f"{name} is not there ({error}): make deploy STAGE={self.name} first") from error
        variables: dict[str, str] = found["Environment"]["Variables"]
        return {**variables, "AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}


@lru_cache
def _session(region: str, stand_in: bool) -> boto3.Session:
    """One for all stages of a region: reading AWS's service descriptions takes longer than most questions."""
    credentials = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if stand_in else {}
    return boto3.Session(region_name=region, **credentials)


def read_stage(name: str) -> Stage:
    """The stage that ``<name>.json`` declares in ``infra/stages``, or in the folder that STAGES_DIR names.

    Raises CannotOperate for a stage that is not declared, or whose file cannot be read.
    """
    folder = Path(os.environ.get("STAGES_DIR") or STAGES)
    path = folder / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in folder.glob("*.json")))
        raise CannotOperate(f"STAGE={name} is not declared in {folder.name}/; known: {known}")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        stage = Stage(name, told["region"], told["parameters"], told.get("endpoint", ""), told.get("account", ""))
        _ = stage.prefix
    except (ValueError, TypeError, KeyError) as error:
        raise CannotOperate(f"{path} is not a stage's file ({type(error).__name__}: {error})") from error
    if stage.owner and not (isinstance(stage.owner, str) and re.fullmatch("[0-9]{12}", stage.owner)):
        raise CannotOperate(f"{path}: account is {stage.owner!r}; it must be twelve digits between quotes")
    return stage
