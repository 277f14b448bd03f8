"""What documents and docstrings name is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from tests.meta.blocks import BLOCK, blocks

ROOT = Path(__file__).parents[2]
AT_THE_ROOT = ("README.md", "SECURITY.md", "CHANGELOG.md")
DOCUMENTS = [*(ROOT / name for name in (*AT_THE_ROOT, "infra/README.md")), *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text()
MADE = ("dist/", ".local/", "templates/compiled")
"""Where commands write: nothing of it is in the repository."""
OF_OTHERS = {
    "time.time",
    "time.process_time",
    "datetime.now",
    "date.today",
    "Executor.map",
    "MessageRejected",
    "portail.ville.fr",
}
"""Names of the standard library and of AWS, and an example of a domain."""
IN_THE_BUCKET = (
    "depot/", "traites/", "rejetes/", "courant/", "en-attente/", "factures/", "exports/", "facturation/", "annuaire/",
    "regie/", "attestations/",
)  # fmt: skip
"""Folders of a town's bucket."""
FILES = re.compile(r"\.(?:json|txt|csv|toml|yaml|html|svg|zip|pdf|py|pyc|js|css)$")

_QUOTED = re.compile(r"``([^`]+)``")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_TWO_HUMPS = re.compile(r"(?:[A-Z][a-z]+){2,}")


def words_of_documents() -> str:
    return "\n".join(path.read_text() for path in DOCUMENTS)


# Commands and files


def commands() -> list[tuple[str, str]]:
    """File and command line for each ``make …`` that an operator is told to type."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text()
        shown = [line for _, content, _ in blocks(text) for line in content.splitlines()]
        shown += re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))
        found += [(path.name, line) for line in shown if re.search(r"(?:^|\s)make [a-z]", line)]
    return found


@pytest.mark.parametrize(("file", "command"), commands())
def test_every_documented_command_exists(file: str, command: str) -> None:
    variables, target = re.findall(r"\b([A-Z_]+)=", command), re.search(r"make ([a-z-]+)", command)
    assert target and re.search(rf"^{target[1]}:", MAKEFILE, re.MULTILINE), command
    assert [name for name in variables if name not in MAKEFILE] == []


def test_documented_choices_of_tests_collect_something() -> None:
    text = words_of_documents() + MAKEFILE
    chosen = {word for expression in re.findall(r"-k ([\w ]+)", text) for word in expression.split()} - {"name"}
    names = {node.name for path in sorted((ROOT / "tests").rglob("test_*.py")) for node in ast.walk(parsed(path))
             if isinstance(node, ast.FunctionDef)}  # fmt: skip
    assert chosen
    assert {word for word in chosen if not any(word in name for name in names)} == set()


def documented_paths() -> list[tuple[Path, Path, str]]:
    """Document, folder to begin from, path: those in backticks begin at the root, links at the document's folder."""
    found = []
    for path in DOCUMENTS:
        for word in re.findall(r"`([a-z.][\w.-]*/[\w./-]*)`", path.read_text()):
            if not word.startswith((*MADE, *IN_THE_BUCKET)) and word != "pdf/":
                found.append((path, ROOT, word))
        found += [(path, path.parent, word) for word in re.findall(r"\]\(([\w./-]+)\)", path.read_text())]
    return found


@pytest.mark.parametrize(
    ("path", "folder", "word"), documented_paths(), ids=lambda value: str(value).removeprefix(str(ROOT))
)
def test_every_documented_file_exists(path: Path, folder: Path, word: str) -> None:
    assert (folder / word).exists(), f"{path.relative_to(ROOT)} names {word}"


@pytest.mark.parametrize("module", sorted(set(re.findall(r"python -m ([\w.]+)", words_of_documents()))))
def test_every_documented_module_exists(module: str) -> None:
    place = ROOT / Path(*module.split("."))
    assert (place / "__main__.py").exists() or place.with_suffix(".py").exists()


