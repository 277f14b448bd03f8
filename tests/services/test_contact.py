"""Writing to the office: what is sent, what is refused, what is counted."""

from hashlib import sha256

import pytest

from chalicelib.adapters.mail_templates import TemplateMails
from chalicelib.rules.errors import BadForm, Throttled, Unavailable
from chalicelib.services.contact import MESSAGES_PER_HOUR, WriteToOffice
from chalicelib.services.mails import Message
from tests.builders import a_town
from tests.clock import FixedClock, paris
from tests.fakes import MemoryOutbox, MemoryThrottle, MemoryTown

HERE = "192.0.2.1"
HELLO = Message("Jamie BOND", "jamie.bond@server.fr", "Code perdu", "Bonjour,\nj'ai perdu mes codes.")


class Desk:
    def __init__(self) -> None:
        self.outbox = MemoryOutbox()
        self.clock = FixedClock(paris("lundi 2026-09-14 08:00"))
        self.throttle = MemoryThrottle()
        self.write = WriteToOffice(
            town=MemoryTown(a_town()), throttle=self.throttle, outbox=self.outbox, clock=self.clock, pepper="pepper"
        )


def test_the_office_gets_the_message_and_can_answer_the_parent() -> None:
    desk = Desk()
    desk.write(HELLO, HERE)
    (mail,) = desk.outbox.mails.values()
    assert (mail.to, mail.kind, mail.family) == ("enfance@ville.example", "contact", None)
    assert mail.facts["reply_to"] == "jamie.bond@server.fr"
    words = TemplateMails(MemoryTown(a_town())).render(mail)
    assert words.subject == "[Portail parents] Code perdu"
    assert words.text == "Bonjour,\nj'ai perdu mes codes.\n\n-- \nJamie BOND\njamie.bond@server.fr\n"


def test_what_is_written_twice_is_sent_twice() -> None:
    desk = Desk()
    desk.write(HELLO, HERE)
    desk.write(HELLO, HERE)
    assert len(desk.outbox.mails) == 2


@pytest.mark.parametrize(
    ("message", "fields"),
    [
        pytest.param(Message("", "", "", ""), ("name", "email", "subject", "text"), id="everything missing"),
        pytest.param(Message(" ", "a@ville.fr", "x", "y"), ("name",), id="only spaces"),
        pytest.param(Message("A", "not an address", "x", "y"), ("email",), id="no address"),
        pytest.param(Message("A", "a@ville.fr", "x\r\nBcc: b@ville.fr", "y"), ("subject",), id="a header of one's own"),
        pytest.param(Message("A", "a@ville.fr", "x", "y" * 5001), ("text",), id="too long"),
    ],
)
def test_a_message_that_cannot_be_sent_names_its_faults(message: Message, fields: tuple[str, ...]) -> None:
    desk = Desk()
    with pytest.raises(BadForm) as refusal:
        desk.write(message, HERE)
    assert refusal.value.args == fields
    assert desk.outbox.mails == {}


def test_one_address_cannot_flood_the_office() -> None:
    desk = Desk()
    for _ in range(MESSAGES_PER_HOUR):
        desk.write(HELLO, HERE)
    with pytest.raises(Throttled):
        desk.write(HELLO, HERE)
    desk.write(HELLO, "192.0.2.2")
    desk.clock.forward(hours=1)
    desk.write(HELLO, HERE)


def test_a_message_that_was_not_kept_is_not_counted() -> None:
    desk = Desk()
    desk.outbox.down = True
    for _ in range(MESSAGES_PER_HOUR + 1):
        with pytest.raises(Unavailable):
            desk.write(HELLO, HERE)
    desk.outbox.down = False
    desk.write(HELLO, HERE)


def test_an_address_is_not_counted_in_a_way_that_trying_all_addresses_undoes() -> None:
    desk = Desk()
    desk.write(HELLO, HERE)
    ((counted, *_),) = desk.throttle.counts
    assert HERE not in counted
    assert sha256(HERE.encode()).hexdigest() not in counted
