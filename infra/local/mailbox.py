"""The demo's e-mails in a browser: what the portal sends reaches the AWS stand-in and goes no further.

It is a site of its own on a port of its own, so that a fault in what an e-mail shows cannot touch the portal's pages.
"""

import json
import re
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

import jinja2
from markupsafe import Markup, escape

from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.mail_ports import Attachment, MailSender
from infra.local.gateway import Headers, Request, Response

Files = dict[str, Sequence[Attachment]]
"""The files of e-mails, by the id of each."""
ADDRESS = re.compile(r"https?://[^\s<>\"]+")
HEADERS: Headers = [
    ("Content-Type", "text/html; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "no-referrer"),
    # The e-mail in its frame inherits this: it may look as it wants and run or load nothing.
    ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'"),
]
PAGE = """<!doctype html>
<html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{{ title }} – Boîte aux lettres de démonstration</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif }
  body { margin: 0 auto; max-width: 60rem; padding: 1rem }
  pre { border: 1px solid; font: inherit; overflow-wrap: anywhere; padding: 1rem; white-space: pre-wrap }
  iframe { background: #fff; border: 1px solid; box-sizing: border-box; color-scheme: light; height: 36rem }
  iframe { width: 100% }
  li { margin: .5rem 0 }
  dl { display: grid; gap: 0 .5rem; grid-template-columns: max-content 1fr }
  dt { font-weight: bold }
  dd { margin: 0 }
</style>
<main><h1>{{ title }}</h1>
{% if letter %}
<p><a href="/">Tous les messages</a></p>
<dl>
  <dt>De :</dt><dd>{{ letter.sender }}</dd>
  <dt>À :</dt><dd>{{ letter.to }}</dd>
  <dt>Envoyé :</dt><dd>{{ letter.at }}</dd>
</dl>
{% if files %}
<h2>Pièces jointes</h2>
<ul>
{% for file in files %}
  <li><a href="/?message={{ letter.id|urlencode }}&amp;fichier={{ loop.index0 }}">{{ file.name }}</a></li>
{% endfor %}
</ul>
{% endif %}
<h2>Texte</h2>
<pre>{{ letter.linked }}</pre>
{% if letter.html %}
<h2>HTML</h2>
<iframe title="Le message en HTML" sandbox="allow-popups allow-popups-to-escape-sandbox"
  srcdoc="{{ '<base target=_blank>' ~ letter.html }}"></iframe>
{% endif %}
{% elif letters %}
<p>Ce que le portail de démonstration a envoyé, le plus récent d'abord. Rien ne quitte cette machine.</p>
<ol reversed>
{% for one in letters %}
  <li><a href="/?message={{ one.id|urlencode }}">{{ one.subject }}</a><br>à {{ one.to }}, {{ one.at }}</li>
{% endfor %}
</ol>
{% else %}
<p>{{ nothing }}</p>
{% endif %}
</main></html>
"""
_template = jinja2.Environment(autoescape=True, undefined=jinja2.Undefined).from_string(PAGE)


@dataclass(frozen=True)
class Letter:
    """One e-mail as the stand-in kept it. ``at`` is when this machine sent it, in Paris, whatever the demo's clock."""

    id: str
    sender: str
    to: str
    subject: str
    text: str
    html: str
    sent_at: float

    @property
    def at(self) -> str:
        return f"{datetime.fromtimestamp(self.sent_at, UTC).astimezone(PARIS):%d/%m/%Y %H:%M:%S}"

    @property
    def linked(self) -> Markup:
        """The text, its addresses made links."""
        pieces, end = [], 0
        for found in ADDRESS.finditer(self.text):
            address = found.group().rstrip(".,;:)»")
            pieces += [escape(self.text[end : found.start()]), _link(address)]
            end = found.start() + len(address)
        return Markup().join([*pieces, escape(self.text[end:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener">{0}</a>').format(address)


def letters(endpoint: str) -> list[Letter]:
    """Every e-mail that the stand-in at ``endpoint`` took, newest first."""
    with urllib.request.urlopen(f"{endpoint}/_ministack/ses/messages", timeout=5) as answer:
        accounts = json.load(answer)["messages"].values()
    found = [_letter(message) for messages in accounts for message in messages]
    return sorted(found, key=lambda letter: letter.sent_at, reverse=True)


def _letter(message: Mapping[str, Any]) -> Letter:
    return Letter(
        id=message["MessageId"],
        sender=message["Source"],
        to=", ".join(message["To"]),
        subject=message["Subject"] or "(sans objet)",
        text=message["BodyText"] or "",
        html=message["BodyHtml"] or "",
        sent_at=float(message["Timestamp"]),
    )


class KeepingSender:
    """``MailSender`` that keeps the files of each e-mail in ``files``, by its id, because the stand-in forgets them."""

    def __init__(self, sender: MailSender, files: Files) -> None:
        self.sender = sender
        self.files = files

    def send(self, *, attachments: Sequence[Attachment] = (), **mail: str) -> str:
        message = self.sender.send(attachments=attachments, **mail)
        if attachments:
            self.files[message] = attachments
        return message


class Mailbox:
    """A site of three pages, served like the portal: the list, one e-mail (``/?message=``), a file of it
    (``&fichier=``)."""

    def __init__(self, endpoint: str, files: Files | None = None) -> None:
        self.endpoint = endpoint
        self.files: Files = {} if files is None else files

    def __call__(self, request: Request) -> Response:
        path, _, query = request.target.partition("?")
        if path != "/" or request.method != "GET":
            return self.refusal(404)
        try:
            found = letters(self.endpoint)
        except OSError:
            return self.refusal(503)
        asked = parse_qs(query)
        wanted = asked.get("message")
        if not wanted:
            return _page(200, "Messages envoyés", letters=found, nothing="Aucun message pour l'instant.")
        letter = next((one for one in found if one.id == wanted[0]), None)
        files = self.files.get(wanted[0], ())
        if "fichier" in asked:
            return next(
                (_file(file) for at, file in enumerate(files) if asked["fichier"] == [str(at)]), self.refusal(404)
            )
        return _page(200, letter.subject, letter=letter, files=files) if letter else self.refusal(404)

    def refusal(self, status: int) -> Response:
        return _page(status, f"Erreur {status}", nothing="Il n'y a rien ici.")


def _file(file: Attachment) -> Response:
    told = [header for header in HEADERS if header[0] != "Content-Type"]
    named = ("Content-Disposition", f'inline; filename="{file.name}"')
    return Response(200, [("Content-Type", file.kind), named, *told], file.content)


def _page(status: int, title: str, **shown: object) -> Response:
    return Response(status, HEADERS, _template.render(title=title, **shown).encode())
