"""``wiring`` of what leaves the portal: a module of its own, because no page needs its classes."""

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.export_shelf import S3Shelf, documents_client
from chalicelib.adapters.logs import report
from chalicelib.exports.attendance import ExportAttendance
from chalicelib.exports.billing import ExportBilling
from chalicelib.exports.changes import ExportChanges
from chalicelib.exports.daily import AttendanceFiles, OrderFiles
from chalicelib.exports.nightly import WriteExports
from chalicelib.exports.run import (
    BILLING,
    CHANGES,
    LISTS,
    ORDERS,
    PAYMENTS,
    Export,
    PaymentFiles,
    billing_files,
    change_files,
)
from chalicelib.services.ordering import MakeOrder
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.billing_book import DynamoBillingBook
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.cursors import DynamoCursorStore
from chalicelib.storage.database import Database
from chalicelib.storage.town import DynamoTownStore

CLOSED_MONTHS, OF_THE_NIGHT = "facturation/", "exports/"
"""Folders of the bucket: the closed months, and the files of each night, which expire."""


def nightly_of(settings: Settings, exports: Export) -> WriteExports:
    """The same files, each night into the bucket."""
    client = documents_client(region=settings.region, endpoint=settings.endpoint)
    return WriteExports(
        exports=exports,
        shelf_of=lambda folder: S3Shelf(client, settings.bucket, f"{OF_THE_NIGHT}{folder}"),
        clock=clock_for(settings.demo_now),
        report=report,
    )


def exports_of(
    settings: Settings, database: Database, *, attendance: ExportAttendance, make_order: MakeOrder
) -> Export:
    """Every kind of file that leaves, by its name."""
    clock = clock_for(settings.demo_now)
    town, feed = DynamoTownStore(database), DynamoChangeFeed(database)
    client = documents_client(region=settings.region, endpoint=settings.endpoint)
    changes = ExportChanges(feed=feed, cursors=DynamoCursorStore(database), town=town, clock=clock)
    billing = ExportBilling(
        town=town,
        bookings=attendance.bookings,
        feed=feed,
        directory=attendance.directory,
        book=DynamoBillingBook(database),
        archive=S3Shelf(client, settings.bucket, CLOSED_MONTHS),
        clock=clock,
    )
    return Export(
        {
            LISTS: AttendanceFiles(export=attendance, town=town, clock=clock),
            ORDERS: OrderFiles(make=make_order, town=town, clock=clock),
            PAYMENTS: PaymentFiles(attempts=DynamoAttemptStore(database), clock=clock),
            CHANGES: change_files(changes),
            BILLING: billing_files(billing, clock),
        }
    )
