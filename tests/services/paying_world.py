"""A town that takes payments, on DynamoDB's tables, with a bank of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from chalicelib.rules.book import EntryKind
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, BankAnswer
from chalicelib.rules.points import Point
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import PaymentFacts
from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.payment_ports import PaymentProvider
from chalicelib.services.reconciling import Reconcile
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import StartPayment
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.outbox import DynamoOutbox
from tests.builders import BOND, a_family, a_town, an_invoice
from tests.clock import FixedClock, paris
from tests.fake_bank import Treasury
from tests.fakes import MemoryTown
from tests.stand_in import PEPPER, database_for, moto_town

NOW = paris("lundi 2026-11-23 10:00")
PAYING = PaymentFacts("T5", "006382", (), "", online="web-service")
INVOICE = replace(an_invoice(), total=Cents(424), payments=())
EMAIL = "jamie.bond@server.fr"


class Links:
    def notify(self) -> str:
        return "https://portail.example/payfip/notification"

    def back(self) -> str:
        return "https://portail.example/payfip/retour"


class World:
    def __init__(self, settings: Settings, payment: PaymentFacts = PAYING) -> None:
        database = database_for(settings)
        self.clock = FixedClock(NOW)
        self.treasury = Treasury(now=NOW)
        self.attempts, self.invoices = DynamoAttemptStore(database), DynamoInvoiceStore(database)
        self.outbox, self.book = DynamoOutbox(database, PEPPER), DynamoBook(database)
        self.told: list[str] = []
        self.town = MemoryTown(replace(a_town(), payment=payment))
        self.providers: dict[str, PaymentProvider] = {"web-service": self.treasury, "url": self.treasury}
        told: dict[str, Any] = {"clock": self.clock, "report": lambda event, **_facts: self.told.append(event)}
        books: dict[str, Any] = {"attempts": self.attempts, "invoices": self.invoices}
        self.settle = SettlePayment(**books, book=self.book, providers=self.providers, **told)
        self.start = StartPayment(
            **books,
            providers=self.providers,
            settle=self.settle,
            town=self.town,
            links=Links(),
            **told,
            new_id=self._next_id,
        )
        self.show = ShowPayment(**books, settle=self.settle, **told)
        self.declare = DeclarePayment(
            attempts=self.attempts, book=self.book, providers=self.providers, settle=self.settle, **told
        )
        self.reconcile = Reconcile(attempts=self.attempts, settle=self.settle, **told)
        self.ids = 0
        self.invoices.put(INVOICE, ())

    def _next_id(self) -> str:
        self.ids += 1
        return f"a-{self.ids}"

    def pay(self) -> str:
        return self.start(a_family(), INVOICE.number, EMAIL)

    def later(self, **time: float) -> None:
        self.clock.at = self.clock.now() + timedelta(**time)

    def invoice(self) -> Invoice:
        found = self.invoices.find(BOND, INVOICE.number)
        assert found
        return found

    def attempt(self, name: str = "a-1") -> Attempt:
        found = self.attempts.find(AttemptId(name))
        assert found
        return found

    def shown(self) -> Attempt:
        """The attempt that the waiting page shows."""
        found = self.show(BOND, INVOICE.number).attempt
        assert found
        return found

    def receipts(self) -> list[str]:
        return [mail.id for mail in self.outbox.due(self.clock.now(), 50)]

    def journal(self) -> list[EntryKind]:
        """Kinds of the lines of this month."""
        return [line.entry.kind for line in self.book.lines(paris_day(self.clock.now()).replace(day=1))]

    def points(self) -> list[Point]:
        return list(self.book.points())

    def notified(self, idop: str = "idop-1") -> Attempt | None:
        return self.settle.by_idop(idop)

    def settled(self) -> Attempt:
        """The attempt after a notification about it."""
        found = self.notified()
        assert found
        return found

    def falls_silent(self) -> BankAnswer:
        """What the treasury says of the first operation, and from now on does not any more."""
        answer = self.treasury.answers["idop-1"]
        assert answer
        self.treasury.answers["idop-1"] = None
        return answer


@contextmanager
def a_world(payment: PaymentFacts = PAYING) -> Iterator[World]:
    with moto_town() as settings:
        yield World(settings, payment)


def looked_up(world: World) -> int:
    return world.treasury.looked["idop-1"]
