"""The words of e-mails: the files of ``templates/email/<kind>/``, and nothing else."""

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


class TemplateMails:
    """``MailRenderer``. A template sees the mail's facts, and ``town`` and ``phone``: the town's at sending time."""

    def __init__(self, town: TownStore) -> None:
        self.town = town

    def render(self, mail: Mail) -> RenderedMail:
        town = self.town.current()
        facts = {**mail.facts, "town": town.name, "phone": town.office.phone}
        try:
            subject, text, html = (
                _environment().get_template(f"{mail.kind}/{name}").render(facts)
                for name in ("subject.txt", "body.txt", "body.html")
            )
        except (TemplateNotFound, UndefinedError) as fault:
            raise LookupError(f"mail {mail.kind}: {fault}") from fault
        return RenderedMail(" ".join(subject.splitlines()), text, html)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        auto_reload=False,
    )
