"""CloudFormation: a change set is shown before it runs, and the stack is waited for."""

import secrets
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from infra.ops.operator import Operator
from infra.ops.stage import CannotOperate, Stage

CAPABILITIES = ["CAPABILITY_NAMED_IAM"]
NEVER_WHOLE = frozenset({"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"})
"""A first deployment, or a removal, that failed: CloudFormation can only delete such a stack."""
BEGINNINGS = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS"})
STUCK = "UPDATE_ROLLBACK_FAILED"


def change(stage: Stage, template: str, wanted: dict[str, str], operator: Operator, *, importing: bool = False) -> None:
    """Show what ``template`` (its address) changes, ask, run it, wait. With ``importing``, what already exists under a
    name of the template enters the stack. Raises CannotOperate."""
    formation = stage.client("cloudformation")
    there = stage.stack()
    known = set(parameters_of(there)) if there else set()
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
        ImportExistingResources=importing,
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
    wait(stage, operator)


def _described(stage: Stage, name: str, operator: Operator) -> list[str] | None:
    """One line for each change; None when there is none. Raises CannotOperate."""
    formation = stage.client("cloudformation")
    told = operator.wait(
        f"the change set {name}",
        lambda: formation.describe_change_set(StackName=stage.prefix, ChangeSetName=name),
        lambda told: told["Status"] in {"CREATE_COMPLETE", "FAILED"},
    )
    if told["Status"] == "CREATE_COMPLETE":
        return list(_lines(formation, stage.prefix, name))
    why = told.get("StatusReason", "")
    if "didn't contain changes" in why or "No updates" in why:
        return None
    raise CannotOperate(f"CloudFormation refuses the change: {_with_way_out(stage, why)}")


def _lines(formation: Any, stack: str, name: str) -> Iterator[str]:
    for page in formation.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name):
        for change in page["Changes"]:
            one = change["ResourceChange"]
            replaced = " REPLACED" if one.get("Replacement") == "True" else ""
            yield f"  {one['Action']:<8} {one['ResourceType']:<36} {one['LogicalResourceId']}{replaced}"


def settled(stage: Stage, operator: Operator) -> str:
    """The stack's status, as soon as nothing is being done to it; ``DELETE_COMPLETE`` when there is none."""
    return operator.wait(stage.prefix, lambda: _status(stage), lambda status: not status.endswith("IN_PROGRESS"))


def _status(stage: Stage) -> str:
    there = stage.stack()
    return str(there["StackStatus"]) if there else "DELETE_COMPLETE"


def wait(stage: Stage, operator: Operator, *good: str) -> None:
    """Wait until the stack is done. ``good`` are the states in which it may end. Raises CannotOperate, with the name of
    what failed first."""
    status = settled(stage, operator)
    if status not in (good or ("CREATE_COMPLETE", "UPDATE_COMPLETE")):
        first = next(reversed(failures(stage)), "")
        raise CannotOperate(f"{stage.prefix}: {status}. {_with_way_out(stage, first)}")
    operator.say(f"{stage.prefix}: {status}")


def _with_way_out(stage: Stage, why: str) -> str:
    """A change that was rolled back leaves the tables that it made, and the next one meets them."""
    taken = "already exists" in why or "AlreadyExists" in why
    return f"{why} (make adopt STAGE={stage.name} takes in what is the stage's own)" if taken else why


def unstick(stage: Stage, operator: Operator) -> None:
    """Wait for what is under way, and finish an interrupted rollback of an earlier change: until then CloudFormation
    takes no other. Raises CannotOperate."""
    if settled(stage, operator) != STUCK:
        return
    operator.say(f"{stage.prefix} could not go back from an earlier change ({STUCK}): {_newest(stage)}")
    if not operator.confirm("Let CloudFormation continue to go back? What it names must have been mended."):
        raise CannotOperate("nothing was changed")
    stage.client("cloudformation").continue_update_rollback(StackName=stage.prefix)
    if settled(stage, operator) == STUCK:
        raise CannotOperate(
            f"{stage.prefix} still cannot go back: {_newest(stage)}. Mend that and begin again. For a resource that is "
            f"gone for good: aws cloudformation continue-update-rollback --stack-name {stage.prefix} "
            "--resources-to-skip <its logical name>, then begin again"
        )
    operator.say(f"{stage.prefix} is back where it was before that change")


def _newest(stage: Stage) -> str:
    return next(iter(failures(stage)), "its events do not say why")


def failures(stage: Stage) -> list[str]:
    """What failed since the stack's last operation began, the newest first; what was refused before it was tried, when
    nothing was."""
    found = []
    try:
        for one in _events(stage):
            of_stack = one["ResourceType"] == "AWS::CloudFormation::Stack"
            if of_stack and one["ResourceStatus"] in BEGINNINGS:
                break
            if not of_stack and one["ResourceStatus"].endswith("FAILED"):
                found.append(f"{one['LogicalResourceId']}: {one.get('ResourceStatusReason', '')}")
        return found or list(_refusals(stage))
    except ClientError as error:
        return [str(error)]


def _refusals(stage: Stage) -> Iterator[str]:
    """CloudFormation looks at names and properties first, and notes what it refuses elsewhere than its other events."""
    for page in stage.client("cloudformation").get_paginator("describe_events").paginate(StackName=stage.prefix):
        for one in page["OperationEvents"]:
            if one.get("ValidationStatus") == "FAILED":
                yield f"{one['LogicalResourceId']}: {one.get('ValidationStatusReason', '')}"


def _events(stage: Stage) -> Iterator[dict[str, Any]]:
    pages = stage.client("cloudformation").get_paginator("describe_stack_events")
    for page in pages.paginate(StackName=stage.prefix):
        yield from page["StackEvents"]


def guard(stage: Stage, *, on: bool) -> None:
    """Turn the stack's protection against deletion on or off, when it is not so already."""
    there = stage.shell()
    if there and bool(there.get("EnableTerminationProtection")) != on:
        stage.client("cloudformation").update_termination_protection(
            StackName=stage.prefix, EnableTerminationProtection=on
        )


def take_down(stage: Stage, operator: Operator) -> None:
    """Delete the stack and wait until it is gone; what it keeps stays. Raises CannotOperate."""
    there = stage.shell()
    if there is None:
        return
    if there["StackStatus"] != "DELETE_IN_PROGRESS":
        guard(stage, on=False)
        stage.client("cloudformation").delete_stack(StackName=stage.prefix)
    wait(stage, operator, "DELETE_COMPLETE")


def needed(stage: Stage) -> dict[str, Any]:
    """The stack. Raises CannotOperate when there is none."""
    there = stage.stack()
    if there is None:
        raise CannotOperate(f"there is no stack {stage.prefix} in {stage.region}")
    return there


def parameters_of(stack: dict[str, Any]) -> dict[str, str]:
    return {one["ParameterKey"]: one["ParameterValue"] for one in stack.get("Parameters", [])}
