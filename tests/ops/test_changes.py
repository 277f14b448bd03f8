"""What stands around a change: the bucket of zips, a rollback that stopped, what is said when something fails."""

from collections.abc import Callable
from pathlib import Path
from unittest import mock

import pytest

from infra.ops.artifacts import of_now
from infra.ops.deploy import deploy
from infra.ops.doctor import CHECKS
from infra.ops.stage import CannotOperate, Stage
from tests.aws_calls import Answer, Attempt, intercepted
from tests.ops.towns import Town, a_stage, a_town


def test_no_zip_ever_expires(aws: str, built: Path) -> None:
    """A rollback reads the zip of the version before: CloudFormation stops half-way when it is gone."""
    town = a_town(aws, built)
    rules = town.stage.client("s3").get_bucket_lifecycle_configuration(Bucket=town.stage.artifacts)["Rules"]
    assert rules
    for rule in rules:
        assert not {"Expiration", "NoncurrentVersionExpiration", "Transitions"} & rule.keys()


def test_a_bucket_that_was_made_and_not_closed_is_closed(aws: str, built: Path) -> None:
    town = Town(a_stage(aws))
    storage = town.stage.client("s3")
    storage.create_bucket(
        Bucket=town.stage.artifacts, CreateBucketConfiguration={"LocationConstraint": town.stage.region}
    )
    deploy(town.stage, built, town.operator)
    closed = storage.get_public_access_block(Bucket=town.stage.artifacts)["PublicAccessBlockConfiguration"]
    assert set(closed.values()) == {True}


def test_a_failed_change_is_told_by_what_failed_first_in_it(aws: str, built: Path, broken: Path) -> None:
    town = a_town(aws, built)
    with pytest.raises(CannotOperate, match=r"UPDATE_ROLLBACK_COMPLETE\. Api: "):
        deploy(town.stage, broken, town.operator)
    deploy(town.stage, built, town.operator)
    assert town.said[-1] == "Nothing changes."


class Stuck:
    """The stack's status is UPDATE_ROLLBACK_FAILED until it is told to continue, and then ``then``: the stand-in never
    gets there by itself. It answers everything else."""

    def __init__(self, then: str) -> None:
        self.then, self.continued = then, 0

    def around(self, attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        if attempt.operation == "ContinueUpdateRollback":
            # The stand-in refuses to continue what it knows to be whole.
            self.continued += 1
            http = mock.Mock(status_code=200, headers={}, content=b"")
            return (http, {"ResponseMetadata": {"HTTPStatusCode": 200}}), None
        answer, error = send()
        if answer and attempt.operation == "DescribeStacks" and answer[1].get("Stacks"):
            status = self.then if self.continued else "UPDATE_ROLLBACK_FAILED"
            answer[1]["Stacks"][0]["StackStatus"] = status
        return answer, error


def stuck(town: Town, then: str, built: Path) -> Stuck:
    state = Stuck(then)
    with intercepted(state.around):
        deploy(town.stage, built, town.operator)
    return state


def test_a_rollback_that_stopped_is_continued_before_anything_else(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    state = stuck(town, "UPDATE_ROLLBACK_COMPLETE", built)
    assert state.continued == 1
    assert "could not go back from an earlier change" in town.told()
    assert "is back where it was" in town.told()


def test_a_rollback_that_stops_again_says_what_to_do(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    with pytest.raises(CannotOperate, match=r"still cannot go back.*--resources-to-skip"):
        stuck(town, "UPDATE_ROLLBACK_FAILED", built)


def test_nobody_continues_a_rollback_unasked(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    town.agrees = False
    with pytest.raises(CannotOperate, match="nothing was changed"):
        stuck(town, "UPDATE_ROLLBACK_COMPLETE", built)


@pytest.mark.parametrize("name", ["APIHandlerVersion0123456789", "RestAPIDeployment0123456789"])
def test_a_parameter_makes_a_new_snapshot(name: str) -> None:
    """Without it, a parameter would change nothing of what parents are served."""
    template = f'{{"{name}": {{}}, "Other": {{"Ref": "{name}"}}}}'
    first, second = (of_now(template, {"DomainName": value}) for value in ("", "portail.ville.fr"))
    assert first != second
    assert of_now(first, {"DomainName": "portail.ville.fr"}) == second


def test_the_doctor_hears_its_own_alarms_only(aws: str, built: Path) -> None:
    """``portail-essai-nord-api-5xx`` begins like the alarms of ``portail-essai``."""
    towns = [a_town(aws, built, prefix) for prefix in ("doctored", "doctored-nord")]
    towns[1].stage.client("cloudwatch").set_alarm_state(
        AlarmName=alarm_of(towns[1].stage), StateValue="ALARM", StateReason="a test"
    )
    assert CHECKS["alarms"](towns[0].stage) == (True, "none of 1 rings")
    assert CHECKS["alarms"](towns[1].stage) == (False, f"ringing: {alarm_of(towns[1].stage)}")


def alarm_of(stage: Stage) -> str:
    return f"{stage.prefix}-import-failed"


def test_the_doctor_says_what_anybody_may_delete(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    assert CHECKS["stack"](town.stage)[0]
    town.stage.client("cloudformation").update_termination_protection(
        StackName=town.stage.prefix, EnableTerminationProtection=False
    )
    good, words = CHECKS["stack"](town.stage)
    assert not good
    assert "anybody may delete it" in words
