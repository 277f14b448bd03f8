"""What the tests of invoices begin with."""

import pytest

from tests.intake.invoices.desk import Desk


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)
