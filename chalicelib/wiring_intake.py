"""``wiring`` of the import of a town's files: no page needs its classes."""

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.writer import InvoiceImport
from chalicelib.services.recording import RecordPayments
from chalicelib.services.reversing import ReversePayment
from chalicelib.services.telling import acting
from chalicelib.settings import Settings
from chalicelib.storage.acts import DynamoTownActs
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Guard
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.wiring import count_of, database_of, directory_of, freely, ports_on_aws


def build_intake(settings: Settings, guard: Guard = freely) -> Importer:
    """The import of a town's files, which asks ``guard`` before each write."""
    ports = ports_on_aws(settings, guard)
    return Importer(
        store=DynamoIntakeStore(database_of(settings, guard)),
        plannings=ports.plannings,
        places=count_of(settings, guard),
        invoice_import=InvoiceImport(
            invoices=ports.invoices,
            pdfs=ports.pdfs,
            renderer=InvoicePdf(f"{settings.origin}{settings.base_path}"),
            families=ports.families,
            attempts=ports.attempts,
            record=RecordPayments(invoices=ports.invoices, attempts=ports.attempts, book=ports.book, clock=ports.clock),
            clock=ports.clock,
            book=DynamoBook(database_of(settings, guard)),
        ),
        notices=ports.notices,
        directory=directory_of(settings),
        acting=acting(
            acts=DynamoTownActs(database_of(settings)),
            plannings=ports.plannings,
            families=ports.families,
            notices=ports.notices,
            outbox=ports.outbox,
        ),
        reverse=ReversePayment(
            attempts=ports.attempts, invoices=ports.invoices, book=ports.book, clock=ports.clock, report=_unheard
        ),
        clock=ports.clock,
        pepper=settings.pepper,
    )


def _unheard(event: str, **facts: object) -> None:
    """Writes nothing: the import tells the clerk itself, who reads no log."""
