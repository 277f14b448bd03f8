"""The lease of a town's import in memory."""

from datetime import datetime

from chalicelib.services.lease_ports import Holder
from tests.fakes.instants import aware


class MemoryLease:
    """``LeaseStore``."""

    def __init__(self) -> None:
        self.holder: Holder | None = None

    def take(self, holder: Holder, now: datetime) -> Holder | None:
        aware(now, holder.until)
        if self.holder and self.holder.until > now and self.holder.token != holder.token:
            return self.holder
        self.holder = holder
        return None

    def renew(self, holder: Holder) -> bool:
        if not self.holder or self.holder.token != holder.token:
            return False
        self.holder = holder
        return True

    def release(self, holder: Holder) -> None:
        if self.holder and self.holder.token == holder.token:
            self.holder = None
