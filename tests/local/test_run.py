"""``make run``: what it says when something stands in the way, and what it leaves behind."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from infra.local.run import CannotRun, RunOptions, _listener_near
from infra.local.stand_in import free_port
from tests.local.running import FEW, PATIENCE, ROOT, THE_MANUALS_DAY, Running, running_portal


def make_run(**environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "infra.local.run"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_usual_options() -> None:
    assert RunOptions.from_environ({}) == RunOptions(port=8000, demo_now="", families=200)
    assert RunOptions.from_environ({"PORT": "8001", "DEMO_NOW": "2015-12-22T14:54"}) == RunOptions(
        8001, "2015-12-22T14:54"
    )


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        pytest.param({"PORT": "eight"}, "PORT=eight is not a port", id="a word for a port"),
        pytest.param({"PORT": "70000"}, "PORT=70000 is not a port", id="too high a port"),
        pytest.param({"DEMO_NOW": "22/12/2015"}, "is not like 2015-12-22T14:54", id="a day of another shape"),
        pytest.param({"DEMO_FAMILIES": "many"}, "is not a number of families", id="families without number"),
    ],
)
def test_wrong_options_are_told(environ: dict[str, str], said: str) -> None:
    with pytest.raises(CannotRun, match=said):
        RunOptions.from_environ(environ)


def test_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ended = make_run(PORT=str(port))
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"make run: port {port} is already in use")
    assert "Traceback" not in ended.stderr


def test_a_stand_in_that_fails_is_told(tmp_path: Path) -> None:
    package = tmp_path / "ministack"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "app.py").write_text("def main():\n    raise SystemExit('no memory left')\n")
    ended = make_run(PORT=str(free_port()), PYTHONPATH=str(tmp_path))
    assert ended.returncode == 1
    assert "the AWS stand-in stopped at once (exit 1)" in ended.stderr
    assert "no memory left" in ended.stderr
    assert "Traceback" not in ended.stderr


def children_of(pid: int) -> list[int]:
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in listed]


@pytest.mark.parametrize("how", ["SIGINT", "SIGTERM"])
def test_stopping_leaves_nothing_behind(how: str) -> None:
    with running_portal(stop=how) as portal:
        children = children_of(portal.pid)
        folders = {folder_of(pid) for pid in children}
        assert [path for path in folders if path.exists()], "the stand-in has its run's folder"
    assert [pid for pid in children if Path(f"/proc/{pid}").exists()] == []
    assert [path for path in folders if path.exists()] == []
    assert not (ROOT / ".local" / f"portal-{urlsplit(portal.url).port}.json").exists()


def descendants(pid: int) -> set[int]:
    try:
        children = children_of(pid)
    except OSError:
        return set()
    return set(children).union(*(descendants(child) for child in children))


def test_a_killed_test_run_leaves_nothing_behind() -> None:
    """Whoever started the portal is killed while the portal imports its town: nobody can tell it to stop."""
    script = "from tests.local.running import running_portal\nwith running_portal():\n    pass"
    parent = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stderr=subprocess.DEVNULL)
    assert eventually(lambda: len(descendants(parent.pid)) >= 3), "the portal, its stand-in, its import"
    left = descendants(parent.pid)
    parent.kill()
    parent.wait()
    assert eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in left)), left


def folder_of(pid: int) -> Path:
    """Where a process was told to keep its files: the folder of its run."""
    told = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    (folder,) = [one.removeprefix(b"TMPDIR=").decode() for one in told if one.startswith(b"TMPDIR=")]
    return Path(folder)


@pytest.fixture(scope="module")
def portal() -> Iterator[Running]:
    """For tests that leave it as it was."""
    with running_portal() as running:
        yield running


def test_the_mailbox_is_beside_the_portal_and_holds_what_the_jobs_sent(portal: Running) -> None:
    """Nobody asked for an e-mail: the demo town's import put invoices online, and the jobs did the rest."""
    assert eventually(lambda: "jamie.bond@server.fr" in read(portal.mailbox))
    assert eventually(lambda: "2013-026-000335" in read(portal.mailbox))


def test_a_mailbox_takes_another_port_than_one_that_is_taken() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with _listener_near(port) as listener:
            assert listener.getsockname()[1] != port


def test_a_mailbox_finds_a_port_after_the_last_one() -> None:
    with _listener_near(65536) as listener:
        assert 0 < listener.getsockname()[1] < 65536


def read(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def eventually(ask: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    end = time.monotonic() + seconds
    while not ask() and time.monotonic() < end:
        time.sleep(0.2)
    return ask()


def test_make_import_reaches_the_portal_that_runs(portal: Running, tmp_path: Path) -> None:
    """The demo town again, as `make run` imported it: everything is known already."""
    folder = str(tmp_path / "town")
    demo = ["-m", "infra.local.demo", "--out", folder, "--today", THE_MANUALS_DAY[:10], "--families", FEW]
    subprocess.run([sys.executable, *demo], cwd=ROOT, check=True)
    ended = subprocess.run(
        [sys.executable, "-m", "infra.ops.exchange", "import", "local", folder],
        cwd=ROOT,
        env={**os.environ, "PORT": portal.url.rsplit(":", maxsplit=1)[-1]},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "Familles : 0 ajoutée" in ended.stdout


# What is fresh on a machine decides what infra/local/venv.sh says.

TOOLS = ("cat", "cksum", "sh")


def set_up(folder: Path, **pythons: str) -> "subprocess.CompletedProcess[str]":
    """Run the set-up where only ``pythons`` (name -> shell script) exist."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for tool in TOOLS:
        found = next(path for path in (Path("/bin") / tool, Path("/usr/bin") / tool) if path.exists())
        (bin_folder / tool).symlink_to(found)
    for name, script in pythons.items():
        (bin_folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (bin_folder / name).chmod(0o755)
    for name in ("requirements.txt", "requirements-import.txt", "requirements-dev.txt"):
        (folder / name).write_text("")
    return subprocess.run(
        ["/bin/sh", str(ROOT / "infra" / "local" / "venv.sh")],
        cwd=folder,
        env={"PATH": str(bin_folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_python_is_told(tmp_path: Path) -> None:
    ended = set_up(tmp_path)
    assert ended.returncode == 1
    assert "Python 3.11 or newer is needed" in ended.stderr


def test_an_old_python_is_told(tmp_path: Path) -> None:
    ended = set_up(tmp_path, python3="exit 1")
    assert ended.returncode == 1
    assert "Python 3.11 or newer is needed" in ended.stderr


def test_a_python_without_venv_is_told(tmp_path: Path) -> None:
    ended = set_up(tmp_path, python3='case "$2" in *ensurepip*) exit 1;; esac')
    assert ended.returncode == 1
    assert "apt install python3-venv" in ended.stderr
