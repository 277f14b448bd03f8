"""Which environment ``make run`` and ``make import`` hand on."""

import os
import subprocess
from pathlib import Path

import pytest

from infra.local import stage
from infra.local.stage import ROOT
from infra.ops.exchange import main as exchange
from infra.ops.stage import CannotOperate


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of its own."""
    monkeypatch.setattr(stage, "STATE", tmp_path / ".local")
    return tmp_path


def test_the_operators_aws_account_is_out_of_reach(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "PORTAL_ORIGIN"):
        monkeypatch.setenv(name, "mine")
    environment = stage.local_environment("http://127.0.0.1:4566")
    assert "mine" not in environment.values()
    assert environment["AWS_ACCESS_KEY_ID"] == "test"


def test_secrets_differ_from_run_to_run() -> None:
    first, second = (stage.local_environment("http://127.0.0.1:4566") for _ in range(2))
    assert first["PORTAL_PEPPER"] != second["PORTAL_PEPPER"] != second["PORTAL_SESSION_SECRET"]


def test_the_import_finds_the_portal_that_runs(here: Path) -> None:
    announced = stage.local_environment("http://127.0.0.1:4566")
    path = stage.announce(announced, 8000)
    found = stage.environment_of("local", 8000)
    assert found["PORTAL_PEPPER"] == announced["PORTAL_PEPPER"]
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("started_at", "after", "expected"),
    [
        pytest.param("2026-11-27T09:57", 360, "2026-11-27T10:03:00", id="six minutes later"),
        pytest.param("2027-03-28T01:59", 120, "2027-03-28T03:01:00", id="over the change to summer time"),
        pytest.param("", 360, "", id="the real time"),
    ],
)
def test_a_command_has_the_time_that_the_portal_has(here: Path, started_at: str, after: int, expected: str) -> None:
    path = stage.announce(stage.local_environment("http://127.0.0.1:4566", started_at), 8000)
    announced_at = path.stat().st_mtime
    os.utime(path, (announced_at - after, announced_at - after))
    assert stage.environment_of("local", 8000)["DEMO_NOW"][:18] == expected[:18]


def test_no_portal_runs(here: Path) -> None:
    with pytest.raises(stage.UnknownStage, match="start one with `make run`"):
        stage.environment_of("local", 8000)


def test_an_undeclared_stage() -> None:
    with pytest.raises(CannotOperate, match="known: prod, recette"):
        stage.environment_of("ailleurs", 8000)


@pytest.mark.parametrize(("word", "passed"), [("ACCEPTER=oui", True), ("ACCEPTER=non", False), ("ACCEPTER=", False)])
def test_make_import_passes_the_word_that_accepts_changes(word: str, passed: bool) -> None:
    said = subprocess.run(
        ["make", "-n", "import", "FROM=town", word], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert ("--accepter-les-changements" in said) is passed
    assert 'exchange import "local" "town"' in said


def test_importing_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert exchange("import", "local", "") == 2
    assert "FROM=dir" in capsys.readouterr().err
