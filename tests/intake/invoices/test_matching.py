"""One row to one payment: nothing real is swallowed, nothing is counted twice, whatever clerks rewrite."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.intake.invoices.matching import Matching, Received, match
from chalicelib.intake.invoices.payment_rows import payment_id
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Means, Payment
from chalicelib.rules.money import Cents

DAY = date(2026, 11, 20)


def row(
    line: int,
    amount: int = 500,
    *,
    means: Means = Means.ONLINE,
    mark: str = "",
    day: date = DAY,
    payer: str = "Jamie BOND",
) -> Received:
    """A row of the town's list, as it is staged. ``mark``: its authorisation when it is online, else its reference."""
    name = payment_id(mark, payer, day, Cents(amount), means)
    authorisation, reference = (mark, "") if means is Means.ONLINE else ("", mark)
    payment = Payment(name, payer, day, Cents(amount), means, authorisation=authorisation, reference=reference)
    return Received(line, payment)


def online(name: str, authorisation: str, amount: int = 500, day: date = DAY) -> Payment:
    """A payment that the portal took itself."""
    return Payment(
        f"online-{name}",
        "Jamie BOND",
        day,
        Cents(amount),
        Means.ONLINE,
        authorisation,
        day,
        attempt=AttemptId(name),
    )


def bounced(payment: Payment) -> Payment:
    return replace(
        payment,
        id=f"reversed-{payment.attempt}",
        paid_on=DAY,
        amount=Cents(-payment.amount),
        bank_date=None,
        takes_back=payment.id,
    )


def piles(found: Matching) -> tuple[dict[int, str], list[int], dict[int, str]]:
    known = {pair.received.line: pair.payment.id for pair in found.known}
    doubtful = {pair.received.line: pair.payment.id for pair in found.doubtful}
    return known, [received.line for received in found.new], doubtful


FIRST, SECOND = online("a", "A55A"), online("b", "B66B", day=DAY + timedelta(days=2))
ROWS = [
    pytest.param([row(2)], [FIRST], ({2: "online-a"}, [], {}), id="the one payment, no authorisation in the list"),
    pytest.param([row(2), row(3, day=DAY + timedelta(days=1))], [FIRST], ({2: "online-a"}, [3], {}), id="a second one"),
    pytest.param([row(2, mark=" a55a")], [FIRST, SECOND], ({2: "online-a"}, [], {}), id="by its authorisation"),
    pytest.param(
        [row(2, mark="C77C"), row(3, mark="A55A")], [FIRST], ({3: "online-a"}, [2], {}), id="two of one day, by name"
    ),
    pytest.param([row(2, mark="C77C", day=DAY + timedelta(days=3))], [FIRST], ({}, [2], {}), id="another, another day"),
    pytest.param([row(2, mark="C77C")], [FIRST], ({}, [], {2: "online-a"}), id="the same day, otherwise named"),
    pytest.param([row(2, 400, mark="A55A")], [FIRST], ({}, [], {2: "online-a"}), id="its name, another amount"),
    pytest.param([row(2)], [FIRST, bounced(FIRST)], ({}, [2], {}), id="paid again after a bounce"),
    pytest.param([row(2, mark="A55A")], [FIRST, bounced(FIRST)], ({2: "online-a"}, [], {}), id="the one that bounced"),
    pytest.param(
        [row(2, day=SECOND.paid_on), row(3)],
        [FIRST, SECOND],
        ({2: "online-b", 3: "online-a"}, [], {}),
        id="nearest days together",
    ),
    pytest.param([row(2, means=Means.CARD)], [FIRST], ({}, [2], {}), id="other means"),
]


@pytest.mark.parametrize(("rows", "payments", "expected"), ROWS)
def test_rows_and_payments_are_matched_one_to_one(
    rows: list[Received], payments: list[Payment], expected: tuple[dict[int, str], list[int], dict[int, str]]
) -> None:
    assert piles(match(rows, payments)) == expected
    assert piles(match(rows[::-1], payments[::-1])) == expected


