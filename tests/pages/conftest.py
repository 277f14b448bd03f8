"""A town on in-memory ports, and a visitor of its pages."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from chalice.app import Chalice

from chalicelib.adapters.logs import report
from chalicelib.adapters.ticket_pdf import TicketPdf
from chalicelib.french.markdown import to_html
from chalicelib.pages.site import SECTIONS, add_pages
from chalicelib.portal import Portal, Ports, assemble
from chalicelib.rules.deadlines import CalendarDaysBefore
from chalicelib.rules.families import Enrolment, Family
from chalicelib.rules.ids import ActivityId, FamilyId
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import Exceptional, Period
from chalicelib.rules.town import Activity, Capacity, PaymentFacts, Town
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.mail_ports import Mail
from chalicelib.services.ports import Login
from chalicelib.settings import Settings
from chalicelib.web.links import SignedLinks
from chalicelib.web.site_map import Route, SessionNeed, SiteMap
from tests.builders import (
    ALINE,
    JAMES,
    WEEKDAYS,
    a_calendar,
    a_child,
    a_family,
    a_payment,
    a_town,
    an_activity,
    an_invoice,
)
from tests.clock import FixedClock, paris
from tests.fake_bank import Treasury
from tests.fakes import (
    MemoryAttempts,
    MemoryBook,
    MemoryCertificateFiles,
    MemoryFamilies,
    MemoryInvoices,
    MemoryLogins,
    MemoryNotices,
    MemoryOrders,
    MemoryOutbox,
    MemoryPdfs,
    MemoryPlannings,
    MemoryThrottle,
    MemoryTown,
)
from tests.money import at_the_desk
from tests.pages.client import HOST, PageClient

SALT = b"0123456789abcdef"
SETTINGS = Settings(
    stage="local",
    region="eu-west-3",
    tables="local",
    session_secret="s" * 40,
    pepper="pepper",
    sender="p@ville.example",
)
STRANGERS = FamilyId("f-strangers")
SITE = SiteMap([route for section in SECTIONS for route in section.routes])


def screens(session: SessionNeed) -> list[Route]:
    """The pages that open by their address alone, in the order of the menu."""
    return [r for r in SITE.routes if r.method == "GET" and r.session is session and "{" not in r.path]


def the_manual_s_town() -> Town:
    """The manual's activities at Christmas 2015, plus one with places and one that only the office changes."""
    same_day = CalendarDaysBefore(0, 18 * 60)
    holidays: dict[str, Any] = {"school_weekdays": frozenset(), "holiday_weekdays": WEEKDAYS}
    activities: tuple[Activity, ...] = (
        an_activity("cantine", label="Cantine"),
        an_activity("garderie-matin", CalendarDaysBefore(1, 16 * 60), label="Garderie matin"),
        an_activity("petites-vac-matin", same_day, label="Petites Vac. Matin", **holidays),
        an_activity("petites-vac-apres-midi", same_day, label="Petites Vac. Après-midi", **holidays),
        an_activity("sortie", same_day, label="Sortie", capacity=Capacity(1, {}), **holidays),
        an_activity("etude", same_day, label="Étude", **holidays),
    )
    calendar = a_calendar(
        first=date(2015, 9, 1),
        last=date(2016, 7, 5),
        holidays=(Period("Vacances de Noël", date(2015, 12, 19), date(2016, 1, 3)),),
        public_holidays={date(2015, 12, 25): "Noël", date(2016, 1, 1): "Jour de l'an"},
        closures=(Exceptional(Period("Centre de loisirs fermé", date(2015, 12, 28), date(2016, 1, 3))),),
    )
    message = "**ATTENTION!**\nPour rattraper le pont, il y aura école mercredi 13 novembre.\n\nLe service scolaire."
    return a_town(
        *activities,
        calendar=calendar,
        message=to_html(message),
        crest='<svg xmlns="http://www.w3.org/2000/svg"/>',
        payment=PaymentFacts("T5", "006382", online="web-service"),
    )


def the_manual_s_invoices() -> list[Invoice]:
    """Two to pay, one paid online, one paid by cheque."""
    june, april = "CANTINE ET GARDERIE JUIN-JUILLET 2013", "CANTINE ET GARDERIE AVRIL 2012"
    march = "CANTINE ET GARDERIE MARS 2012"
    online = a_payment(
        2100, means=Means.ONLINE, paid_on=date(2012, 4, 25), authorisation="A55A", bank_date=date(2012, 4, 26)
    )
    return [
        an_invoice("2013-019-000345", due_on=date(2013, 7, 31), label=june, total=Cents(777)),
        an_invoice("2013-026-000335"),
        an_invoice("2012-003-000314", due_on=date(2012, 4, 15), label=march, total=Cents(2100), payments=(online,)),
        an_invoice(
            "2012-004-000313", due_on=date(2012, 5, 15), label=april, total=Cents(1050), payments=(a_payment(1050),)
        ),
    ]


