"""The demo's e-mails, read as a browser would, and never run."""

from contextlib import suppress
from typing import Any
from urllib.parse import quote

import pytest
from botocore.session import get_session

from chalicelib.adapters.mailer import SesMailSender
from chalicelib.services.mail_ports import Attachment
from infra.local.gateway import Request, Response
from infra.local.mailbox import Files, KeepingSender, Mailbox, letters

SENDER = "portail@ville.example"


@pytest.fixture
def ses(ministack_endpoint: str) -> Any:
    client = get_session().create_client("sesv2", "eu-west-3", endpoint_url=ministack_endpoint)
    with suppress(client.exceptions.AlreadyExistsException):
        client.create_email_identity(EmailIdentity=SENDER)
    return client


def send(ses: Any, subject: str, text: str, html: str = "") -> str:
    body = {"Text": {"Data": text}, **({"Html": {"Data": html}} if html else {})}
    sent = ses.send_email(
        FromEmailAddress=SENDER,
        Destination={"ToAddresses": ["jamie.bond@server.fr"]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": body}},
    )
    return str(sent["MessageId"])


def get(endpoint: str, target: str = "/", method: str = "GET") -> Response:
    return Mailbox(endpoint)(Request(method, target, [], b"", "127.0.0.1"))


def test_the_newest_message_comes_first(ses: Any, ministack_endpoint: str) -> None:
    for subject in ("Première", "Seconde"):
        send(ses, subject, "Bonjour")
    assert [letter.subject for letter in letters(ministack_endpoint)[:2]] == ["Seconde", "Première"]
    page = get(ministack_endpoint).body.decode()
    assert page.index("Seconde") < page.index("Première")
    assert "jamie.bond@server.fr" in page


def test_a_message_shows_both_its_parts(ses: Any, ministack_endpoint: str) -> None:
    message = send(
        ses, "Facture", "Voir http://127.0.0.1:8000/factures?a=1&b=2.\n<b>", '<p class="a">Voir <b>ici</b></p>'
    )
    page = get(ministack_endpoint, f"/?message={quote(message)}").body.decode()
    assert '<a href="http://127.0.0.1:8000/factures?a=1&amp;b=2" target' in page
    assert "&lt;b&gt;" in page
    assert "&lt;p class=&#34;a&#34;&gt;Voir" in page


def test_a_message_cannot_run_anything(ses: Any, ministack_endpoint: str) -> None:
    message = send(ses, "<script>1</script>", "<script>2</script>", "\"><script>3</script>'")
    for target in ("/", f"/?message={quote(message)}"):
        answer = get(ministack_endpoint, target)
        assert "<script" not in answer.body.decode()
        assert dict(answer.headers)["Content-Security-Policy"].startswith("default-src 'none'")
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox"' in answer.body.decode()


@pytest.mark.parametrize(("target", "method"), [("/?message=unknown", "GET"), ("/ailleurs", "GET"), ("/", "POST")])
def test_there_is_nothing_else(ministack_endpoint: str, target: str, method: str) -> None:
    assert get(ministack_endpoint, target, method).status == 404


def test_a_stand_in_that_is_gone_is_told() -> None:
    assert get("http://127.0.0.1:1").status == 503


def test_the_files_of_a_message_are_links(ses: Any, ministack_endpoint: str) -> None:
    files: Files = {}
    sender = SesMailSender(region="eu-west-3", sender=SENDER, endpoint=ministack_endpoint)
    papers = (
        Attachment("commande.csv", "text/csv", b"a;b"),
        Attachment("commande.pdf", "application/pdf", b"%PDF-1.7"),
    )
    message = KeepingSender(sender, files).send(to="a@b.example", subject="Commande", text="x", attachments=papers)
    KeepingSender(sender, files).send(to="a@b.example", subject="Facture", text="x")
    assert list(files) == [message]
    mailbox = Mailbox(ministack_endpoint, files)

    def answer(target: str) -> Response:
        return mailbox(Request("GET", target, [], b"", "127.0.0.1"))

    address = f"/?message={quote(message)}"
    assert f'href="{address}&amp;fichier=1">commande.pdf</a>' in answer(address).body.decode()
    got = answer(f"{address}&fichier=1")
    assert (got.status, got.body, dict(got.headers)["Content-Type"]) == (200, b"%PDF-1.7", "application/pdf")
    assert [answer(f"{address}&fichier={at}").status for at in ("2", "x")] == [404, 404]
