"""What is stored outlives the configuration: no code may expect to find today what a booking or an enrolment names."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "chalicelib").rglob("*.py"))
NAMED_BY_WHAT_IS_STORED = {"activities", "schools", "by_school"}
KNOWN_TO_BE_THERE = {"rules/planning.py": 1}
"""``places`` looks up a school after ``place_key`` found it in the same capacity."""


def lookups(source: str) -> list[int]:
    """Lines that look something up by ``town.activities[…]``: it raises KeyError for what the town no longer has."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Subscript)
        and isinstance(node.ctx, ast.Load)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in NAMED_BY_WHAT_IS_STORED
    ]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT / "chalicelib")))
def test_nothing_stored_is_expected_in_today_s_configuration(path: Path) -> None:
    name = str(path.relative_to(ROOT / "chalicelib"))
    assert len(lookups(path.read_text())) == KNOWN_TO_BE_THERE.get(name, 0), f"{name}: use Town.activity, label_of…"


@pytest.mark.parametrize("source", ["town.activities[slot.activity].label", "self.town.schools[child.school]"])
def test_a_lookup_is_caught(source: str) -> None:
    assert lookups(source) == [1]
