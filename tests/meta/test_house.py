"""What the repository promises about itself."""

import re
import subprocess
from pathlib import Path

import pytest

from chalicelib.storage import keys

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"
TARGETS = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
TOP_LEVEL = {
    "app.py", "chalicelib", "templates", "infra", "tests", "requirements.txt", "requirements-import.txt", "README.md",
    ".chalice", ".ci", "vendor", "Makefile", "pyproject.toml", "requirements-dev.txt", "LICENSE", "CHANGELOG.md",
    ".gitignore", "docs", "SECURITY.md",
}  # fmt: skip


def names_in_code() -> str:
    """Everything that can name a template: the code, and the other templates."""
    files = [*(ROOT / "chalicelib").rglob("*.py"), *TEMPLATES.rglob("*")]
    return "\n".join(path.read_text() for path in files if path.is_file() and path.suffix in {".py", ".html", ".txt"})


@pytest.mark.parametrize("path", sorted(TEMPLATES.rglob("*.html")), ids=lambda p: str(p.relative_to(TEMPLATES)))
def test_every_template_is_used(path: Path) -> None:
    kind = path.parent.name if path.parent.parent.name == "email" else ""
    name = kind or str(path.relative_to(TEMPLATES))  # An e-mail's files are found by its kind.
    assert re.search(rf"""["']{re.escape(name)}["']""", names_in_code()), f"nothing renders or includes {name}"


def test_there_are_templates() -> None:
    assert sorted(TEMPLATES.rglob("*.html"))


@pytest.mark.parametrize("target", TARGETS)
def test_every_target_is_in_the_help(target: str) -> None:
    said = subprocess.run(["make", "--no-print-directory", "-s"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert re.search(rf"^make {target} +\S", said.stdout, re.MULTILINE)


def test_the_readme_starts_with_the_two_commands() -> None:
    first = (ROOT / "README.md").read_text().splitlines()[:12]
    assert any("make run" in line for line in first)
    assert any("make test" in line for line in first)


def test_the_top_level_holds_nothing_else() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert {line.split("/")[0] for line in listed.splitlines()} <= TOP_LEVEL


def test_the_licence_is_the_eupl() -> None:
    assert "EUROPEAN UNION PUBLIC LICENCE v. 1.2" in (ROOT / "LICENSE").read_text()
    assert 'license = "EUPL-1.2"' in (ROOT / "pyproject.toml").read_text()


def test_one_definition_of_the_tables() -> None:
    """Tables are declared in infra/resources.yaml and nowhere else."""
    sources = [*(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py"), *(ROOT / "tests").rglob("*.py")]
    here = Path(__file__)
    guilty = [p.name for p in sources if p != here and re.search(r"AttributeDefinitions\W", p.read_text())]
    assert sorted(guilty) == ["declared.py", "tables.py"]


def test_one_reader_of_the_template() -> None:
    """infra/declared.py; the build hands the file to Chalice."""
    readers = [path.name for path in (ROOT / "infra").rglob("*.py") if '"resources.yaml"' in path.read_text()]
    assert sorted(readers) == ["declared.py", "sam.py"]


def test_a_value_is_asked_for_its_fields_by_name() -> None:
    """``vars`` of a value also has what a ``cached_property`` worked out; ``facts_of`` of the storage has the fields
    alone. ``values.py`` reads the names of classes."""
    askers = [path.name for path in (ROOT / "chalicelib").rglob("*.py") if re.search(r"\bvars\(", path.read_text())]
    assert askers == ["values.py"]


def test_compact_json_is_written_in_one_place() -> None:
    writers = [path.name for path in (ROOT / "chalicelib").rglob("*.py") if "separators=" in path.read_text()]
    assert writers == ["json_text.py"]


def test_keys_are_written_in_one_place() -> None:
    """A key that an operator's command spells by itself is forgotten when keys change."""
    fixed = [value for name, value in vars(keys).items() if name.isupper() and str(value).isalpha()]
    spelt = re.compile(rf"""["'](?:[A-Z]{{1,9}}#|(?:{"|".join(fixed)})["'])""")
    sources = [*(ROOT / "chalicelib").rglob("*.py"), *(ROOT / "infra").rglob("*.py")]
    assert [path.name for path in sources if spelt.search(path.read_text())] == ["keys.py"]
