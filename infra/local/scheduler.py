"""What EventBridge does on AWS: the jobs run again and again; here, every few seconds in a thread of the portal."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence

from chalicelib.rules.school_calendar import paris_day, paris_instant
from chalicelib.services.ports import Clock

log = logging.getLogger("portal.jobs")
EVERY = 2.0
"""Seconds between two rounds: a reader of the mailbox should not have to wait."""
TIME_ENOUGH, A_LAMBDAS_LIFE = 60.0, 900.0
NIGHT_MINUTE = 3 * 60 + 30

Job = Callable[[Callable[[], float]], object]


@contextlib.contextmanager
def running(jobs: Sequence[Job], every: float = EVERY) -> Iterator[None]:
    """Run ``jobs`` in turn until the end of the block; then tell the running job that its time is over."""
    stopping = threading.Event()

    def seconds_left() -> float:
        return 0.0 if stopping.is_set() else TIME_ENOUGH

    def rounds() -> None:
        while not stopping.is_set():
            for job in jobs:
                _run(job, seconds_left)
            stopping.wait(every)

    thread = threading.Thread(target=rounds, name="jobs")
    thread.start()
    try:
        yield
    finally:
        stopping.set()
        thread.join()


def each_night(job: Job, clock: Clock) -> Job:
    """``job`` as EventBridge runs it at night: once a day, after ``NIGHT_MINUTE``, and not on the day of the start."""
    done = paris_day(clock.now())

    def run(seconds_left: Callable[[], float]) -> None:
        nonlocal done
        now = clock.now()
        if paris_day(now) > done and now >= paris_instant(paris_day(now), NIGHT_MINUTE) and seconds_left():
            job(lambda: A_LAMBDAS_LIFE)
            done = paris_day(now)

    return run


def _run(job: Job, seconds_left: Callable[[], float]) -> None:
    try:
        job(seconds_left)
    except Exception:  # As a Lambda: one run fails, the next one comes.
        log.exception("a job failed; it will run again")