def the_bonds() -> Family:
    james = a_child(JAMES, "cantine", "petites-vac-matin", "petites-vac-apres-midi", "sortie")
    read_only = Enrolment(ActivityId("etude"), read_only=True)
    james = replace(james, enrolments=(*james.enrolments, read_only))
    return a_family(james, a_child(ALINE, "cantine", "sortie", first_name="Aline"))


@dataclass
class World:
    """Everything behind the pages of one town, and what its visitors did to it."""

    town: Town = field(default_factory=the_manual_s_town)
    family: Family = field(default_factory=the_bonds)
    settings: Settings = SETTINGS
    clock: FixedClock = field(default_factory=lambda: FixedClock(paris("mardi 2015-12-22 14:54")))
    plannings: MemoryPlannings = field(default_factory=MemoryPlannings)

    def __post_init__(self) -> None:
        strangers = a_family(a_child("c-100", "cantine", "petites-vac-matin"), id=STRANGERS, payer="Ernst BLOFELD")
        self.towns = MemoryTown(self.town)
        self.families = MemoryFamilies([self.family, strangers])
        self.logins = MemoryLogins(
            [
                (login_key("pepper", "007"), self._login("GOLDENEYE7", self.family)),
                (login_key("pepper", "100"), self._login("SPECTRE100", strangers)),
            ]
        )
        self.outbox = MemoryOutbox()
        self.invoices = MemoryInvoices(outbox=self.outbox)
        self.notices = MemoryNotices(outbox=self.outbox)
        self.orders = MemoryOrders(outbox=self.outbox)
        self.pdfs, self.certificates = MemoryPdfs(), MemoryCertificateFiles()
        self.links = SignedLinks(replace(self.settings, origin=f"http://{HOST}"))
        self.treasury = Treasury(now=self.clock.now())
        self.attempts = MemoryAttempts(self.invoices, self.outbox)
        self.book = MemoryBook(self.invoices, self.attempts, self.outbox)
        for invoice in [*the_manual_s_invoices(), an_invoice("2013-026-000999", family=STRANGERS)]:
            self.add(invoice)
        self.ports = self._ports()
        self.portal: Portal = assemble(self.ports)
        self.app = Chalice("test")
        add_pages(self.app, lambda: self.portal)

    def _ports(self) -> Ports:
        return Ports(
            settings=self.settings,
            clock=self.clock,
            report=report,
            town=self.towns,
            families=self.families,
            logins=self.logins,
            throttle=MemoryThrottle(),
            plannings=self.plannings,
            invoices=self.invoices,
            pdfs=self.pdfs,
            certificates=self.certificates,
            notices=self.notices,
            outbox=self.outbox,
            links=self.links,
            attempts=self.attempts,
            book=self.book,
            providers={"web-service": self.treasury, "url": self.treasury},
            payment_links=self.links,
            orders=self.orders,
            print_ticket=TicketPdf(),
        )

    def _login(self, payer_code: str, family: Family) -> Login:
        first = family.children[0].id if family.children else JAMES
        return Login(family.id, first, SALT, secret_of("pepper", payer_code, SALT))

    def add(self, invoice: Invoice) -> None:
        """An invoice with its payments and its PDF, as the town's files bring them."""
        self.invoices.put(replace(invoice, payments=()), [])
        for payment in invoice.payments:
            at = self.clock.now() - timedelta(days=1)
            at_the_desk(self.book, self.invoices, invoice.number, payment, at=at)
        if invoice.pdf_bytes:
            self.pdfs.put(invoice.family, invoice.number, b"%PDF-1.7")

    def lose_pdfs(self) -> None:
        """The bucket was emptied by hand."""
        self.pdfs.__init__()  # type: ignore[misc]

    def letters(self) -> list[Mail]:
        """What waits to leave for the office."""
        return [mail for mail in self.outbox.mails.values() if mail.kind == "contact"]

    def visitor(self) -> PageClient:
        return PageClient(self.app)

    def parent(self) -> PageClient:
        """A visitor who has signed in."""
        visitor = self.visitor()
        assert visitor.sign_in().status == 303
        return visitor

    def journal(self) -> int:
        """How many saves were written, whoever made them."""
        return sum(len(self.plannings.entries(family, 1000)) for family in (self.family.id, STRANGERS))


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def parent(world: World) -> PageClient:
    return world.parent()
