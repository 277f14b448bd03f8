"""Every AWS call of every use case fails in every way: no booking without its journal, no counter off."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest

from chalicelib.adapters.logs import report
from chalicelib.adapters.pdf_store import S3CertificateFiles, S3PdfStore
from chalicelib.adapters.ticket_pdf import TicketPdf
from chalicelib.portal import Portal, Ports, assemble
from chalicelib.rules.errors import SessionExpired
from chalicelib.rules.ids import EntryId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.rules.town import Capacity
from chalicelib.services.accounts import Session, WrongCodes
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.services.mails import Message
from chalicelib.services.ports import Login
from chalicelib.services.recounting import CountPlaces
from chalicelib.services.saving import Offer
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.book import DynamoBook
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
from chalicelib.web.links import SignedLinks
from tests.builders import BOND, JAMES, WEEKDAYS, a_calendar, a_child, a_family, a_town, an_activity
from tests.clock import FixedClock, paris
from tests.faults import Case, survives
from tests.intake.test_import_faults import quick_hash
from tests.stand_in import PEPPER, REGION, database_for, seeded, settings_for

NOW = paris("vendredi 2026-09-11 12:00")
MONDAY = date(2026, 9, 14)
LIMITED = [an_activity(f"atelier-{n}", school_weekdays=WEEKDAYS, capacity=Capacity(30, {})) for n in range(2)]
SCHOOL_DAYS = [MONDAY + timedelta(days=n) for n in range(5)]
OPEN_DAILY = an_activity("garderie", school_weekdays=WEEKDAYS, holiday_weekdays=WEEKDAYS)
TOWN = a_town(*LIMITED, OPEN_DAILY)
THIS_WEEK = replace(TOWN, calendar=a_calendar(last=SCHOOL_DAYS[-1]))
"""The same with fewer days to count again: it is done after every fault."""
FAMILY = a_family(a_child(JAMES, *TOWN.activities))
SEVEN_MONTHS = [day for n in range(150) if TOWN.calendar.is_working_day(day := MONDAY + timedelta(days=n))]
NONE: frozenset[Slot] = frozenset()
SALT = b"0123456789abcdef"
HERE = "192.0.2.1"
PDFS = S3PdfStore(region=REGION, bucket=settings_for().bucket)
"""Shared by every run: making a client takes longer than using it."""


@dataclass
class World:
    portal: Portal
    plannings: DynamoPlanningStore
    recount: CountPlaces
    first: EntryId | None = None


@pytest.fixture(autouse=True)
def hashing_is_quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash takes 43 ms and there are hundreds of runs: the faults do not depend on how slow it is."""
    monkeypatch.setattr("chalicelib.services.keyed_hashes.slow_hash", quick_hash)


def _stock(settings: Settings) -> None:
    store = DynamoIntakeStore(database_for(settings))
    store.put_town(TOWN, NOW)
    store.put_families([FAMILY])
    login = Login(BOND, JAMES, SALT, secret_of(settings.pepper, "GOLDENEYE7", SALT))
    store.put_logins([(login_key(settings.pepper, "007"), login)])


stocked = seeded(_stock)


@contextmanager
def fresh() -> Iterator[World]:
    with stocked() as settings:
        database = database_for(settings)
        clock = FixedClock(NOW)
        plannings = DynamoPlanningStore(database)
        portal = assemble(
            Ports(
                settings=settings,
                clock=clock,
                report=report,
                town=DynamoTownStore(database),
                families=DynamoFamilyStore(database),
                logins=DynamoLoginStore(database),
                throttle=DynamoThrottleStore(database),
                plannings=plannings,
                certificates=S3CertificateFiles(region=REGION, bucket=settings.bucket),
                invoices=DynamoInvoiceStore(database),
                pdfs=PDFS,
                notices=DynamoNoticeStore(database),
                outbox=DynamoOutbox(database, PEPPER),
                links=SignedLinks(settings),
                orders=DynamoOrderStore(database),
                attempts=DynamoAttemptStore(database),
                book=DynamoBook(database),
                providers={},
                payment_links=SignedLinks(settings),
                print_ticket=TicketPdf(),
            )
        )
        recount = CountPlaces(plannings=plannings, families=DynamoFamilyStore(database), pause=_no_pause)
        yield World(portal, plannings, recount)


