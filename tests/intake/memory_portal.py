"""An import over stores in memory, and what a parent does meanwhile."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.intake.report import IntakeReport
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId, SchoolId
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.rules.town import Town
from chalicelib.services.accounts import Session, SignIn
from chalicelib.services.ports import JournalEntry, Login
from chalicelib.services.recording import RecordPayments
from chalicelib.services.recounting import CountPlaces
from chalicelib.services.saving import entry_id
from tests.clock import FixedClock, day, paris
from tests.fake_bank import nobody_reads
from tests.fakes import (
    MemoryAttempts,
    MemoryBook,
    MemoryDirectory,
    MemoryIntake,
    MemoryInvoices,
    MemoryNotices,
    MemoryPdfs,
    MemoryThrottle,
    memory_acting,
    memory_money,
)
from tests.intake.folder import LISTS
from tests.present import present

NOW = "lundi 2026-11-23 08:00"
PEPPER = "pepper"
F1 = FamilyId("f-1")
MONDAY_MEAL = Slot(ChildId("c-7"), ActivityId("cantine"), date(2026, 12, 1))
WEDNESDAY = Slot(ChildId("c-8"), ActivityId("mercredi"), date(2026, 12, 2))


class Portal:
    """An import over stores in memory, and what a parent does meanwhile."""

    def __init__(self) -> None:
        self.store = MemoryIntake()
        self.notices = MemoryNotices()
        self.directory = MemoryDirectory()
        invoices, clock = MemoryInvoices(), FixedClock(paris(NOW))
        attempts = MemoryAttempts(invoices, invoices.outbox)
        book = MemoryBook(invoices, attempts, invoices.outbox)
        self.invoice_import = InvoiceImport(
            invoices,
            MemoryPdfs(),
            InvoicePdf(),
            self.store.families,
            attempts=attempts,
            record=RecordPayments(invoices=invoices, book=book, clock=clock),
            clock=clock,
            book=book,
        )
        self.waited: list[float] = []
        self.clock = FixedClock(paris(NOW))
        self.run = Importer(
            directory=self.directory,
            money=memory_money(book, self.store.families, self.notices, self.clock),
            store=self.store,
            plannings=self.store.plannings,
            places=CountPlaces(plannings=self.store.plannings, families=self.store.families, pause=self.waited.append),
            invoice_import=self.invoice_import,
            notices=self.notices,
            acting=memory_acting(self.store, self.notices),
            clock=self.clock,
            pepper=PEPPER,
            workers=1,
        )

    def taken(self, activity: str, on: str, school: str | None = None) -> int:
        key = PlaceKey(day(on), ActivityId(activity), SchoolId(school) if school else None)
        return self.store.plannings.taken([key])[key]

    def load(self, folder: Path) -> IntakeReport:
        return self.run(folder, Silence())

    def accept(self, folder: Path) -> IntakeReport:
        """The same, whatever it changes."""
        return self.run(folder, Silence(), accepting=True)

    def sign_in(self, child_code: str, payer_code: str) -> Session:
        sign_in = SignIn(
            logins=self.store.login_store,
            families=self.store.families,
            throttle=MemoryThrottle(),
            clock=self.clock,
            pepper=PEPPER,
            report=nobody_reads,
        )
        return sign_in(child_code, payer_code, "192.0.2.1").session

    def online(self, at: str, *, booked: Iterable[Slot] = (), cancelled: Iterable[Slot] = ()) -> None:
        """A parent of f-1 books and cancels slots, without asking the rules."""
        wishes = tuple(Wish(slot, True) for slot in booked) + tuple(Wish(slot, False) for slot in cancelled)
        self.store.plannings.save(F1, JournalEntry(entry_id(paris(at)), paris(at), "internet", wishes))

    def family(self, family: FamilyId = F1) -> Family:
        return present(self.store.families.find(family))

    def booked(self, family: FamilyId = F1) -> frozenset[Slot]:
        return self.store.plannings.booked(family, date(2026, 1, 1), date(2027, 12, 31))

    def journal(self, family: FamilyId = F1) -> list[JournalEntry]:
        return list(self.store.journal_of(family))


def without(name: str, *words: str) -> str:
    return "".join(line for line in LISTS[name].splitlines(keepends=True) if not any(w in line for w in words))


Snapshot = tuple[
    dict[FamilyId, Family],
    dict[tuple[str, FamilyId], Login],
    dict[FamilyId, tuple[JournalEntry, ...]],
    dict[datetime, Town],
]


def snapshot(portal: Portal) -> Snapshot:
    """All that an import writes: families, logins, journals and the town's versions."""
    store = portal.store
    journals = {family: tuple(store.journal_of(family)) for family in store.families.families}
    return (dict(store.families.families), dict(store.login_store.logins), journals, dict(store.versions))
