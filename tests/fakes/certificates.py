"""Tax certificates in memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.services.mail_ports import Mail
from tests.fakes.families import MemoryFamilies
from tests.fakes.instants import aware
from tests.fakes.invoices import MemoryInvoices


class MemoryCertificates:
    """``CertificateStore``."""

    def __init__(self, families: MemoryFamilies, invoices: MemoryInvoices) -> None:
        self.of = families
        self.invoices = invoices
        self.looked: date | None = None

    def families(self) -> Iterator[Family]:
        return iter(tuple(self.of.families.values()))

    def lines(self, family: FamilyId, numbers: Iterable[InvoiceNumber]) -> dict[InvoiceNumber, tuple[InvoiceLine, ...]]:
        return {number: lines for number in numbers if (lines := self.invoices.lines(family, number))}

    def put(self, family: FamilyId, made: MadeCertificate, mails: Sequence[Mail]) -> None:
        aware(made.made_at)
        found = self.of.families[family]
        there = found.certificate(made.year)
        if there == made:
            return
        if made.version != (there.version if there else 0) + 1:
            raise StaleWrite("certificates.put")
        others = [one for one in found.certificates if one.year != made.year]
        kept = tuple(sorted([*others, made], key=lambda one: -one.year))
        self.of.families[family] = replace(found, certificates=kept)
        self.invoices.outbox.bring(mails)

    def looked_on(self) -> date | None:
        return self.looked

    def note_look(self, day: date) -> None:
        self.looked = day


class MemoryCertificateFiles:
    """``CertificateFiles``; ``down`` makes it refuse."""

    def __init__(self) -> None:
        self.pdfs: dict[tuple[FamilyId, int], bytes] = {}
        self.down = False

    def put(self, family: FamilyId, year: int, pdf: bytes) -> None:
        self._answer()
        self.pdfs[family, year] = pdf

    def exists(self, family: FamilyId, year: int) -> bool:
        self._answer()
        return (family, year) in self.pdfs

    def link(self, family: FamilyId, year: int) -> str:
        self._answer()
        return f"https://documents.example/attestations/{family}/{year}.pdf?signed"

    def _answer(self) -> None:
        if self.down:
            raise Unavailable("certificates")
