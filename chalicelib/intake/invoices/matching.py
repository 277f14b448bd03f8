"""Which payments of the lists the portal already has. Each row matches one payment, even if clerks have rewritten the
row."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from chalicelib.rules.invoices import Means, Payment, standing
from chalicelib.rules.taking_back import mark_of
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

    The same row is recognised first, and the same reference or authorisation. The other rows are compared with
    payments that were not taken back: the same amount and means, the nearest day first, and no fact that tells them
    apart. A cheque that bounced and is paid later, under its number, is a new payment.
    """
    on_portal = tuple(payments)
    left = _Unmatched(list(rows), [payment for payment in on_portal if payment.amount > 0])
    named = left.pair(_same_name)
    left.keep(standing(on_portal))
    backs = {one.takes_back: one for one in on_portal if one.takes_back}
    again = [pair for pair in named if _is_paid_again(*_facts(pair), backs.get(pair.payment.id))]
    named = [pair for pair in named if pair not in again]
    known = [pair for pair in named if _same_money(*_facts(pair))] + left.pair(_nothing_tells_apart)
    doubtful = [pair for pair in named if not _same_money(*_facts(pair))] + left.pair(_only_its_reference_differs)
    new = (*left.rows, *(_another(pair.received) for pair in again))
    return Matching(tuple(known), new, tuple(doubtful))


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


def _same_name(row: Payment, payment: Payment) -> bool:
    """Whether it is the same row, or one of the same reference: there are several when a cheque is paid again."""
    return row.id == payment.id or (
        row.means is payment.means and bool(mark_of(row)) and mark_of(row) == mark_of(payment)
    )


def _is_paid_again(row: Payment, payment: Payment, back: Payment | None) -> bool:
    """Whether the row is the same cheque, paid after it bounced."""
    if back is None or row.means is Means.ONLINE or (row.means, row.amount) != (payment.means, payment.amount):
        return False
    return row.paid_on > payment.paid_on and row.paid_on >= back.paid_on


def _another(row: Received) -> Received:
    """The row under an identifier of its own: its reference alone is another payment's."""
    return replace(row, payment=replace(row.payment, id=_id_again(row.payment)))


def _id_again(row: Payment) -> str:
    return f"{row.id}-{row.paid_on:%Y%m%d}"


def _nothing_tells_apart(row: Payment, payment: Payment) -> bool:
    """Whether the row may be the payment. For an online payment, the bank's statement may have another day, and the
    town may not know the authorisation. For others, only the payer's name may differ."""
    if (row.means, row.amount) != (payment.means, payment.amount):
        return False
    if row.means is Means.ONLINE:
        return not (mark_of(row) and mark_of(payment))
    return row.paid_on == payment.paid_on and not mark_of(row) and not mark_of(payment)


def _only_its_reference_differs(row: Payment, payment: Payment) -> bool:
    return (row.means, row.amount) == (payment.means, payment.amount) and _same_day(row, payment)


def _same_money(row: Payment, payment: Payment) -> bool:
    """Whether a row that names this very payment still says the same. The day of an online payment is the bank's."""
    same = (row.means, row.amount) == (payment.means, payment.amount)
    return same and (row.means is Means.ONLINE or row.paid_on == payment.paid_on)


def _same_day(row: Payment, payment: Payment) -> bool:
    return row.paid_on in {payment.paid_on, payment.bank_date}
