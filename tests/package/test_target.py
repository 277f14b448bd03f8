"""The zip's tree, read by the Python that Lambda runs: the one that runs the tests proves nothing of its ``.pyc``."""

import json
import platform
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.build.bundle import build_tree, files_of, interpreter
from infra.build.sam import CannotBuild

Seen = dict[str, Any]
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
"""This machine's own: the compiled wheels of another cannot be loaded here."""
LOOK = """
import importlib, importlib.machinery, json, pathlib, sys
root = pathlib.Path(sys.argv[1])
compiled = []
class Watched(importlib.machinery.SourceFileLoader):
    def source_to_code(self, data, path, **options):
        compiled.append(path)
        return super().source_to_code(data, path, **options)
details = [(importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES), (Watched, [".py"])]
sys.path_hooks.insert(0, importlib.machinery.FileFinder.path_hook(*details))
sys.path_importer_cache.clear()
sys.path.insert(0, str(root))
sys.dont_write_bytecode = True
import app
for path in sorted(root.glob("chalicelib/**/*.py")):
    importlib.import_module(".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__"))
print(json.dumps({
    "version": "%d.%d" % sys.version_info[:2],
    "routes": sorted(app.app.routes),
    "loader": type(app.__loader__).__name__,
    "compiled": compiled,
    "libraries": sorted({name.partition(".")[0] for name in sys.modules}),
}))
"""


@pytest.fixture(scope="module", params=["3.12", "3.13"])
def version(request: pytest.FixtureRequest) -> str:
    try:
        interpreter(request.param)
    except CannotBuild as trouble:
        pytest.skip(str(trouble))
    return str(request.param)


@pytest.fixture(scope="module")
def tree(version: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("target")
    build_tree(folder, version, ARCHITECTURE)
    return folder


@pytest.fixture(scope="module")
def seen(version: str, tree: Path) -> Seen:
    """What a Python without this project's libraries or environment says of the tree."""
    command = [interpreter(version), "-I", "-c", LOOK, str(tree)]
    said = subprocess.run(command, env={}, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    answer: Seen = json.loads(said.stdout)
    return answer


def test_every_module_is_imported_by_the_target(seen: Seen, version: str) -> None:
    assert seen["version"] == version
    assert "/" in seen["routes"]


def test_what_the_import_alone_needs_is_not_asked_for(seen: Seen) -> None:
    assert not {"boto3", "fpdf", "PIL", "fontTools", "yaml", "click"} & set(seen["libraries"])


def test_the_target_compiles_nothing_itself(seen: Seen) -> None:
    assert seen["loader"] == "Watched", "or an empty list would say nothing"
    assert seen["compiled"] == []


def test_no_pyc_is_of_another_python(tree: Path, version: str) -> None:
    made = {name.suffixes[-2] for name in files_of(tree) if name.suffix == ".pyc"}
    assert made == {f".cpython-{version.replace('.', '')}"}
