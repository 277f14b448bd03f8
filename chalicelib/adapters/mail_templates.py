"""The words of e-mails. They are in the files of ``templates/email/<kind>/`` and nowhere else."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateNotFound,
    UndefinedError,
    select_autoescape,
)

from chalicelib.services.mail_ports import Mail, RenderedMail
from chalicelib.services.ports import TownStore

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "email"
BODY, HTML = "body.txt", "body.html"


class TemplateMails:
    """``MailRenderer``. A template sees the mail's facts, and the town's name (``town``) and phone (``phone``) at
    sending time.

    A kind without ``body.html`` has only text.
    """

    def __init__(self, town: TownStore) -> None:
        self.town = town

    def render(self, mail: Mail) -> RenderedMail:
        town = self.town.current()
        facts = {**mail.facts, "town": town.name, "phone": town.office.phone}
        try:
            subject, text = (_filled(mail.kind, name, facts) for name in ("subject.txt", BODY))
            html = _filled(mail.kind, HTML, facts) if (FOLDER / mail.kind / HTML).exists() else ""
        except (TemplateNotFound, UndefinedError) as fault:
            raise LookupError(f"mail {mail.kind}: {fault}") from fault
        return RenderedMail(" ".join(subject.splitlines()), text, html)


def _filled(kind: str, name: str, facts: Mapping[str, str]) -> str:
    return _environment().get_template(f"{kind}/{name}").render(facts)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        auto_reload=False,
    )
