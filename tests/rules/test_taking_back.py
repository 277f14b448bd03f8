"""Which payment a row of the town takes back: one, the right one, and once."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rules.invoices import Means, Payment, standing
from chalicelib.rules.money import Cents
from chalicelib.rules.taking_back import Found, NotThere, Unfound, found, taken_back
from tests.builders import a_payment

PAID = date(2026, 11, 20)
DAY = date(2026, 11, 21)
CHEQUE = a_payment(1000, id="town-1", paid_on=PAID, reference="0012345")
ANOTHER = replace(CHEQUE, id="town-2", reference="777")
ONLINE = a_payment(1000, id="online-a", paid_on=PAID, means=Means.ONLINE, authorisation="A55A")
NEGATIVE = NotThere(DAY, "12345R", Cents(1000), Means.CHEQUE)


@pytest.mark.parametrize(
    ("row", "payments", "expected"),
    [
        (NEGATIVE, (CHEQUE,), Found(CHEQUE)),
        (NEGATIVE, (CHEQUE, ANOTHER), Found(CHEQUE)),
        (replace(NEGATIVE, mark="12 345"), (CHEQUE, ANOTHER), Found(CHEQUE)),
        (replace(NEGATIVE, mark="RETOUR-9"), (CHEQUE,), Found(CHEQUE)),
        (replace(NEGATIVE, mark="RETOUR-9"), (CHEQUE, ANOTHER), Unfound.SEVERAL),
        (replace(NEGATIVE, mark=""), (CHEQUE, ANOTHER), Unfound.SEVERAL),
        (replace(NEGATIVE, amount=Cents(999)), (CHEQUE,), Unfound.NOTHING),
        (replace(NEGATIVE, means=Means.CASH), (CHEQUE,), Unfound.NOTHING),
        (replace(NEGATIVE, day=date(2026, 11, 19)), (CHEQUE,), Unfound.EARLIER),
        (NEGATIVE, (ONLINE,), Unfound.NOTHING),
        (NotThere(DAY, "a55a"), (ONLINE, CHEQUE), Found(ONLINE)),
        (NotThere(DAY, "12345"), (ONLINE, CHEQUE), Found(CHEQUE)),
        (NotThere(DAY, "1234"), (ONLINE, CHEQUE), Unfound.NOTHING),
    ],
)
def test_which_payment_a_row_means(row: NotThere, payments: tuple[Payment, ...], expected: Found | Unfound) -> None:
    assert found(row, payments) == expected


@pytest.mark.parametrize("mark", ["12345R", "12345", "RETOUR-9", ""])
def test_the_same_row_again_takes_nothing(mark: str) -> None:
    row = replace(NEGATIVE, mark=mark)
    back = taken_back(CHEQUE, row)
    assert found(row, (CHEQUE, back)) == Found(CHEQUE, already=True)
    assert found(replace(row, day=date(2026, 11, 22)), (CHEQUE, back)) is Unfound.OTHERWISE


def test_a_reversal_told_by_the_bank_s_list_and_by_the_payments_is_one() -> None:
    back = taken_back(CHEQUE, NotThere(DAY, "12345"))
    assert found(NEGATIVE, (CHEQUE, back)) == Found(CHEQUE, already=True)


def test_one_cheque_s_row_never_swallows_another_s() -> None:
    back = taken_back(CHEQUE, NEGATIVE)
    other = replace(NEGATIVE, mark="777R")
    assert found(other, (CHEQUE, ANOTHER, back)) == Found(ANOTHER)
    assert found(replace(NEGATIVE, mark=""), (CHEQUE, ANOTHER, back)) is Unfound.SEVERAL
    assert found(replace(NEGATIVE, mark="ZZ"), (CHEQUE, back)) is Unfound.OTHERWISE


def test_a_cheque_that_bounces_twice() -> None:
    first = taken_back(CHEQUE, NotThere(DAY, "12345"))
    again = replace(CHEQUE, id="town-1-20261125", paid_on=date(2026, 11, 25))
    late = NotThere(date(2026, 11, 27), "12345")
    payments = (CHEQUE, first, again)
    assert found(NotThere(DAY, "12345"), payments) == Found(CHEQUE, already=True)
    assert found(late, payments) == Found(again)
    assert found(late, (*payments, taken_back(again, late))) == Found(again, already=True)


MARKS = st.sampled_from(["", "12345", "12345R", "777", "777R", "ZZ"])
ROWS = st.builds(
    NotThere,
    st.dates(date(2026, 11, 18), date(2026, 11, 24)),
    MARKS,
    st.sampled_from([Cents(1000), Cents(500)]),
    st.just(Means.CHEQUE),
)


@given(rows=st.lists(ROWS, max_size=8), marks=st.lists(MARKS, max_size=4))
def test_no_rows_take_more_than_there_is(rows: list[NotThere], marks: list[str]) -> None:
    payments = tuple(replace(CHEQUE, id=f"town-{rank}", reference=mark) for rank, mark in enumerate(marks))
    for row in [*rows, *rows]:
        which = found(row, payments)
        if isinstance(which, Found) and not which.already:
            assert which.payment in standing(payments)
            payments = (*payments, taken_back(which.payment, row))
            assert found(row, payments) == Found(which.payment, already=True)
    assert 0 <= sum(one.amount for one in payments) == sum(one.amount for one in standing(payments))
