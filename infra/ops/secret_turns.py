"""The secrets of a stage, in SSM: made once, and changed without signing anybody out."""

import secrets
from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from infra.ops.stage import CannotOperate, Stage

NAMES = ("session-secret", "pepper")


def make_missing(stage: Stage) -> list[str]:
    """Write the secrets that the stage does not have; return their names. An existing secret is never touched."""
    made = []
    for name in NAMES:
        try:
            stage.client("ssm").put_parameter(
                Name=_path(stage, name), Value=secrets.token_urlsafe(32), Type="SecureString", Overwrite=False
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ParameterAlreadyExists":
                raise
        else:
            made.append(name)
    return made


def missing(stage: Stage) -> set[str]:
    """Names of the secrets that the stage does not have."""
    told = stage.client("ssm").get_parameters(Names=[_path(stage, name) for name in NAMES])
    return {path.rpartition("/")[2] for path in told["InvalidParameters"]}


def rotate(stage: Stage, start_anew: Callable[[], None]) -> None:
    """Change the session secret. Every function first learns the new one, then signs with it, so that at no moment one
    function signs what another refuses.

    The secret before stays valid until the next rotation. ``start_anew`` restarts all functions. Raises CannotOperate
    when the stage has no secret.
    """
    current = read_secret(stage, "session-secret").split()[0]
    fresh = secrets.token_urlsafe(32)
    for value in (f"{current} {fresh}", f"{fresh} {current}"):
        stage.client("ssm").put_parameter(
            Name=_path(stage, "session-secret"), Value=value, Type="SecureString", Overwrite=True
        )
        start_anew()


def read_secret(stage: Stage, name: str) -> str:
    """Raises CannotOperate when it cannot be read."""
    try:
        found: dict[str, Any] = stage.client("ssm").get_parameter(Name=_path(stage, name), WithDecryption=True)
    except ClientError as error:
        raise CannotOperate(f"{_path(stage, name)} cannot be read ({error})") from error
    return str(found["Parameter"]["Value"])


def _path(stage: Stage, name: str) -> str:
    return f"/{stage.prefix}/secrets/{name}"
