"""Journal, bordereau and reconciliation of a month say the same sums, and so do the invoices: to the cent, whatever
came, was taken back, was given back, waited for its place or was credited, in whichever month.

Each file is read as the régisseur's spreadsheet does. What came in is counted a second time beside the portal.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.book import EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import euros
from chalicelib.rules.school_calendar import paris_day
from tests.clock import paris
from tests.exports.reading import cells_of
from tests.exports.regie_desk import DECEMBER, NOVEMBER, OCTOBER, Regie

MONTHS = [OCTOBER, NOVEMBER, DECEMBER]
PRODUCTS = st.dictionaries(
    st.sampled_from(["Cantine", "Garderie", "Étude", "Remise"]), st.integers(-3_000, 9_999), min_size=1
)
MEANS = [(Means.ONLINE, "P"), (Means.ONLINE, "V"), (Means.ONLINE, "Q"), (Means.CHEQUE, ""), (Means.CASH, "")]
INVOICES = [InvoiceNumber(f"2026-001-00000{number}") for number in range(4)]
Step = tuple[str, int, int, tuple[Means, str], int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["pay", "pay", "take back", "refund", "wait", "find", "credit", "close"]),
        st.integers(0, 3),
        st.integers(1, 9_999),
        st.sampled_from(MEANS),
        st.integers(0, 9),
    ),
    max_size=25,
)
"""What happens, to which invoice, of how many cents, by which means, how many days after the step before."""


class Counted(Regie):
    """A régie whose money is counted a second time: by month of the book, and by invoice. ``closes`` says whether it
    closes months."""

    def __init__(self, invoices: Sequence[dict[str, int]], *, closes: bool = True) -> None:
        super().__init__()
        self.closes = closes
        self.clock.at = paris("jeudi 2026-10-01 09:00")
        for number, products in zip(INVOICES, invoices, strict=True):
            self.bill(number, products, regie="Loisirs" if number.endswith("3") else "Scolaire")
        self.came: Counter[date] = Counter()
        self.on: Counter[InvoiceNumber] = Counter()
        self.standing: list[tuple[InvoiceNumber, int, Any]] = []
        self.waiting: list[tuple[InvoiceNumber, int, Any]] = []

    def step(self, step: Step) -> None:
        what, which, amount, (means, letter), days = step
        self.clock.at = min(self.clock.at + timedelta(days=days), paris("jeudi 2026-12-31 12:00"))
        facts: dict[str, Any] = {"means": means, "letter": letter, "day": self._day() - timedelta(days=days)}
        act = {
            "pay": self._pay,
            "take back": self._take_back,
            "refund": self._refund,
            "wait": self._wait,
            "find": self._find,
            "credit": self._credit,
            "close": self._close,
        }[what]
        act(INVOICES[which], amount, facts)

    def _day(self) -> date:
        return paris_day(self.clock.now())

    def _note(self, number: InvoiceNumber, amount: int) -> None:
        self.came[self._day().replace(day=1)] += amount
        self.on[number] += amount

    def _pay(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        self.pay(number, amount, **facts)
        self._note(number, amount)
        self.standing.append((number, amount, facts))

    def _take_back(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        if self.standing:
            number, amount, then = self.standing.pop()
            self.pay(number, -amount, kind=EntryKind.REVERSAL, **{**then, "day": facts["day"]})
            self._note(number, -amount)

    def _refund(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        self.pay(number, -amount, kind=EntryKind.REFUND, **{**facts, "means": Means.TRANSFER, "letter": ""})
        self.on[number] -= amount

    def _wait(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        self.unclassified(number, amount, **{**facts, "means": Means.ONLINE})
        self.came[self._day().replace(day=1)] += amount
        self.waiting.append((number, amount, {**facts, "means": Means.ONLINE}))

    def _find(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        if self.waiting:
            of, amount, then = self.waiting.pop()
            self.unclassified(of, -amount, **then)
            self.pay(number, amount, **then)
            self.on[number] += amount

    def _credit(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        """From one invoice to another, though only a credit note has credit: the sums do not look."""
        other = INVOICES[(INVOICES.index(number) + 1) % len(INVOICES)]
        for to, part in ((number, -amount), (other, amount)):
            self.pay(to, part, kind=EntryKind.CREDIT, means=Means.CREDIT_NOTE, letter="")
            self.on[to] += part

    def _close(self, number: InvoiceNumber, amount: int, facts: Any) -> None:
        month = (self._day().replace(day=1) - timedelta(days=1)).replace(day=1)
        if self.closes and month in MONTHS and self._day().day > 1:
            self.export(month, by="Mme Roux")


def summed(rows: Sequence[dict[str, str]], column: str, **of: str) -> int:
    chosen = (row for row in rows if all(row[name] == value for name, value in of.items()))
    return sum(euros(row[column]) for row in chosen)


def told(content: bytes) -> list[dict[str, str]]:
    heads, *rows = cells_of(content)
    return [dict(zip(heads, row, strict=True)) for row in rows]


@settings(deadline=None)
@given(invoices=st.lists(PRODUCTS, min_size=4, max_size=4), steps=STEPS)
def test_the_books_of_a_month_agree(invoices: list[dict[str, int]], steps: list[Step]) -> None:
    regie = Counted(invoices)
    for step in steps:
        regie.step(step)
    before, everything = 0, 0
    for month in MONTHS:
        files = regie.export(month)
        journal, slip, days = (told(files[name]) for name in ("journal.csv", "bordereau.csv", "rapprochement.csv"))
        came = regie.came[month]
        money = sum(summed(journal, "montant", nature=one) for one in ("paiement", "contre-passation", "à classer"))
        assert money == came, "the journal"
        for level in ("total", "total de la régie"):
            assert summed(slip, "montant", ligne=level) == came, level
            assert summed(slip, "report", ligne=level) == before, level
            assert summed(slip, "total", ligne=level) == before + came, level
        waiting = summed(slip, "montant", ligne="à classer")
        assert waiting == summed(journal, "montant", nature="à classer")
        for level in ("produit", "total du moyen"):
            assert summed(slip, "montant", ligne=level) == came - waiting, level
        (last,) = [row for row in days if row["date_banque"] == "total"]
        for column in ("brut", "dont_repris", "net", "nombre"):
            assert summed(days[:-1], column) == euros(last[column]), column
        assert euros(last["net"]) == euros(last["brut"]) + euros(last["dont_repris"]) == came
        assert summed(slip, "montant", ligne="remboursement, pour mémoire") == summed(
            journal, "montant", nature="remboursement"
        )
        everything += summed(journal, "montant") - waiting
        before += came
    paid = {number: regie.invoices.invoices[number].paid for number in INVOICES}
    assert paid == {number: regie.on[number] for number in INVOICES}
    assert sum(paid.values()) == everything, "the invoices"


@settings(deadline=None)
@given(invoices=st.lists(PRODUCTS, min_size=4, max_size=4), steps=STEPS)
def test_a_closed_month_is_carried_forward_as_an_open_one(invoices: list[dict[str, int]], steps: list[Step]) -> None:
    """Closing changes no figure of any month."""
    closed, opened = Counted(invoices), Counted(invoices, closes=False)
    for step in steps:
        closed.step(step)
        opened.step(step)
    for month in MONTHS:
        figures = [
            [{**row, "arrete": ""} for row in told(regie.export(month)["bordereau.csv"])] for regie in (closed, opened)
        ]
        assert figures[0] == figures[1]
