"""``python -m infra.build lock``: which wheels, with which hashes, each of the two zips gets.

These are only the wheels that its code loads: Chalice's own tools are left out of both, the libraries of the import out
of the zip of the API and the jobs.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra.build.sam import ROOT, CannotBuild

STAYS_BEHIND = frozenset(
    {
        # Chalice's command line.
        *("ansicon", "blessed", "click", "editor", "inquirer", "jinxed", "pip", "pyyaml", "readchar", "runs"),
        *("setuptools", "wcwidth", "wheel", "xmod"),
        # botocore alone is used; Lambda has its own boto3 for whoever wants one.
        *("boto3", "s3transfer"),
    }
)
PAPER = frozenset({"fpdf2", "fonttools", "pillow"})
"""The paper of invoices: made by the import."""


@dataclass(frozen=True)
class Lock:
    """The wheels of one zip: where they are listed, the requirements that they fulfil, and what of these stays
    behind."""

    path: Path
    requirements: tuple[str, ...]
    stays_behind: frozenset[str]
    like: Path | None = None
    """Another lock, whose versions this one has of whatever both need."""


LOCK = Lock(Path(__file__).parent / "lock.txt", ("requirements.txt",), STAYS_BEHIND | PAPER)
IMPORT_LOCK = Lock(
    Path(__file__).parent / "lock-import.txt",
    ("requirements.txt", "requirements-import.txt"),
    STAYS_BEHIND,
    like=LOCK.path,
)
PLATFORMS = {
    "arm64": ("manylinux2014_aarch64", "manylinux_2_17_aarch64", "manylinux_2_28_aarch64"),
    "x86_64": ("manylinux2014_x86_64", "manylinux_2_17_x86_64", "manylinux_2_28_x86_64"),
}
"""Lambda's architectures -> the wheels that run there (Amazon Linux 2023 has glibc 2.34)."""
PIN = re.compile(r"[a-z0-9._-]+==[a-z0-9.!+-]+")
NO_WHEEL = re.compile(r"No matching distribution found for (\S+)")
UNLIKE_ITS_HASH = re.compile(r"^ {4}(\S+==\S+) from ", re.MULTILINE)
VERSIONS = ("3.11", "3.12", "3.13")


@dataclass(frozen=True, order=True)
class Wheel:
    """``hashes`` are the sha256 of its files: one for each platform and interpreter that has a file of its own."""

    name: str
    version: str
    hashes: tuple[str, ...]

    def __str__(self) -> str:
        return " \\\n    ".join([f"{self.name}=={self.version}", *(f"--hash=sha256:{one}" for one in self.hashes)])


def write_lock(lock: Lock) -> None:
    """Resolve the requirements for every architecture and interpreter. Raises CannotBuild."""
    found: dict[tuple[str, str], set[str]] = {}
    for architecture in PLATFORMS:
        for version in VERSIONS:
            for name, number, digest in _resolved(lock, architecture, version):
                found.setdefault((name, number), set()).add(digest)
    wheels = sorted(Wheel(*key, tuple(sorted(hashes))) for key, hashes in found.items())
    asked = " and ".join(lock.requirements)
    head = f"# What a function is given. Written by `python -m infra.build lock` from {asked}; do not edit.\n"
    lock.path.write_text(head + "".join(f"{wheel}\n" for wheel in wheels))


def read_lock(lock: Lock) -> tuple[Wheel, ...]:
    """Read the lock. Raises CannotBuild when the requirements ask for something that it does not have."""
    wheels = _wheels(lock.path)
    locked = {f"{wheel.name}=={wheel.version}" for wheel in wheels}
    asked = {line for name in lock.requirements for line in _pinned((ROOT / name).read_text())}
    missing = {line for line in asked if line not in locked and line.partition("==")[0] not in lock.stays_behind}
    if missing:
        raise CannotBuild(f"{lock.path.name} lacks {', '.join(sorted(missing))}: run python -m infra.build lock")
    return wheels


def _wheels(path: Path | None) -> tuple[Wheel, ...]:
    if path is None:
        return ()
    lines = [line for line in path.read_text().replace("\\\n", " ").splitlines() if line and not line.startswith("#")]
    return tuple(_wheel(line.split()) for line in lines)


def _pinned(requirements: str) -> set[str]:
    """``name==version`` of each line. Raises CannotBuild for a line without a fixed version, because a lock cannot hold
    it."""
    lines = [line.partition("#")[0].strip().lower() for line in requirements.splitlines()]
    loose = [line for line in lines if line and not PIN.fullmatch(line)]
    if loose:
        raise CannotBuild(f"requirements.txt: {', '.join(loose)} is not pinned; write it as name==version")
    return {line.replace("_", "-") for line in lines if line}


def without_a_wheel(architecture: str, version: str, said: str, lock: str = "lock.txt") -> str:
    """Why pip could not install the lock, in a sentence with the names of the packages; ``said`` is what pip wrote."""
    if tampered := UNLIKE_ITS_HASH.findall(said):
        return f"{', '.join(tampered)}: not the file that {lock} has the hash of; see why before anything else"
    if missing := NO_WHEEL.findall(said):
        names, target = ", ".join(missing), f"{architecture}, Python {version}"
        return f"{names} has no wheel for {target}: pin a version that has one, then python -m infra.build lock"
    return f"pip could not install {lock} for {architecture}, Python {version}:\n{said.strip()}"


def pip_options(architecture: str, version: str) -> Iterator[str]:
    """Options that make pip choose wheels for Lambda's platform, whatever this machine is."""
    yield from ("--only-binary=:all:", "--implementation", "cp", "--python-version", version)
    for platform in PLATFORMS[architecture]:
        yield from ("--platform", platform)


def _resolved(lock: Lock, architecture: str, version: str) -> Iterator[tuple[str, str, str]]:
    """Name, version and sha256 of each distribution that the requirements need there."""
    asked = [word for name in lock.requirements for word in ("-r", str(ROOT / name))]
    command = [
        *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--dry-run"),
        *("--ignore-installed", "--report", "-", "--target", "nowhere", *asked),
        *pip_options(architecture, version),
    ]
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as constraints:
        constraints.write("".join(f"{one.name}=={one.version}\n" for one in _wheels(lock.like)))
        constraints.flush()
        said = subprocess.run([*command, "-c", constraints.name], capture_output=True, text=True, check=False)
    if said.returncode:
        raise CannotBuild(without_a_wheel(architecture, version, said.stderr, lock.path.name))
    report: dict[str, Any] = json.loads(said.stdout)
    for one in report["install"]:
        name = one["metadata"]["name"].lower().replace("_", "-")
        if name not in lock.stays_behind:
            yield name, one["metadata"]["version"], one["download_info"]["archive_info"]["hashes"]["sha256"]


def _wheel(words: list[str]) -> Wheel:
    name, _, version = words[0].partition("==")
    return Wheel(name, version, tuple(word.removeprefix("--hash=sha256:") for word in words[1:]))
