"""What became of the e-mails: addresses that bounce for good or complain are remembered."""

from collections.abc import Mapping
from typing import Any

from chalicelib.services.mail_ports import MailEvents, Outbox, UnreadableEvent
from chalicelib.services.ports import Clock, Report


class NoteSesEvent:
    """Remember the addresses that bounce for good or complain: nothing is sent to them for a year."""

    def __init__(self, *, outbox: Outbox, events: MailEvents, clock: Clock, report: Report) -> None:
        self.outbox = outbox
        self.events = events
        self.clock = clock
        self.report = report

    def __call__(self, event: Mapping[str, Any]) -> int:
        """How many addresses were noted. ``event`` is what the mail service tells.

        An unreadable event is logged and not raised: it would be as unreadable the next time.
        """
        try:
            given_up = self.events.given_up(event)
        except UnreadableEvent as error:
            self.report("ses.unreadable", level="error", kind=str(error))
            return 0
        now = self.clock.now()
        for one in given_up:
            self.outbox.suppress(one.email, one.why, now)
        if given_up:
            self.report("ses.suppressed", addresses=len(given_up), why=given_up[0].why)
        return len(given_up)
