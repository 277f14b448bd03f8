"""A deployed stage: its region, its parameters, its clients. Declared in ``infra/stages/<stage>.json``."""

import json
from dataclasses import dataclass, field
from functools import cached_property
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
    """``name`` is Chalice's; ``parameters`` are the template's. ``endpoint``: what stands in for AWS, empty on AWS."""

    name: str
    region: str
    parameters: dict[str, str] = field(default_factory=dict)
    endpoint: str = ""

    @property
    def prefix(self) -> str:
        """What the name of everything of this town begins with; the stack is called so."""
        return self.parameters["TablePrefix"]

    @cached_property
    def _session(self) -> boto3.Session:
        stand_in = {"aws_access_key_id": "test", "aws_secret_access_key": "test"} if self.endpoint else {}
        return boto3.Session(region_name=self.region, **stand_in)

    def client(self, service: str) -> Any:
        return self._session.client(service, endpoint_url=self.endpoint or None)

    @cached_property
    def account(self) -> str:
        return str(self.client("sts").get_caller_identity()["Account"])

    @property
    def artifacts(self) -> str:
        """The bucket of zips and templates; its name is nobody else's in the world."""
        return f"{self.prefix}-artifacts-{self.account}"

    @property
    def documents(self) -> str:
        """The bucket of the invoices' PDFs."""
        return f"{self.prefix}-documents-{self.account}"

    def stack(self) -> dict[str, Any] | None:
        """CloudFormation's description of the stack; None when there is none."""
        try:
            found = self.client("cloudformation").describe_stacks(StackName=self.prefix)["Stacks"]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        living = [one for one in found if one["StackStatus"] not in {"DELETE_COMPLETE", "REVIEW_IN_PROGRESS"}]
        return living[0] if living else None

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


def read_stage(name: str, folder: Path = STAGES) -> Stage:
    """Raises CannotOperate for a stage that is not declared."""
    path = folder / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in folder.glob("*.json")))
        raise CannotOperate(f"STAGE={name} is not declared in {folder.name}/; known: {known}")
    told = json.loads(path.read_text())
    return Stage(name, told["region"], told["parameters"], told.get("endpoint", ""))
