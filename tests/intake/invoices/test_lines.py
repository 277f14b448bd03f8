"""The lines of an invoice: the printed amount is the town's truth, and only sums must agree."""

from decimal import ROUND_DOWN, ROUND_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.money import Cents, in_words
from tests.intake.invoices.desk import F1, HEADS, LINES, NUMBER, Desk


def of_lines(*lines: str, total: str) -> dict[str, str]:
    head = f"{NUMBER};f-1;2026-10-31;30/11/2026;CANTINE;RÉGIE;{total};\n"
    return {"factures": HEADS + head, "lignes": LINES + "".join(f"{NUMBER};Repas;James;{line}\n" for line in lines)}


@pytest.mark.parametrize(
    ("line", "total", "kept"),
    [
        ("3;1,42;4,25", "4,25", (Decimal(3), Decimal(142), 425)),
        ("4;2,125;8,50", "8,50", (Decimal(4), Decimal("212.5"), 850)),
        ("4;2,125;8,48", "8,48", (Decimal(4), Decimal("212.5"), 848)),
        ("1,333333;3,00;4,00", "4,00", (Decimal("1.333333"), Decimal(300), 400)),
        ("0,333;0,12345;0,04", "0,04", (Decimal("0.333"), Decimal("12.345"), 4)),
    ],
)
def test_a_line_keeps_what_the_town_printed(
    desk: Desk, line: str, total: str, kept: tuple[Decimal, Decimal, int]
) -> None:
    report = desk.load(**of_lines(line, total=total))
    [found] = desk.invoices.lines(F1, NUMBER)
    assert (found.quantity, found.unit_price, found.amount) == kept
    assert report.remarks == []
    assert desk.load(**of_lines(line, total=total)).nothing_changed


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3;1,42;4,22", "le montant est 4,22\u202f€ et 3 × 1,42\u202f€ font 4,26\u202f€"),
        ("0,5;1,00;0,52", "le montant est 0,52\u202f€ et 0,5 × 1,00\u202f€ font 0,50\u202f€"),
        ("2;2,125;42,50", "le montant est 42,50\u202f€ et 2 × 2,125\u202f€ font 4,25\u202f€"),
    ],
)
def test_more_than_a_cent_a_unit_is_remarked_and_taken(desk: Desk, line: str, said: str) -> None:
    amount = line.rpartition(";")[2]
    report = desk.load(**of_lines(line, total=amount))
    [remark] = [text for text in report.remarks if "lignes.csv:2" in text]
    assert said in remark.replace("\xa0", "\u202f")
    assert len(desk.invoices.lines(F1, NUMBER)) == 1


def test_lines_that_do_not_make_the_total_are_a_fault(desk: Desk) -> None:
    [said] = desk.faults(**of_lines("3;1,42;4,25", total="4,26"))
    assert said.startswith("factures.csv:2: le total est 4,26")


@pytest.mark.parametrize(
    "line", ["x;1;1", "1;1,1234567;1", "1,1234567;1;1", "1;1 000;1000", "1;1;1,234", ";1;1", "1;;1", "1;1;"]
)
def test_a_line_that_cannot_be_read_is_a_fault(desk: Desk, line: str) -> None:
    assert any(said.startswith("lignes.csv:2: ") for said in desk.faults(**of_lines(line, total="1,00")))


@given(
    quantity=st.decimals("-40", "40", places=3),
    price=st.decimals("0", "60", places=3),
    rounding=st.sampled_from([ROUND_UP, ROUND_DOWN]),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_rounding_of_a_cent_is_ever_remarked(
    tmp_path: Path, quantity: Decimal, price: Decimal, rounding: str
) -> None:
    amount = Cents(int((quantity * price * 100).quantize(Decimal(1), rounding)))
    line = InvoiceLine("Repas", "James", quantity, price * 100, amount)
    assert not line.is_far_off, in_words(amount)
