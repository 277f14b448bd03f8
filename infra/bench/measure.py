"""CPU time of two things done in turns, and how to print it."""

import gc
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from infra.local.stage import ROOT

Action = Callable[[], object]


@dataclass(frozen=True)
class Figure:
    """``ours`` and ``base`` are for information, in ``unit``; ``ratio`` is what is compared with ``goal``."""

    name: str
    ours: float
    base: float
    unit: str = "ms CPU"
    goal: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.ours / self.base

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return ""
        return "met" if self.ratio <= self.goal else "MISSED"


def in_turns(ours: Action, base: Action, rounds: int, calls: int) -> tuple[float, float]:
    """Median milliseconds of CPU per call of each, over ``rounds`` rounds of ``calls`` calls taken in turns."""
    taken: tuple[list[float], list[float]] = ([], [])
    both = ((ours, taken[0]), (base, taken[1]))
    for action, _ in both:
        action()
    for number in range(rounds):
        for action, times in both if number % 2 else reversed(both):
            gc.collect()
            start = time.process_time()
            for _ in range(calls):
                action()
            times.append((time.process_time() - start) * 1000 / calls)
    return median(taken[0]), median(taken[1])


@dataclass(frozen=True)
class Cost:
    """What a process used: CPU seconds and its largest resident size in MB."""

    cpu: float
    peak: float


def process_cost(arguments: Sequence[str], environment: Mapping[str, str]) -> Cost:
    """Run ``python ARGUMENTS`` to its end; raises RuntimeError with its words when it fails."""
    process = subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None  # noqa: S101 - what PIPE means
    with process.stdout:
        said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} failed: {said.decode(errors='replace')}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def table(figures: Sequence[Figure]) -> str:
    rows = [("", "ours", "base", "unit", "ratio", "goal", "")]
    for f in figures:
        goal = f"≤ {f.goal:g}" if f.goal else ""
        rows.append((f.name, f"{f.ours:.4g}", f"{f.base:.4g}", f.unit, f"{f.ratio:.2f}", goal, f.verdict))
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(word.ljust(width) for word, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join(lines)


def write_json(path: Path, figures: Sequence[Figure], pages: Sequence[Mapping[str, object]], loaded: str) -> None:
    path.parent.mkdir(exist_ok=True)
    listed = [{**asdict(f), "ratio": round(f.ratio, 3), "verdict": f.verdict} for f in figures]
    whole = {"figures": listed, "pages": list(pages), "loaded": loaded}
    path.write_text(json.dumps(whole, indent=2, ensure_ascii=False))
