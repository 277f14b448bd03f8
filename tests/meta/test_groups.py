"""The workers share files, not single tests: a file's towns are built once, and its tests keep their order."""

import pytest


def test_a_file_s_tests_go_to_one_worker(request: pytest.FixtureRequest) -> None:
    """xdist writes a group into the names of its tests. A pytest that keeps names elsewhere (9.2 does) would share them
    one by one, without a word."""
    if getattr(request.config.option, "loadgroup", False):
        assert request.node.nodeid.endswith("@meta/test_groups.py")
