"""A town's folder -> the portal. Everything is checked before anything is written; a second import changes nothing."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from chalicelib.intake.bookings.cancelling import CancelForTown
from chalicelib.intake.bookings.events import families_with_events
from chalicelib.intake.bookings.lines import write_lines
from chalicelib.intake.bookings.meeting import Meeting
from chalicelib.intake.bookings.recount import Recount
from chalicelib.intake.bookings.settled import Settled
from chalicelib.intake.bookings.standing import ClosedDays
from chalicelib.intake.bookings.writer import BookingWriter
from chalicelib.intake.brakes import brake, stops
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.staging import count
from chalicelib.intake.invoices.complete import complete_list
from chalicelib.intake.invoices.money_events import MoneyEvents
from chalicelib.intake.invoices.putting import InvoiceImport
from chalicelib.intake.invoices.staged import credit_notes, families_with_invoices
from chalicelib.intake.invoices.writer import InvoiceWriter
from chalicelib.intake.people.departures import Settling, remove_codes_of_moved
from chalicelib.intake.people.directory import DirectoryWriter
from chalicelib.intake.people.families import FamilyWriter
from chalicelib.intake.people.limits import counts_otherwise
from chalicelib.intake.people.logins import LoginWriter
from chalicelib.intake.people.notices import write_notices
from chalicelib.intake.people.past import Past
from chalicelib.intake.people.renumbered import renumbered
from chalicelib.intake.people.same_child import same_children
from chalicelib.intake.people.there import stage_portal
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.preview import Looked, OnClosedDays, Preview, preview
from chalicelib.intake.progress import ImportProgress
from chalicelib.intake.report import IntakeReport
from chalicelib.intake.validating import BadFiles, Validated, validated
from chalicelib.rules.planning import TownDays
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import NoticeStore
from chalicelib.services.money_desk import MoneyDesk
from chalicelib.services.outgoing_ports import DirectoryKeeper
from chalicelib.services.ports import Clock, PlanningStore
from chalicelib.services.recounting import AT_REST_SECONDS, CountPlaces
from chalicelib.services.telling import TownActing

WRITING_THREADS = 8


@dataclass(frozen=True, kw_only=True)
class Importer:
    """Writes a town's folder through ``store``.

    ``workers`` threads (8 when None) write bookings and invoices, of different families.
    """

    store: IntakeStore
    plannings: PlanningStore
    places: CountPlaces
    invoice_import: InvoiceImport
    notices: NoticeStore
    acting: TownActing
    money: MoneyDesk
    directory: DirectoryKeeper
    clock: Clock
    pepper: str
    workers: int | None = None

    def look(self, folder: Path, progress: ImportProgress) -> Looked:
        """Compare ``folder`` with what is online, and write nothing. Raises BadFiles, Unavailable."""
        now = self.clock.now()
        with validated(folder, now, progress, Past(self.store)) as files:
            run = ImportRun(self, files, folder, now, progress)
            run.compare_invoices()
            run.compare_codes()
            run.compare_children()
            seen = run.preview()
            waiting = [*files.waiting, *run.report.not_put]
            return Looked(seen, stops(run.lists, run.online, run.town), files.remarks.lines(), waiting)

    def __call__(
        self,
        folder: Path,
        progress: ImportProgress,
        *,
        accepting: bool = False,
        cancel_departed: bool = False,
        show: Callable[[Preview], None] = lambda _: None,
    ) -> IntakeReport:
        """Import ``folder``. ``show`` gets what it will change, before anything is written.

        With ``cancel_departed``, the town cancels the future bookings of children who lost an enrolment, and those on
        closed days.

        Raises BadFiles before anything is written. Raises Braked, also before anything is written, when the run would
        change too much, unless ``accepting``. Raises Unavailable at any time: import again, nothing is lost.
        """
        now = self.clock.now()
        with validated(folder, now, progress, Past(self.store)) as files:
            run = ImportRun(self, files, folder, now, progress)
            run.compare_invoices()
            run.compare_codes()
            run.compare_children()
            show(run.preview())
            if not accepting:
                run.brake()
            run.write_families()
            run.write_codes()
            run.write_notices()
            run.write_invoices()
            run.count_places()
            run.settle_departures(cancel=cancel_departed)
            run.write_bookings()
            run.write_directory()
            run.publish()
            run.settle_closed_days(cancel=cancel_departed)
            run.count_places_again()
            return run.report


class ImportRun:
    """The steps of one import. They do not depend on anybody watching; they tell ``progress`` how far they are."""

    def __init__(
        self, ports: Importer, files: Validated, folder: Path, now: datetime, progress: ImportProgress
    ) -> None:
        self.ports = ports
        self.online = ports.store.current_town()
        """The town that is published before this import."""
        self.town = files.town.after(self.online)
        self.lists = files.lists
        self.now = now
        self.progress = progress
        self.workers = ports.workers or WRITING_THREADS
        self.report = IntakeReport(remarks=files.remarks.lines(), waiting=files.waiting)
        self.recount = Recount(ports.store, ports.places, now)
        self.recount_is_due = self.people_before = False
        self.meeting = self._meeting()
        self.act = CancelForTown(ports.plannings, ports.acting.acts, _counted(self.online, self.town), now)
        self.logins = LoginWriter(self.lists, ports.store, ports.pepper, self.report)
        self.people = FamilyWriter(
            lists=self.lists,
            town=self.town,
            store=ports.store,
            report=self.report,
            recount=self.recount,
            today=paris_day(now),
        )
        self.directory = DirectoryWriter(self.lists, ports.directory, now)
        self.invoices = InvoiceWriter(
            ports=ports.invoice_import,
            town=self.town,
            folder=folder,
            lists=self.lists,
            report=self.report,
            workers=self.workers,
            complete=complete_list(self.lists) if files.complete else None,
        )
        self.money = MoneyEvents(self.lists, ports.money, self.report)

    def compare_invoices(self) -> None:
        """Raises BadFiles when the portal cannot take the invoices, given what it has."""
        faults = Faults()
        self._do("Comparaison", families_with_invoices(self.lists), self.invoices.compare(faults))
        if faults.count:
            raise BadFiles(faults)

    def compare_codes(self) -> None:
        self._do("Comparaison des codes", self.logins.stage(), self.logins.compare())
        self.people_before = count(self.lists, "existing_logins") > 0

    def compare_children(self) -> None:
        """Look for children who may have a new identifier: those that no earlier import listed are compared."""
        known = self.directory.look()
        self.report.same_children = list(same_children(self.lists, self.ports.store, known)) if known else []

    def preview(self) -> Preview:
        """What the run would change. The codes are compared by then. Raises Unavailable."""
        today = paris_day(self.now)
        stage_portal(self.lists, self.ports.store, today)
        closed = ClosedDays(self.lists, self.ports.places.plannings, TownDays(self.town), today)
        asked = Counter(one.asked for one in closed(self.meeting.change.closed))
        falls = OnClosedDays(stay=asked[False], cancelled=asked[True])
        seen = preview(self.lists, self.online, self.town, falls, today.isoformat())
        seen = seen.with_more((*self.invoices.coming.coming(), *map(str, self.report.same_children)))
        return seen.with_all(self.money.look())

    def brake(self) -> None:
        """Raises Braked when the run would change too much, as its preview shows."""
        brake(self.lists, self.online, self.town)

    def write_families(self) -> None:
        self.report.renumbered = renumbered(self.lists)
        if counts_otherwise(self.online, self.town):
            self.recount.ask()
        self._do("Familles", count(self.lists, "families"), self.people.write())

    def write_codes(self) -> None:
        remove_codes_of_moved(self.lists, self.ports.store, self.report)
        self._do("Codes d'accès", count(self.lists, "families_to_write"), self.logins.write())

    def write_notices(self) -> None:
        notices = write_notices(self.lists, self.ports.notices, self.report)
        self._do("Avertissements", count(self.lists, "notices"), notices)

    def write_invoices(self) -> None:
        self._do("Factures", families_with_invoices(self.lists), self.invoices.write())
        self._do("Avoirs", len(credit_notes(self.lists)), self.invoices.give_credit())
        self._do("Mouvements d'argent", count(self.lists, "money_rows"), self.money.write())

    def count_places(self) -> None:
        """Count what the new town counts and nobody counted yet, before anything is booked on it; and note which days
        it closes."""
        self.meeting.note(people_before=self.people_before)
        self.recount_is_due = self.recount.is_due()
        if self.recount_is_due:
            self.report.recounted = self.recount.prepare(self.town)

    def settle_departures(self, *, cancel: bool) -> None:
        settling = Settling(
            store=self.ports.store,
            plannings=self.ports.plannings,
            town=self.town,
            act=self.act,
            cancel=cancel,
            fresh=self.people.fresh,
            report=self.report,
            workers=self.workers,
        )
        self._do("Départs", len(self.people.unsettled), settling(self.people.unsettled))

    def write_bookings(self) -> None:
        looked_at = self.people.added.union(self.people.unsettled)
        self.settled = Settled(self.ports.store, self.ports.pepper, looked_at)
        writer = BookingWriter(self.ports.store, self.ports.plannings, self.town, paris_day(self.now))
        work = write_lines(self.lists, writer, self.settled, self.report, self.workers)
        self._do("Réservations", families_with_events(self.lists), work)

    def write_directory(self) -> None:
        self.directory.write()

    def publish(self) -> None:
        """Publish the town last, after everything else: an import that crashes leaves the old town in place.

        Until then, pages follow the old town: they leave out enrolments in activities that it does not have.
        """
        if self.ports.store.put_town(self.town, self.now):
            self.report.town.changed += 1
        else:
            self.report.town.unchanged += 1

    def settle_closed_days(self, *, cancel: bool) -> None:
        """List or cancel what stands on closed days, then tell the families what this import cancelled."""
        self.meeting.settle(self.act, cancel=cancel)
        for standing in self.report.standing:
            self.settled.forget(standing.family)
        self.settled.write()
        self.meeting.tell(self.ports.acting.acts, self.ports.acting.tell)

    def _meeting(self) -> Meeting:
        return Meeting(
            before=self.online,
            town=self.town,
            lists=self.lists,
            store=self.ports.store,
            bookings=self.ports.places.plannings,
            report=self.report,
            now=self.now,
            workers=self.workers,
            wait=self._let_pages_read_the_town,
        )

    def _let_pages_read_the_town(self) -> None:
        self.progress.waiting("Le temps que toutes les pages lisent le nouveau calendrier, une minute…")
        self.ports.places.pause(AT_REST_SECONDS)

    def count_places_again(self) -> None:
        """Count again when every Lambda has read the published town."""
        if self.recount_is_due:
            self.progress.waiting("Recompte des places, une minute…")
            self.report.recounted = (self.report.recounted or 0) + self.recount.settle(self.town)

    def _do(self, label: str, total: int, work: Iterator[int]) -> None:
        """Run ``work`` to its end; each of its steps says how many of ``total`` it did."""
        with self.progress.step(label, total) as advance:
            for done in work:
                advance(done)


def _counted(before: Town | None, town: Town) -> TownDays:
    """The town with the activities that it removes: their places are given back where they were counted."""
    return TownDays(replace(town, activities={**(before.activities if before else {}), **town.activities}))
