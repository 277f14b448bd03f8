"""The audit of the régie's journal: its numbers and its chain, its closed months, the treasury's own word on every
operation, and the payments on the invoices, there and back."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import Enum

from chalicelib.rules.book import MONEY, BookHead, BookLine, Closing, EntryKind, broken_links
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import BankAnswer
from chalicelib.services.book_ports import Book
from chalicelib.services.payment_ports import NotYetKnown, PaymentProvider, UnknownOperation
from chalicelib.services.ports import Clock
from chalicelib.values import Value

RESULT_TOLD_FOR = timedelta(days=330)
"""How long the treasury surely tells the result of an operation: it says about a year."""
TAKEN = frozenset({EntryKind.PAYMENT, EntryKind.UNCLASSIFIED})
MOST_SILENT = 5
"""After so many operations without an answer, one after the other, the treasury is down: the others are not asked."""
Lines = tuple[tuple[str, str], ...]
"""Of each payment of an invoice, its identifier and its line."""
Placed = tuple[InvoiceNumber, str]
"""Where a payment stands: its invoice and its identifier there."""


class Flaw(Enum):
    """What does not agree."""

    CHAIN = "chain"
    """The line does not follow the line before it: one of them was altered, removed or put in."""
    END = "end"
    """The last line of the year is not the one that was written last."""
    CLOSING = "closing"
    """A closed month has another last line, or another total, than when it was closed."""
    TREASURY = "treasury"
    """The treasury says something else of the operation."""
    NO_RESULT = "no-result"
    """The treasury has no result for the operation: it says that nothing was paid, or does not know it."""
    NO_PAYMENT = "no-payment"
    """The line's payment is not on its invoice."""
    PAYMENT = "payment"
    """The payment on the invoice is not what the line says."""
    NO_LINE = "no-line"
    """A payment on an invoice has no line in the journal."""


class Differing(Value):
    """A fact of the journal beside the one that it was compared with: texts, numbers, cents, instants (aware UTC)."""

    name: str
    ours: object
    theirs: object


class Discrepancy(Value):
    fault: Flaw
    about: str
    """The name of a line; the month of a closing (``2026-10``); for NO_LINE, the payment's identifier."""
    invoice: str = ""
    facts: tuple[Differing, ...] = ()


class Controlled(Value):
    """What an audit found. ``silent`` are operations of which the treasury said nothing now, ``forgotten`` those that
    are too old to be asked for, ``gone`` the lines whose invoice is not in the portal any more."""

    lines: int
    asked: int
    discrepancies: tuple[Discrepancy, ...]
    silent: tuple[str, ...] = ()
    forgotten: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


class ControlBook:
    """``invoices`` gives every invoice of the portal with its payments."""

    def __init__(
        self, *, book: Book, treasury: PaymentProvider, invoices: Callable[[], Iterable[Invoice]], clock: Clock
    ) -> None:
        self.book = book
        self.treasury = treasury
        self.invoices = invoices
        self.clock = clock

    def __call__(self, month: date) -> Controlled:
        """Audit a month: its lines one by one; the chain and the closed months of its whole year. Raises Unavailable
        when the portal does not answer."""
        year = tuple(line for one in _months(month.year) for line in self.book.lines(one))
        mine = tuple(line for line in year if line.month == month)
        heard = self._ask(year, dict.fromkeys(line.entry.idop for line in mine if line.entry.idop))
        there, every = self._payments(mine)
        in_book = [*self._chain(year, month.year), *self._closings(year, month.year)]
        on_invoices = [*_on_invoices(mine, there, every), *_without_line(every, year, month.year)]
        gone = tuple(line.name for line in mine if line.entry.payment and line.entry.invoice not in every)
        found = (*in_book, *heard.discrepancies, *on_invoices)
        return Controlled(len(mine), heard.asked, found, heard.silent, heard.forgotten, gone)

    def _ask(self, year: Iterable[BookLine], idops: Collection[str]) -> Controlled:
        """What the treasury says now of these operations."""
        lines: dict[str, list[BookLine]] = {}
        for line in year:
            lines.setdefault(line.entry.idop, []).append(line)
        found: list[Discrepancy] = []
        silent: list[str] = []
        forgotten: list[str] = []
        in_a_row = 0
        for idop in idops:
            first = lines[idop][0]
            try:
                answer = self.treasury.result_of(idop) if in_a_row < MOST_SILENT else None
            except (NotYetKnown, UnknownOperation):
                if self.clock.now() - first.at > RESULT_TOLD_FOR:
                    forgotten.append(first.name)
                else:
                    found.append(Discrepancy(Flaw.NO_RESULT, first.name, first.entry.invoice))
                in_a_row = 0
                continue
            except Unavailable:
                answer = None
            in_a_row = 0 if answer else in_a_row + 1
            if answer:
                found += _asked_again(lines[idop], answer)
            else:
                silent.append(first.name)
        return Controlled(0, len(idops), tuple(found), tuple(silent), tuple(forgotten))

    def _chain(self, year: Iterable[BookLine], exercice: int) -> Iterator[Discrepancy]:
        head = BookHead(exercice)
        for line in year:
            for broken in broken_links([line], head):
                yield Discrepancy(Flaw.CHAIN, broken.name, broken.entry.invoice)
            head = BookHead(exercice, line.number, line.hash, line.at)
        kept = self.book.head(exercice)
        if (head.number, head.hash) != (kept.number, kept.hash):
            facts = _differing(numero=(head.number, kept.number), empreinte=(head.hash, kept.hash))
            yield Discrepancy(Flaw.END, f"{exercice}-{head.number:06}", facts=facts)

    def _closings(self, year: Iterable[BookLine], exercice: int) -> Iterator[Discrepancy]:
        for closing in self.book.closings():
            if closing.month.year == exercice:
                facts = _closed_otherwise(closing, [line for line in year if line.month <= closing.month])
                if facts:
                    yield Discrepancy(Flaw.CLOSING, f"{closing.month:%Y-%m}", facts=facts)

    def _payments(self, mine: Iterable[BookLine]) -> tuple[Mapping[Placed, Payment], Mapping[InvoiceNumber, Lines]]:
        """The payments that these lines name, and of every invoice the lines that its payments name."""
        wanted = {(line.entry.invoice, line.entry.payment) for line in mine}
        there: dict[Placed, Payment] = {}
        every: dict[InvoiceNumber, Lines] = {}
        for invoice in self.invoices():
            every[invoice.number] = tuple((one.id, one.line) for one in invoice.payments)
            places = {(invoice.number, one.id): one for one in invoice.payments}
            there |= {place: one for place, one in places.items() if place in wanted}
        return there, every


