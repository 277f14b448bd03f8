"""The régie's journal: numbers without a gap, each line chained to the one before."""

from dataclasses import replace
from datetime import date, timedelta

from chalicelib.rules.book import BookHead, Entry, EntryKind, broken_links, numbered
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.points import code_of
from tests.clock import paris

NOW = paris("lundi 2026-11-23 10:00")
ENTRY = Entry(
    kind=EntryKind.PAYMENT,
    regie="Restauration",
    invoice=InvoiceNumber("2026-026-000335"),
    reference="2026-T5-00-26000335",
    family=FamilyId("f-1"),
    payer="Jamie BOND",
    amount=Cents(1000),
    day=date(2026, 11, 20),
    means=Means.CHEQUE,
)
EMPTY = BookHead(2026)


def test_lines_are_numbered_from_one_without_a_gap() -> None:
    lines = numbered([ENTRY, ENTRY, ENTRY], EMPTY, NOW)
    assert [line.name for line in lines] == ["2026-000001", "2026-000002", "2026-000003"]
    assert list(broken_links(lines, EMPTY)) == []


def test_a_line_is_never_written_before_the_line_before_it() -> None:
    (first,) = numbered([ENTRY], EMPTY, NOW)
    (second,) = numbered([ENTRY], BookHead(2026, 1, first.hash, first.at), NOW - timedelta(seconds=3))
    assert second.at == NOW


def test_an_altered_line_breaks_the_chain_at_the_next_line() -> None:
    lines = list(numbered([ENTRY, ENTRY, ENTRY], EMPTY, NOW))
    lines[1] = replace(lines[1], entry=replace(ENTRY, amount=Cents(1)))
    assert [line.number for line in broken_links(lines, EMPTY)] == [3]


def test_a_missing_line_breaks_the_chain() -> None:
    first, _, third = numbered([ENTRY, ENTRY, ENTRY], EMPTY, NOW)
    assert [line.number for line in broken_links([first, third], EMPTY)] == [3]


def test_the_code_of_a_point_is_letters_that_no_spreadsheet_rewrites() -> None:
    assert {len(code_of(f"2026-{number}")) for number in range(50)} == {6}
    assert all(code_of(f"2026-{number}").isalpha() for number in range(50))
