"""What the tax certificates need from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from chalicelib.rules.families import Family, MadeCertificate
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import InvoiceLine
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import Mail

if TYPE_CHECKING:
    from chalicelib.rules.certificate import Certificate


class CertificateStore(Protocol):
    """Which certificates are on the portal. A family is read with its own: ``Family.certificates``."""

    def families(self) -> Iterator[Family]:
        """Every family of the portal, in no order. One scan; what is written meanwhile may be in it or not."""
        ...

    def lines(
        self, family: FamilyId, numbers: Iterable[InvoiceNumber]
    ) -> Mapping[InvoiceNumber, tuple[InvoiceLine, ...]]:
        """The lines of these invoices of the family, in one call for a hundred; none for one that has no lines."""
        ...

    def put(self, family: FamilyId, made: MadeCertificate, mails: Sequence[Mail]) -> None:
        """Note a certificate over the version before it, and put ``mails`` in the outbox, in one transaction.

        Putting exactly the same again changes nothing. Raises StaleWrite when another version is there.
        """
        ...

    def looked_on(self) -> date | None:
        """The last day (Paris) on which every family was looked at; None before the first."""
        ...

    def note_look(self, day: date) -> None: ...


class CertificateFiles(Protocol):
    """The PDFs of certificates, one folder for each family."""

    def put(self, family: FamilyId, year: int, pdf: bytes) -> None: ...

    def exists(self, family: FamilyId, year: int) -> bool: ...

    def link(self, family: FamilyId, year: int) -> str:
        """Address of the PDF, valid for 60 seconds."""
        ...


class CertificateRenderer(Protocol):
    def render(self, certificate: "Certificate", family: Family, town: Town, at: datetime) -> bytes:
        """The PDF, dated ``at`` (aware UTC). The same arguments give the same bytes."""
        ...
