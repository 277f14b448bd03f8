"""What paying online needs from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.payments import Attempt, BankAnswer


class NotYetKnown(LookupError):
    """The treasury has no result yet: the parent is on its page, or has left it."""


class UnknownOperation(LookupError):
    """The treasury does not know this operation, or knows it no more: at night it purges those that were never used."""


class OrderRefused(ValueError):
    """The treasury refuses to open this payment. ``code`` is its own code (``R3``, ``T2``…); ``parent`` says whether
    the parent can correct the cause (their e-mail address)."""

    def __init__(self, code: str, *, parent: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.parent = parent


class PaymentProvider(Protocol):
    """The treasury. Every call raises ``Unavailable`` when it does not answer: ask again later."""

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        """Open a payment and return the treasury's ``idop``. ``notify`` is where the bank posts, ``back`` is where the
        parent's browser returns; both are absolute addresses. Raises OrderRefused."""
        ...

    def page(self, attempt: Attempt) -> str:
        """Address of the treasury's payment page for an attempt that has its ``idop``."""
        ...

    def result_of(self, idop: str) -> BankAnswer:
        """What became of an operation. It may be asked at any time, any number of times. Raises NotYetKnown,
        UnknownOperation."""
        ...

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        """What the fields of an unsigned return say, whoever posted them. Raises ValueError when they cannot be read,
        or when the contract has no such return."""
        ...


class AttemptStore(Protocol):
    def find(self, attempt: AttemptId) -> Attempt | None: ...

    def among(self, attempts: Iterable[AttemptId]) -> tuple[Attempt, ...]:
        """The ``attempts`` that exist, in no order. One call for up to a hundred, no call for none."""
        ...

    def by_idop(self, idop: str) -> Attempt | None:
        """The attempt of an operation; None when it is none of ours. Strongly consistent: the bank may notify within
        the second."""
        ...

    def latest(self, invoice: Invoice) -> Attempt | None:
        """The attempt that was begun last for this invoice; None when there was none."""
        ...

    def begin(self, attempt: Attempt, invoice: Invoice, over: Attempt | None) -> None:
        """Keep a new attempt and make it the invoice's latest, in one transaction.

        Conditions: the invoice is as it was read (nothing more was paid, the total is the same), and its latest attempt
        is ``over`` (None: there was none). Raises StaleWrite when somebody began another attempt, or paid.
        """
        ...

    def opened(self, attempt: Attempt, idop: str, look_at: datetime) -> Attempt:
        """Note the treasury's ``idop``: the attempt is PENDING, and is looked at from ``look_at`` on. Raises StaleWrite
        when the attempt is no longer as it was read."""
        ...

    def settle(self, before: Attempt, after: Attempt, look_at: datetime | None) -> None:
        """Write what becomes of an attempt when no money moves and nobody has to look at it: the rest is the book's
        (``Book.write``).

        ``look_at`` None takes the attempt off the reconciliation's list. Raises StaleWrite when the attempt changed:
        read and decide again.
        """
        ...

    def to_look_at(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        """Attempts that are due to be looked at by ``now``, which may be to come: oldest first, through a sparse
        index."""
        ...

    def take_look(self, attempt: Attempt, now: datetime, gap: timedelta) -> bool:
        """Note that the treasury is asked ``now``. False when it was asked less than ``gap`` before; then nothing is
        noted. When many requests come at once, one of them gets True."""
        ...

    def look_again(self, attempt: Attempt, look_at: datetime | None, *, unanswered: bool = False) -> None:
        """Change only when the attempt is looked at next, also for an attempt that had no such time, and whether it is
        because the treasury did not answer. Does nothing when the attempt changed meanwhile."""
        ...
