"""``wiring`` of the import of a town's files: no page needs its classes."""

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.money_desk import money_desk
from chalicelib.services.recording import RecordPayments
from chalicelib.services.telling import acting
from chalicelib.settings import Settings
from chalicelib.storage.acts import DynamoTownActs
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
            record=RecordPayments(invoices=ports.invoices, book=ports.book, clock=ports.clock),
            clock=ports.clock,
            book=ports.book,
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
        money=money_desk(
            book=ports.book,
            attempts=ports.attempts,
            invoices=ports.invoices,
            addresses=ConcernedAddresses(families=ports.families, notices=ports.notices, outbox=ports.outbox),
            clock=ports.clock,
        ),
        clock=ports.clock,
        pepper=settings.pepper,
    )
