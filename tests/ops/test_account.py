"""A stage lives in one account: with another one's credentials, no command reads or writes anything."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from moto import mock_aws

from infra.ops.__main__ import COMMANDS, main
from infra.ops.exchange import main as exchange
from infra.ops.stage import STAGES, CannotOperate, read_stage
from tests.aws_calls import counted

OURS, THEIRS = "111122223333", "123456789012"
"""``THEIRS`` is moto's: the one that the credentials open."""

WriteStage = Callable[..., Path]


@pytest.fixture
def stages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WriteStage:
    """A folder of stage files, as STAGES_DIR names it; what writes ``prod.json`` in it."""
    monkeypatch.setenv("STAGES_DIR", str(tmp_path))
    monkeypatch.setenv("YES", "1")

    def write(**told: object) -> Path:
        path = tmp_path / "prod.json"
        path.write_text(json.dumps({"region": "eu-west-3", "parameters": {"TablePrefix": "portail-prod"}, **told}))
        return path

    return write


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_touches_another_account(
    command: str, stages: WriteStage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages(account=OURS)
    with mock_aws(), counted() as calls:
        assert main([command, "prod", str(tmp_path), str(tmp_path)]) == 1
    assert set(calls.names) == {"sts:GetCallerIdentity"}
    said = capsys.readouterr().err
    assert OURS in said
    assert THEIRS in said


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_runs_before_the_stage_names_its_account(
    command: str, stages: WriteStage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages(account="")
    with mock_aws(), counted() as calls:
        assert main([command, "prod", str(tmp_path), str(tmp_path)]) == 1
    assert calls.names == []
    assert "aws sts get-caller-identity" in capsys.readouterr().err


@pytest.mark.parametrize("what", ["import", "export"])
def test_files_go_to_no_other_account(
    what: str, stages: WriteStage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stages(account=OURS)
    with mock_aws(), counted() as calls:
        assert exchange(what, "prod", str(tmp_path)) == 2
    assert set(calls.names) == {"sts:GetCallerIdentity"}
    assert THEIRS in capsys.readouterr().err


def test_its_own_account_is_let_through(stages: WriteStage) -> None:
    stages(account=THEIRS)
    with mock_aws():
        stage = read_stage("prod")
        assert stage.client("dynamodb").list_tables()["TableNames"] == []
        assert stage.documents == f"portail-prod-documents-{THEIRS}"


@pytest.mark.parametrize("account", [111122223333, "1111-2222-3333", "1"])
def test_an_account_is_twelve_digits(account: str | int, stages: WriteStage) -> None:
    stages(account=account)
    with pytest.raises(CannotOperate, match="twelve digits"):
        read_stage("prod")


@pytest.mark.parametrize("text", ["{", "[]", '{"region": "eu-west-3"}', '{"parameters": {"TablePrefix": "a"}}'])
def test_a_stage_file_that_cannot_be_read_is_said(text: str, stages: WriteStage) -> None:
    stages().write_text(text)
    with pytest.raises(CannotOperate, match=r"prod\.json"):
        read_stage("prod")


def test_the_stages_that_come_with_the_project_wait_for_their_account() -> None:
    for path in STAGES.glob("*.json"):
        assert json.loads(path.read_text())["account"] == "", path.name
