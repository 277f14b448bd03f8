"""A treasury that answers what a test tells it to, and the portal's attempts in memory."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from chalicelib.adapters.payfip_answer import answer_of
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import AttemptId, InvoiceNumber
from chalicelib.rules.invoices import Begun, Invoice, Payment
from chalicelib.rules.ledger import NEEDS_A_PERSON, LedgerEntry
from chalicelib.rules.payments import Attempt, AttemptState, BankAnswer
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mail_ports import Mail
from chalicelib.services.payment_ports import (
    AttemptStore,
    NotYetKnown,
    OrderRefused,
    UnknownOperation,
)
from chalicelib.services.reversing import ReversePayment
from tests.clock import FixedClock, paris
from tests.fakes import MemoryInvoices, MemoryOutbox


@dataclass
class Treasury:
    """``PaymentProvider``. ``answers``: what became of each operation; None while it does not know."""

    answers: dict[str, BankAnswer | None] = field(default_factory=dict)
    asked: list[tuple[Attempt, str, str]] = field(default_factory=list)
    looked: Counter[str] = field(default_factory=Counter)
    """How many look-ups of each operation."""
    broken: set[str] = field(default_factory=set)
    """Operations over which it breaks down."""
    down: bool = False
    refuses: str = ""
    now: datetime = field(default_factory=lambda: paris("lundi 2026-11-23 10:00"))

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        self._answer()
        if self.refuses:
            raise OrderRefused(self.refuses, parent=self.refuses == "A2")
        idop = f"idop-{len(self.asked) + 1}"
        self.asked.append((attempt, notify, back))
        self.answers[idop] = None
        return idop

    def page(self, attempt: Attempt) -> str:
        return f"https://bank.example/{attempt.idop}"

    def result_of(self, idop: str) -> BankAnswer:
        self.looked[idop] += 1
        self._answer()
        if idop in self.broken:
            raise Unavailable("treasury: 999")
        if idop not in self.answers:
            raise UnknownOperation(idop)
        answer = self.answers[idop]
        if answer is None:
            raise NotYetKnown(idop)
        return answer

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        return answer_of(told)

    def says(self, idop: str, letter: str, **changes: object) -> None:
        attempt, _, _ = self.asked[int(idop.removeprefix("idop-")) - 1]
        facts = (attempt.client_number, attempt.reference, attempt.amount, attempt.saisie)
        self.answers[idop] = replace(BankAnswer(idop, letter, *facts, "A55A", self.now), **changes)  # type: ignore[arg-type]

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("treasury")


def posted(answer: BankAnswer, **changes: str) -> dict[str, str]:
    """An answer in the fields of the treasury's unsigned return."""
    told = {
        "numcli": answer.client_number,
        "refdet": answer.reference,
        "montant": str(answer.amount),
        "saisie": answer.saisie,
        "resultrans": answer.letter,
        "numauto": answer.authorisation,
    }
    return {**told, **changes}


def nobody_reads(event: str, **facts: object) -> None:
    """A ``Report`` to nobody."""


def reversing(invoices: InvoiceStore, attempts: AttemptStore | None = None) -> ReversePayment:
    """Without ``attempts``, nothing was ever paid online."""
    return ReversePayment(
        attempts=attempts or MemoryAttempts(MemoryInvoices(), MemoryOutbox()),
        invoices=invoices,
        clock=FixedClock(paris("lundi 2026-11-23 10:00")),
        report=nobody_reads,
    )


class MemoryAttempts:
    """``AttemptStore``."""

    def __init__(self, invoices: MemoryInvoices, outbox: MemoryOutbox) -> None:
        self.invoices = invoices
        self.outbox = outbox
        self.kept: dict[AttemptId, Attempt] = {}
        self.latest_of: dict[InvoiceNumber, AttemptId] = {}
        self.looks: dict[AttemptId, datetime] = {}
        self.entries: list[LedgerEntry] = []

    def find(self, attempt: AttemptId) -> Attempt | None:
        return self.kept.get(attempt)

    def among(self, attempts: Iterable[AttemptId]) -> tuple[Attempt, ...]:
        return tuple(self.kept[attempt] for attempt in attempts if attempt in self.kept)

    def by_idop(self, idop: str) -> Attempt | None:
        return next((one for one in self.kept.values() if idop and one.idop == idop), None)

    def latest(self, invoice: Invoice) -> Attempt | None:
        name = self.latest_of.get(invoice.number)
        return self.kept[name] if name else None

    def begin(self, attempt: Attempt, invoice: Invoice, over: Attempt | None) -> None:
        there = self.invoices.find(invoice.family, invoice.number)
        same = there and (there.paid, there.total) == (invoice.paid, invoice.total)
        if there is None or not same or self.latest_of.get(invoice.number) != (over.id if over else None):
            raise StaleWrite("attempts.begin")
        begun = Begun(attempt.id, attempt.created_at)
        self.invoices.invoices[invoice.number] = replace(there, begun=begun)
        self.kept[attempt.id] = attempt
        self.latest_of[invoice.number] = attempt.id

    def opened(self, attempt: Attempt, idop: str, look_at: datetime) -> Attempt:
        after = replace(attempt, state=AttemptState.PENDING, idop=idop)
        self.settle(attempt, after, look_at)
        return self.kept[attempt.id]

    def settle(
        self,
        before: Attempt,
        after: Attempt,
        look_at: datetime | None,
        *,
        invoice: Invoice | None = None,
        payment: Payment | None = None,
        entries: Sequence[LedgerEntry] = (),
        mails: Sequence[Mail] = (),
    ) -> None:
        if self.kept[before.id].version != before.version:
            raise StaleWrite("attempts.settle")
        if invoice and payment:
            there = self.invoices.find(invoice.family, invoice.number)
            if there is None or there.paid != invoice.paid:
                raise StaleWrite("attempts.settle")
            self.invoices.record(invoice.family, invoice.number, payment)
        self.kept[before.id] = replace(after, version=before.version + 1, look_at=look_at, unanswered=False)
        self.entries += entries
        self.outbox.bring(mails)
        self.looks.pop(before.id, None)
        if look_at:
            self.looks[before.id] = look_at

    def to_look_at(self, now: datetime, limit: int) -> tuple[Attempt, ...]:
        due = sorted((at, name) for name, at in self.looks.items() if at <= now)
        return tuple(self.kept[name] for _, name in due[:limit])

    def take_look(self, attempt: Attempt, now: datetime, gap: timedelta) -> bool:
        there = self.kept[attempt.id]
        if there.looked_at and there.looked_at > now - gap:
            return False
        self.kept[attempt.id] = replace(there, looked_at=now)
        return True

    def look_again(self, attempt: Attempt, look_at: datetime | None, *, unanswered: bool = False) -> None:
        there = self.kept[attempt.id]
        if there.version != attempt.version:
            return
        self.kept[attempt.id] = replace(there, look_at=look_at, unanswered=unanswered)
        self.looks.pop(attempt.id, None)
        if look_at:
            self.looks[attempt.id] = look_at

    def ledger(self, day: date) -> Iterator[LedgerEntry]:
        return iter(sorted((entry for entry in self.entries if entry.day == day), key=lambda entry: entry.id))

    def to_refund_or_check(self) -> Iterator[LedgerEntry]:
        listed = (entry for entry in self.entries if entry.kind in NEEDS_A_PERSON)
        return iter(sorted(listed, key=lambda entry: entry.id))
