"""Chalice's own package -> the one CloudFormation template that is deployed, in which nothing is left to expand.

The SAM macro runs here (aws-sam-translator, the same code that CloudFormation runs). So AWS gets exactly what is
reviewed, linted, tried on the stand-in and shown in a change set.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

import yaml

from infra.build.answers import gateway_responses
from infra.build.beside import Zip
from infra.build.certificate_function import certificate_function
from infra.build.functions import ENVIRONMENT, FUNCTIONS, additions
from infra.build.import_function import import_function

ROOT = Path(__file__).parents[2]
TEMPLATE = Path("infra") / "resources.yaml"
TO_THE_FUNCTION = "functions/${APIHandler.Arn}/invocations"
TO_ITS_ALIAS = "functions/${APIHandlerAliaslive}/invocations"
COPIED = ("app.py", "chalicelib", ".chalice", "infra/resources.yaml")
Template = dict[str, Any]


class CannotBuild(RuntimeError):
    """The message says what is in the way, and what to do."""


@dataclass(frozen=True)
class Code:
    """Where the zips are: an S3 bucket, the key of the functions', the key of the import's. ``runtime`` is
    ``python3.13``, ``architecture`` is ``arm64``."""

    bucket: str
    key: str
    import_key: str
    runtime: str
    architecture: str = "arm64"


def template_of(stage: str, code: Code) -> Template:
    """The finished template of a stage. Raises CannotBuild."""
    made = expanded(finished(chalice_package(stage), stage, code))
    # The macro only says it in the definition; said in both places, neither can be read as the contrary.
    made["Resources"]["RestAPI"]["Properties"]["DisableExecuteApiEndpoint"] = {"Fn::If": ["HasDomain", True, False]}
    return made


def chalice_package(stage: str) -> Template:
    """What ``chalice package --merge-template infra/resources.yaml`` makes. Raises CannotBuild."""
    with _copy() as project:
        out = project / "out"
        said = subprocess.run(
            [
                *(sys.executable, "-c", "from chalice.cli import main; main()", "package", "--stage", stage),
                *("--merge-template", str(project / TEMPLATE), "--template-format", "yaml", str(out)),
            ],
            cwd=project,
            env={**os.environ, "AWS_DEFAULT_REGION": "eu-west-3"},
            capture_output=True,
            text=True,
            check=False,
        )
        if said.returncode:
            raise CannotBuild(f"chalice package failed:\n{said.stdout}{said.stderr}")
        made: Template = yaml.safe_load((out / "sam.yaml").read_text())
    return made


@contextmanager
def _copy() -> Iterator[Path]:
    """The project without requirements: Chalice would install them for a zip that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="chalice-") as folder:
        project = Path(folder)
        for name in COPIED:
            source, target = ROOT / name, project / name
            target.parent.mkdir(exist_ok=True)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__", "deployed"))
            else:
                shutil.copy(source, target)
        (project / "requirements.txt").touch()
        yield project


def finished(sam: Template, stage: str, code: Code) -> Template:
    """``sam`` with what Chalice cannot declare: roles, logs, alarms, the alias, the gateway's own answers, our zip."""
    text = json.dumps(sam)
    resources: Template = json.loads(text.replace(TO_THE_FUNCTION, TO_ITS_ALIAS))["Resources"]
    made = additions()
    functions = {name for name, one in resources.items() if one["Type"] == "AWS::Serverless::Function"}
    if functions != set(FUNCTIONS):
        raise CannotBuild(f"functions of Chalice and of infra/build/functions.py differ: {functions ^ set(FUNCTIONS)}")
    for name in functions:
        properties = resources[name]["Properties"]
        properties |= made.properties[name]
        properties |= {
            "Environment": {"Variables": {"PORTAL_STAGE": stage, **ENVIRONMENT}},
            "CodeUri": {"Bucket": code.bucket, "Key": code.key},
            "Runtime": code.runtime,
            "Architectures": [code.architecture],
        }
    resources["APIHandlerInvokePermission"]["Properties"]["FunctionName"] = {"Ref": "APIHandlerAliaslive"}
    resources["RestAPI"]["Properties"]["GatewayResponses"] = gateway_responses()
    resources["RestAPI"].setdefault("DependsOn", "GatewayLogging")
    # Without it the macro makes a second stage, named Stage, which nothing limits, logs or watches.
    zipped = Zip(stage, code.bucket, code.import_key, code.runtime, code.architecture)
    beside = import_function(zipped) | certificate_function(zipped)
    return {**sam, "Globals": {"Api": {"OpenApiVersion": "2.0"}}, "Resources": resources | made.resources | beside}


def expanded(sam: Template) -> Template:
    """Plain CloudFormation. Raises CannotBuild for what the macro refuses."""
    # Heavy, and only a build needs them.
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415
    from samtranslator.translator.transform import transform  # noqa: PLC0415

    class NoManagedPolicies:
        def load(self) -> dict[str, str]:
            return {}

    parameters = {name: one.get("Default", name) for name, one in sam["Parameters"].items()}
    with mock.patch.dict(os.environ, {"AWS_DEFAULT_REGION": "eu-west-3"}):
        try:
            made: Template = transform(json.loads(json.dumps(sam)), parameters, NoManagedPolicies())
        except InvalidDocumentException as error:
            causes = "\n".join(cause.message for cause in error.causes)
            raise CannotBuild(f"the SAM macro refuses the template:\n{causes}") from error
    return made
