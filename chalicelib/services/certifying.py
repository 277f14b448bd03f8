"""Tax certificates: made by themselves each winter, made again when money of their year comes or goes."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from enum import Enum
from itertools import islice

from chalicelib.rules.care import cares_of, children_of
from chalicelib.rules.certificate import certificate_of, concerned, is_to_be_made, is_young, year_to_certify
from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.school_calendar import paris_day
from chalicelib.rules.town import Town
from chalicelib.services.certificate_ports import CertificateFiles, CertificateRenderer, CertificateStore
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mail_ports import Mail, MailLinks, NoticeStore, Outbox
from chalicelib.services.mails import certificate_online
from chalicelib.services.ports import Clock, Report, SecondsLeft, TownStore
from chalicelib.values import Value

AT_ONCE = 8
"""Families that are looked at together: what takes long is waiting for answers."""
A_ROUND = 64
"""Families between two looks at the clock."""
MARGIN_SECONDS = 30.0
"""Seconds kept back at the end of a process: more than a round takes."""
ONE_FAMILY_FAILED = (Unavailable, StaleWrite, LookupError, ValueError)


class Outcome(Enum):
    """What a look at a family did."""

    KEPT = "kept"
    """It needs no certificate, or has the right one."""
    MADE = "made"
    AGAIN = "again"
    """One was made in the place of another."""
    FAILED = "failed"


class Pass(Value):
    """What a run did: how many families had each outcome; ``whole`` when no family is left."""

    outcomes: Counter[Outcome]
    whole: bool


class MakeCertificates:
    """Look at every family that may need a certificate, and make those that the portal lacks.

    A run that ends early is continued by the next one: what is made already is only compared. The PDF is stored before
    it is noted, and noted with its e-mails: whatever ends in between, each is made and told once.
    """

    def __init__(
        self,
        *,
        town: TownStore,
        store: CertificateStore,
        invoices: InvoiceStore,
        files: CertificateFiles,
        renderer: CertificateRenderer,
        notices: NoticeStore,
        outbox: Outbox,
        links: MailLinks,
        clock: Clock,
        report: Report,
    ) -> None:
        self.town = town
        self.store = store
        self.invoices = invoices
        self.files = files
        self.renderer = renderer
        self.notices = notices
        self.outbox = outbox
        self.links = links
        self.clock = clock
        self.report = report

    def __call__(self, seconds_left: SecondsLeft) -> None:
        """What the clock runs: at most one whole look a day, on the days on which there is something to look at.

        Raises Unavailable, at the end, when some family could not be looked at; the others were.
        """
        now = self.clock.now()
        year, today = year_to_certify(now), paris_day(now)
        if year is None or self.store.looked_on() == today:
            return
        looked = self.of_year(year, seconds_left)
        if failed := looked.outcomes[Outcome.FAILED]:
            raise Unavailable(f"certificates: {failed} families could not be looked at")
        if looked.whole:
            self.store.note_look(today)

    def of_year(self, year: int, seconds_left: SecondsLeft) -> Pass:
        """Make what is missing of ``year``. A town without child care has no certificates, and keeps those it had."""
        town = self.town.current()
        families = self._to_look_at(year) if cares_of(town) else iter(())
        outcomes: Counter[Outcome] = Counter()
        whole = False
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while not whole and seconds_left() > MARGIN_SECONDS:
                some = list(islice(families, A_ROUND))
                outcomes.update(pool.map(lambda family: self._try(year, family, town), some))
                whole = len(some) < A_ROUND
        self._tell(year, outcomes, whole)
        return Pass(outcomes, whole)

    def _tell(self, year: int, outcomes: Counter[Outcome], whole: bool) -> None:
        kept, made, again, failed = (outcomes[one] for one in Outcome)
        self.report("certificate.run", year=year, kept=kept, made=made, again=again, failed=failed, left=int(not whole))

    def _to_look_at(self, year: int) -> Iterator[Family]:
        """Families with a child that was young enough, or with a certificate that may not be right any more."""
        for family in self.store.families():
            births = (child.birth for child in children_of(family))
            if any(birth and is_young(birth, year) for birth in births) or family.certificate(year):
                yield family

    def _try(self, year: int, family: Family, town: Town) -> Outcome:
        try:
            return self._look(year, family, town)
        except ONE_FAMILY_FAILED as error:
            self.report("certificate.failed", level="error", family=family.id, kind=type(error).__name__)
            return Outcome.FAILED

    def _look(self, year: int, family: Family, town: Town) -> Outcome:
        invoices = concerned(self.invoices.of(family.id), year)
        lines = self.store.lines(family.id, [one.number for one in invoices])
        paid = [(one, lines.get(one.number, ())) for one in invoices]
        certificate, there = certificate_of(year, family, paid, town), family.certificate(year)
        if not is_to_be_made(certificate, there):
            return Outcome.KEPT
        now = self.clock.now()
        pdf = self.renderer.render(certificate, family, town, now)
        self.files.put(family.id, year, pdf)
        made = MadeCertificate(year, certificate.tag, there.version + 1 if there else 1, now, len(pdf))
        self.store.put(family.id, made, self._mails(family, made, now))
        return Outcome.AGAIN if there else Outcome.MADE

    def _mails(self, family: Family, made: MadeCertificate, now: datetime) -> list[Mail]:
        """To the addresses that are told of invoices."""
        recipients = self.notices.settings(family.id).recipients(family.email)
        never = self.outbox.suppressed(recipients) if recipients else set()
        return [
            self._mail(family, made, email, rank, now)
            for rank, email in enumerate(email for email in recipients if email not in never)
        ]

    def _mail(self, family: Family, made: MadeCertificate, email: str, rank: int, now: datetime) -> Mail:
        stop = self.links.stop(family.id, email)
        return certificate_online(made, family.id, email, rank, invoices=self.links.invoices(), stop=stop, now=now)
