"""What the function that makes tax certificates does, as its handler is called: a first night, and a night after."""

from dataclasses import replace

from chalicelib.settings import Settings
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.wiring_certificates import build_certificates
from tests.builders import BOND, a_family, a_payment
from tests.clock import paris
from tests.money import at_the_desk
from tests.services.mail_world import WANTED
from tests.services.test_certifying import A_BILL, CARE, PAID_ON, TOWN, YOUNG
from tests.stand_in import database_for


def a_town_that_certifies(settings: Settings) -> None:
    """A family that paid for the care of its young child."""
    database = database_for(settings)
    store, invoices = DynamoIntakeStore(database), DynamoInvoiceStore(database)
    store.put_town(TOWN, paris("jeudi 2026-01-01 08:00"))
    store.put_families([a_family(YOUNG)])
    DynamoNoticeStore(database).save(BOND, WANTED)
    invoices.put(A_BILL, [CARE])
    at_the_desk(DynamoBook(database), invoices, A_BILL.number, a_payment(A_BILL.total, paid_on=PAID_ON))


def the_certificates(settings: Settings) -> None:
    for night in ("2026-01-02T04:00", "2026-01-02T04:15", "2026-01-03T04:00"):
        build_certificates(replace(settings, demo_now=night))(lambda: 900.0)