# Names in docstrings


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def sources() -> list[Path]:
    rooms = (ROOT / room for room in ("chalicelib", "infra", "tests"))
    return [ROOT / "app.py", *chain.from_iterable(sorted(room.rglob("*.py")) for room in rooms)]


def _defined(body: list[ast.stmt]) -> Iterator[str]:
    """Names that statements define: functions, classes, constants, attributes that a method gives to self."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node.name
            yield from (
                inner.attr
                for inner in ast.walk(node)
                if isinstance(inner, ast.Attribute) and ast.unparse(inner.value) == "self"
            )
        elif isinstance(node, ast.Assign):
            yield from (target.id for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            yield node.target.id
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield from (alias.asname or alias.name for alias in node.names)


@cache
def known_names() -> frozenset[str]:
    """Every module, every name in one, every member of a class, by all that may be left out in front of it."""
    known: set[str] = set()
    for path in sources():
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        full = [module, *(f"{module}.{name}" for name in _defined(parsed(path).body))]
        for node in parsed(path).body:
            if isinstance(node, ast.ClassDef):
                full += [f"{module}.{node.name}.{name}" for name in _defined(node.body)]
        for name in full:
            parts = name.removesuffix(".__init__").split(".")
            known |= {".".join(parts[n:]) for n in range(len(parts))}
    return frozenset(known)


def quoted_names(text: str, quoted: re.Pattern[str] = _QUOTED) -> Iterator[str]:
    """Names of code in a text: dotted ones and those of classes; neither files nor commands."""
    for words in quoted.findall(text):
        name = words.removesuffix("()")
        if (_DOTTED.fullmatch(name) and not FILES.search(name)) or _TWO_HUMPS.fullmatch(name):
            yield name


def docstrings(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and text of every docstring, those under a constant or a field too."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def stale_names(path: Path) -> list[str]:
    return [
        f"{path.relative_to(ROOT)}:{line}: {name}"
        for line, text in docstrings(parsed(path))
        for name in quoted_names(text)
        if name not in known_names() | OF_OTHERS
    ]


def test_names_in_docstrings_are_there() -> None:
    assert [stale for path in sources() for stale in stale_names(path)] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_names_in_documents_are_there(path: Path) -> None:
    """Of the code, or of the stack: a parameter of a stage has two humps too."""
    parameters = set(re.findall(r"\w+", (ROOT / "infra" / "resources.yaml").read_text()))
    named = set(quoted_names(BLOCK.sub("", path.read_text()), re.compile(r"`([^`\n]+)`")))
    assert named - known_names() - parameters - OF_OTHERS == set()


def test_files_in_docstrings_are_there() -> None:
    named = {
        words
        for path in sources()
        for _, text in docstrings(parsed(path))
        for words in _QUOTED.findall(text)
        if re.fullmatch(r"(?:chalicelib|infra|tests|templates)/[\w./-]+", words)
    }
    assert named
    assert {words for words in named if not words.startswith(MADE) and not (ROOT / words).exists()} == set()


@pytest.mark.parametrize("name", ["services.planning.split", "journal.encoded", "PlanningStore.forget", "OldStore"])
def test_a_stale_name_is_caught(name: str) -> None:
    assert list(quoted_names(f"See ``{name}`` and ``town.toml``.")) == [name]
    assert name not in known_names()


@pytest.mark.parametrize(
    "name", ["services.saving.parts_of", "keys.EPOCH", "PlanningStore.save", "web.routes", "Visit.url"]
)
def test_a_name_that_is_there_is_found(name: str) -> None:
    assert name in known_names()


# Decisions


def test_decisions_are_numbered_in_order() -> None:
    """Documents and commits name a decision by its number."""
    numbers = re.findall(r"^(\d+)\. \*\*", (ROOT / "docs/decisions.md").read_text(), re.MULTILINE)
    assert [int(number) for number in numbers] == list(range(1, len(numbers) + 1))
