"""The invoice page of a family of two years and of one of fifteen, each with two invoices still due."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from chalicelib.adapters.clock import clock_for
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means, Payment, reference_of
from chalicelib.rules.money import Cents
from chalicelib.services.book_ports import PaymentOn
from chalicelib.services.recording import RecordPayments
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from infra.bench.age import PAYER, database_of, family_of, settle
from infra.bench.measure import Figure, in_turns
from infra.bench.parent import Parent, call
from infra.bench.portal import portal_app

FEW, MANY = 24, 180
DUE = 2
PAGE = "/factures"


def compare(environment: Mapping[str, str]) -> list[Figure]:
    """``environment`` is the demo town's; the two families move there. The page shows 12 paid invoices of each."""
    app = portal_app(environment)
    handlers = []
    for name, count in (("many", MANY), ("few", FEW)):
        family = family_of(name, 2)
        settle(environment, family, [])
        _bill(database_of(environment, environment["PORTAL_TABLES"]), family.id, count)
        parent = Parent(app, f"{name}-0", PAYER)
        event = parent.event(PAGE)
        handlers.append(lambda p=parent, e=event: call(p.handler, e, 200))
    ours, base = in_turns(handlers[0], handlers[1], rounds=20, calls=4)
    return [
        Figure(f"{PAGE}: {MANY} invoices ÷ {FEW}", ours, base, goal=1.3, note="one Query reads what is due and 13 paid")
    ]


def _bill(database: Database, family: FamilyId, count: int) -> None:
    """One invoice a month, backwards from the last month of 2015; all but the latest were paid."""
    store = DynamoInvoiceStore(database)
    record = RecordPayments(invoices=store, book=DynamoBook(database), clock=clock_for(""))
    for number in range(count):
        months = 2015 * 12 + 11 - number
        issued = date(months // 12, months % 12 + 1, 1)
        invoice = _invoice(family, number, issued)
        store.put(invoice, ())
        if number >= DUE:
            payment = Payment("p-1", "Jamie BENCH", issued, invoice.total, Means.ONLINE, "A55A", issued)
            record([PaymentOn(invoice, payment)])


def _invoice(family: FamilyId, rank: int, issued: date) -> Invoice:
    series = {"f-many": 1, "f-few": 2}[family]
    number = InvoiceNumber(f"{issued.year}-{series:03}-{rank:06}")
    return Invoice(
        number=number,
        reference=reference_of(number, "T5"),
        family=family,
        issued_on=issued,
        due_on=issued.replace(day=28),
        label=f"CANTINE ET GARDERIE {issued:%m/%Y}",
        regie="REGIE PERISCOLAIRE",
        total=Cents(4_200 + rank),
        published_at=datetime(issued.year, issued.month, 2, tzinfo=UTC),
        pdf_bytes=38_000,
    )
