"""A test run that is killed leaves no browser behind. Its town: tests/local/test_run.py."""

import contextlib
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.browser import conftest, firefox

ROOT = Path(__file__).parents[2]
STARTS = {
    "chromium": """
from playwright.sync_api import sync_playwright
from tests.browser.conftest import CHROMIUM, SWITCHES
with sync_playwright() as playwright:
    page = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES).new_page()
""",
    "firefox": """
from tests.browser.firefox import running_firefox
with running_firefox(folder):
""",
}
"""What a test run starts; each goes on with « ready », and waits to be killed."""
BROWSERS = {"chromium": (conftest.CHROMIUM, conftest.INSTALL), "firefox": (firefox.FIREFOX, firefox.INSTALL)}


def family_of(pid: int) -> set[int]:
    """The processes that ``pid`` started, and those that they started."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_running(pid: int) -> bool:
    """A zombie has ended, and only waits for somebody to ask how."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.parametrize("what", STARTS)
def test_a_killed_run_leaves_nothing_behind(what: str, tmp_path: Path) -> None:
    # Given a run that started something
    conftest.need(*BROWSERS[what])
    code = f"import pathlib, time\nfolder = pathlib.Path({str(tmp_path)!r}){STARTS[what]}"
    run = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", f"{code}    print('ready', flush=True)\n    time.sleep(600)\n"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert run.stdout is not None
    try:
        assert run.stdout.readline() == "ready\n"
        started = family_of(run.pid)
        assert started

        # When it is killed, which nothing can catch
        run.send_signal(signal.SIGKILL)
        run.wait()

        # Then all of it ends
        end = time.monotonic() + 20
        while left := {pid for pid in started if is_running(pid)}:
            assert time.monotonic() < end, f"still running: {left}"
            time.sleep(0.1)
    finally:
        run.kill()
        run.stdout.close()
