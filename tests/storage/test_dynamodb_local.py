"""Amazon's own DynamoDB Local is one more place of the storage tests, where a developer runs one."""

import pytest

from tests.stand_in import dynamodb_local
from tests.storage.conftest import DYNAMODBS


def test_dynamodb_local_was_tried() -> None:
    """One loud skip, instead of one for each storage test."""
    if not dynamodb_local():
        pytest.skip("DYNAMODB_LOCAL_URL is not set: the storage tests did not run on Amazon's DynamoDB Local")
    assert "dynamodb_local" in DYNAMODBS
