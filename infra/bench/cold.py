"""From nothing to the first answer: the deployed zip, compared with a bare handler of the same wheels.

CPU seconds say what a start costs on this machine now; instructions say it exactly, whatever else the machine does.
"""

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from infra.bench.measure import Figure
from infra.bench.parent import Event, Handler, call
from infra.bench.recorder import recording
from infra.build.bundle import build_tree, compile_all, install_wheels, interpreter
from infra.build.lock import LOCK
from infra.build.sam import CannotBuild
from infra.local.gateway import Request, event_of
from infra.local.stage import ROOT

ROUNDS = 9
MOST_SECONDS, MOST_INSTRUCTIONS = 1.2, 1.32
"""Goals, as ratios to the bare handler. A test holds the second."""
ON_LAMBDA = "3.13"
HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
"""This machine's own architecture: compiled wheels of another one cannot be loaded here."""
COUNTING = ("valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null")
COUNTED = re.compile(r"I\s+refs:\s+([\d,]+)")


@dataclass(frozen=True)
class Start:
    """What a process starts from: a Python, the trees ``portal`` and ``bare``, the file that tells it what to do."""

    version: str
    trees: Mapping[str, Path]
    told: Path

    @property
    def python(self) -> str:
        return interpreter(self.version)

    @property
    def note(self) -> str:
        return f"the zip's sign-in page ÷ chalice + botocore that reads the same item, Python {self.version}"


def cold_start(handler: Handler, folder: Path) -> list[Figure]:
    """``handler`` is a warm portal, asked which calls its first page makes: it is imported anew in each process."""
    start = made_ready(handler, folder)
    figures = [seconds(start)]
    if can_count():
        figures.append(instructions(start))
    return figures


def made_ready(handler: Handler, folder: Path) -> Start:
    target = Request("GET", "/", [("Host", "127.0.0.1"), ("Accept", "text/html")], b"", "127.0.0.1")
    told = _told(handler, event_of(target, "/", "", "/", {}), folder)
    version = python_of_the_zip()
    return Start(version, build(folder, version), told)


def can_count() -> bool:
    return shutil.which(COUNTING[0]) is not None


def python_of_the_zip() -> str:
    """Lambda's version of Python when this machine has it, otherwise the one that runs."""
    try:
        interpreter(ON_LAMBDA)
    except CannotBuild:
        return HERE
    return ON_LAMBDA


def build(folder: Path, version: str) -> dict[str, Path]:
    """``portal`` is what is deployed; ``bare`` has the same wheels as their authors publish them, compiled too."""
    trees = {name: folder / name for name in ("portal", "bare")}
    for tree in trees.values():
        tree.mkdir()
    build_tree(trees["portal"], version, ARCHITECTURE)
    install_wheels(trees["bare"], version, ARCHITECTURE, LOCK)
    compile_all(trees["bare"], version)
    return trees


def _told(handler: Handler, event: Event, folder: Path) -> Path:
    """What each process gets: the event; and for the bare one, the calls and the size of the first page."""
    with recording() as made:
        page = call(handler, event, 200)["body"]
    path = folder / "told.json"
    told: Mapping[str, Any] = {"event": event, "calls": made.calls, "size": len(page)}
    path.write_text(json.dumps(told))
    return path


def seconds(start: Start) -> Figure:
    """Median CPU seconds of the portal and of the bare handler, taken in turns."""
    taken: dict[str, list[float]] = {which: [] for which in start.trees}
    for _ in range(ROUNDS):
        for which, tree in start.trees.items():
            taken[which].append(float(_first_answer([start.python], which, start.told, tree).stdout) * 1000)
    ours, base = median(taken["portal"]), median(taken["bare"])
    return Figure("cold start and first page", ours, base, goal=MOST_SECONDS, note=start.note)


def instructions(start: Start) -> Figure:
    """Instructions of the portal and of the bare handler, without those that Python needs to start."""

    def count(which: str, tree: Path) -> float:
        found = COUNTED.search(_first_answer([*COUNTING, start.python], which, start.told, tree).stderr)
        if found is None:
            raise RuntimeError("valgrind told no count")
        return int(found[1].replace(",", "")) / 1e6

    nothing = count("nothing", start.trees["bare"])
    ours, base = (count(which, start.trees[which]) - nothing for which in ("portal", "bare"))
    return Figure("cold start, instructions", ours, base, "millions", goal=MOST_INSTRUCTIONS, note=start.note)


def _first_answer(python: Sequence[str], which: str, told: Path, tree: Path) -> subprocess.CompletedProcess[str]:
    command = [*python, "-m", "infra.bench.first_answer", which, str(told)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "0", "PYTHONDONTWRITEBYTECODE": "1"}
    ended = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{which} did not answer: {ended.stderr}")
    return ended
