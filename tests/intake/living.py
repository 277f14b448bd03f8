"""A town that lives: the import and the pages over the same stores in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from chalice.app import Chalice

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.adapters.logs import report
from chalicelib.adapters.ticket_pdf import TicketPdf
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.intake.report import IntakeReport
from chalicelib.pages.site import add_pages
from chalicelib.portal import Ports, assemble
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ActivityId, FamilyId, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.services.accounts import SignIn, WrongCodes
from chalicelib.services.ports import JournalEntry
from chalicelib.services.recording import RecordPayments
from chalicelib.services.recounting import CountPlaces
from chalicelib.web.links import SignedLinks
from tests.clock import FixedClock, day, paris
from tests.fake_bank import Treasury, nobody_reads
from tests.fakes import (
    MemoryAttempts,
    MemoryBook,
    MemoryCertificateFiles,
    MemoryDirectory,
    MemoryIntake,
    MemoryInvoices,
    MemoryNotices,
    MemoryOrders,
    MemoryOutbox,
    MemoryPdfs,
    MemoryThrottle,
    memory_acting,
    memory_money,
)
from tests.pages.client import HOST, PageClient
from tests.present import present
from tests.stand_in import settings_for

NOW = "lundi 2026-11-23 08:00"
F1, F2 = FamilyId("f-1"), FamilyId("f-2")
PAYERS = {F1: "GOLDENEYE7", F2: "CERISIER22"}
CODES = {"c-7": "007", "c-8": "008", "c-9": "009"}


class LivingTown:
    """``run`` imports, ``visitor`` opens pages; both stand at ``clock``."""

    def __init__(self) -> None:
        self.settings = settings_for()
        self.store = MemoryIntake()
        self.clock = FixedClock(paris(NOW))
        self.outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(outbox=self.outbox)
        self.notices = MemoryNotices(outbox=self.outbox)
        self.pdfs = MemoryPdfs()
        self.attempts = MemoryAttempts(self.invoices, self.outbox)
        self.book = MemoryBook(self.invoices, self.attempts, self.outbox)
        self.waited: list[float] = []
        self.run = Importer(
            directory=MemoryDirectory(),
            money=memory_money(self.book, self.store.families, self.notices, self.clock),
            store=self.store,
            plannings=self.store.plannings,
            invoice_import=InvoiceImport(
                self.invoices,
                self.pdfs,
                InvoicePdf(),
                self.store.families,
                attempts=self.attempts,
                record=RecordPayments(invoices=self.invoices, book=self.book, clock=self.clock),
                clock=self.clock,
                book=self.book,
            ),
            notices=self.notices,
            acting=memory_acting(self.store, self.notices, self.outbox),
            clock=self.clock,
            pepper=self.settings.pepper,
            workers=1,
            places=CountPlaces(plannings=self.store.plannings, families=self.store.families, pause=self.waited.append),
        )
        links = SignedLinks(replace(self.settings, origin=f"http://{HOST}"))
        treasury = Treasury(now=self.clock.now())
        self.portal = assemble(
            Ports(
                settings=self.settings,
                clock=self.clock,
                report=report,
                town=self.store.town,
                families=self.store.families,
                logins=self.store.login_store,
                throttle=MemoryThrottle(),
                plannings=self.store.plannings,
                certificates=MemoryCertificateFiles(),
                invoices=self.invoices,
                pdfs=self.pdfs,
                notices=self.notices,
                outbox=self.outbox,
                links=links,
                orders=MemoryOrders(outbox=self.outbox),
                attempts=self.attempts,
                book=self.book,
                providers={"web-service": treasury, "url": treasury},
                payment_links=links,
                print_ticket=TicketPdf(),
            )
        )
        self.app = Chalice("test")
        add_pages(self.app, lambda: self.portal)

    def load(self, folder: Path, *, accepting: bool = True, cancel_departed: bool = False) -> IntakeReport:
        """What the brakes would stop goes through: they are tried elsewhere."""
        return self.run(folder, Silence(), accepting=accepting, cancel_departed=cancel_departed)

    def opens(self, child_code: str, payer_code: str) -> FamilyId | None:
        """The family that two codes open, None when they open nothing. Nobody counts these tries."""
        sign_in = SignIn(
            logins=self.store.login_store,
            families=self.store.families,
            throttle=MemoryThrottle(),
            clock=self.clock,
            pepper=self.settings.pepper,
            report=nobody_reads,
        )
        try:
            return sign_in(child_code, payer_code, "192.0.2.1").session.family
        except WrongCodes:
            return None

    def parent(self, family: FamilyId = F1) -> PageClient:
        """A visitor signed in with the first code that opens the family."""
        visitor = PageClient(self.app)
        for code in CODES.values():
            if self.opens(code, PAYERS[family]) == family:
                assert visitor.sign_in(code, PAYERS[family]).status == 303
                return visitor
        raise AssertionError(f"no code opens {family}")

    def opens_any(self, family: FamilyId) -> bool:
        return any(self.opens(code, PAYERS[family]) == family for code in CODES.values())

    def family(self, family: FamilyId = F1) -> Family:
        return present(self.store.families.find(family))

    def booked(self, family: FamilyId = F1, first: date = date.min) -> frozenset[Slot]:
        return self.store.plannings.booked(family, first, date.max)

    def journal(self, family: FamilyId = F1) -> list[JournalEntry]:
        return list(self.store.journal_of(family))

    def taken(self, activity: str, on: str, school: str | None = None) -> int:
        key = PlaceKey(day(on), ActivityId(activity), SchoolId(school) if school else None)
        return self.store.plannings.taken([key])[key]


@contextmanager
def quick_hashes() -> Iterator[None]:
    """One slow hash takes 43 ms, and nothing here depends on how slow it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("hashlib.scrypt", lambda code, *, salt, **_: code + salt)
        yield
