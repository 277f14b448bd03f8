"""What a name or a reason is made of is nobody's to cut: a field says it, and a type holds its values."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

CHALICELIB = Path(__file__).parents[2] / "chalicelib"
MADE_OF_TEXT = {"id", "why"}
"""Attributes that people and logs read."""
CUTS = {"startswith", "endswith", "removeprefix", "removesuffix", "partition", "rpartition", "split"}
MAY = {
    "services/saving.py": "the parts of a save are keys of one range, side by side under the id of the first",
}


def cuts_of(source: str) -> Iterator[int]:
    """Lines that ask for a part of an ``id`` or of a ``why``."""
    for node in ast.walk(ast.parse(source)):
        cut = node.value if isinstance(node, ast.Attribute) and node.attr in CUTS else None
        if isinstance(cut, ast.Attribute) and cut.attr in MADE_OF_TEXT:
            yield cut.lineno


@pytest.mark.parametrize("path", sorted(CHALICELIB.rglob("*.py")), ids=lambda path: str(path.relative_to(CHALICELIB)))
def test_no_state_is_read_out_of_a_text(path: Path) -> None:
    cut = list(cuts_of(path.read_text()))
    assert bool(cut) == (str(path.relative_to(CHALICELIB)) in MAY), cut


@pytest.mark.parametrize(
    "source", ['payment.id.removeprefix("online-")', 'attempt.why.startswith("differs:")', 'x.id.partition("-")']
)
def test_a_cut_is_seen(source: str) -> None:
    assert list(cuts_of(source)) == [1]
