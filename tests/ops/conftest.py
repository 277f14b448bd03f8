"""An AWS stand-in with all its services, and towns of a small template on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import stand_in
from tests.ops.towns import built_in


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its endpoint."""
    with stand_in.start(tmp_path_factory.mktemp("aws"), changed={"SERVICES": ""}) as running:
        yield running.endpoint


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built_in(tmp_path_factory.mktemp("built"))


@pytest.fixture(scope="session")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build whose first deployment fails, after its tables were made."""
    return built_in(tmp_path_factory.mktemp("broken"), broken=True)
