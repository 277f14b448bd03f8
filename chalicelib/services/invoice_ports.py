"""What invoices and their PDFs need from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import Mail
from chalicelib.values import Value


class AskedInvoice(Value):
    """An invoice that the import compares. ``issued_on`` helps to find it; None when only a payment or a PDF names the
    invoice. ``reference`` is asked for too, unless it is empty."""

    number: InvoiceNumber
    family: FamilyId | None = None
    issued_on: date | None = None
    reference: str = ""


class HeldInvoice(Value):
    """What the portal has: the invoice of that number, whoever owes it, with its lines; and which number has the asked
    reference, when it is not that invoice's own."""

    invoice: Invoice | None = None
    lines: tuple[InvoiceLine, ...] = ()
    holder: InvoiceNumber | None = None


class InvoiceStore(Protocol):
    """Invoices. Money enters them by the book alone (``Book.write``)."""

    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        """Every invoice of the family with its payments, the newest issue date first. One Query; without lines."""
        ...

    def latest(self, family: FamilyId, paid: int) -> tuple[Invoice, ...]:
        """Every invoice of the family that is still due and every credit note that has credit left, then ``paid`` of
        all others: those that were paid or cancelled last, the last first.

        What is due comes in no order. One Query, which reads no more of the paid ones; others when very many are due.
        """
        ...

    def paid_before(self, family: FamilyId, day: date, number: InvoiceNumber, most: int) -> tuple[Invoice, ...]:
        """Of the family's invoices that are paid or cancelled, the last first, at most ``most`` of those behind the one
        of that number, whose last day was ``day``. One Query."""
        ...

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        """One invoice of this family with its payments; None when the family has no such invoice."""
        ...

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]: ...

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        """The invoice of that number, whoever owes it. It is for the import and the bank, never for a page."""
        ...

    def holder_of_reference(self, reference: str) -> Invoice | None: ...

    def several(self, asked: Sequence[AskedInvoice]) -> Mapping[InvoiceNumber, HeldInvoice]:
        """What the portal has of each, with payments. A hundred items a call: two for an invoice that is where it is
        looked for, two more for one that is new."""
        ...

    def add(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        """Add an invoice that ``several`` did not find, like ``put``, in one call. Raises StaleWrite when the number or
        the reference was taken meanwhile."""
        ...

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        """Add or correct an unpaid invoice in one transaction. Its number and its reference stay unique.

        A new invoice is queued for its notification. A correction keeps whether the family was told, and the attempts
        to pay. Raises StaleWrite when the number or the reference belongs to another invoice, when the invoice was paid
        meanwhile (a paid invoice never changes), or when its latest attempt is not the one that ``Invoice.begun``
        names.
        """
        ...

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int, tag: str) -> None:
        """Note the size in bytes and the tag of the invoice's PDF, after it is stored. Allowed on a paid invoice."""
        ...

    def to_notify(self, limit: int) -> tuple[Invoice, ...]:
        """Invoices that are online and not notified yet, oldest first, through a sparse index; payments are not
        read."""
        ...

    def notified(self, invoice: Invoice, mails: Sequence[Mail]) -> None:
        """Take the invoice off the list and put its mails in the outbox, in one transaction (at most 90 mails).

        Nothing happens, and nothing is raised, when it was off the list already: somebody else told the family.
        """
        ...


class PdfStore(Protocol):
    def put(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> None: ...

    def exists(self, family: FamilyId, number: InvoiceNumber) -> bool: ...

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        """Address of the PDF, valid for 60 seconds; the browser shows it under the invoice's number."""
        ...


class InvoiceRenderer(Protocol):
    def render(
        self,
        invoice: Invoice,
        lines: Sequence[InvoiceLine],
        family: Family,
        town: Town,
        credit_notes: Sequence[Invoice] = (),
    ) -> bytes:
        """The PDF of a French public invoice, with the payments that it has now. ``credit_notes``: those of the family
        of which something is left. The same arguments give the same bytes."""
        ...
