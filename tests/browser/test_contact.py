"""A message to the office leaves as an e-mail."""

import json
import time
import urllib.request
from urllib.parse import urlsplit

from infra.local.stage import environment_of
from tests.browser.conftest import Opener
from tests.browser.steps import Parent, plain


def mailbox(portal: str) -> list[dict[str, object]]:
    """What the portal sent, as the AWS stand-in kept it."""
    endpoint = environment_of("local", urlsplit(portal).port or 80)["PORTAL_AWS_ENDPOINT"]
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages") as answer:
        accounts = json.load(answer)["messages"].values()
    return [message for messages in accounts for message in messages]


def arrived(portal: str, subject: str) -> dict[str, object]:
    """The message of that subject, once the outbox's job has sent it."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        for message in mailbox(portal):
            if subject in str(message["Subject"]):
                return message
        time.sleep(0.2)
    raise AssertionError(f"no message about {subject} within 20 seconds")


def test_a_message_reaches_the_office(portal: str, open_page: Opener) -> None:
    # Given somebody who is not signed in
    parent = Parent(open_page(portal))
    parent.follows("Je contacte le service enfance")

    # When she forgets her e-mail address, then writes it
    parent.page.get_by_label("Votre nom").fill("Eve Moneypenny")
    parent.page.get_by_label("Sujet").fill("Cantine de jeudi")
    parent.page.get_by_label("Message", exact=True).fill("Bonjour,\nJames mangera-t-il jeudi ?")
    parent.presses("Envoyer")
    parent.sees("Écrivez une adresse e-mail complète")
    assert parent.page.get_by_label("Message", exact=True).input_value().startswith("Bonjour,")
    parent.page.get_by_label("Votre adresse e-mail").fill("eve@server.fr")
    parent.presses("Envoyer")

    # Then the office has it
    assert parent.heading == "Votre message est enregistré"
    sent = arrived(portal, "Cantine de jeudi")
    assert "James mangera-t-il jeudi" in plain(str(sent["BodyText"]))
    assert "eve@server.fr" in str(sent["BodyText"])
