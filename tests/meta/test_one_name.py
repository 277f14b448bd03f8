"""A class's name is used once: who reads it knows which class is meant, without looking at the imports."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("chalicelib", "infra")


def classes(tree: ast.AST) -> Iterator[str]:
    """The public classes of a module, those inside functions and classes too; pynamodb's ``Meta`` is one's own."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_") and node.name != "Meta":
            yield node.name


def test_no_class_has_the_name_of_another() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for name in classes(ast.parse(path.read_text())):
            found[name].append(str(path.relative_to(ROOT)))
    assert found
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}
