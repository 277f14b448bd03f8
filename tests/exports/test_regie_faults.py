"""Closing a month of the régie, ended at every call to AWS and run again: closed once, with files that are whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from chalicelib.adapters.aws import documents_client
from chalicelib.adapters.export_shelf import S3Shelf
from chalicelib.exports.closing import OpenAttempts
from chalicelib.exports.regie import RegieFiles, names_of
from chalicelib.exports.run import Asked
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.builders import a_payment, a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.exports.regie_desk import NOVEMBER, render
from tests.fakes import MemoryShelf, MemoryTown
from tests.faults import SEVERAL, Case, NextProcess, survives
from tests.money import receive
from tests.stand_in import REGION, database_for, kept_by_moto, moto_town, settings_for

CLIENT = documents_client(region=REGION)
NUMBER = an_invoice().number


@dataclass
class Desk:
    """A person at the command line."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(paris("mardi 2026-12-01 09:00")))

    def __post_init__(self) -> None:
        database = database_for(settings_for())
        self.book, self.invoices = DynamoBook(database), DynamoInvoiceStore(database)
        self.files = RegieFiles(
            book=self.book,
            invoices=self.invoices,
            still_open=OpenAttempts(DynamoAttemptStore(database), self.clock),
            archive=S3Shelf(CLIENT, settings_for().bucket, "regie/"),
            render=render,
            town=MemoryTown(a_town()),
            clock=self.clock,
        )

    def pay(self, amount: int, number: str) -> None:
        invoice = self.invoices.holder(NUMBER)
        receive(self.book, invoice, a_payment(amount, id=number), at=paris("lundi 2026-11-23 10:00"))

    def close(self) -> None:
        """Each run is a second later."""
        self.clock.forward(seconds=1)
        self.files(Asked(month=NOVEMBER, closed_by="Mme Roux"), MemoryShelf())

    def close_again(self) -> None:
        self.close()
        self.clock.forward(days=3)
        self.close()


@contextmanager
def fresh() -> Iterator[Desk]:
    with moto_town():
        desk = Desk()
        invoice = an_invoice()
        line = InvoiceLine("Cantine", "", Decimal(1), Decimal(invoice.total), invoice.total)
        desk.invoices.put(invoice, [line])
        desk.pay(200, "p-1")
        desk.pay(24, "p-2")
        yield desk


def check(desk: Desk) -> None:
    (closing,) = desk.book.closings()
    assert (closing.last, closing.total) == (2, 224)
    first, second = MemoryShelf(), MemoryShelf()
    desk.files(Asked(month=NOVEMBER), first)
    desk.clock.forward(days=3)
    desk.files(Asked(month=NOVEMBER, closed_by="Mme Roux"), second)
    assert first.files == second.files
    assert sorted(first.files) == sorted(names_of(NOVEMBER))
    assert b"par Mme Roux" in first.files["bordereau-2026-11.csv"]


def test_a_closing_that_ends_anywhere_is_finished_by_the_next() -> None:
    world = NextProcess(of=lambda desk: Desk(FixedClock(desk.clock.now() + timedelta(minutes=5))), kept=kept_by_moto)
    survives(Case(fresh=fresh, run=Desk.close, recover=Desk.close_again, check=check, ways=SEVERAL, next=world))
