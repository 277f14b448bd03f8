"""The jobs of the local portal come back, whatever happens to one of them, and leave with it."""

import threading
from collections.abc import Callable
from datetime import datetime

from infra.local.scheduler import each_night, running
from tests.clock import FixedClock, paris

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


def test_a_nightly_job_runs_once_each_night_and_not_at_the_start() -> None:
    clock = FixedClock(paris("lundi 2026-11-23 14:00"))
    runs: list[tuple[datetime, float]] = []
    job = each_night(lambda left: runs.append((clock.now(), left())), clock)
    for _ in range(60):
        clock.forward(hours=1)
        job(lambda: 60.0)
    assert runs == [(paris("mardi 2026-11-24 04:00"), 900.0), (paris("mercredi 2026-11-25 04:00"), 900.0)]
