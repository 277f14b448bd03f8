"""The one place that knows every concrete class."""

import secrets
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.logs import report
from chalicelib.adapters.payfip import PayFip
from chalicelib.adapters.payfip_url import PayFipUrl
from chalicelib.adapters.pdf_store import S3PdfStore
from chalicelib.adapters.secret_store import read_secrets
from chalicelib.portal import Portal, Ports, assemble, settling
from chalicelib.rules.payments import BY_URL, WEB_SERVICE
from chalicelib.services.payment_ports import PaymentProvider
from chalicelib.services.ports import Clock
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.database import Database, Guard
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.throttle import DynamoThrottleStore
from chalicelib.storage.town import DynamoTownStore
from chalicelib.values import Value
from chalicelib.web.links import SignedLinks

if TYPE_CHECKING:
    from chalicelib.adapters.directory_store import S3DirectoryStore
    from chalicelib.adapters.mailer import SesMailSender
    from chalicelib.exports.attendance import ExportAttendance
    from chalicelib.exports.nightly import WriteExports
    from chalicelib.exports.run import Export
    from chalicelib.intake.importing import Importer
    from chalicelib.intake.people.made_codes import MakeCodes
    from chalicelib.services.bounces import NoteSesEvent
    from chalicelib.services.day_bookings import BookingsAsOf
    from chalicelib.services.notifying import NotifyInvoices
    from chalicelib.services.ordering import MakeOrder, SendOrders
    from chalicelib.services.personal_data import PersonalData
    from chalicelib.services.reconciling import Reconcile
    from chalicelib.services.recounting import CountPlaces, RecountPlaces
    from chalicelib.services.sending import SendOutbox
    from chalicelib.storage.lease import DynamoLeaseStore


class Jobs(Value):
    """What runs by itself, ready to call."""

    notify_invoices: "NotifyInvoices"
    send_outbox: "SendOutbox"
    send_orders: "SendOrders"
    note_ses_event: "NoteSesEvent"
    reconcile_payments: "Reconcile"
    recount_places: "RecountPlaces"
    write_exports: "WriteExports"


def _freely() -> None:
    """Forbids no write."""


def database_of(settings: Settings, guard: Guard = _freely) -> Database:
    return Database(region=settings.region, prefix=settings.tables, endpoint=settings.endpoint, guard=guard)


def providers_of(settings: Settings, links: SignedLinks) -> Mapping[str, PaymentProvider]:
    """The treasury, by each contract that a town may have with it, or had when a payment was opened."""
    test = settings.local or settings.payfip_test
    return {
        WEB_SERVICE: PayFip(settings.payfip, test=test),
        BY_URL: PayFipUrl(settings.payfip, links.returned, test=test),
    }


def settings_of(environ: Mapping[str, str]) -> Settings:
    """The settings of a process: from its environment, and from the secrets that a deployed stage keeps elsewhere.

    Raises MissingSetting, Unavailable.
    """
    kept = environ.get("PORTAL_SECRETS", "")
    if not kept:
        return Settings.from_environ(environ)
    found = read_secrets(kept, region=environ["AWS_REGION"], endpoint=environ.get("PORTAL_AWS_ENDPOINT", ""))
    return Settings.from_environ(
        {
            **environ,
            "PORTAL_SESSION_SECRET": found.get("session-secret", ""),
            "PORTAL_PEPPER": found.get("pepper", ""),
        }
    )


def ports_on_aws(settings: Settings, guard: Guard = _freely) -> Ports:
    """The portal on AWS, or on its stand-in when the settings name one. ``guard`` is called before each write."""
    database, links, clock = database_of(settings, guard), SignedLinks(settings), clock_for(settings.demo_now)
    return Ports(
        settings=settings,
        clock=clock,
        report=report,
        town=DynamoTownStore(database),
        families=DynamoFamilyStore(database),
        logins=DynamoLoginStore(database),
        throttle=DynamoThrottleStore(database),
        plannings=DynamoPlanningStore(database, clock),
        invoices=DynamoInvoiceStore(database),
        pdfs=S3PdfStore(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint, guard=guard),
        notices=DynamoNoticeStore(database),
        outbox=DynamoOutbox(database, settings.pepper),
        links=links,
        attempts=DynamoAttemptStore(database),
        providers=providers_of(settings, links),
        payment_links=links,
        orders=DynamoOrderStore(database),
    )


def build_portal(settings: Settings) -> Portal:
    return assemble(ports_on_aws(settings))


def build_lease(settings: Settings) -> "DynamoLeaseStore":
    from chalicelib.storage.lease import DynamoLeaseStore  # noqa: PLC0415

    return DynamoLeaseStore(database_of(settings))


