"""``make adopt``: what an earlier stack kept comes back into a new one; ``make deploy`` says when it is needed."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local.tables import create_buckets
from infra.ops.deploy import adopt, deploy
from infra.ops.destroy import destroy
from infra.ops.stage import CannotOperate
from tests.aws_calls import Answer, Attempt, intercepted
from tests.ops.towns import Town, a_stage, a_town, built_in, is_protected, tag_bucket


def taken_down(aws: str, built: Path) -> Town:
    """A town that was taken down; 93 families and a document were kept."""
    town = a_town(aws, built)
    town.fill(93)
    town.put_document()
    destroy(town.stage, "", "", town.operator)
    town.said.clear()
    return town


def in_the_stack(town: Town) -> set[str]:
    return {name for _, name in town.stage.resources()}


def test_a_deploy_says_what_was_kept_and_changes_nothing(aws: str, built: Path) -> None:
    town = taken_down(aws, built)
    with pytest.raises(CannotOperate, match="make adopt STAGE=prod") as refused:
        deploy(town.stage, built, town.operator)
    assert f"{town.table()} 93" in str(refused.value)
    assert "94 items and documents in all" in str(refused.value)
    assert town.stage.shell() is None


def test_what_was_kept_comes_back(aws: str, built: Path) -> None:
    town = taken_down(aws, built)
    adopt(town.stage, built, town.operator)
    assert "94 items and documents in all" in town.told()
    assert is_protected(town.stage)
    assert town.families() == 93
    assert {town.table(), town.table("logins"), town.stage.documents} <= in_the_stack(town)
    # Whole again: it can be deployed, and taken down.
    deploy(town.stage, built, town.operator)
    assert town.said[-1] == "Nothing changes."
    destroy(town.stage, town.words, "94", town.operator)
    assert town.table() not in town.tables()


def test_nothing_kept_is_adopted_by_a_name_that_has_to_be_worked_out(aws: str, built: Path) -> None:
    """The request: what exists is imported, and its name stands in the template."""
    town = taken_down(aws, built)
    asked = []

    def around(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        if attempt.operation == "CreateChangeSet":
            asked.append(str(attempt.request.body))
        return send()

    with intercepted(around):
        adopt(town.stage, built, town.operator)
    (change,) = asked
    assert "ImportExistingResources" in change
    template = town.stage.client("cloudformation").get_template(StackName=town.stage.prefix)["TemplateBody"]
    resources = (json.loads(template) if isinstance(template, str) else template)["Resources"]
    assert resources["FamiliesTable"]["Properties"]["TableName"] == town.table()


def test_a_first_deployment_that_failed_is_made_whole_around_what_it_left(aws: str, built: Path, broken: Path) -> None:
    town = Town(a_stage(aws))
    with pytest.raises(CannotOperate, match="Api: "):
        deploy(town.stage, broken, town.operator)
    tag_bucket(town.stage)
    with pytest.raises(CannotOperate, match=r"no item and no document in .*make adopt STAGE=prod"):
        deploy(town.stage, built, town.operator)
    town.fill(1)
    with pytest.raises(CannotOperate, match=f"{town.table()} 1: 1 items and documents in all"):
        deploy(town.stage, built, town.operator)
    adopt(town.stage, built, town.operator)
    assert town.families() == 1
    assert town.table() in in_the_stack(town)


def test_a_new_stack_that_fails_around_kept_data_loses_none(aws: str, built: Path, broken: Path) -> None:
    town = taken_down(aws, built)
    with pytest.raises(CannotOperate, match="Api: "):
        adopt(town.stage, broken, town.operator)
    with pytest.raises(CannotOperate, match=f"{town.table()} 93"):
        deploy(town.stage, built, town.operator)
    adopt(town.stage, built, town.operator)
    assert town.families() == 93
    assert town.stage.documents in in_the_stack(town)


def test_a_table_of_somebody_else_is_not_adopted(aws: str, built: Path) -> None:
    town = taken_down(aws, built)
    database = town.stage.client("dynamodb")
    arn = database.describe_table(TableName=town.table())["Table"]["TableArn"]
    database.tag_resource(ResourceArn=arn, Tags=[{"Key": "town", "Value": "another"}])
    for command in (adopt, deploy):
        with pytest.raises(CannotOperate, match="its tag says another"):
            command(town.stage, built, town.operator)
    assert town.stage.shell() is None


def test_a_mail_domain_of_another_stage_is_said_before_anything_is_made(aws: str, built: Path) -> None:
    first = a_town(aws, built)
    parameters = {**a_stage(aws).parameters, "SenderDomain": first.stage.parameters["SenderDomain"]}
    second = Town(type(first.stage)("prod", "eu-west-3", parameters, aws))
    with pytest.raises(CannotOperate, match='"WithMailDomain": "no"'):
        deploy(second.stage, built, second.operator)
    parameters["WithMailDomain"] = "no"
    second = Town(type(first.stage)("prod", "eu-west-3", parameters, aws))
    deploy(second.stage, built, second.operator)
    assert second.stage.stack()


def test_what_a_restored_table_lacks_is_put_back(aws: str, built: Path) -> None:
    """A table that DynamoDB restored has no protection, no recovery and no expiry; adopting changes nothing."""
    town = taken_down(aws, built)
    database, name = town.stage.client("dynamodb"), town.table()
    database.update_table(TableName=name, DeletionProtectionEnabled=False)
    adopt(town.stage, built, town.operator)
    assert database.describe_table(TableName=name)["Table"]["DeletionProtectionEnabled"] is True
    told = database.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
    assert told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def test_a_lost_pepper_is_not_replaced_unseen(aws: str, built: Path) -> None:
    town = taken_down(aws, built)
    logins = town.table("logins")
    town.stage.client("dynamodb").put_item(TableName=logins, Item={"login": {"S": "a-key"}, "family": {"S": "f-1"}})
    town.stage.client("ssm").delete_parameter(Name=f"/{town.stage.prefix}/secrets/pepper")
    with pytest.raises(CannotOperate, match="pepper is missing"):
        adopt(town.stage, built, town.operator)
    assert town.stage.shell() is None


def test_a_later_version_meets_a_bucket_that_is_there(aws: str, built: Path, tmp_path: Path) -> None:
    """As when the change that added it was rolled back: it stayed."""
    town = Town(a_stage(aws))
    deploy(town.stage, built_in(tmp_path, without="DocumentsBucket"), town.operator)
    create_buckets(aws, town.stage.prefix)
    tag_bucket(town.stage)
    town.put_document()
    with pytest.raises(CannotOperate, match=r"already exists.*make adopt STAGE=prod"):
        deploy(town.stage, built, town.operator)
    adopt(town.stage, built, town.operator)
    assert town.stage.documents in in_the_stack(town)
    assert town.stage.client("s3").list_objects_v2(Bucket=town.stage.documents)["KeyCount"] == 1


def test_adopting_a_whole_stage_is_deploying_it(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    adopt(town.stage, built, town.operator)
    assert town.said[-1] == "Nothing changes."
