"""The AWS stand-in: one ministack process on this machine. It is empty at each start, and ends with the process that
started it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from infra.local.leaving import when_parent_ends

PATIENCE = 20.0
"""Seconds to wait for the stand-in's first answer; it needs less than one."""
SERVICES = "dynamodb,s3,ses"


class StandInFailed(RuntimeError):
    """It did not start; the message says why, for the operator."""


@dataclass(frozen=True)
class StandIn:
    """A running stand-in; a context manager that stops it."""

    endpoint: str
    process: subprocess.Popen[bytes]

    def __enter__(self) -> "StandIn":
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the process and what it started, by their group; after five seconds, kill what is left."""
        for how in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, how)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(5)
        if self.process.stdin:
            self.process.stdin.close()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def start(
    folder: Path, port: int | None = None, patience: float = PATIENCE, changed: Mapping[str, str] | None = None
) -> StandIn:
    """Start a stand-in; its log and its temporary files are in ``folder``. Raises StandInFailed.

    ``port`` is a free one when None. ``changed`` are variables of its environment. It ends with this process, even a
    killed one, because it watches a pipe that we hold.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    _need_free(port)
    log = folder / "stand-in.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "infra.local.stand_in"],
            cwd=Path(__file__).parents[2],
            env={**_environment(folder, port), **(changed or {})},
            stdin=subprocess.PIPE,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    stand_in = StandIn(f"http://127.0.0.1:{port}", process)
    try:
        _wait_until_ready(stand_in, log, patience)
    except BaseException:
        stand_in.stop()
        raise
    return stand_in


def _need_free(port: int) -> None:
    """Refuse a port in use: what listens there would answer in the place of our stand-in."""
    with socket.socket() as sock:
        if sock.connect_ex(("127.0.0.1", port)) == 0:
            raise StandInFailed(f"port {port}, meant for the AWS stand-in, is already in use")


def _environment(folder: Path, port: int) -> dict[str, str]:
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        # It checks the signature of an S3 link, and of nothing else: these are the clients' own.
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "SERVICES": SERVICES,
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(folder),
        # It looks for containers to clean and opens a port for IoT devices unless told otherwise.
        "DOCKER_HOST": f"unix://{folder}/no-docker",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
    }


def _wait_until_ready(stand_in: StandIn, log: Path, patience: float) -> None:
    for _ in _until(time.monotonic() + patience):
        if stand_in.process.poll() is not None:
            raise StandInFailed(f"the AWS stand-in stopped at once (exit {stand_in.process.returncode}). {_said(log)}")
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{stand_in.endpoint}/_ministack/health", timeout=1):
            return
    raise StandInFailed(f"the AWS stand-in did not answer on {stand_in.endpoint} in {patience:g} s. {_said(log)}")


def _until(end: float) -> Iterator[None]:
    while time.monotonic() < end:
        yield
        time.sleep(0.05)


def _said(log: Path) -> str:
    last = log.read_text(errors="replace").strip().splitlines()[-3:]
    return " | ".join(["It said:", *last]) if last else f"It said nothing in {log}."


def main() -> None:
    from ministack.app import main as ministack  # noqa: PLC0415 - the parent imports this module without ministack

    when_parent_ends(lambda: os.killpg(os.getpgrp(), signal.SIGTERM))
    ministack()


if __name__ == "__main__":
    main()
