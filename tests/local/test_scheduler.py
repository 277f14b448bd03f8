"""The jobs of the local portal come back, whatever happens to one of them, and leave with it."""

import threading
from collections.abc import Callable

from infra.local.scheduler import running

PATIENCE = 5.0


def test_a_job_that_fails_comes_back_and_holds_back_no_other() -> None:
    again = threading.Event()
    calls = {"fails": 0, "works": 0}

    def fails(seconds_left: Callable[[], float]) -> None:
        calls["fails"] += 1
        raise RuntimeError("on purpose")

    def works(seconds_left: Callable[[], float]) -> None:
        calls["works"] += 1
        if calls["works"] == 2:
            again.set()

    with running([fails, works], every=0.01):
        assert again.wait(PATIENCE)
    assert calls["fails"] >= 2


def test_a_job_is_told_when_its_time_is_over() -> None:
    started, told = threading.Event(), []

    def long(seconds_left: Callable[[], float]) -> None:
        started.set()
        told.append(seconds_left() > 0)
        while seconds_left() > 0:
            threading.Event().wait(0.01)
        told.append(False)

    with running([long], every=0.01):
        assert started.wait(PATIENCE)
    assert told[0] is True
    assert told[-1] is False
    assert not [thread for thread in threading.enumerate() if thread.name == "jobs"]
