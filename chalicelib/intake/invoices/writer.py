"""The staged invoices -> the portal. All are compared first; then each PDF is written before its invoice, and the
invoice before its payments.

When something fails in between, the next import finds what is missing and does it.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.intake.invoices.complete import CompleteList, MoneyBeside
from chalicelib.intake.invoices.decisions import (
    FamilyInvoices,
    InFiles,
    InvoiceChange,
    InvoicePlan,
    OnPortal,
    PdfSource,
    plan_of,
    wrong_with,
)
from chalicelib.intake.invoices.event_lines import InvoiceEvents
from chalicelib.intake.invoices.kept import credit_waits
from chalicelib.intake.invoices.lists import INVOICES
from chalicelib.intake.invoices.money_rows import PAYMENTS
from chalicelib.intake.invoices.notes import wrong_notes_of
from chalicelib.intake.invoices.pdf_files import read_pdf, tag_of
from chalicelib.intake.invoices.putting import InvoiceImport, PutInvoice, payments_of
from chalicelib.intake.invoices.staged import (
    by_family,
    credit_notes,
    found_elsewhere,
    in_files_of,
    not_listed,
    note_as_should_be,
)
from chalicelib.intake.invoices.words import InvoiceRemarks
from chalicelib.intake.pool import chunked, in_order
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.rules.crediting import NoteFault, credit_left
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Family
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.book_ports import PaymentOn
from chalicelib.services.cancelling import NotCancellable
from chalicelib.services.crediting import GiveCredit
from chalicelib.services.invoice_ports import AskedInvoice
from chalicelib.services.invoicing import UnderWay, live_attempts

Made = TypeVar("Made")
CHUNK = 25
"""Invoices that are read together: a new one is four items, and a call reads a hundred."""
LATE_PAYMENT = "un règlement est arrivé pendant l'import ; attendu : une facture sans règlement, ou la même"


@dataclass
class ComparedInvoices:
    """What the comparison of one family's invoices found."""

    wrong: list[tuple[FileLine, str]] = field(default_factory=list)
    as_should_be: list[InvoiceNumber] = field(default_factory=list)
    plans: list[InvoicePlan] = field(default_factory=list)
    """What is left to do."""
    payments: int = 0
    """Payments of the lists that the portal has, on invoices that are already as they should be."""
    told: InvoiceRemarks = field(default_factory=InvoiceRemarks)
    money: MoneyBeside = field(default_factory=MoneyBeside)


@dataclass
class WrittenInvoices:
    """What became of one family's invoices."""

    plans: list[InvoicePlan] = field(default_factory=list)
    known_payments: int = 0
    told: InvoiceRemarks = field(default_factory=InvoiceRemarks)


