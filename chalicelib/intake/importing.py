"""A town's folder -> the portal. Everything is validated before anything is written; again changes nothing."""

import contextlib
import sqlite3
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from chalicelib.intake.bookings.recount import Recount
from chalicelib.intake.bookings.writer import BookingWriter, by_family
from chalicelib.intake.brakes import brake
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.names import check_names
from chalicelib.intake.files.staging import count, staging
from chalicelib.intake.invoices.checks import check_invoices
from chalicelib.intake.invoices.lists import InvoiceLists
from chalicelib.intake.invoices.reversals import ReversalList, check_reversals, write_reversals
from chalicelib.intake.invoices.staged import families_with_invoices
from chalicelib.intake.invoices.writer import InvoiceImport, InvoiceWriter
from chalicelib.intake.people.checks import check_lists
from chalicelib.intake.people.departures import Settling, remove_codes_of_moved
from chalicelib.intake.people.families import FamilyWriter
from chalicelib.intake.people.limits import counts_otherwise
from chalicelib.intake.people.lists import PeopleLists
from chalicelib.intake.people.logins import LoginWriter
from chalicelib.intake.people.past import Past
from chalicelib.intake.people.renumbered import renumbered
from chalicelib.intake.pool import in_order
from chalicelib.intake.ports import IntakeStore
from chalicelib.intake.progress import Progress
from chalicelib.intake.report import IntakeReport
from chalicelib.intake.town.town_file import read_town
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import NoticeStore
from chalicelib.services.ports import Clock, PlanningStore
from chalicelib.services.recounting import CountPlaces
from chalicelib.services.reversing import ReversePayment

WRITING_THREADS = 8


