"""``make destroy``: the stack's own things and no others, and only what was looked at."""

from pathlib import Path

import pytest

from infra.ops.deploy import deploy
from infra.ops.destroy import destroy
from infra.ops.stage import CannotOperate
from tests.ops.towns import Town, a_stage, a_town, is_protected


def test_a_town_whose_name_begins_another_s_leaves_it_alone(aws: str, built: Path) -> None:
    short = a_town(aws, built, "portail-essai")
    long = a_town(aws, built, "portail-essai-nord")
    then = a_town(aws, built, "portail-essai-then")
    for town in (short, long, then):
        town.fill(3)
        town.put_document()
    destroy(short.stage, short.words, "4", short.operator)
    assert short.stage.stack() is None
    assert not {short.table(), short.table("logins")} & short.tables()
    for town in (long, then):
        assert town.families() == 3
        assert town.stage.stack()
        told = town.stage.client("dynamodb").describe_table(TableName=town.table())["Table"]
        assert told["DeletionProtectionEnabled"] is True
        assert town.stage.client("s3").list_objects_v2(Bucket=town.stage.documents)["KeyCount"] == 1
        logs = town.stage.client("logs").describe_log_groups(logGroupNamePrefix=f"/portal/{town.stage.prefix}/")
        assert len(logs["logGroups"]) == 1


def test_without_a_word_the_data_stay_and_are_counted(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    town.fill(93)
    destroy(town.stage, "", "", town.operator)
    assert town.stage.stack() is None
    assert town.families() == 93
    assert f"{town.table()} 93" in town.told()
    assert "make adopt" in town.told()


@pytest.mark.parametrize("word", ["yes", "delete it", "delete t and all its data", "DELETE"])
def test_another_word_does_nothing(word: str, aws: str, built: Path) -> None:
    town = a_town(aws, built)
    with pytest.raises(CannotOperate, match="nothing was deleted"):
        destroy(town.stage, word, "", town.operator)
    assert town.stage.stack()


@pytest.mark.parametrize("items", ["", "0", "92", "94", "93 ", "all"])
def test_the_word_is_refused_until_it_is_said_how_much_goes(items: str, aws: str, built: Path) -> None:
    town = a_town(aws, built)
    town.fill(92)
    town.put_document()
    with pytest.raises(CannotOperate, match="ITEMS=93") as refused:
        destroy(town.stage, town.words, items, town.operator)
    assert f"{town.table()} 92" in str(refused.value)
    assert is_protected(town.stage)
    assert town.families() == 92


def test_an_empty_stage_needs_one_word(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    destroy(town.stage, town.words, "", town.operator)
    assert town.table() not in town.tables()
    with pytest.raises(CannotOperate, match="nothing that it kept"):
        destroy(town.stage, town.words, "", town.operator)


def test_data_can_be_deleted_after_its_stack(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    town.fill(5)
    destroy(town.stage, "", "", town.operator)
    with pytest.raises(CannotOperate, match="ITEMS=5"):
        destroy(town.stage, "", "", town.operator)
    destroy(town.stage, town.words, "5", town.operator)
    assert town.table() not in town.tables()


@pytest.mark.parametrize("tag", ["", "another"])
def test_a_table_of_that_name_that_is_not_the_stage_s_own_is_left(tag: str, aws: str, built: Path) -> None:
    """Restored by hand, or made by somebody else."""
    town = a_town(aws, built)
    destroy(town.stage, "", "", town.operator)
    database = town.stage.client("dynamodb")
    arn = database.describe_table(TableName=town.table())["Table"]["TableArn"]
    database.untag_resource(ResourceArn=arn, TagKeys=["town"])
    if tag:
        database.tag_resource(ResourceArn=arn, Tags=[{"Key": "town", "Value": tag}])
    with pytest.raises(CannotOperate, match=f"is not tagged town={town.stage.prefix}"):
        destroy(town.stage, town.words, "", town.operator)
    assert {town.table(), town.table("logins")} <= town.tables()


def test_what_parents_write_until_the_stack_is_gone_is_not_deleted_unseen(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    town.fill(2)
    said = town.said.append

    def meanwhile(line: str) -> None:
        said(line)
        if "DELETE_COMPLETE" in line:
            town.fill(3)

    operator = type(town.operator)(meanwhile, lambda _: True, lambda _: None)
    with pytest.raises(CannotOperate, match=r"No data was deleted.*ITEMS=3"):
        destroy(town.stage, town.words, "2", operator)
    assert town.families() == 3
    destroy(town.stage, town.words, "3", town.operator)
    assert town.table() not in town.tables()


def test_a_stack_that_was_only_reviewed_goes_too(aws: str, built: Path) -> None:
    town = Town(a_stage(aws), agrees=False)
    with pytest.raises(CannotOperate, match="nothing was changed"):
        deploy(town.stage, built, town.operator)
    reviewed = town.stage.shell()
    assert reviewed
    assert reviewed["StackStatus"] == "REVIEW_IN_PROGRESS"
    destroy(town.stage, "", "", town.operator)
    assert town.stage.shell() is None


def test_a_stack_is_protected_once_it_is_whole(aws: str, built: Path) -> None:
    town = a_town(aws, built)
    with pytest.raises(Exception, match="TerminationProtection"):
        town.stage.client("cloudformation").delete_stack(StackName=town.stage.prefix)
