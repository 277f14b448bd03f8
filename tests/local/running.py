"""The portal as ``make run`` starts it, in a process of its own."""

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from infra.local.run import ENDS_WITH_PARENT
from infra.local.stage import environment_of
from infra.local.stand_in import free_port

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0
"""Seconds: a machine that does ten other things takes ten times as long, and nobody waits when all is well."""
FEW = "5"
"""Families generated around the manual's: hashing the codes of two hundred takes most of a start."""
THE_MANUALS_DAY = "2015-12-22T14:54"


@dataclass(frozen=True)
class Running:
    """``mailbox``: address of the page that lists its e-mails."""

    url: str
    pid: int
    mailbox: str


@contextlib.contextmanager
def running_portal(demo_now: str = THE_MANUALS_DAY, stop: str = "SIGINT") -> Iterator[Running]:
    """Start a town of its own, then stop it as Ctrl-C does (or ``stop``), and check that it stopped well."""
    port = free_port()
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.run"],
            cwd=ROOT,
            env={**os.environ, "PORT": str(port), "DEMO_NOW": demo_now, "DEMO_FAMILIES": FEW, ENDS_WITH_PARENT: "1"},
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            url = f"http://127.0.0.1:{port}"
            _wait_until_ready(process, url)
            yield Running(url, process.pid, environment_of("local", port)["PORTAL_MAILBOX"])
            process.send_signal(getattr(signal, stop))
            assert process.wait(PATIENCE) == 0
        except BaseException:
            said.seek(0)
            sys.stderr.write(said.read())
            raise
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
            if process.stdin:
                process.stdin.close()


def _wait_until_ready(process: "subprocess.Popen[bytes]", url: str) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, f"make run ended with {process.returncode}"
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/healthz", timeout=PATIENCE) as answer:
            assert answer.status == 200
            return
        time.sleep(0.1)
    raise AssertionError(f"make run was not ready in {PATIENCE:g} s")
