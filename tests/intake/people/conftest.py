"""What the tests of families begin with."""

import pytest

from tests.intake.folder import a_folder
from tests.intake.living import LivingTown, quick_hashes


@pytest.fixture(scope="module")
def hashes():
    with quick_hashes():
        yield


@pytest.fixture
def town(hashes, tmp_path):
    town = LivingTown()
    town.load(a_folder(tmp_path))
    return town
