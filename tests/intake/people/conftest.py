"""What the tests of families begin with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.intake.folder import a_folder
from tests.intake.living import LivingTown, quick_hashes


@pytest.fixture(scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def town(hashes: None, tmp_path: Path) -> LivingTown:
    town = LivingTown()
    town.load(a_folder(tmp_path))
    return town
