"""The place that knows the concrete classes: here those of the pages, and what several of its sisters need.

``wiring_jobs``, ``wiring_intake``, ``wiring_exports`` and ``wiring_drops`` make the rest; no page loads them.
"""

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.logs import report
from chalicelib.adapters.payfip import PayFip
from chalicelib.adapters.payfip_url import PayFipUrl
from chalicelib.adapters.pdf_store import S3CertificateFiles, S3PdfStore
from chalicelib.adapters.secret_store import read_secrets
from chalicelib.adapters.ticket_pdf import TicketPdf
from chalicelib.portal import Portal, Ports, assemble
from chalicelib.rules.payments import BY_URL, WEB_SERVICE
from chalicelib.services.payment_ports import PaymentProvider
from chalicelib.services.ports import Clock
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.database import Database, Guard
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.late_book import LateBook
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.throttle import DynamoThrottleStore
from chalicelib.storage.town import DynamoTownStore
from chalicelib.web.links import SignedLinks

if TYPE_CHECKING:
    from chalicelib.adapters.directory_store import S3DirectoryStore
    from chalicelib.services.day_bookings import BookingsAsOf
    from chalicelib.services.personal_data import PersonalData
    from chalicelib.services.recounting import CountPlaces
    from chalicelib.storage.lease import DynamoLeaseStore


def freely() -> None:
    """Forbids no write."""


def database_of(settings: Settings, guard: Guard = freely) -> Database:
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


def ports_on_aws(settings: Settings, guard: Guard = freely) -> Ports:
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
        certificates=S3CertificateFiles(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint),
        notices=DynamoNoticeStore(database),
        outbox=DynamoOutbox(database, settings.pepper),
        links=links,
        attempts=DynamoAttemptStore(database),
        book=LateBook(database),
        providers=providers_of(settings, links),
        payment_links=links,
        orders=DynamoOrderStore(database),
        print_ticket=TicketPdf(),
    )


def build_portal(settings: Settings) -> Portal:
    return assemble(ports_on_aws(settings))


def build_lease(settings: Settings) -> "DynamoLeaseStore":
    from chalicelib.storage.lease import DynamoLeaseStore  # noqa: PLC0415

    return DynamoLeaseStore(database_of(settings))


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


def directory_of(settings: Settings) -> "S3DirectoryStore":
    """The compact directory of the children."""
    from chalicelib.adapters.directory_store import S3DirectoryStore  # noqa: PLC0415

    return S3DirectoryStore(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint)


def count_of(settings: Settings, guard: Guard = freely) -> "CountPlaces":
    """What counts the limited places again from the bookings."""
    from chalicelib.services.recounting import CountPlaces  # noqa: PLC0415

    database = database_of(settings, guard)
    return CountPlaces(plannings=DynamoPlanningStore(database), families=DynamoFamilyStore(database), pause=time.sleep)


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
            book=LateBook(database),
            clock=clock_for(settings.demo_now),
        ),
    )


def build_clock(demo_now: str = "") -> Clock:
    """The clock alone, for a command that needs no deployment: checking a town's files."""
    return clock_for(demo_now)
