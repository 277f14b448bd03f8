"""Every name that the glossary tells to use is a name of the code."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def defined() -> set[str]:
    """Functions, classes, constants, fields and arguments of chalicelib, wherever they stand."""
    names = set()
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                names.add(node.name)
            elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                names.add(node.id)
            elif isinstance(node, ast.arg):
                names.add(node.arg)
    return names


def told(text: str) -> set[str]:
    """Names in backticks of the tables' second column."""
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| ")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row[2])}


def test_every_name_of_the_glossary_is_there() -> None:
    names = told((ROOT / "docs" / "glossary.md").read_text())
    assert len(names) > 60
    assert names - defined() == set()


def test_a_wrong_name_is_caught() -> None:
    assert told("| régie | `cash_desk` | of the town hall |") - defined() == {"cash_desk"}
