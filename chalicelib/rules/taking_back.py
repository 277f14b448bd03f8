"""Payments that were counted and are not there: which payment a row of the town takes back, and what takes its place.

The first payment stays. A second, negative one takes it back.
"""

from collections.abc import Iterable
from datetime import date
from enum import Enum

from chalicelib.rules.invoices import Means, Payment, plain_reference
from chalicelib.rules.money import Cents
from chalicelib.values import Value

BOUNCES = frozenset({Means.CHEQUE, Means.TRANSFER, Means.DIRECT_DEBIT})
"""Means of the desk that a bank can refuse afterwards."""


class NotThere(Value):
    """What a row says of the payment that is not there. ``day`` is when it was taken back, in Paris.

    ``mark`` is a payment's reference or its authorisation, as the town writes it; it may be empty when ``amount``
    (positive) and ``means`` are told.
    """

    day: date
    mark: str
    amount: Cents | None = None
    means: Means | None = None


class Found(Value):
    """The payment that a row means. ``already``: the same row took it back before."""

    payment: Payment
    already: bool = False


class Unfound(Enum):
    """Why a row takes nothing back: a person has to look."""

    NOTHING = "nothing"
    """No payment of the invoice is like it."""
    SEVERAL = "several"
    """Several payments are like it, and it does not say which one."""
    EARLIER = "earlier"
    """It is dated before the payment."""
    OTHERWISE = "otherwise"
    """The payment was taken back before, on another day or by another row."""


def found(row: NotThere, payments: Iterable[Payment]) -> Found | Unfound:
    """The payment of one invoice that ``row`` takes back.

    A payment with the row's mark comes first. A row that tells amount and means may have another mark than the payment
    (``12345R`` for the cheque 12345).
    """
    there = tuple(payments)
    backs = {one.takes_back: one for one in there if one.takes_back}
    meant = _meant(row, there)
    standing = [one for one in meant if one.id not in backs]
    for one in meant:
        if one.id in backs and _same_row(row, one, backs[one.id], others=bool(standing)):
            return Found(one, already=True)
    in_time = [one for one in standing if one.paid_on <= row.day]
    if len(in_time) == 1 and not _doubtful(row, meant, backs):
        return Found(in_time[0])
    if in_time:
        return Unfound.SEVERAL
    if len(standing) < len(meant):
        return Unfound.OTHERWISE
    return Unfound.EARLIER if standing else Unfound.NOTHING


def taken_back(payment: Payment, row: NotThere) -> Payment:
    """The negative payment that takes ``payment`` back. There is one at most: its identifier is made of the other's."""
    return Payment(
        id=f"back-{payment.id}",
        payer=payment.payer,
        paid_on=row.day,
        amount=Cents(-payment.amount),
        means=payment.means,
        authorisation=payment.authorisation,
        reference="" if payment.means is Means.ONLINE else row.mark,
        attempt=payment.attempt,
        takes_back=payment.id,
    )


def mark_of(payment: Payment) -> str:
    """What names a payment besides its facts, in the form in which two are compared: the bank's authorisation for an
    online one, otherwise the town's reference."""
    return plain_reference(payment.authorisation if payment.means is Means.ONLINE else payment.reference)


def _meant(row: NotThere, payments: Iterable[Payment]) -> list[Payment]:
    mark = plain_reference(row.mark)
    alike = [one for one in payments if one.amount > 0 and _same_money(row, one)]
    named = [one for one in alike if mark and mark_of(one) == mark]
    if named or row.amount is None:
        return named
    return [one for one in alike if _begins(mark, one)] or alike


def _same_money(row: NotThere, payment: Payment) -> bool:
    return row.amount in (None, payment.amount) and row.means in (None, payment.means)


def _begins(mark: str, payment: Payment) -> bool:
    return bool(mark_of(payment)) and mark.startswith(mark_of(payment))


def _same_row(row: NotThere, payment: Payment, back: Payment, *, others: bool) -> bool:
    """Whether ``back`` is what this very row wrote. ``others``: payments that the row may mean still stand."""
    if back.paid_on != row.day:
        return False
    mark = plain_reference(row.mark)
    if not mark:
        return not (others and mark_of(back))
    return mark == mark_of(back) or _begins(mark, payment)


def _doubtful(row: NotThere, meant: list[Payment], backs: dict[str, Payment]) -> bool:
    """Whether a row without a mark may be the one that took another payment back on that day."""
    return not row.mark and any(backs[one.id].paid_on == row.day for one in meant if one.id in backs)
