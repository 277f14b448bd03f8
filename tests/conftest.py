"""What every test may ask for. Nothing here leaves this machine: a call to another host fails."""

import functools
import hashlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from tests import stand_in

# How fast a busy machine draws inputs says nothing of the code.
hypothesis.settings.register_profile(
    "any machine", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None
)
hypothesis.settings.load_profile("any machine")

HERE = {"127.0.0.1", "::1", "localhost"}
TESTS = Path(__file__).parent
SLOW = {"browser": "browser", "deploying": "deployment", "ops": "deployment", "package": "deployment"}
"""A folder of tests -> the mark of all that is in it. ``make quick`` leaves these marks out, and ``faults``."""

# Before any client is made: whatever the developer's machine knows of AWS must not be used.
for name in [name for name in os.environ if name.startswith("AWS_")]:
    del os.environ[name]
os.environ |= {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}


@pytest.hookimpl(tryfirst=True)  # xdist reads the groups in a hook of the same name.
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is slow. For several workers: a file is a group, as its tests may share a town, and each search for
    faults one of its own; the slow ones are given out first, so that the workers end together."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in SLOW:
            item.add_marker(SLOW[folder])
        if _searches_for_faults(item):
            item.add_marker("faults")
        else:
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(TESTS))))
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in ("faults", *SLOW.values())))


def _searches_for_faults(item: pytest.Item) -> bool:
    """Whether it calls the fault harness; a search of another kind is marked by hand."""
    called = item.function.__code__.co_names if isinstance(item, pytest.Function) else ()
    return "survives" in called or item.get_closest_marker("faults") is not None


class LeavesTheMachine(AssertionError):
    """A test called another host."""


@pytest.fixture(autouse=True, scope="session")
def only_this_machine_answers() -> Iterator[None]:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and str(address[0]) not in HERE:  # type: ignore[index]
            raise LeavesTheMachine(f"a test called {address}")
        connect(self, address)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


@pytest.fixture(autouse=True, scope="session")
def each_secret_is_hashed_once() -> Iterator[None]:
    """The hash of a payer code takes 40 ms by design, and thousands of tests sign the same parents in: scrypt says the
    same of the same arguments, so that each answer is kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hashlib, "scrypt", functools.cache(hashlib.scrypt))
        yield


@pytest.fixture
def moto_settings() -> Iterator[Settings]:
    """Empty tables in this process, for one thread: fast."""
    with stand_in.moto_town() as settings:
        yield settings


@pytest.fixture
def moto_database(moto_settings: Settings) -> Database:
    return stand_in.database_for(moto_settings)


@pytest.fixture(scope="session")
def ministack_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One AWS stand-in for the whole session, in its own process."""
    with stand_in.ministack(tmp_path_factory.mktemp("stand-in")) as endpoint:
        yield endpoint


@pytest.fixture
def ministack_settings(ministack_endpoint: str) -> Settings:
    """Empty tables on the stand-in: threads may race."""
    return stand_in.town_at(ministack_endpoint)


@pytest.fixture
def ministack_database(ministack_settings: Settings) -> Database:
    return stand_in.database_for(ministack_settings)
