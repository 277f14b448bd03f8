"""``wiring`` of what leaves the portal: no page needs its classes."""

from chalicelib.adapters.aws import documents_client
from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.export_shelf import S3Shelf
from chalicelib.adapters.logs import report
from chalicelib.adapters.slip_pdf import SlipPdf
from chalicelib.exports.attendance import ExportAttendance
from chalicelib.exports.billing import ExportBilling
from chalicelib.exports.changes import ExportChanges
from chalicelib.exports.closing import OpenAttempts
from chalicelib.exports.daily import AttendanceFiles, OrderFiles, no_paper
from chalicelib.exports.nightly import WriteExports
from chalicelib.exports.regie import RegieFiles
from chalicelib.exports.run import (
    BILLING,
    CHANGES,
    LISTS,
    ORDERS,
    PAYMENTS,
    REGIE,
    Export,
    PaymentFiles,
    billing_files,
    change_files,
)
from chalicelib.rules.payments import WEB_SERVICE
from chalicelib.services.attendance_ports import AttendanceRenderer
from chalicelib.services.controlling import ControlBook
from chalicelib.services.ordering import MakeOrder
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.billing_book import DynamoBillingBook
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.change_feed import DynamoChangeFeed
from chalicelib.storage.cursors import DynamoCursorStore
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.storage.town import DynamoTownStore
from chalicelib.web.links import SignedLinks
from chalicelib.wiring import bookings_of, database_of, directory_of, providers_of

CLOSED_MONTHS, CLOSED_BOOKS, OF_THE_NIGHT = "facturation/", "regie/", "exports/"
"""Folders of the bucket: the closed months of billing and of the régie, and the files of each night, which expire."""


def build_exports(settings: Settings) -> Export:
    """Every kind of file that leaves the portal, by its name."""
    from chalicelib.adapters.attendance_pdf import AttendancePdf  # noqa: PLC0415 - its fonts are not in every zip

    return _exports(settings, AttendancePdf())


def build_nightly(settings: Settings) -> WriteExports:
    """The same files, each night into the bucket. The function's zip has no fonts: its lists are for a spreadsheet."""
    client = documents_client(region=settings.region, endpoint=settings.endpoint)
    return WriteExports(
        exports=_exports(settings, no_paper),
        shelf_of=lambda folder: S3Shelf(client, settings.bucket, f"{OF_THE_NIGHT}{folder}"),
        clock=clock_for(settings.demo_now),
        report=report,
    )


def build_open_attempts(settings: Settings) -> OpenAttempts:
    """What finds the payments of a month that are still open."""
    return OpenAttempts(DynamoAttemptStore(database_of(settings)), clock_for(settings.demo_now))


def build_control(settings: Settings) -> ControlBook:
    """The audit of the régie's journal."""
    database = database_of(settings)
    families, invoices = DynamoIntakeStore(database), DynamoInvoiceStore(database)
    return ControlBook(
        book=DynamoBook(database),
        treasury=providers_of(settings, SignedLinks(settings))[WEB_SERVICE],
        invoices=lambda: (invoice for family in families.all_families() for invoice in invoices.of(family.id)),
        clock=clock_for(settings.demo_now),
    )


def build_orders(settings: Settings) -> MakeOrder:
    """What makes an order of the kitchen, for the job and for whoever asks for one by hand."""
    orders = DynamoOrderStore(database_of(settings))
    return MakeOrder(bookings=bookings_of(settings), directory=directory_of(settings), orders=orders)


def _exports(settings: Settings, render: AttendanceRenderer) -> Export:
    clock, database = clock_for(settings.demo_now), database_of(settings)
    town, feed, directory = DynamoTownStore(database), DynamoChangeFeed(database), directory_of(settings)
    bookings, client = bookings_of(settings), documents_client(region=settings.region, endpoint=settings.endpoint)
    attendance = ExportAttendance(bookings=bookings, directory=directory, town=town, render=render)
    billing = ExportBilling(
        town=town,
        bookings=bookings,
        feed=feed,
        directory=directory,
        book=DynamoBillingBook(database),
        archive=S3Shelf(client, settings.bucket, CLOSED_MONTHS),
        clock=clock,
    )
    book, invoices = DynamoBook(database), DynamoInvoiceStore(database)
    regie = RegieFiles(
        book=book,
        invoices=invoices,
        still_open=build_open_attempts(settings),
        archive=S3Shelf(client, settings.bucket, CLOSED_BOOKS),
        render=SlipPdf(),
        town=town,
        clock=clock,
    )
    changes = ExportChanges(feed=feed, cursors=DynamoCursorStore(database), town=town, clock=clock)
    return Export(
        {
            LISTS: AttendanceFiles(export=attendance, town=town, clock=clock),
            ORDERS: OrderFiles(make=build_orders(settings), town=town, clock=clock),
            PAYMENTS: PaymentFiles(book=book, invoices=invoices, families=DynamoFamilyStore(database), clock=clock),
            CHANGES: change_files(changes),
            BILLING: billing_files(billing, clock),
            REGIE: regie,
        }
    )
