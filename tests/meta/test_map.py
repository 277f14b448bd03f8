"""The map for a newcomer is true: its drawing says what the imports may be, its walks name what is there."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.meta.test_architecture import ROOMS

ROOT = Path(__file__).parents[2]
MAP = (ROOT / "docs" / "map.md").read_text()
NOT_DRAWN = {"settings", "patience", "values"}
"""Small, and imported by most."""
ARROW, PORTS = "-->", "-. ports .->"
FENCED = re.compile(r"```text\n(.*?)```\n", re.DOTALL)
FILES = (".toml", ".csv")
MOST_LINES = 6
"""Of a walk's drawing: it is seen at one glance."""

Arrows = Mapping[tuple[str, str], str]
"""From room, to room: how it is drawn."""


def drawn(text: str) -> Arrows:
    (drawing,) = re.findall(r"```mermaid\ngraph TD\n(.*?)```", text, re.DOTALL)
    lines = [line.strip() for line in drawing.splitlines()]
    read = [re.fullmatch(rf"(\w+) ({re.escape(ARROW)}|{re.escape(PORTS)}) (\w+)", line) for line in lines]
    assert all(read), lines
    return {(one[1], one[3]): one[2] for one in read if one}


def to_draw() -> Arrows:
    """What each room may import, without what a longer way reaches."""
    arrows = {
        (room, part.split(".")[0]): PORTS if "." in part else ARROW
        for room, parts in ROOMS.items()
        for part in parts
        if part not in NOT_DRAWN
    }
    return {
        (room, part): look
        for (room, part), look in arrows.items()
        if not any(start == room and part in reached(arrows, next_room) for start, next_room in arrows)
    }


def reached(arrows: Arrows, room: str) -> set[str]:
    """Rooms below ``room``, by one arrow or several."""
    below = {part for start, part in arrows if start == room}
    return below.union(*(reached(arrows, part) for part in below))


def test_the_drawing_is_what_the_imports_may_be() -> None:
    assert drawn(MAP) == to_draw()


@pytest.mark.parametrize(
    ("line", "other"),
    [
        pytest.param("french --> rules", "rules --> french", id="an arrow turned round"),
        pytest.param("    jobs --> services\n", "", id="an arrow left out"),
        pytest.param("storage -. ports .-> services", "storage --> services", id="more than the ports"),
    ],
)
def test_a_wrong_drawing_is_caught(line: str, other: str) -> None:
    assert line in MAP
    assert drawn(MAP.replace(line, other)) != to_draw()


def test_every_room_is_in_the_table() -> None:
    told = {room for row in re.findall(r"^\| (`.*?) \|", MAP, re.MULTILINE) for room in re.findall(r"`(\w+)`", row)}
    assert told == ROOMS.keys() - NOT_DRAWN | {"wiring"}


# The walks


def walks() -> Mapping[str, str]:
    """The numbered lines of each section, by its heading."""
    sections = re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", MAP, re.DOTALL | re.MULTILINE)
    return {heading: text for heading, text in sections if re.search(r"^1\. ", text, re.MULTILINE)}


def steps(walk: str) -> Iterator[tuple[str, str]]:
    """File and name: each file is followed by the names that are to be found in it."""
    file = ""
    for word in re.findall(r"`([^`]+)`", FENCED.sub("", walk)):
        if "/" in word:
            file = word
        else:
            yield file, word


def names_in(path: Path) -> set[str]:
    """Functions, classes and constants of a module, and the words of its strings: columns of a list are such."""
    named = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            named.add(node.id)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            named.add(node.value)
    return named


def missing(walk: str) -> list[str]:
    return [f"{file}: {name}" for file, name in steps(walk) if not file or name not in names_in(ROOT / file)]


@pytest.mark.parametrize("heading", walks())
def test_a_walk_names_what_is_there(heading: str) -> None:
    assert missing(walks()[heading]) == []


def test_there_are_six_walks() -> None:
    assert len(walks()) == 6
    assert all(len(list(steps(walk))) > 10 for walk in walks().values())


def rooms_of(walk: str) -> set[str]:
    return set(re.findall(r"`chalicelib/(\w+)[/.]", walk))


def sketched(walk: str) -> str:
    """The drawing of a walk: its modules, and arrows between them."""
    (sketch,) = FENCED.findall(walk)
    return str(sketch)


def modules_in(sketch: str) -> set[str]:
    """Modules of a drawing, from the name of their room: ``rules.saving``, ``jobs``."""
    words = re.findall(r"(?<!\S)[a-z_]+(?:\.[a-z_]+)*(?=,|\s|$)", sketch, re.MULTILINE)
    return {word for word in words if word in ROOMS or ("." in word and not word.endswith(FILES))}


def modules_of(walk: str) -> set[str]:
    """Modules that the steps of a walk name."""
    return {path.replace("/", ".") for path in re.findall(r"`chalicelib/([\w/]+)\.py`", walk)}


@pytest.mark.parametrize("heading", walks())
def test_a_walk_is_drawn_as_it_is_told(heading: str) -> None:
    """The drawing is short, all its modules are among the steps, and it enters each of their rooms."""
    walk = walks()[heading]
    drawing = sketched(walk)
    assert drawing.count("\n") <= MOST_LINES
    assert modules_in(drawing) - modules_of(walk) == set()
    assert {module.partition(".")[0] for module in modules_in(drawing)} == rooms_of(walk)


def test_a_wrong_drawing_of_a_walk_is_caught() -> None:
    drawing = "the clock -> jobs -> services.gone -> SES     town.toml, rules.notices, by words"
    assert modules_in(drawing) == {"jobs", "services.gone", "rules.notices"}
    assert modules_in(drawing) - modules_of("`chalicelib/jobs.py`: `a`; `chalicelib/rules/notices.py`: `b`") == {
        "services.gone"
    }


def test_a_tick_crosses_five_rooms_and_no_more() -> None:
    (walk,) = [text for heading, text in walks().items() if "tick" in heading]
    assert rooms_of(walk) == {"pages", "web", "services", "rules", "storage"}


def test_a_wrong_walk_is_caught() -> None:
    assert missing("1. `chalicelib/services/saving.py`: `SavePlanning`, `save_all`") == [
        "chalicelib/services/saving.py: save_all"
    ]
