"""The tax certificate: whom it names, what counts and when, to the cent."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.rules.certificate import (
    Certificate,
    certificate_of,
    concerned,
    is_to_be_made,
    is_young,
    paid_in,
    shares,
    year_to_certify,
)
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.invoices import Invoice, InvoiceLine, Means, Payment
from chalicelib.rules.money import Cents
from tests.builders import ALINE, BOND, CANTEEN, JAMES, MORNING, a_child, a_family, a_payment, a_town, an_activity
from tests.builders import an_invoice as built
from tests.clock import paris

TOWN = a_town(an_activity(), an_activity(MORNING, label="Garderie du matin", childcare=True))
YOUNG = a_child(birth=date(2021, 3, 4))
SISTER = a_child(ALINE, first_name="Aline", birth=date(2022, 5, 6))
FAMILY = a_family(YOUNG, SISTER)
CENTS = st.integers(-50_000, 50_000)
DAYS = st.dates(date(2023, 1, 1), date(2027, 12, 31))


def a_line(amount: int, activity: str = MORNING, child: str = JAMES) -> InvoiceLine:
    price = Cents(amount)
    return InvoiceLine("Ligne", "?", Decimal(1), Decimal(amount), price, "", ActivityId(activity), ChildId(child))


def paid(lines: Sequence[InvoiceLine], *payments: Payment, **changes: Any) -> tuple[Invoice, Sequence[InvoiceLine]]:
    total = Cents(sum(line.amount for line in lines))
    return replace(built("2025-001-000001", total=total, payments=payments), **changes), lines


def on(day: str, amount: int, **changes: Any) -> Payment:
    return replace(a_payment(amount, paid_on=date.fromisoformat(day), id=f"{day}{amount}"), **changes)


def told(*invoices: tuple[Invoice, Sequence[InvoiceLine]], year: int = 2025, family: Family = FAMILY) -> dict[str, int]:
    return {one.name: one.total for one in certificate_of(year, family, invoices, TOWN).children}


@pytest.mark.parametrize(
    ("now", "year"),
    [
        ("jeudi 2026-01-01 04:00", None),
        ("vendredi 2026-01-02 00:30", 2025),
        ("vendredi 2026-05-15 04:00", 2025),
        ("samedi 2026-05-16 04:00", None),
        ("lundi 2026-06-01 04:00", 2025),
        ("mardi 2026-12-01 04:00", 2025),
    ],
)
def test_the_nights_on_which_certificates_are_made(now: str, year: int | None) -> None:
    assert year_to_certify(paris(now)) == year


def test_a_child_is_young_until_it_was_six_on_the_first_of_january() -> None:
    assert is_young(date(2019, 1, 2), 2025)
    assert not is_young(date(2019, 1, 1), 2025)


def test_meals_and_children_of_six_do_not_count() -> None:
    old = a_child(ALINE, first_name="Aline", birth=date(2017, 1, 1))
    lines = [a_line(800), a_line(345, CANTEEN), a_line(700, child=ALINE)]
    assert told(paid(lines, on("2025-03-01", 1845)), family=a_family(YOUNG, old)) == {"James BOND": 800}


def test_a_negative_line_of_the_same_activity_reduces() -> None:
    assert told(paid([a_line(800), a_line(-300)], on("2025-03-01", 500))) == {"James BOND": 500}


def test_what_counts_is_the_day_of_the_money_and_online_the_banks() -> None:
    late = on("2025-12-31", 800, means=Means.ONLINE, bank_date=date(2026, 1, 2))
    assert told(paid([a_line(800)], late)) == {}
    assert told(paid([a_line(800)], late), year=2026) == {"James BOND": 800}


def test_a_part_payment_is_spread_over_all_lines_and_a_sister_takes_her_share() -> None:
    lines = [a_line(100), a_line(100, CANTEEN), a_line(100, child=ALINE)]
    first, rest = on("2025-12-01", 100), on("2026-01-10", 200)
    assert told(paid(lines, first, rest)) == {"James BOND": 34, "Aline BOND": 33}
    assert told(paid(lines, first, rest), year=2026) == {"James BOND": 66, "Aline BOND": 67}


def test_a_reversal_reduces_the_year_in_which_it_happens() -> None:
    bounced = on("2026-01-15", -800, takes_back="2025-12-20800")
    assert told(paid([a_line(800)], on("2025-12-20", 800), bounced)) == {"James BOND": 800}
    assert told(paid([a_line(800)], on("2025-12-20", 800), bounced), year=2026) == {"James BOND": -800}


def test_what_was_paid_twice_and_given_back_counts_once() -> None:
    twice = [on("2025-03-01", 800), on("2025-03-02", 800, id="again")]
    assert told(paid([a_line(800)], *twice)) == {"James BOND": 800}
    assert told(paid([a_line(800)], *twice, on("2025-04-01", -800))) == {"James BOND": 800}


def test_the_refund_of_a_cancelled_invoice_reduces_the_year_of_the_refund() -> None:
    gone = paid([a_line(800)], on("2025-03-01", 800), on("2026-02-01", -800), cancelled_on=date(2026, 1, 20))
    assert told(gone) == {"James BOND": 800}
    assert told(gone, year=2026) == {"James BOND": -800}


def test_a_credit_note_reduces_when_it_is_given() -> None:
    """The credit pays for care on the second invoice: what was really paid is 8,00 and 2,00."""
    first = paid([a_line(800)], on("2025-03-01", 800))
    given: dict[str, Any] = {"means": Means.CREDIT_NOTE, "paid_on": date(2025, 5, 1)}
    note = paid([a_line(-300)], replace(a_payment(-300), **given))
    second = paid([a_line(500)], replace(a_payment(300), **given), on("2025-05-02", 200))
    assert told(first, note, second) == {"James BOND": 1000}
    assert told(first, paid([a_line(-300)])) == {"James BOND": 800}, "nobody used the credit yet"


def test_a_child_whose_birth_nobody_told_is_named_and_not_counted() -> None:
    unknown = a_family(YOUNG, a_child(ALINE, first_name="Aline"))
    made = certificate_of(2025, unknown, [paid([a_line(8), a_line(9, child=ALINE)], on("2025-03-01", 17))], TOWN)
    assert ([one.id for one in made.children], made.without_birth, made.total) == ([JAMES], ("Aline BOND",), 8)


def test_a_child_of_two_homes_is_on_both_certificates_for_what_each_paid() -> None:
    here, there = paid([a_line(800)], on("2025-03-01", 800)), paid([a_line(600)], on("2025-03-01", 600))
    other = replace(FAMILY, payer="Sam BOND", children=(YOUNG,))
    assert (told(here), told(there, family=other)) == ({"James BOND": 800}, {"James BOND": 600})


@given(CENTS, st.lists(CENTS, min_size=1, max_size=6))
def test_shares_are_whole_cents_that_make_the_amount(amount: int, amounts: list[int]) -> None:
    lines = [a_line(one) for one in amounts]
    whole = sum(amounts)
    given_out = shares(Cents(amount), lines)
    assert sum(given_out) == (amount if whole else 0)
    for share, one in zip(given_out, amounts, strict=True):
        assert whole == 0 or abs(share * whole - amount * one) < abs(whole), "never a whole cent off"
    if whole:
        assert list(shares(Cents(whole), lines)) == amounts


@given(st.lists(CENTS, min_size=1, max_size=4), st.lists(st.tuples(DAYS, st.integers(1, 20_000)), max_size=5))
def test_the_years_of_an_invoice_make_what_was_paid_and_never_more_than_its_lines(
    amounts: list[int], moneys: list[tuple[date, int]]
) -> None:
    assume(sum(amounts) > 0)
    payments = [a_payment(cents, paid_on=day, id=str(at)) for at, (day, cents) in enumerate(moneys)]
    invoice, lines = paid([a_line(one) for one in amounts], *payments)
    by_year = [paid_in(year, invoice, lines) for year in range(2023, 2028)]
    assert sum(map(sum, by_year)) == min(invoice.paid, invoice.total)
    if invoice.is_paid:
        assert [sum(of_line) for of_line in zip(*by_year, strict=True)] == amounts
    for year, of_year in zip(range(2023, 2028), by_year, strict=True):
        assert not any(of_year) or invoice in concerned([invoice], year)


def test_a_certificate_is_made_when_something_was_paid_and_again_when_it_says_something_else() -> None:
    made = certificate_of(2025, FAMILY, [paid([a_line(800)], on("2025-03-01", 800))], TOWN)
    there = MadeCertificate(2025, made.tag, 1, datetime(2026, 1, 2, tzinfo=UTC), 38_000)
    nothing = Certificate(2025, BOND, FAMILY.payer, ())
    assert is_to_be_made(made, None)
    assert not is_to_be_made(made, there)
    assert is_to_be_made(nothing, there), "all of it was taken back"
    assert not is_to_be_made(nothing, None)
    assert made.tag != replace(made, payer="Sam BOND").tag
    assert (
        made.tag
        == certificate_of(
            2025, replace(FAMILY, address=("1 rue Neuve",)), [paid([a_line(800)], on("2025-03-01", 800))], TOWN
        ).tag
    )
