"""A command that was ended half-way is run again and completes: killed after each of its writes, on whole small towns.

Between two writes nothing changes, so a kill at a reading call is one after the write before it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra.ops.deploy import adopt, deploy
from infra.ops.destroy import destroy
from infra.ops.stage import CannotOperate
from tests.aws_calls import Answer, Attempt, intercepted
from tests.faults import Killed
from tests.ops.towns import Town, a_stage, a_town, tag_bucket

READS = ("Describe", "Get", "Head", "List", "Scan")
MOST_WRITES = 40


class Writes:
    """Counts the writes, and kills the process after one of them (from 0)."""

    def __init__(self, killed_after: int) -> None:
        self.killed_after = killed_after
        self.made: list[str] = []

    def around(self, attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        answer = send()
        if not attempt.operation.startswith(READS):
            self.made.append(attempt.name)
            if len(self.made) > self.killed_after:
                raise Killed
        return answer


@contextmanager
def killed(after: int) -> Iterator[Writes]:
    writes = Writes(after)
    with intercepted(writes.around):
        try:
            yield writes
        except Killed:
            assert len(writes.made) == after + 1


def tried(
    fresh: Callable[[], Town], run: Callable[[Town], None], again: Callable[[Town], None], *, first: int = MOST_WRITES
) -> list[str]:
    """Kill ``run`` after each write, or only the ``first`` ones, then run ``again``; the writes that were made."""
    for number in range(first):
        town = fresh()
        with killed(number) as writes:
            run(town)
        tag_bucket_if_there(town)
        if len(writes.made) <= number:
            return writes.made
        try:
            again(town)
        except Exception as error:
            raise AssertionError(f"killed after {writes.made}: {error!r}\n{town.told()}") from error
    assert first < MOST_WRITES, "more writes than this tries"
    return writes.made


def tag_bucket_if_there(town: Town) -> None:
    names = {one["Name"] for one in town.stage.client("s3").list_buckets()["Buckets"]}
    if town.stage.documents in names:
        tag_bucket(town.stage)


def whole(town: Town) -> None:
    """One stack holds everything, and is protected."""
    stack = town.stage.stack()
    assert stack
    assert stack["EnableTerminationProtection"] is True
    names = {name for _, name in town.stage.resources()}
    assert {town.table(), town.table("logins"), town.stage.documents} <= names
    for name in (town.table(), town.table("logins")):
        told = town.stage.client("dynamodb").describe_table(TableName=name)["Table"]
        assert told["DeletionProtectionEnabled"] is True
    parameters = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert parameters["PublicOrigin"] == town.stage.outputs()["Origin"]


def test_a_killed_deploy_goes_on(aws: str, built: Path) -> None:
    def again(town: Town) -> None:
        deploy(town.stage, built, town.operator)
        whole(town)

    made = tried(
        lambda: Town(a_stage(aws, knows_its_origin=False)),
        lambda town: deploy(town.stage, built, town.operator),
        again,
    )
    assert {"cloudformation:ExecuteChangeSet", "cloudformation:UpdateStack"} <= set(made)


def kept(aws: str, built: Path) -> Town:
    town = a_town(aws, built)
    town.fill(2)
    destroy(town.stage, "", "", town.operator)
    # As after a restore by DynamoDB.
    town.stage.client("dynamodb").update_table(TableName=town.table(), DeletionProtectionEnabled=False)
    return town


def test_a_killed_adoption_goes_on(aws: str, built: Path) -> None:
    def again(town: Town) -> None:
        adopt(town.stage, built, town.operator)
        whole(town)
        assert town.families() == 2

    made = tried(lambda: kept(aws, built), lambda town: adopt(town.stage, built, town.operator), again)
    assert {"dynamodb:UpdateTable", "cloudformation:ExecuteChangeSet"} <= set(made)


def test_a_killed_adoption_of_a_failed_stack_goes_on(aws: str, built: Path, broken: Path) -> None:
    def failed() -> Town:
        town = Town(a_stage(aws))
        with pytest.raises(CannotOperate, match="ROLLBACK_COMPLETE"):
            deploy(town.stage, broken, town.operator)
        tag_bucket(town.stage)
        town.fill(2)
        return town

    def again(town: Town) -> None:
        adopt(town.stage, built, town.operator)
        whole(town)
        assert town.families() == 2

    # All that follows is an adoption like another.
    made = tried(failed, lambda town: adopt(town.stage, built, town.operator), again, first=1)
    assert made == ["cloudformation:DeleteStack"]


def test_a_killed_removal_with_its_data_goes_on(aws: str, built: Path) -> None:
    other = a_town(aws, built, "killed-nord")

    def full() -> Town:
        # The one before left its mail domain.
        with suppress(ClientError):
            other.stage.client("sesv2").delete_email_identity(EmailIdentity="killed.example")
        town = a_town(aws, built, "killed")
        town.fill(2)
        town.put_document()
        return town

    def again(town: Town) -> None:
        """With the number that the refusal tells; what is gone by then, nobody needs to name."""
        try:
            destroy(town.stage, town.words, "3", town.operator)
        except CannotOperate as refused:
            if "ITEMS=" in str(refused):
                destroy(town.stage, town.words, str(refused).rpartition("ITEMS=")[2], town.operator)
            else:
                assert "nothing that it kept" in str(refused)
        assert not {town.table(), town.table("logins")} & town.tables()
        assert town.stage.shell() is None
        assert other.table() in other.tables()
        assert other.stage.stack()

    made = tried(full, lambda town: destroy(town.stage, town.words, "3", town.operator), again)
    for name in ("dynamodb:DeleteTable", "s3:DeleteBucket", "logs:DeleteLogGroup", "cloudformation:DeleteStack"):
        assert name in made


def test_a_killed_removal_of_the_stack_alone_keeps_everything(aws: str, built: Path) -> None:
    def full() -> Town:
        town = a_town(aws, built)
        town.fill(2)
        return town

    def again(town: Town) -> None:
        adopt(town.stage, built, town.operator)
        whole(town)
        assert town.families() == 2

    made = tried(full, lambda town: destroy(town.stage, "", "", town.operator), again)
    assert made == ["cloudformation:UpdateTerminationProtection", "cloudformation:DeleteStack"]
