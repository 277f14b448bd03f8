"""The lease of a town's import: what ``services.leasing`` needs from the world."""

from datetime import datetime
from typing import Protocol

from chalicelib.values import Value


class Holder(Value):
    """Who has the lease: ``who`` in French, for people; ``token`` is of this run alone. ``until`` is aware UTC."""

    token: str
    who: str
    until: datetime


class LeaseStore(Protocol):
    """The lease of a town. Times are the machines' own, never those of a demo."""

    def take(self, holder: Holder, now: datetime) -> Holder | None:
        """Give the lease to ``holder`` if it is free, over, or already of this token; None when it is. Otherwise, who
        has it."""
        ...

    def renew(self, holder: Holder) -> bool:
        """Move its end to the holder's new one; False when somebody else has taken it."""
        ...

    def release(self, holder: Holder) -> None:
        """Give it back, if it still is this holder's."""
        ...
