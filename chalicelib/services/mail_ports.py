"""What the e-mails of the portal need from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.rules.ids import EntryId, FamilyId
from chalicelib.rules.notices import NoticeSettings
from chalicelib.values import Value


class Mail(Value):
    """One e-mail that waits to be sent, to one address.

    ``kind`` names its template folder (``email/<kind>/``). ``facts`` are the strings that the template shows; they
    never hold a child's name, except in what a parent writes. ``stop_link`` and ``reply_to`` also make headers.
    ``family`` is None for an e-mail to the office. ``subject_id`` is what the mail is about (an invoice number…), for
    logs and to find repeats.
    """

    id: str
    to: str
    kind: str
    facts: dict[str, str]
    family: FamilyId | None
    subject_id: str
    due_at: datetime
    attempts: int = 0
    urgent: bool = False
    """Whether it leaves before those that are not, however long these have waited."""


class NoticeStore(Protocol):
    def settings(self, family: FamilyId) -> NoticeSettings:
        """The family's settings; the default ones when it never saved any."""
        ...

    def save(self, family: FamilyId, settings: NoticeSettings, mails: Sequence[Mail] = ()) -> None:
        """Write ``settings`` over the version that they carry (kept as version + 1) and put ``mails`` in the outbox, in
        one transaction. Raises StaleWrite when somebody saved in between."""
        ...


class Outbox(Protocol):
    def put(self, mail: Mail) -> None:
        """Keep a mail that is written alone. Keeping the same mail again changes nothing while it waits."""
        ...

    def due(self, now: datetime, limit: int) -> Iterator[Mail]:
        """Mails that are due and that nobody holds: first those that are urgent, then the others, oldest first."""
        ...

    def lease(self, mail: Mail, now: datetime, seconds: int) -> bool:
        """Hold a mail for some seconds; False when somebody else holds it or has sent it."""
        ...

    def sent(self, mail: Mail) -> None: ...

    def retry(self, mail: Mail, due_at: datetime) -> None:
        """Release the mail with one attempt more; it is due again at ``due_at``."""
        ...

    def set_aside(self, mail: Mail, why: str) -> None:
        """Keep the mail for the operator; it is never tried again by itself."""
        ...

    def suppress(self, email: str, why: str, now: datetime) -> None:
        """Never write a family's e-mail to this address for a year, because it bounced or complained. Only an HMAC of
        the address is kept."""
        ...

    def suppressed(self, emails: Iterable[str]) -> set[str]:
        """The ``emails`` that must not be written to. Case does not count; they are returned as they were given."""
        ...


class TownActs(Protocol):
    """Families that are to be told of what the town cancelled by itself. A note is written before the act, and taken
    away with the e-mail that tells of it: whatever ends in between, each family is told, and once."""

    def note(self, family: FamilyId, entry: EntryId, now: datetime) -> None:
        """Remember that ``family`` is to be told of ``entry`` of its journal, which is about to be written."""
        ...

    def noted(self) -> Iterator[tuple[FamilyId, frozenset[EntryId]]]:
        """Each family to tell, and the entries that may say why: those that were never written say nothing."""
        ...

    def told(self, family: FamilyId, mails: Sequence[Mail]) -> None:
        """Put ``mails`` in the outbox and forget the family, in one transaction; does nothing when it is forgotten
        already."""
        ...


class MailLinks(Protocol):
    """Absolute addresses for e-mails; those that act without a session are signed."""

    def invoices(self) -> str:
        """The family's invoices, after signing in."""
        ...

    def stop(self, family: FamilyId, email: str) -> str:
        """Address that stops the notices to one address: opened, it is a page; posted to, it stops at once
        (one-click)."""
        ...

    def confirm(self, family: FamilyId, email: str, until: datetime) -> str:
        """Address of a page whose button confirms that ``email`` wants the family's notices; valid until ``until``."""
        ...


class Attachment(Value):
    """A file that goes with an e-mail. ``kind`` is its media type, ``application/pdf``."""

    name: str
    kind: str
    content: bytes


class RenderedMail(Value):
    """``html`` is empty for an e-mail that is only text."""

    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()


class MailRenderer(Protocol):
    def render(self, mail: Mail) -> RenderedMail:
        """The words of a mail. Raises LookupError for a kind without template or for a missing fact."""
        ...


class MailRejected(ValueError):
    """The mail service will never take this mail: it refuses the address or the content for good."""


class MailThrottled(RuntimeError):
    """The mail service asks for a pause."""


class MailSender(Protocol):
    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str = "",
        unsubscribe: str = "",
        reply_to: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> str:
        """Hand one mail to the service; return its id there. ``unsubscribe`` is the address of the one-click header;
        ``reply_to`` is who gets the answer.

        Raises MailRejected (never again), MailThrottled (pause), Unavailable (try later).
        """
        ...


class GivenUp(Value):
    """An address that must not be written to any more. ``why`` is ``bounce`` or ``complaint``."""

    email: str
    why: str


class UnreadableEvent(ValueError):
    """The mail service sent news that we cannot read. ``args[0]`` is the kind of fault."""


class MailEvents(Protocol):
    def given_up(self, event: Mapping[str, Any]) -> Sequence[GivenUp]:
        """The addresses that ``event`` gives up, as the mail service tells it.

        None for a mail that is not ours, and for a mail that may still arrive. Raises UnreadableEvent.
        """
        ...
