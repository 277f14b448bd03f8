"""What a test knows to be there, of what may be missing."""

from typing import TypeVar

Thing = TypeVar("Thing")


def present(found: Thing | None) -> Thing:
    """What was found. A test that finds nothing fails here, and not three lines further on."""
    assert found is not None
    return found
