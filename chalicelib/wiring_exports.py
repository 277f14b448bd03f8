"""``wiring`` of what leaves the portal: a module of its own, because no page needs its classes."""

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.export_shelf import S3Shelf, documents_client
from chalicelib.exports.billing import ExportBilling
from chalicelib.exports.changes import ExportChanges
from chalicelib.exports.run import BILLING, CHANGES, PAYMENTS, Export, PaymentFiles, billing_files, change_files
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.billing_book import DynamoBillingBook
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.cursors import DynamoCursorStore
from chalicelib.storage.town import DynamoTownStore
from chalicelib.wiring import bookings_of, database_of, directory_of

CLOSED_MONTHS = "facturation/"
"""Folder of the bucket with the closed months."""


def build_exports(settings: Settings) -> Export:
    """Every kind of file that leaves, by its name."""
    database, clock = database_of(settings), clock_for(settings.demo_now)
    town, feed = DynamoTownStore(database), DynamoChangeFeed(database)
    client = documents_client(region=settings.region, endpoint=settings.endpoint)
    changes = ExportChanges(feed=feed, cursors=DynamoCursorStore(database), town=town, clock=clock)
    billing = ExportBilling(
        town=town,
        bookings=bookings_of(settings),
        feed=feed,
        directory=directory_of(settings),
        book=DynamoBillingBook(database),
        archive=S3Shelf(client, settings.bucket, CLOSED_MONTHS),
        clock=clock,
    )
    return Export(
        {
            PAYMENTS: PaymentFiles(attempts=DynamoAttemptStore(database), clock=clock),
            CHANGES: change_files(changes),
            BILLING: billing_files(billing, clock),
        }
    )
