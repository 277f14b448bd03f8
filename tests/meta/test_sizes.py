"""Files and functions stay small enough to be read at one sitting."""

import ast
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
MOST_LINES_OF_A_FUNCTION = 40
LONGER = {
    "tests/browser/test_invoices.py: test_an_added_address_agrees_before_anything_is_sent_to_it": "one way to the end",
    "tests/browser/test_invoices.py: test_the_manuals_invoices": "a walk through a chapter of the manual, in its order",
    "tests/browser/test_manual.py: test_connexion_and_planning": "a walk through a chapter of the manual, in its order",
    "tests/intake/living.py: __init__": "a town, with all that its parents left in it",
}
"""Files, and functions as « file: name », that are longer, and why. Nothing else is."""


def files() -> Iterator[tuple[str, str]]:
    """Path and text of each Python file in git."""
    listed = subprocess.run(["git", "ls-files", "-z", "*.py"], cwd=ROOT, capture_output=True, text=True, check=True)
    for path in listed.stdout.split("\0"):
        if path and (ROOT / path).exists():
            yield path, (ROOT / path).read_text()


def too_long(path: str, source: str) -> Iterator[str]:
    """The file when it has more than 300 lines, and each of its functions that has more than 40."""
    if source.count("\n") > MOST_LINES:
        yield path
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_LINES_OF_A_FUNCTION:
                yield f"{path}: {node.name}"


def found(sources: Mapping[str, str]) -> set[str]:
    return {name for path, source in sources.items() for name in too_long(path, source)}


def test_nothing_is_too_long() -> None:
    sources = dict(files())
    assert len(sources) > 100
    assert found(sources) == LONGER.keys()


def test_a_file_that_is_too_long_is_caught() -> None:
    assert found({"a.py": "x = 1\n" * MOST_LINES}) == set()
    assert found({"a.py": "x = 1\n" * (MOST_LINES + 1)}) == {"a.py"}


def test_a_function_that_is_too_long_is_caught() -> None:
    body = "        pass\n" * (MOST_LINES_OF_A_FUNCTION - 1)
    assert found({"a.py": f"class A:\n    def longest(self):\n{body}"}) == set()
    assert found({"a.py": f"class A:\n    async def longer(self):\n{body}        pass\n"}) == {"a.py: longer"}
