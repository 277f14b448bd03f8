"""A town's books in memory, what its régisseur does, and what must stay true of them."""

from collections import Counter
from dataclasses import replace
from datetime import date
from typing import Any

from chalicelib.rules.book import MONEY, EntryKind
from chalicelib.rules.entries import unclassified_entry
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer, Doubt
from chalicelib.rules.points import Point, PointCode, PointKind
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import MoneyEvent
from chalicelib.services.deciding import Decide
from chalicelib.services.refunding import RecordRefund
from chalicelib.services.taking_back import TakeBack
from tests.builders import BOND, a_family, a_payment, an_attempt, an_invoice
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies, MemoryInvoices, MemoryNotices, MemoryOutbox
from tests.fakes.attempts import MemoryAttempts
from tests.fakes.book import MemoryBook
from tests.money import receive
from tests.present import present

NOW = paris("mercredi 2026-11-25 10:00")
TODAY = date(2026, 11, 25)
NUMBER = InvoiceNumber("2026-026-000335")
INVOICE = an_invoice(NUMBER, total=Cents(1000), issued_on=date(2026, 10, 31), due_on=date(2026, 11, 30))
CHEQUE = a_payment(1000, id="town-1", paid_on=date(2026, 11, 20), reference="12345")
ATTEMPT = AttemptId("a-1")


class MoneyDesk:
    def __init__(self) -> None:
        self.clock = FixedClock(NOW)
        self.outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(self.outbox)
        self.attempts = MemoryAttempts(self.invoices, self.outbox)
        self.book = MemoryBook(self.invoices, self.attempts, self.outbox)
        self.families = MemoryFamilies()
        self.families.families[BOND] = a_family()
        addresses = ConcernedAddresses(families=self.families, notices=MemoryNotices(), outbox=self.outbox)
        stores: dict[str, Any] = {"book": self.book, "attempts": self.attempts, "invoices": self.invoices}
        self.take_back = TakeBack(**stores, addresses=addresses, clock=self.clock)
        self.refund = RecordRefund(**stores, addresses=addresses, clock=self.clock)
        self.decide = Decide(**stores, clock=self.clock)
        self.invoices.put(INVOICE, ())

    def invoice(self, number: InvoiceNumber = NUMBER) -> Invoice:
        return present(self.invoices.holder(number))

    def receive(self, *payments: Payment, number: InvoiceNumber = NUMBER) -> None:
        for payment in payments:
            receive(self.book, self.invoice(number), payment, at=NOW)

    def paid_online(self, letter: str = "P", amount: int = 1000) -> Attempt:
        """The invoice is paid online, as it was asked."""
        attempt = self._attempt(
            letter, amount, state=AttemptState.DEBIT_ACCEPTED if letter == "V" else AttemptState.PAID
        )
        payment = a_payment(
            amount, id="online-a-1", paid_on=TODAY, means=Means.ONLINE, authorisation="A55A", attempt=attempt.id
        )
        self.receive(payment)
        return attempt

    def to_check(
        self, doubt: Doubt = Doubt.DIFFERS, amount: int | None = 600, letter: str = "P", **told: Any
    ) -> PointCode:
        """The bank took another amount than was asked, or nobody knows what it took (None). ``told`` are facts of the
        treasury's answer that are not as they were asked."""
        changes = {"state": AttemptState.TO_CHECK, "doubt": doubt, "why": "differs:amount"}
        attempt = self._attempt(letter, amount, **changes)
        if told:
            attempt = replace(attempt, answer=replace(present(attempt.answer), **told))
        taken = None if amount is None else Cents(amount)
        point = Point(
            PointKind.TO_CHECK,
            NUMBER,
            BOND,
            NOW,
            INVOICE.total,
            taken,
            ATTEMPT,
            "A55A" if amount else "",
            letter=letter,
        )
        entries = (unclassified_entry(attempt, INVOICE, NOW),) if amount else ()
        lines = self.book.write(MoneyEvent(NOW, entries, opens=(point,)))
        if lines:
            self.attempts.keep(replace(attempt, unclassified=lines[0].name))
        return point.code

    def told(self) -> list[tuple[str, int]]:
        return [(line.entry.kind.value, line.entry.amount) for line in self.book.told]

    def mails(self) -> list[str]:
        return [mail.kind for mail in self.outbox.due(NOW, 99)]

    def adds_up(self) -> None:
        """Journal = invoices + what no invoice explains; nothing below zero; one line for each payment."""
        entries = [line.entry for line in self.book.told]
        on_invoices: Counter[InvoiceNumber] = Counter()
        for entry in entries:
            if entry.kind not in {EntryKind.UNCLASSIFIED, EntryKind.DECISION}:
                on_invoices[entry.invoice] += entry.amount
        for invoice in self.invoices.invoices.values():
            assert on_invoices[invoice.number] == invoice.paid
            assert all(payment.line for payment in invoice.payments)
            assert invoice.paid >= min(0, invoice.total)
        unexplained = sum(one.amount for one in entries if one.kind is EntryKind.UNCLASSIFIED)
        refunds = sum(one.amount for one in entries if one.kind is EntryKind.REFUND)
        paid = sum(invoice.paid for invoice in self.invoices.invoices.values())
        assert sum(one.amount for one in entries if one.kind in MONEY) == paid + unexplained - refunds
        assert unexplained >= 0

    def _attempt(self, letter: str, amount: int | None, **changes: Any) -> Attempt:
        asked = an_attempt(INVOICE, NOW, id=ATTEMPT, idop="idop-1", settled_at=NOW, **changes)
        if amount is not None:
            facts = (asked.client_number, asked.reference, Cents(amount), asked.saisie)
            asked = replace(asked, answer=BankAnswer("idop-1", letter, *facts, "A55A", NOW))
        self.attempts.keep(asked)
        self.attempts.latest_of[NUMBER] = ATTEMPT
        return asked