def _on_invoices(
    mine: Iterable[BookLine], there: Mapping[Placed, Payment], every: Collection[InvoiceNumber]
) -> Iterator[Discrepancy]:
    """Lines whose payment is not on its invoice as they say."""
    for line in mine:
        entry = line.entry
        if not entry.payment or entry.invoice not in every:
            continue
        payment = there.get((entry.invoice, entry.payment))
        if payment is None:
            yield Discrepancy(Flaw.NO_PAYMENT, line.name, entry.invoice)
        elif facts := _differing(numero=(line.name, payment.line), montant=(entry.amount, payment.amount)):
            yield Discrepancy(Flaw.PAYMENT, line.name, entry.invoice, facts)


def _without_line(
    every: Mapping[InvoiceNumber, Lines], year: Iterable[BookLine], exercice: int
) -> Iterator[Discrepancy]:
    """Payments that no line of the year tells: those that name a line of it which is not there, or no line at all."""
    names = {line.name for line in year}
    for invoice, payments in every.items():
        for payment, line in payments:
            if line not in names and (not line or line.startswith(f"{exercice}-")):
                yield Discrepancy(Flaw.NO_LINE, payment, invoice)


def _asked_again(lines: list[BookLine], answer: BankAnswer) -> Iterator[Discrepancy]:
    """What the treasury says otherwise of one operation. Its money may be in several lines: first to classify, then the
    payments that explain it. It never tells that a debit bounced: that line has no instant of the treasury's."""
    taken = [line for line in lines if line.entry.kind in TAKEN]
    whole = bool(taken) and taken[0].entry.amount > 0
    total = sum(line.entry.amount for line in taken)
    for number, line in enumerate(lines):
        entry = line.entry
        facts = _differing(
            resultat=(entry.letter, answer.letter if entry.letter else ""),
            montant=(total, answer.amount) if whole and not number else (0, 0),
            reference=(entry.transmitted, answer.reference),
            client=(entry.client_number, answer.client_number),
            saisie=(entry.saisie, answer.saisie),
            date_banque=(entry.bank_at, answer.paid_at if entry.kind in TAKEN and entry.bank_at else entry.bank_at),
            autorisation=(entry.authorisation, answer.authorisation),
        )
        if facts:
            yield Discrepancy(Flaw.TREASURY, line.name, entry.invoice, facts)


def _closed_otherwise(closing: Closing, until: list[BookLine]) -> tuple[Differing, ...]:
    last = until[-1] if until else None
    ours = Cents(sum(one.entry.amount for one in until if one.month == closing.month and one.entry.kind in MONEY))
    return _differing(
        numero=(last.number if last else 0, closing.last),
        empreinte=(last.hash if last else "", closing.hash),
        montant=(ours, closing.total),
    )


def _differing(**facts: tuple[object, object]) -> tuple[Differing, ...]:
    return tuple(Differing(name, ours, theirs) for name, (ours, theirs) in facts.items() if ours != theirs)


def _months(year: int) -> Iterator[date]:
    return (date(year, month, 1) for month in range(1, 13))
