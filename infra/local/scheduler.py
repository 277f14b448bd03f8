"""What EventBridge does on AWS: the jobs run again and again; here, every few seconds in a thread of the portal."""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator, Sequence

log = logging.getLogger("portal.jobs")
EVERY = 2.0
"""Seconds between two rounds: a reader of the mailbox should not have to wait."""
TIME_ENOUGH = 60.0

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


def _run(job: Job, seconds_left: Callable[[], float]) -> None:
    try:
        job(seconds_left)
    except Exception:  # As a Lambda: one run fails, the next one comes.
        log.exception("a job failed; it will run again")
