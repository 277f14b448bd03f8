"""What the tests of an import begin with."""

import pytest

from tests.intake.memory_portal import Portal


@pytest.fixture
def portal() -> Portal:
    return Portal()
