"""Every test of the repository is run by the plain test run, and every skip says why."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]


def listed(*patterns: str) -> set[str]:
    said = subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return set(said.splitlines())


def collected() -> set[str]:
    """Test files that pytest finds by itself, as `make test` starts it, without importing any."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "tests.meta.files_only"]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout
    return set(re.findall(r"^(tests/[^:\s]+\.py)", said, re.MULTILINE))


def test_every_test_file_in_git_is_collected() -> None:
    in_git = listed("tests/**test_*.py")
    assert len(in_git) > 80, "git lists the test files"
    assert in_git - collected() == set(), "test files that no command runs"


def test_every_test_file_holds_tests() -> None:
    without = [
        name
        for name in sorted(listed("tests/**test_*.py"))
        if not re.search(r"^ *(async )?def test_|^Test\w+ = ", (ROOT / name).read_text(), re.MULTILINE)
    ]
    assert without == []


def test_no_other_file_holds_tests() -> None:
    others = listed("*.py") - listed("tests/**test_*.py")
    holding = [
        name for name in sorted(others) if re.search(r"^ *(async )?def test_", (ROOT / name).read_text(), re.MULTILINE)
    ]
    assert holding == [], "pytest looks for tests in files named test_*.py only"


def test_skips_are_listed_with_their_reasons() -> None:
    options = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]["addopts"]
    assert "-rs" in options.split()