def slots(days: list[date]) -> frozenset[Slot]:
    return frozenset(Slot(JAMES, activity.id, day) for activity in LIMITED for day in days)


def saving(wanted: frozenset[Slot]) -> Callable[[World], None]:
    def run(world: World) -> None:
        world.portal.planning.save(FAMILY, Offer(slots(SCHOOL_DAYS), NONE), wanted)

    return run


def _no_pause(_seconds: float) -> None:
    """Nobody else is there to wait for."""


def _nothing(_world: World) -> None:
    """Nobody comes back."""


def nothing_is_off(world: World) -> None:
    """Bookings are what the journal tells; no place is sold twice, at most one a day is unsold until the night."""
    plannings = world.plannings
    booked = plannings.booked(BOND, SCHOOL_DAYS[0], SCHOOL_DAYS[-1])
    told: set[Slot] = set()
    for entry in reversed(plannings.entries(BOND, 100)):
        for wish in entry.changes:
            assert (wish.slot in told) != wish.booked, f"the journal tells {wish} twice"
            (told.add if wish.booked else told.remove)(wish.slot)
    assert booked == told, "bookings and journal disagree"
    keys = {PlaceKey(slot.day, slot.activity) for slot in slots(SCHOOL_DAYS)}
    counts = Counter(PlaceKey(slot.day, slot.activity) for slot in booked)
    taken = plannings.taken(keys)
    assert all(counts[key] <= taken[key] <= counts[key] + 1 for key in keys), "more than a place a day is unsold"
    world.recount(THIS_WEEK, world.portal.clock.now())
    assert plannings.taken(keys) == {key: counts[key] for key in keys}, "the night gives unsold places back"


def all_booked(wanted: frozenset[Slot]) -> Callable[[World], None]:
    def check(world: World) -> None:
        nothing_is_off(world)
        assert world.plannings.booked(BOND, SCHOOL_DAYS[0], SCHOOL_DAYS[-1]) == wanted

    return check


def test_a_save_is_whole_and_the_same_form_again_completes_it() -> None:
    few = slots(SCHOOL_DAYS[:1])
    survives(Case(fresh=fresh, run=saving(few), recover=saving(few), check=all_booked(few)))


def test_a_killed_save_leaves_nothing_off_even_when_the_parent_never_comes_back() -> None:
    few = slots(SCHOOL_DAYS[:1])
    survives(Case(fresh=fresh, run=saving(few), recover=_nothing, check=nothing_is_off))


def test_a_save_of_several_transactions_loses_nothing() -> None:
    every = frozenset(Slot(JAMES, OPEN_DAILY.id, day) for day in SEVEN_MONTHS)
    offer = Offer(every, NONE)

    def save(world: World) -> None:
        world.portal.planning.save(FAMILY, offer, every)

    def check(world: World) -> None:
        assert world.plannings.booked(BOND, SEVEN_MONTHS[0], SEVEN_MONTHS[-1]) == every
        told = [wish.slot for entry in world.plannings.entries(BOND, 100) for wish in entry.changes]
        assert sorted(told) == sorted(every), "one line in the journal for one booking"

    tried = survives(Case(fresh=fresh, run=save, recover=save, check=check))
    transactions = {fault.number for fault in tried if fault.call == "dynamodb:TransactWriteItems"}
    assert len(transactions) == 2, "the save was meant to be too long for one transaction"


CANCELLED = frozenset({"dynamodb:UpdateItem"})
"""A cancellation is saved when its place cannot be given back: it stays unsold until the night."""


