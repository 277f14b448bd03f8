"""Processes that end together with the process that started them, even if that one was killed."""

import contextlib
import os
import threading
from collections.abc import Callable


def when_parent_ends(leave: Callable[[], None]) -> None:
    """Call ``leave`` when the other end of standard input closes: it does when the parent ends, for any reason.

    The parent gives a pipe as standard input, and holds its end while it lives.
    """
    threading.Thread(target=_wait, args=(leave,), name="leaving", daemon=True).start()


def _wait(leave: Callable[[], None]) -> None:
    # Not sys.stdin, whose lock a thread would still hold when the interpreter ends, which Python calls fatal.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    leave()
