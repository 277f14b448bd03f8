"""The staged invoices -> the portal: all compared first, then written, the PDF before its invoice before its payments.

Whatever fails between two of them is made up for by the next import: it finds what is missing and does that.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.intake.invoices.decisions import Change, FamilyInvoices, Listed, Pdf, Step, There, step_of, wrong_with
from chalicelib.intake.invoices.pdf_files import read_pdf
from chalicelib.intake.invoices.staged import by_family, found_elsewhere, listed_of, not_listed, note_as_should_be
from chalicelib.intake.invoices.words import Told
from chalicelib.intake.pool import in_order
from chalicelib.intake.report import IntakeReport, NotTaken
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.town import Town
from chalicelib.services.invoice_ports import InvoiceRenderer, InvoiceStore, PdfStore
from chalicelib.services.invoicing import live_attempts
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock, FamilyStore

Made = TypeVar("Made")
LATE_PAYMENT = "un règlement est arrivé pendant l'import ; attendu : une facture sans règlement, ou la même"


@dataclass(frozen=True)
class InvoiceDesk:
    """What the import of invoices works with."""

    invoices: InvoiceStore
    pdfs: PdfStore
    renderer: InvoiceRenderer
    families: FamilyStore
    attempts: AttemptStore
    clock: Clock


@dataclass
class Compared:
    """What the comparison of one family's invoices found."""

    wrong: list[tuple[FileLine, str]] = field(default_factory=list)
    as_should_be: list[InvoiceNumber] = field(default_factory=list)
    payments: int = 0
    """Payments of the lists that the portal has, on the invoices that are as they should be."""
    told: Told = field(default_factory=Told)


@dataclass
class Written:
    """What became of one family's invoices."""

    steps: list[Step] = field(default_factory=list)
    known_payments: int = 0
    told: Told = field(default_factory=Told)


