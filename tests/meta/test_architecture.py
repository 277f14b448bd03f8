"""Imports point inwards, and the clock is read in one place: walked in the code, not promised in a document."""

import ast
import sys
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHIPPED = sorted([ROOT / "app.py", *(ROOT / "chalicelib").rglob("*.py")])

PORTS = {f"services.{path.stem}" for path in (ROOT / "chalicelib" / "services").glob("*ports.py")}
ROOMS = {
    # Room -> the parts of chalicelib that it may import, besides itself.
    "rules": {"values"},
    "french": {"rules"},
    "services": {"values", "rules", "french", "patience"},
    "storage": {"rules", "patience", *PORTS},
    "adapters": {"rules", *PORTS},
    "portal": {"values", "services", "settings"},
    "web": {"values", "rules", "french", "services", "portal", "settings", "patience"},
    "pages": {"values", "rules", "french", "services", "portal", "web", "settings", "patience"},
    "intake": {"values", "rules", "french", "services", "settings", "patience"},
    "exports": {"values", "rules", "services", "settings"},
    "commands": {"rules", "services", "intake", "exports", "settings"},
    "jobs": {"rules", "services", "settings"},
    "drops": set(),
    "certificates": set(),
    "settings": {"values"},
    "patience": set(),
    "values": set(),
}
BESIDE_WIRING = {"wiring_codes", "wiring_drops", "wiring_exports", "wiring_intake", "wiring_jobs"}
WIRING = {"wiring", "wiring_certificates", *BESIDE_WIRING}
MAY_WIRE = {
    *("commands.import_town", "commands.export_files", "commands.make_codes", "commands.control_book"),
    *("jobs", "drops", "certificates"),
}
"""Where a process starts, and so where ``wiring`` is called."""
LIBRARIES = {"rules": set(), "services": {"email_validator"}, "settings": set(), "patience": set(), "values": set()}
"""Rooms where the standard library comes in and, of the others, only these."""
NOT_IN_RULES = {"time", "os", "io", "pathlib", "socket", "subprocess", "random", "secrets", "threading", "urllib"}
CLOCK_READERS = {"now", "utcnow", "today"}


def module_name(path: Path) -> str:
    """``chalicelib/web/routes.py`` -> ``web.routes``; ``app.py`` -> ``app``."""
    parts = list(path.relative_to(ROOT).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return ".".join(parts[1:] if parts[0] == "chalicelib" else parts)


def imports_of(source: str) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported: the module, and what is taken from it."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: imports are absolute here"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def wrong_imports(module: str, source: str) -> list[str]:
    """What ``module`` imports and may not, one sentence each."""
    room = module.split(".", maxsplit=1)[0]
    wrong = []
    for line, name in imports_of(source):
        top, _, inner = name.partition(".")
        if top == "chalicelib":
            if not _may_import(module, room, inner):
                wrong.append(f"{module}:{line} imports {name}")
        elif top in {"infra", "tests", "app"} or not _may_use(room, top):
            wrong.append(f"{module}:{line} imports {name}")
        elif room == "rules" and top in NOT_IN_RULES:
            wrong.append(f"{module}:{line} imports {name}: rules do no input or output")
    return wrong


def _may_import(module: str, room: str, inner: str) -> bool:
    if room in {*WIRING, "app", ""}:
        return True
    if inner.startswith("wiring"):
        return module in MAY_WIRE
    allowed = ROOMS[room] | {room}
    return any(f"{inner}.".startswith(f"{part}.") for part in allowed)


def _may_use(room: str, library: str) -> bool:
    return room not in LIBRARIES or library in sys.stdlib_module_names or library in LIBRARIES[room]


def clock_readings(source: str) -> list[int]:
    """Lines that read the time of day: ``datetime.now()``, ``date.today()``, ``time.time()``…"""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = ast.unparse(node.func.value).split(".")[-1]
            reads_date = owner in {"datetime", "date"} and node.func.attr in CLOCK_READERS
            if reads_date or (owner, node.func.attr) in {("time", "time"), ("time", "time_ns")}:
                lines.append(node.lineno)
    return lines


@pytest.mark.parametrize("path", SHIPPED, ids=module_name)
def test_imports_point_inwards(path: Path) -> None:
    assert wrong_imports(module_name(path), path.read_text()) == []


@pytest.mark.parametrize("path", SHIPPED, ids=module_name)
def test_only_the_clock_adapter_reads_the_clock(path: Path) -> None:
    if module_name(path) != "adapters.clock":
        assert clock_readings(path.read_text()) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        pytest.param("rules.planning", "import boto3", id="rules know no library"),
        pytest.param("rules.planning", "import os", id="rules do no input or output"),
        pytest.param("rules.planning", "from chalicelib.services import ports", id="rules know no service"),
        pytest.param("services.saving", "from chalicelib.storage.plannings import X", id="services know no storage"),
        pytest.param("services.saving", "import pynamodb", id="services know no library"),
        pytest.param("storage.plannings", "from chalicelib.services.saving import X", id="storage only knows ports"),
        pytest.param("pages.planning", "from chalicelib.adapters.clock import X", id="pages know no adapter"),
        pytest.param("pages.planning", "from chalicelib.wiring import X", id="one page module wires"),
        pytest.param("pages.planning", "def f():\n    from infra.local import run", id="nothing local is shipped"),
        pytest.param("rules.planning", "def f():\n    from chalicelib.french import words", id="nor up in a function"),
        pytest.param("web.routes", "if TYPE_CHECKING:\n    from chalicelib.pages import site", id="nor for types"),
    ],
)
def test_a_wrong_import_is_caught(module: str, source: str) -> None:
    assert wrong_imports(module, source)


