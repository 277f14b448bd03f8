"""What became of the e-mails: addresses that bounce for good or complain are remembered; the office is told of those of
the kitchen."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.rules.school_calendar import paris_day, paris_instant
from chalicelib.services.mail_ports import MailEvents, Outbox, UnreadableEvent
from chalicelib.services.mails import BOUNCED, order_trouble
from chalicelib.services.ports import Clock, Report, TownStore


class NoteSesEvent:
    """Remember the addresses that bounce for good or complain: nothing is sent to them for a year."""

    def __init__(self, *, outbox: Outbox, events: MailEvents, town: TownStore, clock: Clock, report: Report) -> None:
        self.outbox = outbox
        self.events = events
        self.town = town
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
            self._tell_of_the_kitchen(one.email, now)
        if given_up:
            self.report("ses.suppressed", addresses=len(given_up), why=given_up[0].why)
        return len(given_up)

    def _tell_of_the_kitchen(self, email: str, now: datetime) -> None:
        """An order that goes to ``email`` may not have arrived. EventBridge may tell it twice; the office reads it
        once."""
        day = paris_instant(paris_day(now), 0)
        town = self.town.current()
        for order in town.orders:
            for address in order.to:
                if address.casefold() == email.casefold():
                    self.report("order.bounced", level="error", order=order.id)
                    mail = order_trouble(
                        order.id, order.label, now, town.office.email, BOUNCED, kitchen=address, now=day
                    )
                    self.outbox.put(mail)
