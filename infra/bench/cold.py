"""From nothing to the first answer: the portal as it is packaged, against a bare handler."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from infra.bench.measure import Figure
from infra.bench.parent import Event, Handler, call
from infra.bench.recorder import recording
from infra.local.gateway import Request, event_of
from infra.local.stage import ROOT

ROUNDS = 9


def cold_start(handler: Handler, folder: Path) -> Figure:
    """``handler`` is a warm portal, asked which calls its first page makes: it is imported anew in each process."""
    target = Request("GET", "/", [("Host", "127.0.0.1"), ("Accept", "text/html")], b"", "127.0.0.1")
    event = event_of(target, "/", "", "/", {})
    bundle = _bundle(folder / "bundle")
    told = _told(handler, event, bundle)
    seconds: dict[str, list[float]] = {"portal": [], "bare": []}
    for number in range(ROUNDS + 1):
        for which, taken in seconds.items():
            answered = _first_answer(which, told, bundle)
            if number:  # The first round wrote the .pyc files.
                taken.append(answered)
    ours, base = (median(seconds[which]) * 1000 for which in ("portal", "bare"))
    note = "the sign-in page ÷ chalice + botocore that reads the same item; both import .pyc, templates precompiled"
    return Figure("cold start and first page", ours, base, goal=1.3, note=note)


def _bundle(bundle: Path) -> Path:
    """What a deployment holds: the code, the templates compiled, every module as .pyc."""
    shutil.copytree(ROOT / "chalicelib", bundle / "chalicelib")
    shutil.copytree(ROOT / "templates", bundle / "templates")
    shutil.copy(ROOT / "app.py", bundle)
    python = [sys.executable, "-m"]
    compiled = str(bundle / "templates" / "compiled")
    subprocess.run([*python, "chalicelib.web.precompile", compiled], cwd=bundle, check=True)
    subprocess.run([*python, "compileall", "-q", str(bundle)], cwd=bundle, check=True)
    return bundle


def _told(handler: Handler, event: Event, bundle: Path) -> Path:
    """What each process is told: the event, and for the bare one the first page's own calls and size."""
    with recording() as made:
        page = call(handler, event, 200)["body"]
    path = bundle / "told.json"
    told: Mapping[str, Any] = {"event": event, "calls": made.calls, "size": len(page)}
    path.write_text(json.dumps(told))
    return path


def _first_answer(which: str, told: Path, bundle: Path) -> float:
    command = [sys.executable, "-m", "infra.bench.first_answer", which, str(told)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(command, cwd=bundle, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise RuntimeError(f"{which} did not answer: {ended.stderr}")
    return float(ended.stdout)