def test_a_cancellation_is_whole_and_its_places_are_free_in_the_morning() -> None:
    few = slots(SCHOOL_DAYS[:1])

    @contextmanager
    def booked() -> Iterator[World]:
        with fresh() as world:
            saving(few)(world)
            world.portal.clock.forward(minutes=1)  # type: ignore[attr-defined]
            yield world

    def cancel(world: World) -> None:
        world.portal.planning.save(FAMILY, Offer(slots(SCHOOL_DAYS), few), NONE)

    survives(Case(fresh=booked, run=cancel, recover=cancel, check=all_booked(NONE), tolerates=CANCELLED))


def test_an_undo_is_whole() -> None:
    few = slots(SCHOOL_DAYS[:1])

    @contextmanager
    def saved() -> Iterator[World]:
        with fresh() as world:
            world.first = world.portal.planning.save(FAMILY, Offer(few, NONE), few)
            world.portal.clock.forward(minutes=1)  # type: ignore[attr-defined]
            yield world

    def undo(world: World) -> None:
        assert world.first is not None
        world.portal.planning.undo(FAMILY, world.first)

    survives(Case(fresh=saved, run=undo, recover=undo, check=all_booked(NONE), tolerates=CANCELLED))


def test_signing_in_locks_nobody_out() -> None:
    def sign_in(world: World) -> None:
        world.portal.accounts.sign_in("007", "GOLDENEYE7", HERE)

    survives(Case(fresh=fresh, run=sign_in, recover=_nothing, check=sign_in))


def test_a_wrong_code_is_counted_or_told_as_unavailable() -> None:
    def guess(world: World) -> None:
        with suppress(WrongCodes):
            world.portal.accounts.sign_in("007", "WRONGPAYER", HERE)

    def opens(world: World) -> None:
        world.portal.accounts.sign_in("007", "GOLDENEYE7", HERE)

    survives(Case(fresh=fresh, run=guess, recover=guess, check=opens))


STOLEN = Session(BOND, JAMES, 0, paris("vendredi 2026-09-11 11:59"), paris("vendredi 2026-09-11 11:59"), "stolen")


def test_signing_out_ends_every_copy_or_is_told_as_unavailable() -> None:
    def sign_out(world: World) -> None:
        world.portal.accounts.end_session(STOLEN)

    survives(Case(fresh=fresh, run=sign_out, recover=sign_out, check=opens_nothing))


def test_the_other_sessions_end_or_it_is_told_as_unavailable() -> None:
    def end_others(world: World) -> None:
        kept = world.portal.accounts.end_others(replace(STOLEN, nonce="mine"))
        world.portal.accounts.open_session(kept)

    survives(Case(fresh=fresh, run=end_others, recover=end_others, check=opens_nothing))


def opens_nothing(world: World) -> None:
    with pytest.raises(SessionExpired):
        world.portal.accounts.open_session(STOLEN)


def test_looking_changes_nothing() -> None:
    def look(world: World) -> None:
        world.portal.planning.show(FAMILY, JAMES, None, None)
        world.portal.planning.changes(FAMILY, JAMES)

    survives(Case(fresh=fresh, run=look, recover=look, check=nothing_is_off))


def test_a_message_to_the_office_is_kept_or_told_as_not_sent() -> None:
    """Who is told that it is not kept writes again: then it leaves once or twice, never not at all."""

    def write(world: World) -> None:
        world.portal.write_to_office(Message("Jamie BOND", "jamie.bond@server.fr", "Codes", "Bonjour"), HERE)

    survives(Case(fresh=fresh, run=write, recover=write, check=the_office_is_written_to))


def the_office_is_written_to(world: World) -> None:
    waiting = list(world.portal.write_to_office.outbox.due(world.portal.clock.now(), 10))
    assert {(mail.kind, mail.to, mail.family) for mail in waiting} == {("contact", TOWN.office.email, None)}
    assert len(waiting) in {1, 2}
