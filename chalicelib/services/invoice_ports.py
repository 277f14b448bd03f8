"""What invoices, their e-mails and their payments need from the world; see ``ports`` for the house rules of stores."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Payment
from chalicelib.rules.notices import NoticeSettings
from chalicelib.rules.town import Town


@dataclass(frozen=True)
class Mail:
    """One e-mail waiting to be sent, to one address.

    ``kind`` names its template folder (``email/<kind>/``), ``facts`` are the strings that the template shows (never a
    child's name). ``subject_id`` is what it is about (an invoice number…), for logs and for finding repeats.
    """

    id: str
    to: str
    kind: str
    facts: dict[str, str]
    family: FamilyId
    subject_id: str
    due_at: datetime
    attempts: int = 0


class InvoiceStore(Protocol):
    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        """Every invoice of the family with its payments, newest issue date first. One Query; no lines."""
        ...

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        """One invoice with its payments, of this family only."""
        ...

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]: ...

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        """The invoice of that number whoever owes it: for the import and the bank, never for a page."""
        ...

    def holder_of_reference(self, reference: str) -> Invoice | None: ...

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        """Add or correct an unpaid invoice, its number and reference kept unique, in one transaction.

        A new invoice is queued for its notification; a correction leaves whether its family was told, and its attempts
        to pay, as they are. Raises StaleWrite when the number or the reference belongs to another invoice, when the
        invoice was paid meanwhile (a paid invoice never changes), or when its latest attempt is not the one that
        ``Invoice.begun`` names.
        """
        ...

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int) -> None:
        """Note the size of the invoice's PDF, once it is stored. Allowed on a paid invoice."""
        ...

    def record(self, family: FamilyId, number: InvoiceNumber, payment: Payment) -> bool:
        """Add a payment to an invoice, paid or not: money received is never lost. False when it was there already."""
        ...

    def to_notify(self, limit: int) -> tuple[Invoice, ...]:
        """Invoices online and not notified yet, oldest first, through a sparse index; payments are not read."""
        ...

    def notified(self, invoice: Invoice, mails: Sequence[Mail]) -> None:
        """Take the invoice off the list and put its mails in the outbox, in one transaction (at most 90 mails).

        Nothing happens, silently, when it was off the list already: somebody else told.
        """
        ...


class PdfStore(Protocol):
    def put(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> None: ...

    def exists(self, family: FamilyId, number: InvoiceNumber) -> bool: ...

    def holds(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> bool:
        """Whether the stored PDF is this very one."""
        ...

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        """Address of the PDF, good for 60 seconds, that the browser shows under the invoice's number."""
        ...


class InvoiceRenderer(Protocol):
    def render(self, invoice: Invoice, lines: Sequence[InvoiceLine], family: Family, town: Town) -> bytes:
        """The PDF of a French public invoice; the same bytes for the same arguments."""
        ...


class NoticeStore(Protocol):
    def settings(self, family: FamilyId) -> NoticeSettings:
        """The family's settings, the default ones when it never saved any."""
        ...

    def save(self, family: FamilyId, settings: NoticeSettings, mails: Sequence[Mail] = ()) -> None:
        """Write ``settings`` over the version that they carry (kept as version + 1), ``mails`` in the outbox, in
        one transaction. Raises StaleWrite when somebody saved since."""
        ...


class Outbox(Protocol):
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
        """Do not write to this address for a year (it bounced or complained). Only an HMAC of it is kept."""
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
    subject: str
    text: str
    html: str


class MailRenderer(Protocol):
    def render(self, mail: Mail) -> RenderedMail:
        """The words of a mail. Raises LookupError for a kind without template or a fact that is missing."""
        ...


class MailRejected(ValueError):
    """The mail service will never take this mail: the address or the content is refused for good."""


class MailThrottled(RuntimeError):
    """The mail service asks for a pause."""


class MailSender(Protocol):
    def send(self, *, to: str, subject: str, text: str, html: str, unsubscribe: str = "") -> str:
        """Hand one mail to the service; return its id there. ``unsubscribe``: address of the one-click header.

        Raises MailRejected (never again), MailThrottled (pause), Unavailable (try later).
        """
        ...
