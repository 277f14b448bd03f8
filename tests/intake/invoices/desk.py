"""An import of invoices over stores in memory, and the right files of one."""

from pathlib import Path

import pytest

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.intake.report import IntakeReport
from chalicelib.intake.validating import BadFiles
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.services.recording import RecordPayments
from chalicelib.services.recounting import CountPlaces
from tests.clock import FixedClock, paris
from tests.fakes import (
    MemoryAttempts,
    MemoryBook,
    MemoryDirectory,
    MemoryIntake,
    MemoryInvoices,
    MemoryNotices,
    MemoryOutbox,
    MemoryPdfs,
    memory_acting,
    memory_money,
)
from tests.intake.folder import INVOICES, TOWN, a_folder
from tests.present import present

NOW = paris("lundi 2026-11-23 08:00")
F1, F2 = FamilyId("f-1"), FamilyId("f-2")
NUMBER = InvoiceNumber("2026-026-000335")
PAYING = TOWN.replace("[ecoles]", '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nmoyens = []\n\n[ecoles]')
HEADS = "numero;famille;emise_le;echeance;libelle;regie;total;reference\n"
HEAD = f"{NUMBER};f-1;2026-10-31;30/11/2026;CANTINE OCTOBRE;RÉGIE;1234,50;\n"
LINES = "facture;quoi;enfant;quantite;prix_unitaire;montant\n"
LINE = f"{NUMBER};Repas;James;4;300,00;1200,00\n{NUMBER};Œuf;Aline;2,5;13,80;34,50\n"
PAYMENTS = "facture;payeur;date;montant;moyen\n"
RIGHT = {"town": PAYING, "factures": HEADS + HEAD, "lignes": LINES + LINE}
A_PDF = b"%PDF-1.7\nwhatever\n%%EOF\n"


class Desk:
    """An import over stores in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "town"
        self.store = MemoryIntake()
        self.notices = MemoryNotices()
        self.waited: list[float] = []
        self.invoices, self.pdfs = MemoryInvoices(), MemoryPdfs()
        self.outbox = MemoryOutbox()
        self.attempts = MemoryAttempts(self.invoices, self.outbox)
        self.book = MemoryBook(self.invoices, self.attempts, self.outbox)
        self.clock = FixedClock(NOW)
        invoice_import = InvoiceImport(
            self.invoices,
            self.pdfs,
            InvoicePdf(),
            self.store.families,
            attempts=self.attempts,
            record=RecordPayments(invoices=self.invoices, book=self.book, clock=self.clock),
            clock=self.clock,
            book=self.book,
        )
        self.run = Importer(
            directory=MemoryDirectory(),
            money=memory_money(self.book, self.store.families, self.notices, self.clock),
            store=self.store,
            plannings=self.store.plannings,
            places=CountPlaces(plannings=self.store.plannings, families=self.store.families, pause=self.waited.append),
            invoice_import=invoice_import,
            notices=self.notices,
            acting=memory_acting(self.store, self.notices),
            clock=self.clock,
            pepper="pepper",
            workers=2,
        )

    def load(self, **files: str) -> IntakeReport:
        return self.run(self._folder(files), Silence())

    def preview(self, said: list[str], **files: str) -> None:
        """What an import says before it writes goes to ``said``."""
        self.run(self._folder(files), Silence(), show=lambda seen: said.extend(seen.lines()))

    def _folder(self, files: dict[str, str]) -> Path:
        for name in INVOICES:
            (self.folder / f"{name}.csv").unlink(missing_ok=True)
        return a_folder(self.folder, **{**RIGHT, **files})

    def faults(self, **files: str) -> list[str]:
        with pytest.raises(BadFiles) as bad:
            self.load(**files)
        return [str(fault) for fault in bad.value.faults]

    def holder(self, number: InvoiceNumber = NUMBER) -> Invoice:
        """The invoice that has the number."""
        return present(self.invoices.holder(number))

    def give_pdf(self, name: str, content: bytes) -> None:
        (self.folder / "pdf").mkdir(parents=True, exist_ok=True)
        (self.folder / "pdf" / name).write_bytes(content)


WITH_REFERENCES = "facture;payeur;date;montant;moyen;reference\n"
