"""One import at a time: a lease that its holder renews while it works, and without which nothing is written.

The lease ends by itself when its holder dies. A holder that was away for too long (a process that was frozen, an AWS
that did not answer) notices before its next write: ``Lease.check`` compares with what was granted, and asks nobody.
"""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from chalicelib.rules.errors import Unavailable
from chalicelib.services.lease_ports import Holder, LeaseStore
from chalicelib.services.ports import Clock

LEASE_SECONDS = 60
"""After so many seconds without a renewal the lease is anybody's."""
RENEWED_EVERY = 15.0
MARGIN_SECONDS = 10.0
"""Seconds before its end from which the holder writes no more: longer than a write that was just sent may take."""


class Busy(RuntimeError):
    """Somebody else imports now; nothing was done. ``holder`` says who, and until when at least."""

    def __init__(self, holder: Holder) -> None:
        super().__init__(f"the lease is held until {holder.until.isoformat()}")
        self.holder = holder


class LeaseLost(Unavailable):
    """The lease ended while its holder was away. What was written stays; the next run goes on."""


class Lease:
    """A lease that is held, until the end of the block of ``leased``."""

    def __init__(self, store: LeaseStore, who: str, clock: Clock, monotonic: Callable[[], float]) -> None:
        self.store = store
        self.clock = clock
        self.monotonic = monotonic
        self.token, self.who = secrets.token_hex(16), who
        self._ends = monotonic()

    def check(self) -> None:
        """Called before each write. Raises LeaseLost."""
        if self.monotonic() >= self._ends:
            raise LeaseLost("import.lease: it ended while this run was away")

    def take(self) -> None:
        """Raises Busy, Unavailable."""
        asked, now = self.monotonic(), self.clock.now()
        if there := self.store.take(self._holder(now), now):
            raise Busy(there)
        self._ends = asked + LEASE_SECONDS - MARGIN_SECONDS

    def renew(self) -> None:
        """Raises LeaseLost when somebody else has it; raises Unavailable, and the next renewal may succeed."""
        asked = self.monotonic()
        if not self.store.renew(self._holder(self.clock.now())):
            self._ends = asked
            raise LeaseLost("import.lease: somebody else has taken it")
        self._ends = asked + LEASE_SECONDS - MARGIN_SECONDS

    def release(self) -> None:
        self._ends = self.monotonic()
        self.store.release(self._holder(self.clock.now()))

    def _holder(self, now: datetime) -> Holder:
        until = datetime.fromtimestamp(now.timestamp() + LEASE_SECONDS, now.tzinfo)
        return Holder(self.token, self.who, until)


@contextmanager
def leased(
    store: LeaseStore, who: str, clock: Clock, *, waiting: Callable[[str], None] | None = None
) -> Iterator[Lease]:
    """Hold the lease as long as the block lasts; a thread renews it.

    A run that was killed leaves its lease behind for a minute: with ``waiting``, which is told so in French, that
    minute is waited for once. Raises Busy, Unavailable.
    """
    lease, ended = Lease(store, who, clock, time.monotonic), threading.Event()
    _take(lease, waiting)
    thread = threading.Thread(target=_renewing, args=(lease, ended), name="lease", daemon=True)
    thread.start()
    try:
        yield lease
    finally:
        ended.set()
        thread.join()
        lease.release()


def _take(lease: Lease, waiting: Callable[[str], None] | None) -> None:
    try:
        lease.take()
    except Busy as busy:
        if waiting is None:
            raise
        waiting(
            f"Un autre import a la main ({busy.holder.who}). S'il a été interrompu, elle est libre dans une minute…"
        )
        time.sleep(max(0.0, (busy.holder.until - lease.clock.now()).total_seconds()) + 1)
        lease.take()


def _renewing(lease: Lease, ended: threading.Event) -> None:
    while not ended.wait(RENEWED_EVERY):
        try:
            lease.renew()
        except LeaseLost:
            return
        except Unavailable:
            continue
