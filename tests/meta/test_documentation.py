"""What documents and docstrings name is there, and what they show is taken by the import that they describe."""

import ast
import io
import re
from collections.abc import Iterator
from functools import cache
from itertools import chain
from pathlib import Path

import pytest

from chalicelib.commands.import_town import main
from chalicelib.exports.payments import KINDS, MEANS, PAID, TO_CHECK, WHY

ROOT = Path(__file__).parents[2]
FILE_REFERENCE, FOR_THE_REGIE = ROOT / "docs" / "fichiers.md", ROOT / "docs" / "regie.md"
AT_THE_ROOT = ("README.md", "SECURITY.md", "CHANGELOG.md")
DOCUMENTS = [*(ROOT / name for name in (*AT_THE_ROOT, "infra/README.md")), *sorted((ROOT / "docs").glob("*.md"))]
MAKEFILE = (ROOT / "Makefile").read_text()
MADE = ("dist/", ".local/", "templates/compiled")
"""Where commands write: nothing of it is in the repository."""
OF_OTHERS = {"time.time", "datetime.now", "date.today", "Executor.map", "MessageRejected", "portail.ville.fr"}
"""Names of the standard library and of AWS, and an example of a domain."""
IN_THE_BUCKET = ("depot/", "traites/", "rejetes/", "courant/", "en-attente/", "factures/")
"""Folders of a town's bucket."""
FILES = re.compile(r"\.(?:json|txt|csv|toml|yaml|html|svg|zip|pdf|py|pyc|js|css)$")

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_QUOTED = re.compile(r"``([^`]+)``")
_DOTTED = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)+")
_TWO_HUMPS = re.compile(r"(?:[A-Z][a-z]+){2,}")


def words_of_documents() -> str:
    return "\n".join(path.read_text() for path in DOCUMENTS)


def blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Language, content, and the text before each fenced block since the block before it."""
    end = 0
    for block in _BLOCK.finditer(text):
        yield block[1], block[2], text[end : block.start()]
        end = block.end()


def town_toml() -> str:
    """The TOML blocks of the file reference, one after the other: a whole town."""
    return "\n".join(content for language, content, _ in blocks(FILE_REFERENCE.read_text()) if language == "toml")


def lists() -> dict[str, str]:
    """The CSV blocks, by the names that the line before each one's text begins with."""
    found: dict[str, str] = {}
    for language, content, before in blocks(FILE_REFERENCE.read_text()):
        headings = re.findall(r"^(?:`\w+\.csv`(?:, )?)+", before, re.MULTILINE)
        if headings and not language:
            found |= zip(re.findall(r"`(.+?)`", headings[-1]), content.split("\n\n"), strict=True)
    return found


def documented_town(folder: Path, **changes: str) -> Path:
    """The town of the file reference as a folder; ``changes`` replaces the value of keys of town.toml."""
    text = town_toml()
    for key, value in changes.items():
        text, count = re.subn(rf"(?m)^{key.replace('_', '-')} = .*$", f"{key.replace('_', '-')} = {value}", text)
        assert count, key
    (folder / "town.toml").write_text(text)
    (folder / "blason.svg").write_bytes((ROOT / "infra" / "local" / "demo" / "blason.svg").read_bytes())
    for name, content in lists().items():
        (folder / name).write_text(content)
    return folder


def checked(folder: Path) -> tuple[str, str]:
    """What ``python -m chalicelib.commands import --verifier`` says of a folder, and what it finds wrong with it."""
    out, error = io.StringIO(), io.StringIO()
    main([str(folder), "--verifier"], {"DEMO_NOW": "2026-11-24T08:00"}, out, error)
    return out.getvalue(), error.getvalue()


def verified(folder: Path) -> str:
    return checked(folder)[1]


def test_the_file_reference_shows_every_list() -> None:
    assert set(lists()) == {
        "familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv", "factures.csv", "lignes.csv",
        "reglements.csv", "contrepassations.csv",
    }  # fmt: skip


def test_the_town_of_the_file_reference_is_taken_without_a_remark(tmp_path: Path) -> None:
    assert checked(documented_town(tmp_path)) == ("Aucune erreur : ces fichiers peuvent être importés.\n", "")


@pytest.mark.parametrize("value", ["true", "false"])
def test_a_documented_switch_is_taken_both_ways(tmp_path: Path, value: str) -> None:
    assert verified(documented_town(tmp_path, reference_longue=value)) == ""


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hors_periodes", '"ouvert"'),
        ("reserver_par", '"jour"'),
        ("ouvre_avant", '"6 semaines"'),
        ("ouvre_avant", '"45 jours à 08:00"'),
    ],
)
def test_what_else_a_rule_may_say_is_taken(tmp_path: Path, key: str, value: str) -> None:
    assert verified(documented_town(tmp_path, **{key: value})) == ""


@pytest.mark.parametrize("heads", [PAID, TO_CHECK], ids=["payments of a day", "to check"])
def test_the_columns_of_what_goes_out_are_told(heads: tuple[str, ...]) -> None:
    assert ";".join(heads) in {content.strip() for _, content, _ in blocks(FOR_THE_REGIE.read_text())}


@pytest.mark.parametrize("told", sorted({*KINDS.values(), *WHY.values(), *MEANS.values()}))
def test_the_words_of_what_goes_out_are_told(told: str) -> None:
    assert told in FOR_THE_REGIE.read_text()


def deadlines(title: str = "un délai") -> list[str]:
    """Every sentence of the first column of a table of the file reference, as it is written there."""
    _, _, table = FILE_REFERENCE.read_text().partition(f"| {title} (")
    rows = [line for line in table.partition("\n\n")[0].splitlines() if re.match(r"\| `", line)]
    return [shown for row in rows for shown in re.findall(r"`([^`]+)`", row.split("|")[1]) if shown[0] in '"{[']


@pytest.mark.parametrize("deadline", deadlines())
def test_every_documented_deadline_is_taken(tmp_path: Path, deadline: str) -> None:
    assert verified(documented_town(tmp_path, annuler=deadline)) == ""


@pytest.mark.parametrize("sending", deadlines("un envoi"))
def test_every_documented_sending_is_taken(tmp_path: Path, sending: str) -> None:
    assert verified(documented_town(tmp_path, envois=f"[{sending}]")) == ""


def test_there_are_documented_deadlines_and_sendings() -> None:
    assert len(deadlines()) >= 10
    assert len(deadlines("un envoi")) >= 8


def test_a_wrong_example_is_caught(tmp_path: Path) -> None:
    assert "zone" in verified(documented_town(tmp_path, zone='"D"'))


# Commands and files


def commands() -> list[tuple[str, str]]:
    """File and command line for each ``make …`` that an operator is told to type."""
    found = []
    for path in DOCUMENTS:
        text = path.read_text()
        shown = [line for _, content, _ in blocks(text) for line in content.splitlines()]
        shown += re.findall(r"`([^`\n]+)`", _BLOCK.sub("", text))
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
    named = set(quoted_names(_BLOCK.sub("", path.read_text()), re.compile(r"`([^`\n]+)`")))
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
