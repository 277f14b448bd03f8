"""*Je contacte le service enfance*: a parent's message becomes an e-mail to the office."""

import secrets
from collections.abc import Callable

from chalicelib.rules.errors import BadForm, Throttled
from chalicelib.services.emails import LONGEST_EMAIL, is_email
from chalicelib.services.keyed_hashes import subject
from chalicelib.services.mail_ports import Outbox
from chalicelib.services.mails import Message, contact
from chalicelib.services.ports import Clock, Limit, ThrottleStore, TownStore

MESSAGES_PER_HOUR = 5
LONGEST = {"name": 100, "email": LONGEST_EMAIL, "subject": 150, "text": 5000}


class WriteToOffice:
    def __init__(
        self,
        *,
        town: TownStore,
        throttle: ThrottleStore,
        outbox: Outbox,
        clock: Clock,
        pepper: str,
        new_name: Callable[[], str] = lambda: secrets.token_urlsafe(16),
    ) -> None:
        self.town = town
        self.pepper = pepper
        self.throttle = throttle
        self.outbox = outbox
        self.clock = clock
        self.new_name = new_name

    def __call__(self, message: Message, address: str) -> None:
        """Put the message in the outbox, from where it leaves for the office within minutes.

        Raises BadForm (args: names of the wrong fields), Throttled after 5 messages in an hour from one IP address,
        Unavailable when the message could not be kept (the attempt is then not counted).
        """
        faults = [field for field in LONGEST if not _is_sound(field, getattr(message, field))]
        if faults:
            raise BadForm(*faults)
        office = self.town.current().office
        limits = (Limit(subject(self.pepper, "contact", address), MESSAGES_PER_HOUR, 3600),)
        now = self.clock.now()
        if not self.throttle.take(limits, now):
            raise Throttled("contact")
        mail = contact(message, office.email, name=self.new_name(), now=now)
        try:
            self.outbox.put(mail)
        except Exception:
            self.throttle.give_back(limits, now)
            raise


def _is_sound(field: str, value: str) -> bool:
    text = value.strip()
    if not text or len(text) > LONGEST[field]:
        return False
    if field != "text" and any(ord(letter) < 32 for letter in text):
        return False  # A line break in a header would let a stranger write headers of ours.
    return field != "email" or is_email(text)