@pytest.mark.parametrize("source", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "date.today()", "time.time()"])
def test_a_clock_reading_is_caught(source: str) -> None:
    assert clock_readings(source) == [1]


@pytest.mark.parametrize("path", [path for path in SHIPPED if path.parent.name == "services"], ids=module_name)
def test_services_hash_under_the_pepper_only(path: Path) -> None:
    """Codes, addresses and families are few enough to try them all: a plain hash of one hides nothing."""
    if module_name(path) != "services.keyed_hashes":
        assert "hashlib" not in path.read_text(), "services.keyed_hashes has the pepper"


def test_every_room_is_known() -> None:
    rooms = {module_name(path).split(".", maxsplit=1)[0] for path in SHIPPED}
    assert rooms <= {*ROOMS, *WIRING, "app", ""}


def modules_imported(sources: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Module -> the modules of ours that it imports, at its top, in a function or for the types alone."""
    return {
        module: {
            name if name in sources else name.rpartition(".")[0]
            for _, full in imports_of(source)
            if (name := full.removeprefix("chalicelib.")) != full
        }
        & (sources.keys() - {module})
        for module, source in sources.items()
    }


def circle(sources: Mapping[str, str]) -> list[str]:
    """One circle of imports, its first module named again at the end; empty when there is none."""
    try:
        TopologicalSorter(modules_imported(sources)).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_no_import_runs_in_a_circle() -> None:
    assert circle({module_name(path): path.read_text() for path in SHIPPED}) == []


@pytest.mark.parametrize(
    "source",
    [
        pytest.param("from chalicelib.web.b import x", id="at the top"),
        pytest.param("def f():\n    from chalicelib.web import b", id="in a function"),
        pytest.param("if TYPE_CHECKING:\n    import chalicelib.web.b", id="for the types alone"),
    ],
)
def test_a_circle_is_caught(source: str) -> None:
    assert circle({"web.a": source, "web.b": "import os"}) == []
    assert set(circle({"web.a": source, "web.b": "from chalicelib.web.a import y"})) == {"web.a", "web.b"}


def test_no_room_imports_a_room_that_may_import_it() -> None:
    """Rooms have an order: an arrow of ``ROOMS`` that ran back up would close a circle of rooms."""
    below = {room: {part.split(".")[0] for part in parts} for room, parts in ROOMS.items()}
    assert list(TopologicalSorter(below).static_order())
