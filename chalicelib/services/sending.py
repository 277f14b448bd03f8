"""The outbox's job: it sends mails one after the other, as fast as the mail service allows.

It works until nothing is left or its time is over; the next run does the rest.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, field, replace
from datetime import datetime, timedelta

from chalicelib.rules.errors import Unavailable
from chalicelib.services.mail_ports import Mail, MailRejected, MailRenderer, MailSender, MailThrottled, Outbox
from chalicelib.services.mails import REFUSED, WAITING
from chalicelib.services.ports import Clock, Report, SecondsLeft
from chalicelib.values import Value

MAILS_A_RUN = 100
MARGIN_SECONDS = 20.0
"""Seconds kept back at the end of a process: more than the longest call under way may take."""
LEASE_SECONDS = 120
"""Seconds for which a mail is held: longer than it takes to send it, so that nobody else sends it meanwhile."""
MOST_ATTEMPTS = 8
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=6)
PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""Seconds to wait each time the mail service asks for a pause. When it asks once more, the run ends."""
MOST_FAILURES_IN_A_ROW = 5
"""Mails that fail one after the other before the run ends: then the service is the cause, not the mails."""


LONG_SECONDS = 900
"""Seconds after which somebody must know of a mail that the mail service makes wait."""
Trouble = Callable[[Mail, str], Mail | None]
"""What to write to whom when a mail does not leave: ``WAITING`` or ``REFUSED`` say why. None: nothing."""


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


class Sendings(Value):
    """What a run of the outbox did, in mails. ``unfinished`` is True when the mail service wanted no more before the
    end."""

    sent: int = 0
    later: int = 0
    aside: int = 0
    waited: int = field(default=0, compare=False)
    """How many seconds the mail that was due for the longest time had waited when its turn came."""
    unfinished: bool = False


class SendOutbox:
    """Send what waits in the outbox, one mail after the other. A crash leaves at most one mail that is sent and not
    noted."""

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
        trouble: Trouble = lambda _mail, _what: None,
    ) -> None:
        self.outbox = outbox
        self.trouble = trouble
        self.renderer = renderer
        self.sender = sender
        self.clock = clock
        self.report = report
        self.sleep = sleep
        self.pace = Pace(per_second, clock, sleep)
        self._random = random.SystemRandom()

    def __call__(self, seconds_left: SecondsLeft) -> Sendings:
        """Raises Unavailable when the outbox does not answer, or when several mails one after the other did not
        leave."""
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
                if overdue >= LONG_SECONDS:
                    self._tell(mail, WAITING)
                # Nothing is written: the mail is due again when its lease ends, and it loses no attempt.
                self.report("mail.throttled", level="warning", mail=mail.id)
                done = replace(done, unfinished=True)
                break
            in_a_row = 0 if done.sent > before.sent else in_a_row + 1
            if in_a_row == MOST_FAILURES_IN_A_ROW:
                break
        if done != Sendings():
            self.report("outbox.run", **asdict(done))
        if in_a_row == MOST_FAILURES_IN_A_ROW:
            raise Unavailable(f"outbox: {MOST_FAILURES_IN_A_ROW} mails in a row did not leave")
        return done

    def _due(self, seconds_left: SecondsLeft) -> Iterator[tuple[Mail, bool]]:
        """Each due mail after we hold it, and whether its address is suppressed."""
        while True:
            batch = list(self.outbox.due(self.clock.now(), MAILS_A_RUN))
            never = self._never(batch)
            held = 0
            for mail in batch:
                if seconds_left() <= MARGIN_SECONDS:
                    return
                if self.outbox.lease(mail, self.clock.now(), LEASE_SECONDS):
                    held += 1
                    yield mail, mail.family is not None and mail.to in never
            if not held:
                return

    def _never(self, batch: Sequence[Mail]) -> set[str]:
        """Addresses of families that must not be written to.

        The office asked for the messages of parents: neither a bounce of its mailbox nor a colleague's click on *spam*
        stops them.
        """
        emails = {mail.to for mail in batch if mail.family is not None}
        return self.outbox.suppressed(emails) if emails else set()

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
        """Raises MailRejected, LookupError (the mail has no words), Unavailable, MailThrottled after the last pause."""
        rendered = self.renderer.render(mail)
        for pause in (*PAUSES_SECONDS, None):
            self.pace.wait()
            try:
                self.sender.send(
                    to=mail.to,
                    subject=rendered.subject,
                    text=rendered.text,
                    html=rendered.html,
                    unsubscribe=mail.facts.get("stop_link", ""),
                    reply_to=mail.facts.get("reply_to", ""),
                    attachments=rendered.attachments,
                )
            except MailThrottled:
                if pause is None or seconds_left() <= MARGIN_SECONDS + pause:
                    raise
                self.sleep(pause)
            else:
                return

    def _later(self, mail: Mail, why: str, done: Sendings) -> Sendings:
        if mail.attempts + 1 >= MOST_ATTEMPTS:
            return self._set_aside(mail, f"{MOST_ATTEMPTS} attempts: {why}", done)
        if not mail.attempts:
            self._tell(mail, WAITING)
        wait = min(FIRST_WAIT * 3**mail.attempts, LONGEST_WAIT) * self._random.uniform(0.75, 1.25)
        self.outbox.retry(mail, self.clock.now() + min(wait, LONGEST_WAIT))
        self.report("mail.later", mail=mail.id, attempt=mail.attempts + 1, why=why)
        return replace(done, later=done.later + 1)

    def _set_aside(self, mail: Mail, why: str, done: Sendings) -> Sendings:
        self._tell(mail, REFUSED)
        self.outbox.set_aside(mail, why)
        self.report("mail.set_aside", level="error", mail=mail.id, kind=mail.kind, family=mail.family)
        return replace(done, aside=done.aside + 1)

    def _tell(self, mail: Mail, what: str) -> None:
        """Write what somebody must know of a mail that does not leave, before anything else is written of it."""
        told = self.trouble(mail, what)
        if told:
            self.outbox.put(told)