def build_intake(settings: Settings, guard: Guard = _freely) -> "Importer":
    """The import of a town's files, which asks ``guard`` before each write. Only this function loads its modules: no
    page needs them."""
    from chalicelib.adapters.invoice_pdf import InvoicePdf  # noqa: PLC0415
    from chalicelib.intake.importing import Importer  # noqa: PLC0415
    from chalicelib.intake.invoices.writer import InvoiceImport  # noqa: PLC0415
    from chalicelib.services.reversing import ReversePayment  # noqa: PLC0415
    from chalicelib.services.telling import acting  # noqa: PLC0415
    from chalicelib.storage.acts import DynamoTownActs  # noqa: PLC0415
    from chalicelib.storage.intake import DynamoIntakeStore  # noqa: PLC0415

    ports = ports_on_aws(settings, guard)
    return Importer(
        store=DynamoIntakeStore(database_of(settings, guard)),
        plannings=ports.plannings,
        places=_count_of(settings, guard),
        invoice_import=InvoiceImport(
            invoices=ports.invoices,
            pdfs=ports.pdfs,
            renderer=InvoicePdf(f"{settings.origin}{settings.base_path}"),
            families=ports.families,
            attempts=ports.attempts,
            clock=ports.clock,
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
        reverse=ReversePayment(attempts=ports.attempts, invoices=ports.invoices, clock=ports.clock, report=_unheard),
        clock=ports.clock,
        pepper=settings.pepper,
    )


def bookings_of(settings: Settings) -> "BookingsAsOf":
    """The bookings of a day as of an instant: what lists, orders and bills are made from."""
    from chalicelib.services.day_bookings import BookingsAsOf  # noqa: PLC0415
    from chalicelib.storage.change_feed import DynamoChangeFeed  # noqa: PLC0415

    database, clock = database_of(settings), clock_for(settings.demo_now)
    return BookingsAsOf(
        plannings=DynamoPlanningStore(database, clock),
        feed=DynamoChangeFeed(database),
        clock=clock,
        pause=time.sleep,
    )


def build_attendance(settings: Settings) -> "ExportAttendance":
    """The attendance lists of a day. Only this function loads their modules."""
    from chalicelib.adapters.attendance_pdf import AttendancePdf  # noqa: PLC0415
    from chalicelib.exports.attendance import ExportAttendance  # noqa: PLC0415

    return ExportAttendance(
        bookings=bookings_of(settings),
        directory=directory_of(settings),
        town=DynamoTownStore(database_of(settings)),
        render=AttendancePdf(),
    )


def directory_of(settings: Settings) -> "S3DirectoryStore":
    from chalicelib.adapters.directory_store import S3DirectoryStore  # noqa: PLC0415

    return S3DirectoryStore(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint)


def build_codes(portal: str, demo_now: str = "") -> "MakeCodes":
    """The making of payer codes and of their letters, which needs no deployment. ``portal`` is the address that the
    letters say."""
    from chalicelib.adapters.access_letters import AccessLetters  # noqa: PLC0415
    from chalicelib.exports.csv_out import csv_bytes  # noqa: PLC0415
    from chalicelib.intake.people.made_codes import MakeCodes  # noqa: PLC0415

    return MakeCodes(letters=AccessLetters(portal), clock=clock_for(demo_now), choose=secrets.choice, as_csv=csv_bytes)


def _unheard(event: str, **facts: object) -> None:
    """Writes nothing: the import tells the clerk itself, who reads no log."""


def _count_of(settings: Settings, guard: Guard = _freely) -> "CountPlaces":
    from chalicelib.services.recounting import CountPlaces  # noqa: PLC0415

    database = database_of(settings, guard)
    return CountPlaces(plannings=DynamoPlanningStore(database), families=DynamoFamilyStore(database), pause=time.sleep)


def build_jobs(settings: Settings) -> Jobs:
    """What runs by itself. Only this function loads its modules: no page needs them."""
    from chalicelib.adapters.ses_events import SesEvents  # noqa: PLC0415
    from chalicelib.services.bounces import NoteSesEvent  # noqa: PLC0415
    from chalicelib.services.notifying import NotifyInvoices  # noqa: PLC0415
    from chalicelib.services.ordering import SendOrders  # noqa: PLC0415
    from chalicelib.services.reconciling import Reconcile  # noqa: PLC0415
    from chalicelib.services.recounting import RecountPlaces  # noqa: PLC0415

    ports = ports_on_aws(settings)
    clock, outbox = ports.clock, ports.outbox
    return Jobs(
        notify_invoices=NotifyInvoices(
            invoices=ports.invoices,
            families=ports.families,
            notices=ports.notices,
            outbox=outbox,
            links=ports.links,
            clock=clock,
            report=report,
        ),
        send_outbox=_sending(settings, ports),
        send_orders=SendOrders(
            town=ports.town,
            orders=ports.orders,
            make=build_orders(settings),
            links=SignedLinks(settings),
            clock=clock,
            report=report,
        ),
        note_ses_event=NoteSesEvent(
            outbox=outbox, events=SesEvents(settings.mail_configuration), town=ports.town, clock=clock, report=report
        ),
        reconcile_payments=Reconcile(attempts=ports.attempts, settle=settling(ports), clock=clock, report=report),
        recount_places=RecountPlaces(count=_count_of(settings), town=ports.town, clock=clock, report=report),
        write_exports=_nightly(settings),
    )


def _sending(settings: Settings, ports: Ports) -> "SendOutbox":
    from chalicelib.adapters.mail_templates import TemplateMails  # noqa: PLC0415
    from chalicelib.adapters.order_pdf import OrderPdf  # noqa: PLC0415
    from chalicelib.exports.orders import order_csv  # noqa: PLC0415
    from chalicelib.services.order_mails import OrderTroubles, RenderMails  # noqa: PLC0415
    from chalicelib.services.sending import SendOutbox  # noqa: PLC0415

    return SendOutbox(
        outbox=ports.outbox,
        renderer=RenderMails(
            words=TemplateMails(ports.town),
            orders=ports.orders,
            directory=directory_of(settings),
            csv=order_csv,
            pdf=OrderPdf(),
            town=ports.town,
        ),
        sender=_mail_sender(settings),
        clock=ports.clock,
        report=report,
        per_second=settings.mails_per_second,
        sleep=time.sleep,
        trouble=OrderTroubles(town=ports.town, report=report),
    )


def build_exports(settings: Settings) -> "Export":
    """Every kind of file that leaves the portal."""
    from chalicelib.wiring_exports import exports_of  # noqa: PLC0415

    attendance = build_attendance(settings)
    return exports_of(settings, database_of(settings), attendance=attendance, make_order=build_orders(settings))


def _nightly(settings: Settings) -> "WriteExports":
    """The function's zip has no fonts: its lists are for a spreadsheet."""
    from chalicelib.exports.attendance import ExportAttendance  # noqa: PLC0415
    from chalicelib.exports.daily import no_paper  # noqa: PLC0415
    from chalicelib.wiring_exports import exports_of, nightly_of  # noqa: PLC0415

    database = database_of(settings)
    attendance = ExportAttendance(
        bookings=bookings_of(settings),
        directory=directory_of(settings),
        town=DynamoTownStore(database),
        render=no_paper,
    )
    return nightly_of(
        settings, exports_of(settings, database, attendance=attendance, make_order=build_orders(settings))
    )


def build_personal_data(settings: Settings) -> "PersonalData":
    """A family's rights to its own data. Its modules are loaded here only: they are not on Lambda."""
    from chalicelib.adapters.family_documents import S3FamilyDocuments  # noqa: PLC0415
    from chalicelib.services.personal_data import ErasePersonalData, GivePersonalData, PersonalData  # noqa: PLC0415
    from chalicelib.storage.personal_data import DynamoPersonalItems  # noqa: PLC0415

    database = database_of(settings)
    items = DynamoPersonalItems(database, settings.pepper)
    documents = S3FamilyDocuments(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint)
    return PersonalData(
        give=GivePersonalData(items=items, documents=documents),
        erase=ErasePersonalData(
            items=items,
            documents=documents,
            directory=directory_of(settings),
            families=DynamoFamilyStore(database),
            invoices=DynamoInvoiceStore(database),
            attempts=DynamoAttemptStore(database),
            clock=clock_for(settings.demo_now),
        ),
    )


def build_orders(settings: Settings) -> "MakeOrder":
    """What makes an order of the kitchen, for the job and for whoever asks for one by hand."""
    from chalicelib.services.ordering import MakeOrder  # noqa: PLC0415

    return MakeOrder(
        bookings=bookings_of(settings), directory=directory_of(settings), orders=ports_on_aws(settings).orders
    )


def _mail_sender(settings: Settings) -> "SesMailSender":
    from chalicelib.adapters.mailer import SesMailSender  # noqa: PLC0415

    return SesMailSender(
        region=settings.region,
        sender=settings.sender,
        configuration=settings.mail_configuration,
        endpoint=settings.endpoint,
    )


def build_clock(demo_now: str = "") -> Clock:
    """The clock alone, for a command that needs no deployment: checking a town's files."""
    return clock_for(demo_now)
