"""What the tests of invoices begin with."""

from pathlib import Path

import pytest

from tests.intake.invoices.desk import Desk


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)
