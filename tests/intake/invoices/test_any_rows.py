"""Any rows about money, in any order, repeated and contradicting one another: nothing raises, the journal adds up, and
the same files again change nothing."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.rules.book import EntryKind
from chalicelib.rules.points import code_of
from tests.intake.invoices.desk import NUMBER, RIGHT, WITH_REFERENCES, Desk
from tests.intake.invoices.test_given_back import BOUNCES, CODE, DECISIONS, REFUNDS, doubtful_at

OTHER = "2026-026-000336"
FACTURES = (
    RIGHT["factures"] + RIGHT["factures"].splitlines()[1].replace("000335", "000336").replace("1234,50", "10,00") + "\n"
)
LIGNES = RIGHT["lignes"] + f"{OTHER};Repas;James;1;10,00;10,00\n"
NUMBERS = st.sampled_from([str(NUMBER), OTHER, "2026-9"])
PLACES = st.sampled_from([str(NUMBER), OTHER])
DAYS = st.integers(18, 25)
PAST = st.integers(18, 23)
AMOUNTS = st.sampled_from(["10,00", "6,00", "4,00"])
MARKS = st.sampled_from(["", "12345", "12345R", "777", "A55A"])
MEANS = st.sampled_from(["cheque", "especes", "virement", "en ligne"])
PAYMENTS = st.builds(
    "{};J;{}/11/2026;{};{};{};{}".format, PLACES, PAST, AMOUNTS, MEANS, MARKS, st.sampled_from(["", "", "oui"])
)
NEGATIVES = st.builds(
    "{};J;{}/11/2026;-{};{};{};{}".format, NUMBERS, DAYS, AMOUNTS, MEANS, MARKS, st.sampled_from(["", "", "oui"])
)
REVERSALS = st.builds("{};{};{}/11/2026;".format, NUMBERS, st.sampled_from(["12345", "777", "A55A", "B"]), DAYS)
GIVEN_BACK = st.builds(
    "{};{}/11/2026;{};virement;{};{};".format, NUMBERS, DAYS, AMOUNTS, st.sampled_from(["M-1", "M-2", "m-1"]),
    st.sampled_from(["", "", "A55A", "777"]),
)  # fmt: skip
DECIDED = st.builds(
    "{};{}/11/2026;{};P;{};{};{};".format, st.sampled_from([CODE, code_of(NUMBER), code_of(OTHER), "BCDFGH"]), DAYS,
    st.sampled_from(["payee", "non-payee", "conservee"]), st.sampled_from(["", str(NUMBER), OTHER]),
    st.sampled_from(["", "6,00", "10,00"]), st.sampled_from(["", "A55A"]),
)  # fmt: skip
COMPLETE = st.sampled_from(["", '\n[listes.reglements]\ncomplet = "oui"\n'])


def rows(one: st.SearchStrategy[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(one, max_size=4)


@st.composite
def files(draw: st.DrawFn) -> dict[str, str]:
    """One run's files. A payment of the desk stands once in a list: twice is a fault of the file."""
    listed = {row.rpartition(";")[0]: row for row in draw(rows(PAYMENTS))}
    by_name = {(row.split(";")[0], row.split(";")[5] or row): row for row in listed.values()}
    negatives = draw(rows(NEGATIVES))
    both = draw(st.permutations([*by_name.values(), *negatives]))
    return {
        "town": RIGHT["town"] + draw(COMPLETE),
        "reglements": "\n".join([WITH_REFERENCES.strip() + ";annule", *both, ""]),
        "contrepassations": BOUNCES + "\n".join([*draw(rows(REVERSALS)), ""]),
        "remboursements": REFUNDS + "\n".join([*draw(rows(GIVEN_BACK)), ""]),
        "decisions": DECISIONS + "\n".join([*draw(rows(DECIDED)), ""]),
    }


def adds_up(desk: Desk) -> None:
    entries = [line.entry for line in desk.book.told]
    unexplained = sum(one.amount for one in entries if one.kind is EntryKind.UNCLASSIFIED)
    on_invoices: Counter[str] = Counter()
    for entry in entries:
        if entry.kind is not EntryKind.UNCLASSIFIED:
            on_invoices[entry.invoice] += entry.amount
    assert unexplained >= 0
    for invoice in desk.invoices.invoices.values():
        by_day = sorted(invoice.payments, key=lambda one: one.paid_on)
        refunds = -sum(one.amount for one in by_day if one.id.startswith("refund-"))
        assert on_invoices[invoice.number] == sum(one.amount for one in invoice.payments if one.line)
        assert refunds <= sum(one.amount for one in by_day if one.amount > 0)


@given(runs=st.lists(files(), min_size=1, max_size=3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_in_any_order(tmp_path_factory: pytest.TempPathFactory, runs: list[dict[str, str]]) -> None:
    desk = doubtful_at(tmp_path_factory.mktemp("town"), factures=FACTURES, lignes=LIGNES)
    for run in runs:
        desk.load(**run, factures=FACTURES, lignes=LIGNES)
        adds_up(desk)
        after = dict(desk.invoices.invoices)
        again = desk.load(**run, factures=FACTURES, lignes=LIGNES)
        assert desk.invoices.invoices == after
        assert again.nothing_changed, again.lines()
