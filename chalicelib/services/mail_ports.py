"""What the e-mails of the portal need from the world; see ``ports`` for the house rules of stores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import NoticeSettings


@dataclass(frozen=True)
class Mail:
    """One e-mail waiting to be sent, to one address.

    ``kind`` names its template folder (``email/<kind>/``), ``facts`` are the strings that the template shows (never a
    child's name, save in what a parent writes); ``stop_link`` and ``reply_to`` also make its headers. ``family`` is
    None for an e-mail to the office. ``subject_id`` is what it is about (an invoice number…), for logs and for finding
    repeats.
    """

    id: str
    to: str
    kind: str
    facts: dict[str, str]
    family: FamilyId | None
    subject_id: str
    due_at: datetime
    attempts: int = 0


class NoticeStore(Protocol):
    def settings(self, family: FamilyId) -> NoticeSettings:
        """The family's settings, the default ones when it never saved any."""
        ...

    def save(self, family: FamilyId, settings: NoticeSettings, mails: Sequence[Mail] = ()) -> None:
        """Write ``settings`` over the version that they carry (kept as version + 1), ``mails`` in the outbox, in
        one transaction. Raises StaleWrite when somebody saved since."""
        ...


class Outbox(Protocol):
    def put(self, mail: Mail) -> None:
        """Keep a mail that nothing else is written with. The same mail again changes nothing while it waits."""
        ...

    def due(self, now: datetime, limit: int) -> Iterator[Mail]:
        """Mails whose time has come and that nobody holds, oldest first."""
        ...

    def lease(self, mail: Mail, now: datetime, seconds: int) -> bool:
        """Hold a mail for a while; False when somebody else holds or has sent it."""
        ...

    def sent(self, mail: Mail) -> None: ...

    def retry(self, mail: Mail, due_at: datetime) -> None:
        """Let go of the mail, to be tried again at ``due_at``, one attempt more."""
        ...

    def set_aside(self, mail: Mail, why: str) -> None:
        """Never try again by itself; kept for the operator."""
        ...

    def suppress(self, email: str, why: str, now: datetime) -> None:
        """Write no family's e-mail to this address for a year (it bounced or complained). Only an HMAC of it is
        kept."""
        ...

    def suppressed(self, emails: Iterable[str]) -> set[str]:
        """Those of ``emails`` that must not be written to, compared without case, given as asked."""
        ...


class MailLinks(Protocol):
    """Absolute addresses for e-mails, signed where they act without a session."""

    def invoices(self) -> str:
        """The family's invoices, after signing in."""
        ...

    def stop(self, family: FamilyId, email: str) -> str:
        """Stops the notices to one address: a page for who opens it, at once for who posts to it (one-click)."""
        ...

    def confirm(self, family: FamilyId, email: str, until: datetime) -> str:
        """A page whose button confirms that ``email`` wants the family's notices; good until ``until``."""
        ...


@dataclass(frozen=True)
class RenderedMail:
    """``html`` is empty for an e-mail of text alone."""

    subject: str
    text: str
    html: str = ""


class MailRenderer(Protocol):
    def render(self, mail: Mail) -> RenderedMail:
        """The words of a mail. Raises LookupError for a kind without template or a fact that is missing."""
        ...


class MailRejected(ValueError):
    """The mail service will never take this mail: the address or the content is refused for good."""


class MailThrottled(RuntimeError):
    """The mail service asks for a pause."""


class MailSender(Protocol):
    def send(
        self, *, to: str, subject: str, text: str, html: str = "", unsubscribe: str = "", reply_to: str = ""
    ) -> str:
        """Hand one mail to the service; return its id there. ``unsubscribe``: address of the one-click header;
        ``reply_to``: who gets the answer.

        Raises MailRejected (never again), MailThrottled (pause), Unavailable (try later).
        """
        ...


@dataclass(frozen=True)
class GivenUp:
    """An address that must not be written to any more. ``why``: ``bounce`` or ``complaint``."""

    email: str
    why: str


class UnreadableEvent(ValueError):
    """The mail service told of something in words that nobody knows. ``args[0]``: what kind of fault it is."""


class MailEvents(Protocol):
    def given_up(self, event: Mapping[str, Any]) -> Sequence[GivenUp]:
        """The addresses that ``event``, as the mail service tells it, gives up; none for a mail that is not ours, and
        for what may still arrive. Raises UnreadableEvent."""
        ...
