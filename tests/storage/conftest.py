"""One suite, four places to keep the tables: what holds in memory must hold on DynamoDB."""

from dataclasses import dataclass

import pytest

from chalicelib.intake.ports import IntakeStore
from chalicelib.services.book_ports import Book
from chalicelib.services.certificate_ports import CertificateStore
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mail_ports import NoticeStore, Outbox, TownActs
from chalicelib.services.order_ports import OrderStore
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import FamilyStore, LoginStore, PlanningStore, ThrottleStore, TownStore
from chalicelib.storage.acts import DynamoTownActs
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.certificates import DynamoCertificateStore
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.orders import DynamoOrderStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.throttle import DynamoThrottleStore
from chalicelib.storage.town import DynamoTownStore
from tests.fakes import (
    MemoryActs,
    MemoryAttempts,
    MemoryBook,
    MemoryCertificates,
    MemoryFamilies,
    MemoryIntake,
    MemoryInvoices,
    MemoryLogins,
    MemoryNotices,
    MemoryOrders,
    MemoryOutbox,
    MemoryPlannings,
    MemoryThrottle,
    MemoryTown,
)
from tests.stand_in import PEPPER, database_for, dynamodb_local, town_at


@dataclass(frozen=True)
class Stores:
    families: FamilyStore
    logins: LoginStore
    plannings: PlanningStore
    throttle: ThrottleStore
    town: TownStore
    intake: IntakeStore
    invoices: InvoiceStore
    notices: NoticeStore
    outbox: Outbox
    acts: TownActs
    orders: OrderStore
    attempts: AttemptStore
    book: Book
    certificates: CertificateStore


def in_memory() -> Stores:
    families, logins, plannings, town = MemoryFamilies(), MemoryLogins(), MemoryPlannings(), MemoryTown()
    outbox = MemoryOutbox()
    invoices = MemoryInvoices(outbox)
    attempts = MemoryAttempts(invoices, outbox)
    return Stores(
        families=families,
        logins=logins,
        plannings=plannings,
        throttle=MemoryThrottle(),
        town=town,
        intake=MemoryIntake(families=families, logins=logins, plannings=plannings, town=town),
        invoices=invoices,
        notices=MemoryNotices(outbox=outbox),
        outbox=outbox,
        acts=MemoryActs(outbox),
        orders=MemoryOrders(outbox=outbox),
        attempts=attempts,
        book=MemoryBook(invoices, attempts, outbox),
        certificates=MemoryCertificates(families, invoices),
    )


def on_dynamodb(database: Database) -> Stores:
    return Stores(
        families=DynamoFamilyStore(database),
        logins=DynamoLoginStore(database),
        plannings=DynamoPlanningStore(database),
        throttle=DynamoThrottleStore(database),
        town=DynamoTownStore(database, fresh=0),
        intake=DynamoIntakeStore(database),
        invoices=DynamoInvoiceStore(database),
        notices=DynamoNoticeStore(database),
        outbox=DynamoOutbox(database, PEPPER),
        acts=DynamoTownActs(database),
        orders=DynamoOrderStore(database),
        attempts=DynamoAttemptStore(database),
        book=DynamoBook(database),
        certificates=DynamoCertificateStore(database),
    )


DYNAMODBS = ["moto", "ministack", *(["dynamodb_local"] if dynamodb_local() else [])]


@pytest.fixture
def dynamodb_local_database() -> Database:
    return database_for(town_at(dynamodb_local()))


@pytest.fixture(params=DYNAMODBS)
def database(request: pytest.FixtureRequest) -> Database:
    found: Database = request.getfixturevalue(f"{request.param}_database")
    return found


@pytest.fixture(params=["memory", *DYNAMODBS])
def stores(request: pytest.FixtureRequest) -> Stores:
    if request.param == "memory":
        return in_memory()
    return on_dynamodb(request.getfixturevalue(f"{request.param}_database"))
