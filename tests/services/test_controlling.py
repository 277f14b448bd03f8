"""The audit of the régie's journal: what was altered, and what the treasury or an invoice says otherwise, is found."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.rules.book import BookLine, Closing, EntryKind
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import BankAnswer
from chalicelib.services.controlling import MOST_SILENT, ControlBook, Controlled, Flaw
from tests.clock import paris
from tests.exports.regie_desk import NOVEMBER, Regie
from tests.fake_bank import Treasury

BANK_AT = paris("mardi 2026-11-10 12:00")
FIRST, SECOND = InvoiceNumber("2026-001-000001"), InvoiceNumber("2026-001-000002")


class Audited(Regie):
    """Two card payments and a cheque in November; the treasury knows what it took."""

    def __init__(self) -> None:
        super().__init__()
        self.treasury = Treasury()
        self.clock.at = BANK_AT
        self.bill(FIRST, {"Cantine": 3_000})
        self.bill(SECOND, {"Cantine": 5_000})
        self.online(FIRST, 3_000, "idop-1")
        self.online(SECOND, 1_000, "idop-2")
        self.pay(SECOND, 500, means=Means.CHEQUE, letter="")

    def online(self, number: InvoiceNumber, amount: int, idop: str) -> BookLine:
        self.treasury.answers[idop] = BankAnswer(
            idop, "P", "006382", "2013T5001", Cents(amount), "T", f"auth-{idop}", BANK_AT
        )
        facts = {"client_number": "006382", "transmitted": "2013T5001", "saisie": "T", "bank_at": BANK_AT}
        return self.pay(number, amount, idop=idop, authorisation=f"auth-{idop}", **facts)

    def control(self, month: date = NOVEMBER) -> Controlled:
        return ControlBook(
            book=self.book, treasury=self.treasury, invoices=self.invoices.invoices.values, clock=self.clock
        )(month)

    def answers(self, idop: str, **changes: object) -> None:
        there = self.treasury.answers[idop]
        assert there
        self.treasury.answers[idop] = replace(there, **changes)  # type: ignore[arg-type]


@pytest.fixture
def regie() -> Audited:
    return Audited()


def faults(found: Controlled) -> list[tuple[Flaw, str]]:
    return [(one.fault, one.about) for one in found.discrepancies]


def test_a_month_that_is_as_it_was_written(regie: Audited) -> None:
    assert regie.control() == Controlled(lines=3, asked=2, discrepancies=())
    assert regie.treasury.looked == {"idop-1": 1, "idop-2": 1}
    assert regie.control(date(2026, 12, 1)) == Controlled(0, 0, ())


@pytest.mark.parametrize(
    ("number", "altered", "found"),
    [
        (
            0,
            lambda line: replace(line, entry=replace(line.entry, payer="Somebody")),
            [(Flaw.CHAIN, "2026-000002")],
        ),
        (
            2,
            lambda line: replace(line, entry=replace(line.entry, payer="Somebody")),
            [(Flaw.END, "2026-000003")],
        ),
        (
            1,
            lambda line: replace(line, number=9),
            [(Flaw.CHAIN, "2026-000009"), (Flaw.CHAIN, "2026-000003")],
        ),
    ],
)
def test_an_altered_line_breaks_the_chain(
    regie: Audited, number: int, altered: Callable[[BookLine], BookLine], found: list[object]
) -> None:
    regie.book.told[number] = altered(regie.book.told[number])
    assert [one for one in faults(regie.control()) if one[0] in {Flaw.CHAIN, Flaw.END}] == found


def test_a_line_that_is_gone_is_missed_by_those_after_it_and_by_its_payment(regie: Audited) -> None:
    del regie.book.told[1]
    assert faults(regie.control()) == [(Flaw.CHAIN, "2026-000003"), (Flaw.NO_LINE, "p-2")]


def test_a_line_that_was_put_in_has_no_payment(regie: Audited) -> None:
    extra = replace(regie.book.told[-1], number=4)
    regie.book.told.append(replace(extra, entry=replace(extra.entry, payment="p-9")))
    assert (Flaw.NO_PAYMENT, "2026-000004") in faults(regie.control())


@pytest.mark.parametrize(
    ("changes", "fact"),
    [
        ({"letter": "R"}, "resultat"),
        ({"amount": Cents(1)}, "montant"),
        ({"reference": "other"}, "reference"),
        ({"client_number": "000001"}, "client"),
        ({"saisie": "X"}, "saisie"),
        ({"paid_at": BANK_AT + timedelta(minutes=1)}, "date_banque"),
        ({"authorisation": "other"}, "autorisation"),
    ],
)
def test_the_treasury_says_something_else(regie: Audited, changes: dict[str, object], fact: str) -> None:
    regie.answers("idop-1", **changes)
    (found,) = regie.control().discrepancies
    assert (found.fault, found.about, found.invoice) == (Flaw.TREASURY, "2026-000001", FIRST)
    assert [one.name for one in found.facts] == [fact]


def test_money_that_was_classified_later_is_one_operation(regie: Audited) -> None:
    """Its payments may be several, and one of them may be taken back."""
    line = regie.book.told[1]
    facts = {
        name: getattr(line.entry, name)
        for name in ("idop", "authorisation", "client_number", "transmitted", "saisie", "bank_at")
    }
    number = line.entry.invoice
    regie.unclassified(number, 700, **{**facts, "idop": "idop-3", "authorisation": "auth-idop-3"})
    regie.unclassified(number, -700, **{**facts, "idop": "idop-3", "authorisation": "auth-idop-3"})
    regie.online(SECOND, 300, "idop-3")
    regie.online(SECOND, 400, "idop-3")
    regie.answers("idop-3", amount=Cents(700))
    assert regie.control().discrepancies == ()
    regie.pay(number, -400, kind=EntryKind.REVERSAL, **{**facts, "idop": "idop-3", "authorisation": "auth-idop-3"})
    assert regie.control().discrepancies == ()


def test_a_treasury_that_is_silent_is_said_and_is_no_difference(regie: Audited) -> None:
    regie.treasury.broken = {"idop-2"}
    found = regie.control()
    assert (found.silent, found.discrepancies) == (("2026-000002",), ())


def test_a_treasury_that_is_down_is_not_asked_for_ever(regie: Audited) -> None:
    for number in range(3, 30):
        regie.online(SECOND, 1, f"idop-{number}")
    regie.treasury.down = True
    assert len(regie.control().silent) == 29
    assert sum(regie.treasury.looked.values()) == MOST_SILENT


def test_an_operation_without_result_is_found_while_the_treasury_still_tells(regie: Audited) -> None:
    regie.treasury.answers["idop-1"] = None
    del regie.treasury.answers["idop-2"]
    assert faults(regie.control()) == [(Flaw.NO_RESULT, "2026-000001"), (Flaw.NO_RESULT, "2026-000002")]
    regie.clock.forward(days=400)
    found = regie.control()
    assert (found.discrepancies, found.forgotten) == ((), ("2026-000001", "2026-000002"))


def test_an_invoice_says_something_else(regie: Audited) -> None:
    first, second = (regie.invoices.invoices[regie.book.told[number].entry.invoice] for number in (0, 1))
    regie.invoices.invoices[first.number] = replace(
        first, payments=(replace(first.payments[0], amount=Cents(9), line="2026-000002"),)
    )
    regie.invoices.invoices[second.number] = replace(
        second, payments=(replace(second.payments[0], id="by-hand", line=""), second.payments[1])
    )
    found = regie.control()
    assert faults(found) == [
        *(
            (Flaw.PAYMENT, "2026-000001"),
            (Flaw.NO_PAYMENT, "2026-000002"),
            (Flaw.NO_LINE, "by-hand"),
        )
    ]
    assert [one.name for one in found.discrepancies[0].facts] == ["numero", "montant"]


def test_an_invoice_that_is_gone_with_its_family_is_said(regie: Audited) -> None:
    del regie.invoices.invoices[regie.book.told[0].entry.invoice]
    assert (regie.control().gone, regie.control().discrepancies) == (("2026-000001",), ())


def test_a_closed_month_that_is_not_as_it_was_closed(regie: Audited) -> None:
    regie.clock.at = paris("mardi 2026-12-01 09:00")
    regie.export(by="Mme Roux")
    assert regie.control().discrepancies == ()
    (closing,) = regie.book.closings()
    regie.book.closed[NOVEMBER] = Closing(NOVEMBER, "x", closing.at, 2, "ab", Cents(1))
    (found,) = regie.control().discrepancies
    assert (found.fault, found.about) == (Flaw.CLOSING, "2026-11")
    assert [(one.name, one.ours, one.theirs) for one in found.facts] == [
        *(("numero", 3, 2), ("empreinte", closing.hash, "ab"), ("montant", Cents(4_500), Cents(1)))
    ]
