"""One attempt to pay an invoice online: what the treasury answers, and what that makes of the attempt.

``created -> pending -> paid | debit-accepted | refused | abandoned | expired | to-check``; and ``declared`` for a
contract whose return is not signed. Only received money ends an attempt: a success that comes late still counts. Only
the town makes ``debit-accepted -> reversed``, and decides on what is to check or declared (``rules.deciding``).

What the treasury's answers make of an attempt is in ``rules.answering``.
"""

from datetime import datetime, timedelta
from enum import Enum

from chalicelib.rules.ids import AttemptId, FamilyId, InvoiceNumber
from chalicelib.rules.invoices import bare_reference
from chalicelib.rules.money import Cents
from chalicelib.values import Value

WEB_SERVICE, BY_URL = "web-service", "url"
"""Contracts of a town with the treasury. An operation of the first can be looked up, one of the second cannot."""
LEAST, MOST = Cents(100), Cents(999_999)
"""Least and most that the treasury takes in one payment, in cents."""
PAGE_USABLE_FOR = timedelta(minutes=15)
"""How long the treasury's page can be used."""
PAYABLE_AFTER_ABANDON = timedelta(minutes=2)
"""How long an abandoned operation can still be paid, counted from the treasury's own time."""
PRECISION = timedelta(minutes=1)
"""The treasury tells a minute without its seconds: the abandon may be as much later."""
OPENING_TAKES = timedelta(seconds=30)
"""How long a request that asks the treasury for a payment can take at most, whatever becomes of it."""
EXPIRES_AFTER = timedelta(hours=2)
"""How long an answer is waited for: after that, nobody is on the bank's page any more."""
HOLD_TO_CHECK = timedelta(days=10)
"""How long an invoice cannot be paid online again because a person has to look at its money."""


class AttemptState(Enum):
    CREATED = "created"
    """It is in our books. The treasury was perhaps asked, and did not answer yet."""
    PENDING = "pending"
    """The treasury gave its operation; the parent is on its page, or left it."""
    DECLARED = "declared"
    """The unsigned return says paid: a hint, until the town's file says so."""
    PAID = "paid"
    DEBIT_ACCEPTED = "debit-accepted"
    """A direct debit was ordered. It counts as money, though it may bounce days later."""
    REFUSED = "refused"
    ABANDONED = "abandoned"
    EXPIRED = "expired"
    FAILED = "failed"
    """The treasury would not open it: the parent was never on its page."""
    REVERSED = "reversed"
    """It was money, and it bounced: the town took it back."""
    TO_CHECK = "to-check"
    """The treasury's answer is not known, or it is not what was asked: a person decides."""
    DECIDED_PAID = "decided-paid"
    """A person found the money: no answer changes it any more."""
    DECIDED_UNPAID = "decided-unpaid"
    """A person found that nothing was paid. What the treasury did not say before still counts."""


class Doubt(Enum):
    """What a person has to find out about an attempt that is TO_CHECK."""

    LETTER = "letter"
    """The treasury answered a letter that we do not know."""
    DIFFERS = "differs"
    """Money was taken, but not as it was asked: another amount, another reference, an invoice that is gone…"""
    SILENT = "silent"
    """The treasury never answered: money was perhaps taken."""


RECEIVED = frozenset({AttemptState.PAID, AttemptState.DEBIT_ACCEPTED})
LIVE = frozenset({AttemptState.CREATED, AttemptState.PENDING})
ENDED_UNPAID = frozenset({AttemptState.REFUSED, AttemptState.ABANDONED})
"""States in which somebody says that nothing was paid."""
NEEDS_A_PERSON = frozenset({AttemptState.TO_CHECK, AttemptState.DECLARED})
_LASTS = {
    AttemptState.CREATED: OPENING_TAKES,
    AttemptState.DECLARED: HOLD_TO_CHECK,
    AttemptState.TO_CHECK: HOLD_TO_CHECK,
}
STATE_OF_LETTER = {
    "P": AttemptState.PAID,
    "V": AttemptState.DEBIT_ACCEPTED,
    "R": AttemptState.REFUSED,
    "Z": AttemptState.REFUSED,
    "A": AttemptState.ABANDONED,
}
"""What each ``resultrans`` means. New means of payment will bring others: an unknown letter is neither paid nor
failed."""