class InvoiceWriter:
    """``compare`` comes first: nothing may be written if it finds a fault. ``workers`` threads work on different
    families."""

    def __init__(
        self,
        *,
        ports: InvoiceImport,
        town: Town,
        folder: Path,
        lists: sqlite3.Connection,
        report: IntakeReport,
        workers: int,
        complete: CompleteList | None = None,
    ) -> None:
        self.complete = complete
        self.ports = ports
        self.town = town
        self.folder = folder
        self.lists = lists
        self.report = report
        self.workers = workers
        self.put = PutInvoice(ports=ports, town=town, folder=folder)
        self.give = GiveCredit(book=ports.book, invoices=ports.invoices, attempts=ports.attempts, clock=ports.clock)
        self.used_up: set[InvoiceNumber] = set()
        """Credit notes of the list that have nothing left to give: nobody asks for them again."""
        self.coming = InvoiceEvents()
        """What ``compare`` found that ``write`` will do."""

    def compare(self, faults: Faults) -> Iterator[int]:
        """Add to ``faults`` why the files cannot be followed; yields how many families were compared."""
        for numbers in chunked(not_listed(self.lists), CHUNK):
            found = self.ports.invoices.several([AskedInvoice(number) for number in numbers])
            for number in numbers:
                known = found[number].invoice
                if known:
                    found_elsewhere(self.lists, number, known.family)
                for where, text in () if known else wrong_with(in_files_of(self.lists, number), OnPortal()):
                    faults.add(where, text)
        for families, compared in self._each(self._compare, by_family(self.lists)):
            for where, text in compared.wrong:
                faults.add(where, text)
            note_as_should_be(self.lists, compared.as_should_be)
            self.report.invoices.unchanged += len(compared.as_should_be)
            self.report.payments.unchanged += compared.payments
            compared.told.add_to(self.report)
            for plan in compared.plans:
                self.coming.of(plan)
            self.report.before_list += compared.money.stage(self.lists, paris_day(self.ports.clock.now()))
            yield families

    def write(self) -> Iterator[int]:
        """Write what ``compare`` left to do; yields how many families were done. Raises Unavailable."""
        for families, written in self._each(self._write, by_family(self.lists, left=True)):
            for plan in written.plans:
                self._count(plan)
            self.report.payments.unchanged += written.known_payments
            written.told.add_to(self.report)
            yield families

    def give_credit(self) -> Iterator[int]:
        """Let each credit note of the list give what the invoice that it corrects still owes; yields 1 for each. The
        payments of the lists come before. Raises Unavailable."""
        for number, line, payer in credit_notes(self.lists):
            try:
                if number not in self.used_up and (given := self.give.at_once(number, payer)):
                    self.report.events.gave(number, given)
            except UnderWay as under_way:
                self.report.not_put.append(NotTaken(FileLine(INVOICES, line), credit_waits(number, under_way.attempt)))
            yield 1

    def _count(self, plan: InvoicePlan) -> None:
        self.report.events.of(plan)
        tally = self.report.invoices
        tally.added += plan.change is InvoiceChange.ADDED
        tally.changed += plan.change is InvoiceChange.CHANGED
        tally.unchanged += plan.change is InvoiceChange.UNCHANGED
        self.report.pdfs_made += plan.pdf is PdfSource.MADE
        self.report.pdfs_given += plan.pdf is PdfSource.GIVEN
        self.report.payments.added += len(plan.to_record)
        self.report.dated += ((FileLine(PAYMENTS, one.line), one.payment.paid_on) for one in plan.to_record)

    def _each(
        self, make: Callable[[Sequence[FamilyInvoices]], Made], given: Iterable[FamilyInvoices]
    ) -> Iterator[tuple[int, Made]]:
        """``make`` of some families at a time, with their number."""
        with ThreadPoolExecutor(self.workers) as pool:
            yield from in_order(pool, self.workers, lambda some: (len(some), make(some)), _some(given))

    def _compare(self, families: Sequence[FamilyInvoices]) -> ComparedInvoices:
        compared = ComparedInvoices()
        for _, in_files, on_portal in self._beside_portal(families):
            wrong = list(wrong_with(in_files, on_portal))
            compared.wrong += wrong
            if wrong:
                continue
            plan = self._plan(in_files, on_portal)
            compared.money.of(self.complete, in_files, plan, on_portal.invoice)
            if plan.leaves_nothing_to_do:
                compared.as_should_be.append(in_files.number)
                compared.payments += len(plan.payments.known)
                compared.told.of(in_files, plan)
            else:
                compared.plans.append(plan)
        return compared

    def _write(self, families: Sequence[FamilyInvoices]) -> WrittenInvoices:
        written, to_record = WrittenInvoices(), list[PaymentOn]()
        for family, in_files, on_portal in self._beside_portal(families):
            plan = self._plan(in_files, on_portal)
            try:
                invoice = self.put(plan, family, in_files)
            except (StaleWrite, UnderWay, NotCancellable):
                written.told.not_put.append(NotTaken(in_files.where, f"facture « {in_files.number} » : {LATE_PAYMENT}"))
                continue
            if not plan.cancel:
                to_record += payments_of(plan, invoice)
            written.plans.append(plan)
            written.known_payments += len(plan.payments.known)
            written.told.of(in_files, plan)
        self.ports.record(to_record)
        return written

    def _beside_portal(self, families: Sequence[FamilyInvoices]) -> Iterator[tuple[Family, InFiles, OnPortal]]:
        """What the portal has of each invoice: a hundred items a call, and one call for attempts to pay them."""
        listed = [(given.family, in_files) for given in families for in_files in given.in_files]
        held = self.ports.invoices.several([_asked(family, in_files) for family, in_files in listed])
        known = (one.invoice for one in held.values() if one.invoice)
        under_way = live_attempts(known, self.ports.attempts, self.ports.clock.now())
        wrong: dict[InvoiceNumber, NoteFault] = {}
        for given in families:
            wrong |= wrong_notes_of(given, held, self.ports.invoices)
        for family, in_files in listed:
            number, one = in_files.number, held[in_files.number]
            if one.invoice and one.invoice.is_credit_note and not credit_left(one.invoice):
                self.used_up.add(number)
            yield (
                family,
                in_files,
                OnPortal(one.invoice, one.lines, one.holder, under_way.get(number), wrong.get(number)),
            )

    def _plan(self, in_files: InFiles, on_portal: OnPortal) -> InvoicePlan:
        """What to do with one invoice; a PDF that the portal already has is kept."""
        plan = plan_of(in_files, on_portal)
        if plan.pdf is not PdfSource.GIVEN or plan.change is not InvoiceChange.UNCHANGED:
            return plan
        invoice = plan.invoice
        if invoice.pdf_bytes != in_files.pdf_bytes or invoice.pdf_tag != tag_of(read_pdf(self.folder, in_files.pdf)):
            return plan
        return replace(plan, pdf=PdfSource.KEPT)


def _asked(family: Family, in_files: InFiles) -> AskedInvoice:
    listed = in_files.invoice
    return AskedInvoice(
        number=in_files.number,
        family=family.id,
        issued_on=listed.issued_on if listed else None,
        reference=listed.reference if listed else "",
    )


def _some(families: Iterable[FamilyInvoices]) -> Iterator[list[FamilyInvoices]]:
    """Families whose invoices are read together."""
    some: list[FamilyInvoices] = []
    for family in families:
        some.append(family)
        if sum(len(one.in_files) for one in some) >= CHUNK:
            yield some
            some = []
    if some:
        yield some
