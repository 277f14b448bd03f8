"""An import over stores in memory, and what a parent does meanwhile."""

from datetime import date

from chalicelib.adapters.invoice_pdf import InvoicePdf
from chalicelib.intake.importing import Importer
from chalicelib.intake.invoices.writer import InvoiceImport
from chalicelib.intake.progress import Silence
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot, Wish
from chalicelib.services.accounts import SignIn
from chalicelib.services.ports import JournalEntry
from chalicelib.services.recounting import CountPlaces
from chalicelib.services.saving import entry_id
from tests.clock import FixedClock, day, paris
from tests.fake_bank import MemoryAttempts, reversing
from tests.fakes import MemoryIntake, MemoryInvoices, MemoryNotices, MemoryOutbox, MemoryPdfs, MemoryThrottle
from tests.intake.folder import LISTS

NOW = "lundi 2026-11-23 08:00"
PEPPER = "pepper"
F1 = FamilyId("f-1")
MONDAY_MEAL = Slot(ChildId("c-7"), "cantine", date(2026, 12, 1))
WEDNESDAY = Slot(ChildId("c-8"), "mercredi", date(2026, 12, 2))


class Portal:
    """An import over stores in memory, and what a parent does meanwhile."""

    def __init__(self) -> None:
        self.store = MemoryIntake()
        self.notices = MemoryNotices()
        invoices = MemoryInvoices()
        self.invoice_import = InvoiceImport(
            invoices,
            MemoryPdfs(),
            InvoicePdf(),
            self.store.families,
            attempts=MemoryAttempts(invoices, MemoryOutbox()),
            clock=FixedClock(paris(NOW)),
        )
        self.waited = []
        self.clock = FixedClock(paris(NOW))
        self.run = Importer(
            reverse=reversing(self.invoice_import.invoices),
            store=self.store,
            plannings=self.store.plannings,
            places=CountPlaces(plannings=self.store.plannings, families=self.store.families, pause=self.waited.append),
            invoice_import=self.invoice_import,
            notices=self.notices,
            clock=self.clock,
            pepper=PEPPER,
            workers=1,
        )

    def taken(self, activity, on, school=None):
        key = PlaceKey(day(on), ActivityId(activity), school)
        return self.store.plannings.taken([key])[key]

    def load(self, folder):
        return self.run(folder, Silence())

    def accept(self, folder):
        """The same, whatever it changes."""
        return self.run(folder, Silence(), accepting=True)

    def sign_in(self, child_code, payer_code):
        sign_in = SignIn(
            logins=self.store.login_store,
            families=self.store.families,
            throttle=MemoryThrottle(),
            clock=self.clock,
            pepper=PEPPER,
            report=lambda _event, **_facts: None,
        )
        return sign_in(child_code, payer_code, "192.0.2.1").session

    def online(self, at, *, booked=(), cancelled=()):
        """A parent of f-1 books and cancels slots, without asking the rules."""
        wishes = tuple(Wish(slot, True) for slot in booked) + tuple(Wish(slot, False) for slot in cancelled)
        self.store.plannings.save(F1, JournalEntry(entry_id(paris(at)), paris(at), "internet", wishes))

    def booked(self, family=F1):
        return self.store.plannings.booked(family, date(2026, 1, 1), date(2027, 12, 31))

    def journal(self, family=F1):
        return list(self.store.journal_of(family))


def without(name, *words):
    return "".join(line for line in LISTS[name].splitlines(keepends=True) if not any(w in line for w in words))


def snapshot(portal):
    store = portal.store
    journals = {family: tuple(store.journal_of(family)) for family in store.families.families}
    return (dict(store.families.families), dict(store.login_store.logins), journals, dict(store.versions))
