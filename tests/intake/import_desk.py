"""One process of an operator's that imports a folder, over the stores of moto, and ends."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from chalicelib.adapters.directory_store import S3DirectoryStore
from chalicelib.adapters.pdf_store import S3PdfStore
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.rules.families import Family
from chalicelib.rules.invoices import Invoice, InvoiceLine
from chalicelib.rules.town import Town
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.money_desk import money_desk
from chalicelib.services.ports import Clock
from chalicelib.services.recording import RecordPayments
from chalicelib.services.recounting import CountPlaces
from chalicelib.services.telling import acting
from chalicelib.settings import Settings
from chalicelib.storage.acts import DynamoTownActs
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from tests.clock import FixedClock, paris
from tests.faults import NextProcess
from tests.stand_in import REGION, database_for, kept_by_moto, seeded, settings_for

PEPPER = "pepper"
PDFS = S3PdfStore(region=REGION, bucket=settings_for().bucket)
DIRECTORY = S3DirectoryStore(region=REGION, bucket=settings_for().bucket)
"""Shared by every run: making a client takes longer than using it."""


class PlainPaper:
    """An ``InvoiceRenderer`` whose speed is not what is tried here."""

    def render(
        self,
        invoice: Invoice,
        lines: Sequence[InvoiceLine],
        family: Family,
        _town: Town,
        _credit_notes: Sequence[Invoice] = (),
    ) -> bytes:
        return f"%PDF- {invoice.number} {family.payer} {lines} %%EOF".encode()


def an_importer(settings: Settings, store: DynamoIntakeStore, clock: Clock) -> Importer:
    database = database_for(settings)
    book, attempts, invoices = DynamoBook(database), DynamoAttemptStore(database), DynamoInvoiceStore(database)
    record = RecordPayments(invoices=invoices, book=book, clock=clock)
    return Importer(
        directory=DIRECTORY,
        money=money_desk(
            book=book,
            attempts=attempts,
            invoices=invoices,
            addresses=ConcernedAddresses(
                families=store.finder, notices=DynamoNoticeStore(database), outbox=DynamoOutbox(database, PEPPER)
            ),
            clock=clock,
        ),
        store=store,
        plannings=store.plannings,
        invoice_import=InvoiceImport(
            invoices,
            PDFS,
            PlainPaper(),
            DynamoFamilyStore(database),
            attempts=attempts,
            record=record,
            clock=clock,
            book=book,
        ),
        notices=DynamoNoticeStore(database),
        acting=acting(
            acts=DynamoTownActs(database),
            plannings=store.plannings,
            families=store.finder,
            notices=DynamoNoticeStore(database),
            outbox=DynamoOutbox(database, PEPPER),
        ),
        clock=clock,
        pepper=PEPPER,
        workers=1,
        places=CountPlaces(plannings=store.plannings, families=store.finder, pause=no_pause),
    )


def no_pause(_seconds: float) -> None:
    """Nobody else is there to wait for."""


@dataclass
class Desk:
    """One process that imports ``folder`` at ``now``, and ends."""

    settings: Settings
    folder: Path
    now: str

    def __post_init__(self) -> None:
        self.store = DynamoIntakeStore(database_for(self.settings))
        self.run = an_importer(self.settings, self.store, FixedClock(paris(self.now)))

    def again(self) -> "Desk":
        return Desk(self.settings, self.folder, self.now)

    def load(self) -> None:
        self.run(self.folder, Silence())

    def load_and_again_tomorrow(self) -> None:
        """A place that was reserved for a booking that never came is free again after the night."""
        self.load()
        self.run.places(self.store.town.current(), self.run.clock.now())
        self.load()


def loaded(
    folder: Path, now: str, first: Callable[[Path], object], then: Callable[[Desk], object]
) -> Callable[[], AbstractContextManager[Desk]]:
    """Blocks of a desk that has imported what ``first`` wrote in ``folder``, and not yet what ``then`` wrote."""

    def seed(settings: Settings) -> None:
        first(folder)
        desk = Desk(settings, folder, now)
        desk.load()
        then(desk)

    town = seeded(seed)

    @contextmanager
    def fresh() -> Iterator[Desk]:
        with town() as settings:
            yield Desk(settings, folder, now)

    return fresh


RUN_AGAIN = NextProcess(of=Desk.again, kept=kept_by_moto)
