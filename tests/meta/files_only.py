"""A plugin of pytest for ``--collect-only``: it names the files that hold tests, and imports none of them."""

from collections.abc import Iterator
from pathlib import Path

import pytest


class Unread(pytest.Item):
    """Stands for all tests of a file."""

    def runtest(self) -> None:
        """Nothing: it is only collected."""


class UnreadModule(pytest.Module):
    def collect(self) -> Iterator[Unread]:
        yield Unread.from_parent(self, name="unread")


def pytest_pycollect_makemodule(module_path: Path, parent: pytest.Collector) -> pytest.Module:
    """Called for the files that pytest takes for tests: by their place and their name."""
    return UnreadModule.from_parent(parent, path=module_path)
