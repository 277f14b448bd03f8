"""A class of the import has its name alone: who reads ``Outcome`` must not have to ask of what."""

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_no_class_of_the_import_shares_its_name() -> None:
    homes: defaultdict[str, list[str]] = defaultdict(list)
    for path in (ROOT / "chalicelib").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                homes[node.name].append(str(path.relative_to(ROOT / "chalicelib")))
    shared = {name: sorted(paths) for name, paths in homes.items() if len(paths) > 1}
    assert {name: paths for name, paths in shared.items() if any(path.startswith("intake/") for path in paths)} == {}
