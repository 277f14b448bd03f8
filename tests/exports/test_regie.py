"""The régie's books of a month: written anew while it is open, kept for good once somebody closed it by name."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.exports.closing import ChainBroken, ClosedByOther, MonthIsOpen, StillOpen
from chalicelib.rules.book import Closing, EntryKind
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState
from tests.builders import an_attempt
from tests.clock import paris
from tests.exports.regie_desk import DECEMBER, NOVEMBER, OCTOBER, Regie

ROUX = "Mme Roux, régisseuse"
CLOSED = "arrêté le 01/12/2026 à 09:00 par Mme Roux, régisseuse"


@pytest.fixture
def regie() -> Regie:
    """October has 10 €, November 20 € of which 4 € came back; it is the first of December."""
    regie = Regie()
    number = regie.bill("2026-001-000001", {"Cantine": 3_000, "Garderie": 1_000})
    regie.pay(number, 1_000)
    regie.clock.at = paris("mardi 2026-11-10 12:00")
    regie.pay(number, 2_000, letter="V")
    regie.pay(number, -400, kind=EntryKind.REVERSAL, letter="V", takes_back="2026-000002")
    regie.clock.at = paris("mardi 2026-12-01 09:00")
    return regie


def test_an_open_month_is_carried_forward_from_those_before(regie: Regie) -> None:
    (total,) = [row for row in regie.rows("bordereau.csv") if row["ligne"] == "total"]
    assert (total["nombre"], total["montant"], total["report"], total["total"]) == ("2", "16,00", "10,00", "26,00")
    assert {row["arrete"] for row in regie.rows("bordereau.csv")} == {"mois non arrêté"}
    assert [row["numero"] for row in regie.rows("journal.csv")] == ["2026-000002", "2026-000003"]
    assert regie.rows("rapprochement.csv")[-1]["net"] == "16,00"
    regie.clock.at = paris("mardi 2027-01-05 09:00")
    (total,) = [row for row in regie.rows("bordereau.csv", date(2027, 1, 1)) if row["ligne"] == "total"]
    assert total["report"] == "0,00", "another exercice"


def test_a_closed_month_says_who_closed_it_and_never_changes(regie: Regie) -> None:
    files = regie.export(by=ROUX)
    assert all(CLOSED in files[name].decode() for name in ("bordereau.csv", "rapprochement.csv"))
    assert "Arrêté le 01/12/2026" in files["bordereau.pdf"].decode()
    line = regie.book.told[-1]
    assert regie.book.closings() == (Closing(NOVEMBER, ROUX, regie.clock.now(), 3, line.hash, Cents(1_600)),)
    regie.clock.forward(days=40)
    regie.invoices.invoice_lines.clear()
    assert regie.export() == files
    assert regie.export(by=ROUX) == files, "closing again in the same words"
    with pytest.raises(ClosedByOther):
        regie.export(by="M. Roy")


def test_what_comes_later_is_of_a_later_month_and_says_where_it_goes_back(regie: Regie) -> None:
    regie.export(by=ROUX)
    late = regie.pay(regie.book.told[0].entry.invoice, 700, day=date(2026, 11, 30))
    assert late.month == DECEMBER
    (row,) = regie.rows("journal.csv", DECEMBER)
    assert (row["numero"], row["date_recette"], row["se_rapporte_a"]) == ("2026-000004", "30/11/2026", '="11/2026"')
    (total,) = [row for row in regie.rows("bordereau.csv", DECEMBER) if row["ligne"] == "total"]
    assert (total["montant"], total["report"], total["total"]) == ("7,00", "26,00", "33,00")


def test_a_month_is_carried_forward_from_its_closed_ones_as_they_were(regie: Regie) -> None:
    """Also when the lines of an old invoice are not there any more."""
    before = regie.export(DECEMBER)["bordereau.csv"]
    regie.export(OCTOBER, by=ROUX)
    assert regie.export(DECEMBER)["bordereau.csv"] == before
    regie.export(NOVEMBER, by=ROUX)
    regie.invoices.invoice_lines.clear()
    assert regie.export(DECEMBER)["bordereau.csv"] == before


@pytest.mark.parametrize("now", ["lundi 2026-11-30 23:59", "mardi 2026-12-01 00:00"])
def test_a_month_is_closed_after_its_end(regie: Regie, now: str) -> None:
    regie.clock.at = paris(now)
    with pytest.raises(MonthIsOpen):
        regie.export(by=ROUX)
    assert (regie.book.closings(), regie.archive.files, regie.shelf.files) == ((), {}, {})


@pytest.mark.parametrize(
    "altered",
    [
        lambda line: replace(line, entry=replace(line.entry, amount=Cents(1))),
        lambda line: replace(line, number=7),
        lambda line: replace(line, before=""),
    ],
)
def test_a_broken_chain_is_not_closed(regie: Regie, altered: Callable[..., object]) -> None:
    """Wherever in the exercice it is broken."""
    regie.book.told[1] = altered(regie.book.told[1])  # type: ignore[call-overload]
    with pytest.raises(ChainBroken):
        regie.export(by=ROUX)
    assert regie.book.closings() == ()


def test_a_month_with_an_open_payment_is_not_closed(regie: Regie) -> None:
    invoice = regie.invoices.invoices[regie.book.told[0].entry.invoice]
    begun = an_attempt(invoice, paris("lundi 2026-11-30 23:50"), state=AttemptState.PENDING, idop="idop-1")
    late = an_attempt(invoice, paris("mardi 2026-12-01 08:50"), id="a-2", state=AttemptState.PENDING)
    for attempt in (begun, late):
        regie.attempts.keep(replace(attempt, look_at=regie.clock.now() + timedelta(hours=20)))
    with pytest.raises(StillOpen) as still:
        regie.export(by=ROUX)
    assert [one.id for one in still.value.attempts] == [begun.id]
    assert regie.export(), "an open month is written all the same"
    regie.attempts.keep(replace(begun, look_at=None))
    assert regie.export(by=ROUX)


def test_a_month_without_a_line_is_closed_too() -> None:
    regie = Regie(clock=Regie().clock)
    regie.clock.at = paris("mardi 2026-12-01 09:00")
    regie.export(by=ROUX)
    assert regie.book.closings() == (Closing(NOVEMBER, ROUX, regie.clock.now(), 0, "", Cents(0)),)