class InvoiceWriter:
    """``compare`` first: nothing may be written while it finds a fault. ``workers`` threads, of different families."""

    def __init__(
        self,
        *,
        desk: InvoiceDesk,
        town: Town,
        folder: Path,
        lists: sqlite3.Connection,
        report: IntakeReport,
        workers: int,
    ) -> None:
        self.desk = desk
        self.town = town
        self.folder = folder
        self.lists = lists
        self.report = report
        self.workers = workers

    def compare(self, faults: Faults) -> Iterator[int]:
        """Add to ``faults`` why the files cannot be followed; yields 1 for each family."""
        for number in not_listed(self.lists):
            known = self.desk.invoices.holder(number)
            if known:
                found_elsewhere(self.lists, number, known.family)
            for where, text in () if known else wrong_with(listed_of(self.lists, number), There()):
                faults.add(where, text)
        for compared in self._each(self._compare, by_family(self.lists)):
            for where, text in compared.wrong:
                faults.add(where, text)
            note_as_should_be(self.lists, compared.as_should_be)
            self.report.invoices.unchanged += len(compared.as_should_be)
            self.report.payments.unchanged += compared.payments
            compared.told.add_to(self.report)
            yield 1

    def write(self) -> Iterator[int]:
        """Write what ``compare`` left; yields 1 for each family. Raises Unavailable."""
        for written in self._each(self._write, by_family(self.lists, left=True)):
            for step in written.steps:
                self._count(step)
            self.report.payments.unchanged += written.known_payments
            written.told.add_to(self.report)
            yield 1

    def _count(self, step: Step) -> None:
        tally = self.report.invoices
        tally.added += step.change is Change.ADDED
        tally.changed += step.change is Change.CHANGED
        tally.unchanged += step.change is Change.UNCHANGED
        self.report.pdfs_made += step.pdf is Pdf.MADE
        self.report.pdfs_given += step.pdf is Pdf.GIVEN
        self.report.payments.added += len(step.to_record)

    def _each(self, make: Callable[[FamilyInvoices], Made], given: Iterable[FamilyInvoices]) -> Iterator[Made]:
        with ThreadPoolExecutor(self.workers) as pool:
            yield from in_order(pool, self.workers, make, given)

    def _compare(self, given: FamilyInvoices) -> Compared:
        compared = Compared()
        for listed, there in self._there(given):
            wrong = list(wrong_with(listed, there))
            compared.wrong += wrong
            if wrong:
                continue
            step = self._step(listed, there)
            if step.change is Change.UNCHANGED and step.pdf is Pdf.KEPT and not step.to_record:
                compared.as_should_be.append(listed.number)
                compared.payments += len(step.payments.known)
                compared.told.of(listed, step)
        return compared

    def _write(self, given: FamilyInvoices) -> Written:
        written = Written()
        for listed, there in self._there(given):
            step = self._step(listed, there)
            try:
                self._do(step, given.family, listed)
            except StaleWrite:
                written.told.not_put.append(NotTaken(listed.where, f"facture « {listed.number} » : {LATE_PAYMENT}"))
                continue
            written.steps.append(step)
            written.known_payments += len(step.payments.known)
            written.told.of(listed, step)
        return written

    def _there(self, given: FamilyInvoices) -> Iterator[tuple[Listed, There]]:
        """What the portal has of each invoice: one Query for those of the family, more for the new ones."""
        invoices = self.desk.invoices
        own = {invoice.number: invoice for invoice in invoices.of(given.family.id)}
        concerned = [own[listed.number] for listed in given.listed if listed.number in own]
        under_way = live_attempts(concerned, self.desk.attempts, self.desk.clock.now())
        for listed in given.listed:
            known = own.get(listed.number) or invoices.holder(listed.number)
            lines = invoices.lines(known.family, known.number) if known else ()
            reference = listed.invoice.reference if listed.invoice else ""
            asked = reference and not (known and known.reference == reference)
            holder = invoices.holder_of_reference(reference) if asked else None
            yield listed, There(known, lines, holder.number if holder else None, under_way.get(listed.number))

    def _step(self, listed: Listed, there: There) -> Step:
        """What is to be done; a PDF that the portal has already is kept."""
        step = step_of(listed, there)
        if step.pdf is not Pdf.GIVEN or step.change is not Change.UNCHANGED:
            return step
        invoice = step.invoice
        same = invoice.pdf_bytes == listed.pdf_bytes and self.desk.pdfs.holds(
            invoice.family, invoice.number, read_pdf(self.folder, listed.pdf)
        )
        return replace(step, pdf=Pdf.KEPT) if same else step

    def _do(self, step: Step, family: Family, listed: Listed) -> None:
        """Raises StaleWrite when the invoice got a payment meanwhile and would change."""
        invoice, invoices = step.invoice, self.desk.invoices
        if step.pdf is not Pdf.KEPT:
            pdf = self._pdf(step, family, listed)
            self.desk.pdfs.put(invoice.family, invoice.number, pdf)
            invoice = replace(invoice, pdf_bytes=len(pdf))
        if step.change is not Change.UNCHANGED:
            invoices.put(invoice, step.lines)
        elif invoice.pdf_bytes != step.invoice.pdf_bytes:
            invoices.set_pdf(invoice.family, invoice.number, invoice.pdf_bytes)
        for received in step.to_record:
            invoices.record(invoice.family, invoice.number, received.payment)

    def _pdf(self, step: Step, family: Family, listed: Listed) -> bytes:
        if step.pdf is Pdf.GIVEN:
            return read_pdf(self.folder, listed.pdf)
        debtor = family if family.payer else self._family(family.id)
        return self.desk.renderer.render(step.invoice, step.lines, debtor, self.town)

    def _family(self, family: FamilyId) -> Family:
        """A family that only the portal knows: its invoice is named by a payment alone."""
        return self.desk.families.find(family) or Family(family, "", "", 0, ())
