"""Deploying a stage: for the first time, again, or around what an earlier stack kept; and starting its functions
anew."""

import json
from pathlib import Path

from infra.build.bundle import BUNDLES
from infra.ops.artifacts import artifacts, of_now, of_stage, put_template
from infra.ops.formation import (
    CAPABILITIES,
    NEVER_WHOLE,
    change,
    guard,
    needed,
    parameters_of,
    take_down,
    unstick,
    wait,
)
from infra.ops.kept import Kept, counted, in_words, look, refuse_strangers
from infra.ops.kinds import count_items, table_state
from infra.ops.operator import Operator
from infra.ops.secret_turns import make_missing, missing
from infra.ops.stage import CannotOperate, Stage


def deploy(stage: Stage, built: Path, operator: Operator) -> None:
    """Deploy. ``built`` is the folder of the package. Raises CannotOperate.

    After an interruption, run it again: it continues from there.
    """
    unstick(stage, operator)
    there = stage.stack()
    if there is None or there["StackStatus"] in NEVER_WHOLE:
        _refuse_what_was_kept(stage, there["StackStatus"] if there else "", operator)
    _bring(stage, built, operator, importing=False)


def adopt(stage: Stage, built: Path, operator: Operator) -> None:
    """Deploy around what an earlier stack of this stage kept: tables, documents, logs and mail domain enter the new
    stack unchanged.

    Raises CannotOperate, before anything is changed, for what is not tagged as this stage's. After an interruption, run
    it again: it continues from there.
    """
    unstick(stage, operator)
    there = stage.stack()
    found = look(stage, operator)
    refuse_strangers(stage, found)
    if there and there["StackStatus"] in NEVER_WHOLE:
        if not operator.confirm(f"Remove what is left of the stack ({there['StackStatus']})? Its data stays."):
            raise CannotOperate("nothing was changed")
        take_down(stage, operator)
    inside = set(stage.resources())
    outside = [one for one in found if (one.type, one.name) not in inside]
    if outside:
        operator.say(f"Adopted: {', '.join(map(str, outside))}. In them: {in_words(counted(stage, outside))}.")
    for one in outside:
        if one.kind.protect:
            one.kind.protect(stage, one.name)
    # DynamoDB works on a table whose settings change, and CloudFormation adopts only one that is at rest.
    look(stage, operator)
    _bring(stage, built, operator, importing=True)


def _refuse_what_was_kept(stage: Stage, status: str, operator: Operator) -> None:
    """Raises CannotOperate when a new stack would meet things with its names, or when a failed stack is in the way.
    What is there is counted before anything is said of it."""
    found = look(stage, operator)
    refuse_strangers(stage, found)
    if status:
        raise CannotOperate(f"{stage.prefix} cannot be changed any more ({status}). {_what_now(stage, found)}")
    if found:
        raise CannotOperate(f"there is no stack {stage.prefix}, but what one keeps is. {_what_now(stage, found)}")


def _what_now(stage: Stage, found: tuple[Kept, ...]) -> str:
    return (
        f"There: {', '.join(map(str, found)) or 'nothing that outlives a stack'}; {in_words(counted(stage, found))}. "
        f"make adopt STAGE={stage.name} makes a new stack around it; make destroy STAGE={stage.name} says how its data "
        "would be deleted instead"
    )


def _bring(stage: Stage, built: Path, operator: Operator, *, importing: bool) -> None:
    _secrets(stage, operator)
    bucket = artifacts(stage)
    for bundle in BUNDLES:
        (archive,) = built.glob(f"{bundle.name}-*.zip")
        stage.client("s3").put_object(Bucket=bucket, Key=archive.name, Body=archive.read_bytes())
    there = stage.stack()
    before = parameters_of(there) if there else {}
    template = of_stage(stage, (built / "template.json").read_text(), bucket, {**before, **stage.parameters})
    change(stage, put_template(stage, bucket, template), stage.parameters, operator, importing=importing)
    guard(stage, on=True)
    origin = stage.outputs().get("Origin", "")
    told = stage.parameters.get("DomainName") or stage.parameters.get("PublicOrigin")
    if not told and parameters_of(needed(stage)).get("PublicOrigin") != origin:
        operator.say(f"The portal's address is now known: {origin}. The functions are told, in a second change.")
        start_anew(stage, {"PublicOrigin": origin}, operator)


def _secrets(stage: Stage, operator: Operator) -> None:
    """Make the secrets that a new stage does not have. If families already have codes, a new pepper would open none of
    them."""
    lost = missing(stage)
    logins = f"{stage.prefix}-logins"
    if "pepper" in lost and table_state(stage, logins) and count_items(stage, logins):
        raise CannotOperate(
            f"/{stage.prefix}/secrets/pepper is missing, and {logins} has codes that only it opens: put it back from "
            "where it is kept with the backups (aws ssm put-parameter --type SecureString). If it is lost, write any "
            "long random word there, then import familles.csv: until then nobody can sign in"
        )
    for name in make_missing(stage):
        operator.say(f"Made the secret /{stage.prefix}/secrets/{name}")


def start_anew(stage: Stage, changed: dict[str, str], operator: Operator) -> None:
    """Update only the stack's parameters; the functions start anew. Raises CannotOperate."""
    formation = stage.client("cloudformation")
    parameters = {**parameters_of(needed(stage)), **changed}
    body = formation.get_template(StackName=stage.prefix, TemplateStage="Original")["TemplateBody"]
    template = of_now(body if isinstance(body, str) else json.dumps(body), parameters)
    formation.update_stack(
        StackName=stage.prefix,
        TemplateURL=put_template(stage, artifacts(stage), template),
        Capabilities=CAPABILITIES,
        Parameters=[{"ParameterKey": name, "ParameterValue": value} for name, value in sorted(parameters.items())],
    )
    wait(stage, operator)


def turn_secrets(stage: Stage, operator: Operator) -> None:
    """Make every function read the secrets again."""
    turn = int(parameters_of(needed(stage)).get("SecretsTurn", "0")) + 1
    start_anew(stage, {"SecretsTurn": str(turn)}, operator)
