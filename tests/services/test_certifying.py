"""Tax certificates are made by themselves, told once, made again when the money of their year changes."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from chalicelib.rules.certificate import Certificate
from chalicelib.rules.errors import NotFound, Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import ActivityId, FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.notices import NoticeSettings
from chalicelib.rules.town import Town
from chalicelib.services.certifying import A_ROUND, MARGIN_SECONDS, MakeCertificates
from chalicelib.services.opening import CertificateMissing, OpenCertificate
from tests.builders import BOND, JAMES, MORNING, a_child, a_family, a_payment, a_town, an_activity, an_invoice
from tests.clock import FixedClock, paris
from tests.fakes import (
    MemoryCertificateFiles,
    MemoryCertificates,
    MemoryFamilies,
    MemoryInvoices,
    MemoryNotices,
    MemoryOutbox,
    MemoryTown,
)
from tests.money import at_the_desk, memory_book
from tests.services.mail_world import WANTED, Links

TOWN = a_town(an_activity(), an_activity(MORNING, label="Garderie du matin", childcare=True))
YOUNG = a_child(birth=date(2021, 3, 4))
CARE = InvoiceLine("Garderie", "", Decimal(1), Decimal(800), Cents(800), "", MORNING, JAMES)
PAID_ON = date(2025, 12, 20)
A_BILL = an_invoice("2025-001-000001", total=Cents(800))
JANUARY, NEXT_NIGHT = "vendredi 2026-01-02 04:00", "samedi 2026-01-03 04:00"


class Paper:
    """``CertificateRenderer``: the words alone."""

    def __init__(self) -> None:
        self.made: list[Certificate] = []

    def render(self, certificate: Certificate, family: Family, town: Town, at: datetime) -> bytes:
        self.made.append(certificate)
        return f"{town.name} {family.payer} {certificate.year} {certificate.total} {at}".encode()


@dataclass
class World:
    families: MemoryFamilies = field(default_factory=lambda: MemoryFamilies([a_family(YOUNG)]))
    town: Town = TOWN

    def __post_init__(self) -> None:
        self.clock = FixedClock(paris(JANUARY))
        self.outbox, self.paper, self.files = MemoryOutbox(), Paper(), MemoryCertificateFiles()
        self.invoices = MemoryInvoices(self.outbox)
        self.notices = MemoryNotices(outbox=self.outbox)
        self.book = memory_book(self.invoices)
        self.store = MemoryCertificates(self.families, self.invoices)
        self.events: list[tuple[str, dict[str, object]]] = []

    def make(self, seconds_left: Callable[[], float] = lambda: 900.0) -> None:
        MakeCertificates(
            town=MemoryTown(self.town),
            store=self.store,
            invoices=self.invoices,
            files=self.files,
            renderer=self.paper,
            notices=self.notices,
            outbox=self.outbox,
            links=Links(),
            clock=self.clock,
            report=lambda event, **facts: self.events.append((event, facts)),
        )(seconds_left)

    def bill(self, number: str = A_BILL.number, family: FamilyId = BOND) -> InvoiceNumber:
        invoice = an_invoice(number, family=family, total=A_BILL.total)
        self.invoices.put(invoice, [CARE])
        self.pay(invoice, a_payment(800, paid_on=PAID_ON))
        return invoice.number

    def pay(self, invoice: Invoice, payment: Payment) -> None:
        at_the_desk(self.book, self.invoices, invoice.number, payment)

    def totals(self) -> list[int]:
        return [one.total for one in self.paper.made]

    def mails(self) -> list[tuple[str, str]]:
        return [(mail.to, mail.facts["again"]) for mail in self.outbox.mails.values()]


@pytest.fixture
def world() -> World:
    return World()


def test_a_family_gets_its_certificate_and_each_address_one_e_mail(world: World) -> None:
    world.notices.save(BOND, WANTED)
    world.bill()
    world.make()
    assert world.totals() == [800]
    [made] = world.families.families[BOND].certificates
    assert (made.year, made.version, made.pdf_bytes) == (2025, 1, len(world.files.pdfs[BOND, 2025]))
    assert sorted(world.mails()) == [("BOND@server.fr", ""), ("jamie.bond@server.fr", "")]
    [facts] = {tuple(sorted(mail.facts)) for mail in world.outbox.mails.values()}
    assert facts == ("again", "invoices_link", "stop_link", "year")


def test_looking_again_changes_nothing(world: World) -> None:
    world.bill()
    for night in (JANUARY, JANUARY, NEXT_NIGHT):
        world.clock.set(night)
        world.make()
    assert world.totals() == [800]
    assert len(world.outbox.mails) <= 1


def test_one_look_a_day_is_enough(world: World) -> None:
    world.make()
    world.bill()
    world.make()
    assert world.totals() == []
    world.clock.set(NEXT_NIGHT)
    world.make()
    assert world.totals() == [800]


def test_it_is_made_again_when_a_payment_of_its_year_comes_or_goes_and_that_is_told_once(world: World) -> None:
    world.notices.save(BOND, NoticeSettings(wanted=True))
    number = world.bill()
    world.make()
    world.outbox.mails.clear()
    invoice = world.invoices.holder(number)
    assert invoice
    world.pay(invoice, a_payment(-800, id="bounced", paid_on=date(2025, 12, 29), takes_back="p-1"))
    for night in (NEXT_NIGHT, "dimanche 2026-01-04 04:00"):
        world.clock.set(night)
        world.make()
    assert world.totals() == [800, 0], "what is gone is said, not hidden"
    assert world.mails() == [("jamie.bond@server.fr", "1")]
    assert [one.version for one in world.families.families[BOND].certificates] == [2]


def test_a_payment_of_another_year_changes_nothing(world: World) -> None:
    invoice = world.invoices.holder(world.bill())
    world.make()
    assert invoice
    world.pay(invoice, a_payment(50, id="later", paid_on=date(2026, 1, 2)))
    world.clock.set(NEXT_NIGHT)
    world.make()
    assert world.totals() == [800]


@pytest.mark.parametrize(
    "settings", [pytest.param(NoticeSettings(wanted=False), id="no"), pytest.param(NoticeSettings(), id="never asked")]
)
def test_who_wants_no_notice_has_a_certificate_all_the_same(world: World, settings: NoticeSettings) -> None:
    world.notices.save(BOND, settings)
    world.bill()
    world.make()
    assert (world.totals(), world.mails()) == ([800], [])


def test_an_address_that_bounced_gets_none(world: World) -> None:
    world.notices.save(BOND, NoticeSettings(wanted=True))
    world.outbox.suppress("jamie.bond@server.fr", "bounce", world.clock.now())
    world.bill()
    world.make()
    assert (world.totals(), world.mails()) == ([800], [])


@pytest.mark.parametrize(
    ("children", "town"),
    [
        pytest.param((a_child(birth=date(2015, 3, 4)),), TOWN, id="too old"),
        pytest.param((a_child(),), TOWN, id="nobody told the birth"),
        pytest.param((YOUNG,), a_town(an_activity(MORNING)), id="a town without child care"),
    ],
)
def test_there_are_families_without_any(children: tuple[Any, ...], town: Town) -> None:
    world = World(MemoryFamilies([a_family(*children)]), town)
    world.bill()
    world.make()
    assert world.totals() == []


def test_a_town_that_takes_garde_away_by_mistake_takes_no_certificate_away() -> None:
    world = World()
    world.bill()
    world.make()
    world.town = a_town(an_activity(ActivityId("cantine")))
    world.clock.set(NEXT_NIGHT)
    world.make()
    assert world.totals() == [800]


def many(count: int) -> World:
    world = World(MemoryFamilies(a_family(YOUNG, id=FamilyId(f"f-{number:04}")) for number in range(count)))
    for number, family in enumerate(world.families.families, start=1):
        world.bill(f"2025-001-{number:06}", family)
    return world


def test_a_run_that_ends_early_is_continued_by_the_next(world: World) -> None:
    world = many(2 * A_ROUND + 1)
    left = iter([900.0, MARGIN_SECONDS])
    world.make(lambda: next(left))
    assert len(world.totals()) == A_ROUND
    assert world.store.looked is None
    world.make()
    assert len(world.totals()) == 2 * A_ROUND + 1
    assert world.store.looked == date(2026, 1, 2)


def test_one_family_in_trouble_holds_back_no_other_and_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world, of = many(3), MemoryInvoices.of

    def trouble(invoices: MemoryInvoices, family: FamilyId) -> tuple[Invoice, ...]:
        if family == "f-0001":
            raise Unavailable("on purpose")
        return of(invoices, family)

    monkeypatch.setattr(MemoryInvoices, "of", trouble)
    with pytest.raises(Unavailable, match="1 families"):
        world.make()
    assert len(world.totals()) == 2
    assert ("certificate.failed", {"level": "error", "family": "f-0001", "kind": "Unavailable"}) in world.events
    monkeypatch.undo()
    world.make()
    assert len(world.totals()) == 3


def test_what_is_logged_names_nobody(world: World) -> None:
    world.notices.save(BOND, WANTED)
    world.bill()
    world.make()
    said = str(world.events).lower()
    assert "certificate.run" in said
    for secret in ("james", "jamie", "bond@", "2021"):
        assert secret not in said


def test_a_certificate_is_opened_by_its_own_family_only(world: World) -> None:
    world.bill()
    world.make()
    opened = OpenCertificate(files=world.files)
    family = world.families.families[BOND]
    assert opened(family, 2025).startswith(f"https://documents.example/attestations/{BOND}/2025.pdf")
    for somebody, year in ((family, 2024), (replace(family, id=FamilyId("f-other"), certificates=()), 2025)):
        with pytest.raises(NotFound):
            opened(somebody, year)
    world.files.pdfs.clear()
    with pytest.raises(CertificateMissing):
        opened(family, 2025)
