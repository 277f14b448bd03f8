"""Processes that end with whoever started them, even when that one was killed and could tell nobody."""

import contextlib
import os
import threading
from collections.abc import Callable


def when_parent_ends(leave: Callable[[], None]) -> None:
    """Call ``leave`` once the other end of standard input closes: it does when the parent ends, whatever ended it.

    The parent gives a pipe for standard input and holds its end as long as it lives.
    """
    threading.Thread(target=_wait, args=(leave,), name="leaving", daemon=True).start()


def _wait(leave: Callable[[], None]) -> None:
    # Not sys.stdin, whose lock a thread would still hold when the interpreter ends, which Python calls fatal.
    with contextlib.suppress(OSError):
        while os.read(0, 1024):
            pass
    leave()
