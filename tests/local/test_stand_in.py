"""The AWS stand-in starts, stops, and says why it could not."""

import contextlib
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.local import stand_in


def answers(endpoint: str) -> bool:
    try:
        with urllib.request.urlopen(f"{endpoint}/_ministack/health", timeout=1):
            return True
    except OSError:
        return False


def eventually(ask: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not ask() and time.monotonic() < end:
        time.sleep(0.05)
    return ask()


def test_it_answers_until_stopped(tmp_path: Path) -> None:
    with stand_in.start(tmp_path) as running:
        assert answers(running.endpoint)
        assert running.endpoint.startswith("http://127.0.0.1:")
    assert running.process.returncode is not None
    assert not answers(running.endpoint)


def test_a_taken_port_is_told(tmp_path: Path) -> None:
    with stand_in.start(tmp_path / "first") as first, pytest.raises(stand_in.StandInFailed, match="already in use"):
        stand_in.start(tmp_path / "second", port=int(first.endpoint.rsplit(":")[-1]))


def test_one_that_is_too_slow_is_told_and_stopped(tmp_path: Path) -> None:
    with pytest.raises(stand_in.StandInFailed, match="did not answer"):
        stand_in.start(tmp_path, patience=0)


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = (
        "import pathlib, sys, time\nfrom infra.local import stand_in\n"
        "print(stand_in.start(pathlib.Path(sys.argv[1])).endpoint, flush=True)\ntime.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert parent.stdout
    with contextlib.closing(parent.stdout) as lines:
        endpoint = lines.readline().strip()
        assert answers(endpoint)
        os.kill(parent.pid, signal.SIGKILL)
        parent.wait()
    assert eventually(lambda: not answers(endpoint))
