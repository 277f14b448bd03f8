"""The jobs behind the e-mails: families are told of new invoices, mails leave the outbox.

Each job works until it has nothing left or no time left; what remains is the next run's. ``seconds_left`` tells how
long the process still has.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.rules.errors import StaleWrite, Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import in_words
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.mail_ports import (
    Mail,
    MailLinks,
    MailRejected,
    MailRenderer,
    MailSender,
    MailThrottled,
    NoticeStore,
    Outbox,
)
from chalicelib.services.ports import Clock, FamilyStore, Report

KIND = "invoice-online"
BATCH = 100
MARGIN = 20.0
"""Seconds of a process that are kept: more than the longest call still under way may take."""
LEASE = 120
"""Seconds for which a mail is held: more than it takes to send, so that nobody else sends it meanwhile."""
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
PAUSES = (1.0, 2.0, 4.0, 8.0)
"""Seconds to wait each time the mail service asks for a pause; asked once more, the run ends."""
IN_A_ROW = 5
"""Mails that do not leave, one after the other, before the run ends: the service is to blame, not all of them."""
ONE_INVOICE_FAILED = (Unavailable, StaleWrite, LookupError, ValueError)

SecondsLeft = Callable[[], float]


class NotifyInvoices:
    """Tell each family that wants it of its invoices newly online: off the list, into the outbox, together."""

    def __init__(
        self,
        *,
        invoices: InvoiceStore,
        families: FamilyStore,
        notices: NoticeStore,
        outbox: Outbox,
        links: MailLinks,
        clock: Clock,
        report: Report,
    ) -> None:
        self.invoices = invoices
        self.families = families
        self.notices = notices
        self.outbox = outbox
        self.links = links
        self.clock = clock
        self.report = report

    def __call__(self, seconds_left: SecondsLeft) -> int:
        """How many mails were put in the outbox. Raises Unavailable, at the end, when an invoice could not be told of:
        the others were."""
        now, mails = self.clock.now(), 0
        told: set[InvoiceNumber] = set()
        failed: set[InvoiceNumber] = set()
        for invoice in self._waiting(seconds_left, told, failed):
            try:
                mails += self._tell(invoice, now)
            except ONE_INVOICE_FAILED as error:
                failed.add(invoice.number)
                self.report("notice.failed", level="error", invoice=invoice.number, kind=type(error).__name__)
            else:
                told.add(invoice.number)
        if told or failed:
            self.report("notice.run", invoices=len(told), mails=mails, failed=len(failed))
        if failed:
            raise Unavailable(f"notice: {len(failed)} invoices could not be told of")
        return mails

    def _waiting(
        self, seconds_left: SecondsLeft, told: set[InvoiceNumber], failed: set[InvoiceNumber]
    ) -> Iterator[Invoice]:
        """Each invoice to tell of, once: those that fail stay first in the list, and the index shows what was taken off
        a little late."""
        while seconds_left() > MARGIN:
            batch = self.invoices.to_notify(BATCH + len(failed))
            fresh = [invoice for invoice in batch if invoice.number not in told | failed]
            if not fresh:
                return
            for invoice in fresh:
                if seconds_left() <= MARGIN:
                    return
                yield invoice

    def _tell(self, invoice: Invoice, now: datetime) -> int:
        mails = self._mails(invoice, now)
        self.invoices.notified(invoice, mails)
        return len(mails)

    def _mails(self, invoice: Invoice, now: datetime) -> list[Mail]:
        family = self.families.find(invoice.family)
        if family is None:
            self.report("notice.family_unknown", level="error", invoice=invoice.number, family=invoice.family)
            return []
        recipients = self.notices.settings(invoice.family).recipients(family.email)
        if not recipients or self._is_paid(invoice):
            return []
        never = self.outbox.suppressed(recipients)
        wanted = [email for email in recipients if email not in never]
        return [self._mail(invoice, email, number, now) for number, email in enumerate(wanted)]

    def _is_paid(self, invoice: Invoice) -> bool:
        """A town brings years of paid invoices when it starts: nobody waits for news of them."""
        whole = self.invoices.find(invoice.family, invoice.number)
        return whole is not None and whole.is_paid

    def _mail(self, invoice: Invoice, email: str, number: int, now: datetime) -> Mail:
        facts = {
            "number": invoice.number,
            "label": invoice.label,
            "regie": invoice.regie,
            "total": in_words(invoice.total),
            "due_on": f"{invoice.due_on:%d/%m/%Y}",
            "invoices_link": self.links.invoices(),
            "stop_link": self.links.stop(invoice.family, email),
        }
        mail_id = f"{KIND}-{invoice.number}-{number}"
        return Mail(mail_id, email, KIND, facts, invoice.family, invoice.number, now)


class Pace:
    """Lets at most ``per_second`` things begin each second, evenly. ``sleep`` takes seconds."""

    def __init__(self, per_second: float, clock: Clock, sleep: Callable[[float], None]) -> None:
        self.gap = timedelta(seconds=1 / per_second)
        self.clock = clock
        self.sleep = sleep
        self._next: datetime | None = None

    def wait(self) -> None:
        now = self.clock.now()
        if self._next is not None and now < self._next:
            self.sleep((self._next - now).total_seconds())
            now = self._next
        self._next = now + self.gap


@dataclass(frozen=True)
class Sendings:
    """What a run of the outbox did, in mails. ``unfinished``: the mail service had enough first."""

    sent: int = 0
    later: int = 0
    aside: int = 0
    waited: int = field(default=0, compare=False)
    """Seconds that the one longest due had waited when its turn came."""
    unfinished: bool = False


class SendOutbox:
    """Send what waits in the outbox, one mail after the other: a kill leaves at most one sent and not yet noted."""

    def __init__(
        self,
        *,
        outbox: Outbox,
        renderer: MailRenderer,
        sender: MailSender,
        clock: Clock,
        report: Report,
        per_second: float,
        sleep: Callable[[float], None],
    ) -> None:
        self.outbox = outbox
        self.renderer = renderer
        self.sender = sender
        self.clock = clock
        self.report = report
        self.sleep = sleep
        self.pace = Pace(per_second, clock, sleep)
        self._random = random.SystemRandom()

    def __call__(self, seconds_left: SecondsLeft) -> Sendings:
        """Raises Unavailable when the outbox does not answer, or when several mails in a row did not leave."""
        done, in_a_row = Sendings(), 0
        for mail, suppressed in self._due(seconds_left):
            overdue = int((self.clock.now() - mail.due_at).total_seconds())
            done = replace(done, waited=max(done.waited, overdue))
            if suppressed:
                self.outbox.set_aside(mail, "suppressed")
                done = replace(done, aside=done.aside + 1)
                continue
            before = done
            try:
                done = self._deliver(mail, done, seconds_left)
            except MailThrottled:
                # Nothing is written: the mail is due again when its lease ends, no attempt the poorer.
                self.report("mail.throttled", level="warning", mail=mail.id)
                done = replace(done, unfinished=True)
                break
            in_a_row = 0 if done.sent > before.sent else in_a_row + 1
            if in_a_row == IN_A_ROW:
                break
        if done != Sendings():
            self.report("outbox.run", **vars(done))
        if in_a_row == IN_A_ROW:
            raise Unavailable(f"outbox: {IN_A_ROW} mails in a row did not leave")
        return done

    def _due(self, seconds_left: SecondsLeft) -> Iterator[tuple[Mail, bool]]:
        """Each due mail, once we hold it, and whether its address is suppressed."""
        while True:
            batch = list(self.outbox.due(self.clock.now(), BATCH))
            never = self.outbox.suppressed({mail.to for mail in batch}) if batch else set()
            held = 0
            for mail in batch:
                if seconds_left() <= MARGIN:
                    return
                if self.outbox.lease(mail, self.clock.now(), LEASE):
                    held += 1
                    yield mail, mail.to in never
            if not held:
                return

    def _deliver(self, mail: Mail, done: Sendings, seconds_left: SecondsLeft) -> Sendings:
        try:
            self._send(mail, seconds_left)
        except (MailRejected, LookupError) as refused:
            return self._set_aside(mail, f"{type(refused).__name__}: {refused}", done)
        except Unavailable as error:
            return self._later(mail, str(error), done)
        self.outbox.sent(mail)
        return replace(done, sent=done.sent + 1)

    def _send(self, mail: Mail, seconds_left: SecondsLeft) -> None:
        """Raises MailRejected, LookupError (no words for it), Unavailable, MailThrottled once every pause was taken."""
        rendered = self.renderer.render(mail)
        for pause in (*PAUSES, None):
            self.pace.wait()
            try:
                self.sender.send(
                    to=mail.to,
                    subject=rendered.subject,
                    text=rendered.text,
                    html=rendered.html,
                    unsubscribe=mail.facts.get("stop_link", ""),
                )
            except MailThrottled:
                if pause is None or seconds_left() <= MARGIN + pause:
                    raise
                self.sleep(pause)
            else:
                return

    def _later(self, mail: Mail, why: str, done: Sendings) -> Sendings:
        if mail.attempts + 1 >= MOST_ATTEMPTS:
            return self._set_aside(mail, f"{MOST_ATTEMPTS} attempts: {why}", done)
        wait = min(FIRST_WAIT * 3**mail.attempts, LONGEST_WAIT) * self._random.uniform(0.75, 1.25)
        self.outbox.retry(mail, self.clock.now() + min(wait, LONGEST_WAIT))
        self.report("mail.later", mail=mail.id, attempt=mail.attempts + 1, why=why)
        return replace(done, later=done.later + 1)

    def _set_aside(self, mail: Mail, why: str, done: Sendings) -> Sendings:
        self.outbox.set_aside(mail, why)
        self.report("mail.set_aside", level="error", mail=mail.id, kind=mail.kind, family=mail.family)
        return replace(done, aside=done.aside + 1)