marks = st.sampled_from(["", "12345", "777", "CHQ 9"])
facts = st.tuples(
    st.sampled_from([500, 600]),
    st.sampled_from([Means.ONLINE, Means.CHEQUE, Means.CASH]),
    marks,
    st.integers(0, 2),
    st.sampled_from(["Jamie BOND", "Aline BOND"]),
)


def rewritten(mark: str) -> str:
    return f" 00{mark.lower()}" if mark else ""


@given(st.lists(facts, max_size=6, unique_by=lambda one: one[2] or one), st.lists(st.integers(0, 1), max_size=3))
def test_a_list_that_comes_again_rewritten_counts_nothing_twice(
    listed: list[tuple[int, Means, str, int, str]], taken: list[int]
) -> None:
    """Every row is in one pile, every payment in one pair at most; what was recorded is recognised afterwards with its
    zeros lost or found, its case and, where a reference names it, its payer changed."""
    rows = [
        row(n, amount, means=means, mark=mark, day=DAY + timedelta(days=days), payer=payer)
        for n, (amount, means, mark, days, payer) in enumerate(listed)
    ]
    payments = [online(str(n), f"A{n}", 500 + 100 * amount) for n, amount in enumerate(taken)]
    first = match(rows, payments)
    pairs = [*first.known, *first.doubtful]
    assert sorted([pair.received.line for pair in pairs] + [new.line for new in first.new]) == list(range(len(rows)))
    assert len({pair.payment.id for pair in pairs}) == len(pairs)
    there = [*payments, *(new.payment for new in first.new)]
    again = [
        row(n, amount, means=means, mark=rewritten(mark), day=DAY + timedelta(days=days), payer="B." if mark else payer)
        for n, (amount, means, mark, days, payer) in enumerate(listed)
    ]
    second = match(again, there)
    assert second.new == ()
    assert {pair.received.line for pair in second.known} >= {pair.received.line for pair in first.known} | {
        new.line for new in first.new
    }


CHEQUE = row(2, 1000, means=Means.CHEQUE, mark="12345").payment
BOUNCE = replace(CHEQUE, id="back", paid_on=DAY + timedelta(days=1), amount=Cents(-1000), takes_back=CHEQUE.id)


@pytest.mark.parametrize("mark", ["12345", "0012345", " 12345"])
def test_a_cheque_that_is_presented_again_is_a_new_payment_once(mark: str) -> None:
    first, again = (
        row(line, 1000, means=Means.CHEQUE, mark=mark, day=DAY + timedelta(days=line - 2)) for line in (2, 6)
    )
    assert piles(match([first], [CHEQUE, BOUNCE])) == ({2: CHEQUE.id}, [], {})
    found = match([again], [CHEQUE, BOUNCE])
    assert piles(found) == ({}, [6], {})
    new = found.new[0].payment
    assert new.id != CHEQUE.id
    there = [CHEQUE, BOUNCE, new]
    assert piles(match([again], there)) == ({6: new.id}, [], {})
    assert piles(match([first, again], there)) == ({2: CHEQUE.id, 6: new.id}, [], {})


def test_a_corrected_day_does_not_make_a_third_payment() -> None:
    first, again, corrected = (
        row(line, 1000, means=Means.CHEQUE, mark="12345", day=DAY + timedelta(days=line - 2)) for line in (2, 6, 7)
    )
    there = [CHEQUE, BOUNCE, match([again], [CHEQUE, BOUNCE]).new[0].payment]
    assert piles(match([corrected], there)) == ({}, [], {7: there[2].id})
    assert piles(match([first, corrected], there)) == ({2: CHEQUE.id}, [], {7: there[2].id})


@pytest.mark.parametrize("payments", [[CHEQUE], [CHEQUE, replace(BOUNCE, paid_on=DAY + timedelta(days=9))]])
def test_the_same_cheque_on_another_day_is_doubtful_while_it_did_not_bounce_before(payments: list[Payment]) -> None:
    later = row(2, 1000, means=Means.CHEQUE, mark="12345", day=DAY + timedelta(days=4))
    assert piles(match([later], payments)) == ({}, [], {2: CHEQUE.id})
