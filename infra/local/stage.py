"""The environment variables of a stage: of the portal that ``make run`` started here, or of a deployed one."""

import json
import os
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chalicelib.rules.school_calendar import PARIS

ROOT = Path(__file__).parents[2]
STATE = ROOT / ".local"
SENDER = "portail@ville-de-demo.example"
ACCOUNT = "000000000000"
"""The AWS account number that a stand-in uses."""


class UnknownStage(LookupError):
    """The stage is not running or not declared; the message says what to do."""


def local_environment(endpoint: str, demo_now: str = "") -> dict[str, str]:
    """What the portal needs to run with a stand-in: throwaway secrets, and nothing of the operator's AWS account."""
    return {
        **_without_aws(os.environ),
        "AWS_REGION": "eu-west-3",
        "AWS_DEFAULT_REGION": "eu-west-3",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PORTAL_STAGE": "local",
        "PORTAL_TABLES": "local",
        "PORTAL_BUCKET": f"local-documents-{ACCOUNT}",
        "PORTAL_SESSION_SECRET": secrets.token_urlsafe(32),
        "PORTAL_PEPPER": secrets.token_urlsafe(32),
        "PORTAL_SENDER": SENDER,
        "PORTAL_AWS_ENDPOINT": endpoint,
        "DEMO_NOW": demo_now,
    }


def _without_aws(environ: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environ.items() if not name.startswith(("AWS_", "PORTAL_"))}


def announce(environment: Mapping[str, str], port: int) -> Path:
    """Let ``make import`` find the portal on ``port``. Returns the file to remove when the portal stops."""
    ours = {name: value for name, value in environment.items() if name.startswith(("AWS_", "PORTAL_", "DEMO_NOW"))}
    path = _announcement(port)
    path.parent.mkdir(exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(ours, indent=2))
    return path


def environment_of(stage: str, port: int) -> dict[str, str]:
    """The environment of a stage, to import into it or export from it. Raises UnknownStage, CannotOperate.

    For a deployed stage it is what its functions have; it is read with the operator's own credentials.
    """
    if stage != "local":
        from infra.ops.stage import read_stage  # noqa: PLC0415 - AWS's libraries, which a local town does without

        return {**_without_aws(os.environ), **_credentials(), **read_stage(stage).environment()}
    path = _announcement(port)
    if not path.exists():
        raise UnknownStage(f"no portal runs here on port {port}: start one with `make run`, or give its PORT=")
    announced = json.loads(path.read_text())
    seconds = time.time() - path.stat().st_mtime
    return {**_without_aws(os.environ), **announced, "DEMO_NOW": _later(announced["DEMO_NOW"], seconds)}


def _later(demo_now: str, seconds: float) -> str:
    """What the portal's clock says after so many ``seconds``: a command has a clock of its own, which begins there.

    With the portal's first time again, a list would say an instant before the bookings that are in it.
    """
    if not demo_now:
        return ""
    start = datetime.fromisoformat(demo_now).replace(tzinfo=PARIS).astimezone(UTC)
    return (start + timedelta(seconds=seconds)).astimezone(PARIS).replace(tzinfo=None).isoformat()


def _credentials() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("AWS_")}


def _announcement(port: int) -> Path:
    return STATE / f"portal-{port}.json"
