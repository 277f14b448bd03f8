"""What invoices and their PDFs need from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, InvoiceLine, Payment
from chalicelib.rules.town import Town
from chalicelib.services.mail_ports import Mail


class InvoiceStore(Protocol):
    def of(self, family: FamilyId) -> tuple[Invoice, ...]:
        """Every invoice of the family with its payments, the newest issue date first. One Query; without lines."""
        ...

    def latest(self, family: FamilyId, paid: int) -> tuple[Invoice, ...]:
        """Every invoice of the family that is still due, then the ``paid`` ones that were paid last, the last first.

        What is due comes in no order. One Query, which reads no more of the paid ones; others when very many are due.
        """
        ...

    def paid_before(self, family: FamilyId, day: date, number: InvoiceNumber, most: int) -> tuple[Invoice, ...]:
        """Of the family's paid invoices, last paid first, at most ``most`` of those behind the one of that number, paid
        last on ``day``. One Query."""
        ...

    def find(self, family: FamilyId, number: InvoiceNumber) -> Invoice | None:
        """One invoice of this family with its payments; None when the family has no such invoice."""
        ...

    def lines(self, family: FamilyId, number: InvoiceNumber) -> tuple[InvoiceLine, ...]: ...

    def holder(self, number: InvoiceNumber) -> Invoice | None:
        """The invoice of that number, whoever owes it. It is for the import and the bank, never for a page."""
        ...

    def holder_of_reference(self, reference: str) -> Invoice | None: ...

    def put(self, invoice: Invoice, lines: Sequence[InvoiceLine]) -> None:
        """Add or correct an unpaid invoice in one transaction. Its number and its reference stay unique.

        A new invoice is queued for its notification. A correction keeps whether the family was told, and the attempts
        to pay. Raises StaleWrite when the number or the reference belongs to another invoice, when the invoice was paid
        meanwhile (a paid invoice never changes), or when its latest attempt is not the one that ``Invoice.begun``
        names.
        """
        ...

    def set_pdf(self, family: FamilyId, number: InvoiceNumber, size: int) -> None:
        """Note the size of the invoice's PDF in bytes, after it is stored. Allowed on a paid invoice."""
        ...

    def record(self, family: FamilyId, number: InvoiceNumber, payment: Payment) -> bool:
        """Add a payment to an invoice, paid or not: received money is never lost. False when the payment was there
        already."""
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

    def holds(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> bool:
        """Whether the stored PDF has exactly these bytes."""
        ...

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        """Address of the PDF, valid for 60 seconds; the browser shows it under the invoice's number."""
        ...


class InvoiceRenderer(Protocol):
    def render(self, invoice: Invoice, lines: Sequence[InvoiceLine], family: Family, town: Town) -> bytes:
        """The PDF of a French public invoice. The same arguments give the same bytes."""
        ...
