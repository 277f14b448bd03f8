"""*Je contacte le service enfance*: a parent's message becomes an e-mail to the office."""

from dataclasses import dataclass

from chalicelib.rules.errors import BadForm, Throttled
from chalicelib.services.accounts import subject
from chalicelib.services.emails import LONGEST_EMAIL, is_email
from chalicelib.services.ports import Clock, Letter, Limit, Mailer, ThrottleStore, TownStore

MESSAGES_PER_HOUR = 5
LONGEST = {"name": 100, "email": LONGEST_EMAIL, "subject": 150, "text": 5000}


@dataclass(frozen=True)
class Message:
    name: str
    email: str
    subject: str
    text: str


class WriteToOffice:
    def __init__(self, *, town: TownStore, throttle: ThrottleStore, mailer: Mailer, clock: Clock, pepper: str) -> None:
        self.town = town
        self.pepper = pepper
        self.throttle = throttle
        self.mailer = mailer
        self.clock = clock

    def __call__(self, message: Message, address: str) -> None:
        """Send the message to the office, the parent's address as Reply-To.

        Raises BadForm (args: names of the fields in error), Throttled past 5 messages an hour from one IP address,
        Unavailable when the mail service does not take it (the attempt is then not counted).
        """
        faults = [field for field in LONGEST if not _is_sound(field, getattr(message, field))]
        if faults:
            raise BadForm(*faults)
        office = self.town.current().office
        limits = (Limit(subject(self.pepper, "contact", address), MESSAGES_PER_HOUR, 3600),)
        now = self.clock.now()
        if not self.throttle.take(limits, now):
            raise Throttled("contact")
        letter = Letter(
            to=office.email,
            subject=f"[Portail parents] {message.subject.strip()}",
            text=f"{message.text.strip()}\n\n-- \n{message.name.strip()}\n{message.email.strip()}\n",
            reply_to=message.email.strip(),
        )
        try:
            self.mailer.send(letter)
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