class Attempt(Value):
    """What was asked of the treasury, as a snapshot: the invoice may change meanwhile. Instants are aware UTC.

    ``exercice`` is the budget year; ``reference`` is the payment reference as transmitted; ``saisie`` is the treasury's
    mode (``T`` test, ``X`` activation, ``W`` live); ``contract`` is the contract under which it was opened, even if the
    town's changed; ``idop`` is the treasury's name of the operation, empty until it gave one.
    """

    id: AttemptId
    family: FamilyId
    invoice: InvoiceNumber
    exercice: str
    reference: str
    label: str
    amount: Cents
    payer: str
    email: str
    client_number: str
    saisie: str
    contract: str
    created_at: datetime
    state: AttemptState = AttemptState.CREATED
    idop: str = ""
    answer: "BankAnswer | None" = None
    """The last answer that had a result."""
    settled_at: datetime | None = None
    doubt: Doubt | None = None
    """What a person has to find out; for TO_CHECK only."""
    why: str = ""
    """What is wrong, for TO_CHECK and FAILED: a short name and facts. Only the operator reads them."""
    looked_at: datetime | None = None
    """When the treasury was last asked, by anybody."""
    look_at: datetime | None = None
    """When the reconciliation asks about it next; None when it asks no more."""
    unanswered: bool = False
    """Whether the treasury broke down over it when the reconciliation asked last."""
    unclassified: str = ""
    """Number of the journal's line with the money that was taken otherwise than asked (``BookLine.name``), as long as
    no invoice explains it."""
    version: int = 0

    @property
    def is_received(self) -> bool:
        return self.state in RECEIVED or self.state is AttemptState.DECIDED_PAID

    @property
    def needs_a_person(self) -> bool:
        return self.state in NEEDS_A_PERSON

    @property
    def is_final(self) -> bool:
        """Whether no answer can change it any more: paid, or paid and taken back."""
        return self.is_received or self.state is AttemptState.REVERSED

    @property
    def can_be_asked(self) -> bool:
        """Whether its operation can be looked up. If so, news that comes unasked proves nothing and is not needed."""
        return self.contract == WEB_SERVICE

    @property
    def is_open(self) -> bool:
        """Whether the treasury's page may still be used, as far as it is proved. Under the URL contract a refusal is
        not proof."""
        return self.state is AttemptState.PENDING or (not self.can_be_asked and self.state in ENDED_UNPAID)

    @property
    def gone_at(self) -> datetime | None:
        """When an abandon that the treasury told becomes final: until then the operation can still be paid.

        None when no abandon was told, or when it is final already. An impossible or unreadable date counts as the end
        of the page's time.
        """
        if self.state is not AttemptState.PENDING or self.answer is None:
            return None
        end = self.created_at + PAGE_USABLE_FOR
        told = self.answer.paid_at + PRECISION if self.answer.paid_at else end
        return min(max(told, self.created_at), end) + PAYABLE_AFTER_ABANDON

    def is_live(self, now: datetime) -> bool:
        """Whether it keeps the invoice from a second attempt: the parent can still be on the treasury's page or on the
        way to it, or money was perhaps taken and nobody knows yet."""
        if self.gone_at:
            return now < self.gone_at
        lasts = PAGE_USABLE_FOR if self.is_open else _LASTS.get(self.state, timedelta(0))
        return now < self.created_at + lasts

    def can_resume(self, now: datetime) -> bool:
        """Whether its page at the treasury can be shown again."""
        return self.is_open and self.is_live(now) and not self.gone_at


class BankAnswer(Value):
    """What the treasury says of an operation. ``letter`` is its ``resultrans``; ``paid_at`` (aware UTC) is None when
    its date is unreadable, which never blocks a payment."""

    idop: str
    letter: str
    client_number: str
    reference: str
    amount: Cents
    saisie: str
    authorisation: str = ""
    paid_at: datetime | None = None


def padded_reference(reference: str) -> str:
    """The reference as some contracts want it: the debt's number on thirteen digits, ``2013T5000000026000335``."""
    head, _, debt = reference.rpartition("-")
    return bare_reference(f"{head}-{debt.zfill(13)}")


def received_by(letter: str) -> AttemptState | None:
    """The state for a ``resultrans`` that brought money: by card (PAID) or by debit (DEBIT_ACCEPTED)."""
    state = STATE_OF_LETTER.get(letter)
    return state if state in RECEIVED else None


def received(attempt: Attempt) -> Cents:
    """Cents that the bank says it took; while it says nothing, the cents that were asked for."""
    return attempt.answer.amount if attempt.answer else attempt.amount