class BadFiles(ValueError):
    """The town's files have faults; nothing was written."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(f"{faults.count} faults")
        self.faults = faults


@dataclass(frozen=True)
class Validated:
    """Files without a fault: the town, and its lists in the staging database."""

    town: Town
    lists: sqlite3.Connection


@contextmanager
def validated(folder: Path, now: datetime, progress: Progress, past: Past | None = None) -> Iterator[Validated]:
    """Read and check every file of ``folder``; raises BadFiles. The lists last as long as the block.

    ``past``: what the portal remembers, None without a portal. Raises Unavailable when it has to be asked and is not
    there.
    """
    past = past or Past()
    faults = Faults()
    town = read_town(folder, faults, paris_day(now))
    check_names(folder, faults)
    with staging() as database:
        PeopleLists(folder, town, database, faults, now, past=past).stage(progress.say)
        InvoiceLists(folder, town, database, faults, now).stage(progress.say)
        ReversalList(folder, town, database, faults, now).stage(progress.say)
        check_lists(database, town, past, faults)
        check_invoices(database, faults)
        if faults.count or town is None:
            raise BadFiles(faults)
        yield Validated(town, database)


class Importer:
    """Writes a town's folder through ``store``.

    ``workers`` threads (8) write bookings, of different families.
    """

    def __init__(
        self,
        *,
        store: IntakeStore,
        plannings: PlanningStore,
        places: CountPlaces,
        invoice_import: InvoiceImport,
        notices: NoticeStore,
        reverse: ReversePayment,
        clock: Clock,
        pepper: str,
        workers: int | None = None,
    ) -> None:
        self.store = store
        self.plannings = plannings
        self.places = places
        self.invoice_import = invoice_import
        self.notices = notices
        self.reverse = reverse
        self.clock = clock
        self.pepper = pepper
        self.workers = workers or WRITING_THREADS

    def __call__(
        self, folder: Path, progress: Progress, *, accepting: bool = False, cancel_departed: bool = False
    ) -> IntakeReport:
        """``cancel_departed``: cancel, as the town's act, the bookings to come of who lost an enrolment.

        Raises BadFiles before anything is written, Unavailable at any time: then do it again, nothing is lost.
        Raises Braked, before anything is written too, when the run would change too much: unless ``accepting``.
        """
        now = self.clock.now()
        with validated(folder, now, progress, Past(self.store)) as checked:
            online = self.store.current_town()
            files = replace(checked, town=checked.town.after(online))
            report = IntakeReport()
            invoices = self._invoices(files, folder, report)
            self._compare(invoices, files, progress)
            logins = LoginWriter(files.lists, self.store, self.pepper, report)
            progress.follow("Comparaison des codes", logins.stage(), logins.compare())
            if not accepting:
                brake(files.lists, self.store, paris_day(now))
            report.renumbered = renumbered(files.lists)
            recount = Recount(self.store, self.places, now)
            if counts_otherwise(online, files.town):
                recount.ask()
            people = self._people(files, now, report, recount)
            progress.follow("Familles", count(files.lists, "families"), people.write())
            remove_codes_of_moved(files.lists, self.store, report)
            progress.follow("Codes d'accès", count(files.lists, "families_to_write"), logins.write())
            progress.follow("Avertissements", count(files.lists, "notices"), self._write_notices(files.lists, report))
            progress.follow("Factures", families_with_invoices(files.lists), invoices.write())
            reversals = write_reversals(files.lists, self.reverse, report.reversals)
            progress.follow("Contre-passations", count(files.lists, "reversals"), reversals)
            due = recount.is_due()
            report.recounted = recount.prepare(files.town) if due else None
            settling = self._settling(files, online, now, report, fresh=people.fresh, cancel=cancel_departed)
            progress.follow("Départs", len(people.unsettled), settling(people.unsettled))
            progress.follow("Réservations", _families_with_events(files.lists), self._write_bookings(files, report))
            self._publish(files.town, now, report)
            if due:
                progress.say("places à recompter, une minute")
                report.recounted = (report.recounted or 0) + recount.settle(files.town)
            return report

    def _invoices(self, files: Validated, folder: Path, report: IntakeReport) -> InvoiceWriter:
        return InvoiceWriter(
            ports=self.invoice_import,
            town=files.town,
            folder=folder,
            lists=files.lists,
            report=report,
            workers=self.workers,
        )

    def _people(self, files: Validated, now: datetime, report: IntakeReport, recount: Recount) -> FamilyWriter:
        return FamilyWriter(
            lists=files.lists,
            town=files.town,
            store=self.store,
            report=report,
            recount=recount,
            today=paris_day(now),
        )

    def _settling(
        self,
        files: Validated,
        online: Town | None,
        now: datetime,
        report: IntakeReport,
        *,
        fresh: Collection[FamilyId],
        cancel: bool,
    ) -> Settling:
        return Settling(
            store=self.store,
            plannings=self.plannings,
            town=files.town,
            before=online,
            now=now,
            cancel=cancel,
            fresh=fresh,
            report=report,
            workers=self.workers,
        )

    def _compare(self, invoices: InvoiceWriter, files: Validated, progress: Progress) -> None:
        """Raises BadFiles when the invoices, or what is taken back, cannot be, given what the portal has."""
        faults = Faults()
        progress.follow("Comparaison", families_with_invoices(files.lists), invoices.compare(faults))
        check_reversals(files.lists, self.reverse, faults)
        if faults.count:
            raise BadFiles(faults)

    def _publish(self, town: Town, now: datetime, report: IntakeReport) -> None:
        """The town last, when all the rest is written: an import that dies on the way leaves the town as it was.

        Until then pages follow the town before: they leave out what families are enrolled in and it does not have.
        """
        if self.store.put_town(town, now):
            report.town.changed += 1
        else:
            report.town.unchanged += 1

    def _write_notices(self, lists: sqlite3.Connection, report: IntakeReport) -> Iterator[int]:
        """Who is told of invoices, for the families that never chose themselves."""
        for family, emails in lists.execute("SELECT family, emails FROM notices ORDER BY family"):
            settings = self.notices.settings(FamilyId(family))
            if settings == NoticeSettings():
                extra = tuple(Address(email, AddressState.CONFIRMED) for email in emails.split())
                with contextlib.suppress(StaleWrite):  # Its parent chose just now.
                    self.notices.save(FamilyId(family), replace(settings, wanted=True, extra=extra))
                    report.notices += 1
            yield 1

    def _write_bookings(self, files: Validated, report: IntakeReport) -> Iterator[int]:
        writer = BookingWriter(self.store, self.plannings, files.town)
        (listed,) = files.lists.execute("SELECT count(*) FROM events").fetchone()
        with ThreadPoolExecutor(self.workers) as pool:
            for outcome in in_order(pool, self.workers, writer, by_family(files.lists)):
                outcome.add_to(report)
                yield 1
        told = report.bookings.added + report.bookings.unchanged + report.overtaken + len(report.refused)
        # Of several lines for one slot only the last was looked at.
        report.overtaken += int(listed) - told


def _families_with_events(lists: sqlite3.Connection) -> int:
    (number,) = lists.execute("SELECT count(DISTINCT family) FROM events").fetchone()
    return int(number)
