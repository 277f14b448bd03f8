"""What paying online needs from the world; see ``ports`` for the house rules of stores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.rules.ledger import LedgerEntry
from chalicelib.rules.payments import Attempt, BankAnswer
from chalicelib.services.mail_ports import Mail


class NotYetKnown(LookupError):
    """The treasury has no result yet: the parent is on its page, or left it."""


class UnknownOperation(LookupError):
    """The treasury knows no such operation (any more): it purges at night those that were never used."""


class OrderRefused(ValueError):
    """The treasury will not open this payment. ``code`` is its own (``R3``, ``T2``…), ``parent`` whether the parent can
    mend it (their e-mail address)."""

    def __init__(self, code: str, *, parent: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.parent = parent


class PaymentProvider(Protocol):
    """The treasury. Every call raises ``Unavailable`` (ports.py's rule) when it does not answer: ask again later."""

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        """Open a payment and return the treasury's ``idop``. ``notify`` is where the bank posts, ``back`` where the
        parent's browser returns; absolute addresses. Raises OrderRefused."""
        ...

    def page(self, attempt: Attempt) -> str:
        """Address of the treasury's payment page for an attempt that has its ``idop``."""
        ...

    def result_of(self, idop: str) -> BankAnswer:
        """What became of an operation; may be asked any time, any number of times. Raises NotYetKnown,
        UnknownOperation."""
        ...

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        """What the fields of an unsigned return say, whoever posted them. Raises ValueError when they cannot be read,
        or when the contract has no such return."""
        ...


class AttemptStore(Protocol):
    def find(self, attempt: AttemptId) -> Attempt | None: ...

    def among(self, attempts: Iterable[AttemptId]) -> tuple[Attempt, ...]:
        """Those of ``attempts`` that exist, in no order. One call for a hundred, none for none."""
        ...

    def by_idop(self, idop: str) -> Attempt | None:
        """Strongly consistent: the bank may notify within the second."""
        ...

    def latest(self, invoice: Invoice) -> Attempt | None:
        """The attempt that was begun last for this invoice."""
        ...

    def begin(self, attempt: Attempt, invoice: Invoice, over: Attempt | None) -> None:
        """Keep a new attempt, and make it the invoice's latest, in one transaction.

        Conditions: the invoice is as it was read (nothing more was paid, same total), and its latest attempt is
        ``over`` (None: there was none). Raises StaleWrite when somebody began another, or paid.
        """
        ...

    def opened(self, attempt: Attempt, idop: str, look_at: datetime) -> Attempt:
        """Note the treasury's ``idop``: PENDING, to be looked at from ``look_at`` on. Raises StaleWrite when the
        attempt is no longer as it was read."""
        ...

    def settle(
        self,
        before: Attempt,
        after: Attempt,
        look_at: datetime | None,
        *,
        invoice: Invoice | None = None,
        payment: Payment | None = None,
        entries: Sequence[LedgerEntry] = (),
        mails: Sequence[Mail] = (),
    ) -> None:
        """Write what an answer makes of an attempt, in one transaction with the ``payment`` on ``invoice`` (as it was
        read), the journal and the mails. Raises StaleWrite when the attempt or the invoice moved: read and decide
        again. ``look_at`` None takes it off the reconciliation's list."""
        ...

    def to_look_at(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        """Attempts whose time to be looked at has come, oldest first, through a sparse index."""
        ...

    def take_look(self, attempt: Attempt, now: datetime, gap: timedelta) -> bool:
        """Note that the treasury is asked ``now``; False, and nothing noted, when it was within ``gap`` before. Of many
        requests at once, one gets True."""
        ...

    def look_again(self, attempt: Attempt, look_at: datetime | None) -> None:
        """Only move the next look, also of an attempt that had none. Does nothing when the attempt moved meanwhile."""
        ...

    def ledger(self, day: date) -> Iterator[LedgerEntry]:
        """The payments' journal of a day in Paris, oldest first."""
        ...

    def to_refund_or_check(self) -> Iterator[LedgerEntry]:
        """Every entry that needs a person, oldest first: the régisseur's list."""
        ...
