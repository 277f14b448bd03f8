"""Whatever rows come one import after the other: no sum is lost, nobody owes a credit note, and the same files again
change nothing."""

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.book import BookHead, EntryKind, broken_links
from chalicelib.rules.invoices import Means
from tests.intake.invoices.desk import PAYMENTS, Desk
from tests.intake.invoices.test_events import INVOICE, NOTE, OTHER, rows
from tests.intake.living import quick_hashes

NUMBERS = (INVOICE, NOTE, OTHER)
ROWS = st.tuples(
    st.sampled_from(NUMBERS),
    st.sampled_from(["10,00", "6,00", "-4,00", "-12,00"]),
    st.sampled_from(["", "", "annulee"]),
    st.sampled_from(["", "", *NUMBERS]),
    st.sampled_from(["", "", "prelevement"]),
)
LISTS = st.lists(ROWS, max_size=3, unique_by=lambda row: row[0])
PAID = st.dictionaries(st.sampled_from(NUMBERS), st.sampled_from(["3,00", "10,00"]), max_size=2)


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


def holds(desk: Desk) -> None:
    invoices = list(desk.invoices.invoices.values())
    credit = [payment for one in invoices for payment in one.payments if payment.means is Means.CREDIT_NOTE]
    assert sum(payment.amount for payment in credit) == 0
    for one in invoices:
        assert not (one.is_credit_note and one.remaining), "nobody owes a credit note"
        assert not (one.cancelled_on and one.remaining)
        given_to = sum(payment.amount for payment in one.payments if payment.means is Means.CREDIT_NOTE)
        assert -max(0, -one.total) <= given_to <= max(0, one.total)
    assert list(broken_links(desk.book.told, BookHead(2026))) == []
    decided = [line.entry.invoice for line in desk.book.told if line.entry.kind is EntryKind.DECISION]
    assert sorted(decided) == sorted(one.number for one in invoices if one.cancelled_on)


@given(imports=st.lists(st.tuples(LISTS, PAID), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None)
def test_no_sequence_of_files_loses_a_sum(imports: Sequence[tuple[list[Sequence[str]], dict[str, str]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for facts, paid in imports:
            known = {*desk.invoices.invoices, *(number for number, *_ in facts)}
            taken = [number for number in paid if number in known]
            files = {**rows(*facts), "reglements": PAYMENTS + "".join(a_payment(one, paid[one]) for one in taken)}
            desk.load(**files)
            holds(desk)
            before = dict(desk.invoices.invoices)
            desk.load(**files)
            assert desk.invoices.invoices == before
            holds(desk)


def a_payment(number: str, amount: str) -> str:
    return f"{number};Jamie BOND;2026-11-20;{amount};virement\n"
