"""Which payments of the lists the portal already has. Each row matches one payment, even if clerks have rewritten the
row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from chalicelib.rules.invoices import Means, Payment, plain_reference, standing
from chalicelib.values import Value


class Received(Value):
    """A row of reglements.csv."""

    line: int
    payment: Payment


class Pair(Value):
    """A row, and the payment of the portal that it is, or may be."""

    received: Received
    payment: Payment


class Matching(Value):
    """``known``: the portal has them. ``new``: to be recorded. ``doubtful``: the portal has one with other facts. Money
    must not be counted twice, so a person decides."""

    known: tuple[Pair, ...]
    new: tuple[Received, ...]
    doubtful: tuple[Pair, ...]


def match(rows: Iterable[Received], payments: Iterable[Payment]) -> Matching:
    """Match rows with payments.

    The same row is recognised first, then an online payment by its authorisation. The other rows are compared with
    payments that were not taken back: the same amount and means, the nearest day first, and no fact that tells them
    apart.
    """
    on_portal = tuple(payments)
    left = _Unmatched(list(rows), [payment for payment in on_portal if payment.amount > 0])
    named = [*left.pair(_same_row), *left.pair(_same_authorisation)]
    left.keep(standing(on_portal))
    known = [pair for pair in named if _same_money(*_facts(pair))] + left.pair(_nothing_tells_apart)
    doubtful = [pair for pair in named if not _same_money(*_facts(pair))] + left.pair(_only_its_reference_differs)
    return Matching(tuple(known), tuple(left.rows), tuple(doubtful))


@dataclass
class _Unmatched:
    """Rows and payments that have no match yet."""

    rows: list[Received]
    payments: list[Payment]

    def pair(self, alike: Callable[[Payment, Payment], bool]) -> list[Pair]:
        """Match rows with payments that are ``alike``, the nearest days first; both then leave."""
        every = [Pair(row, payment) for row in self.rows for payment in self.payments if alike(row.payment, payment)]
        made: list[Pair] = []
        for pair in sorted(every, key=_distance):
            if pair.received in self.rows and pair.payment in self.payments:
                self.rows.remove(pair.received)
                self.payments.remove(pair.payment)
                made.append(pair)
        return made

    def keep(self, payments: Iterable[Payment]) -> None:
        kept = set(payments)
        self.payments = [payment for payment in self.payments if payment in kept]


def _facts(pair: Pair) -> tuple[Payment, Payment]:
    return pair.received.payment, pair.payment


def _distance(pair: Pair) -> tuple[int, int, str]:
    row, payment = _facts(pair)
    return abs((row.paid_on - payment.paid_on).days), pair.received.line, payment.id


def _same_row(row: Payment, payment: Payment) -> bool:
    return row.id == payment.id


def _same_authorisation(row: Payment, payment: Payment) -> bool:
    online = row.means is payment.means is Means.ONLINE
    return online and bool(_mark(row)) and _mark(row) == _mark(payment)


def _nothing_tells_apart(row: Payment, payment: Payment) -> bool:
    """Whether the row may be the payment. For an online payment, the bank's statement may have another day, and the
    town may not know the authorisation. For others, only the payer's name may differ."""
    if (row.means, row.amount) != (payment.means, payment.amount):
        return False
    if row.means is Means.ONLINE:
        return not (_mark(row) and _mark(payment))
    return row.paid_on == payment.paid_on and not _mark(row) and not _mark(payment)


def _only_its_reference_differs(row: Payment, payment: Payment) -> bool:
    return (row.means, row.amount) == (payment.means, payment.amount) and _same_day(row, payment)


def _same_money(row: Payment, payment: Payment) -> bool:
    """Whether a row that names this very payment still says the same. The day of an online payment is the bank's."""
    same = (row.means, row.amount) == (payment.means, payment.amount)
    return same and (row.means is Means.ONLINE or row.paid_on == payment.paid_on)


def _same_day(row: Payment, payment: Payment) -> bool:
    return row.paid_on in {payment.paid_on, payment.bank_date}


def _mark(payment: Payment) -> str:
    """What names a payment besides its facts: the bank's authorisation for an online one, otherwise the town's
    reference."""
    return plain_reference(payment.authorisation if payment.means is Means.ONLINE else payment.reference)
