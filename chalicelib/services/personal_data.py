"""What the portal has of a family: it is given to the family on demand, and erased when nothing is owed any more.

Operators' commands call these use cases; no page does.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import ChildId, FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.payments import Attempt
from chalicelib.services.book_ports import Book
from chalicelib.services.directory import forget_children
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.outgoing_ports import DirectoryKeeper
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock, FamilyStore
from chalicelib.values import Value

Items = Mapping[str, Sequence[Mapping[str, Any]]]
"""Items by table, as they are stored: the answer to an access request leaves nothing out."""


class MoneyBetween(RuntimeError):
    """Nothing was erased. ``owed`` are invoices that are not paid; ``under_way`` are invoices with a payment whose end
    is not known yet, or with money that a person has to settle or to give back."""

    def __init__(self, owed: Sequence[InvoiceNumber], under_way: Sequence[InvoiceNumber]) -> None:
        super().__init__(*owed, *under_way)
        self.owed = tuple(owed)
        self.under_way = tuple(under_way)


class PersonalItems(Protocol):
    """A family in the tables. The régie's journal is given with it and not erased, because it is accounts. It reads
    whole tables."""

    def everything(self, family: FamilyId) -> Items:
        """The family's items; none in any table for an unknown family."""
        ...

    def shared_children(self, family: FamilyId) -> frozenset[ChildId]:
        """The children of ``family`` that the town's lists give to another family too."""
        ...

    def erase_codes(self, family: FamilyId) -> int:
        """Delete the items by which the family signs in; return how many there were."""
        ...

    def erase(self, family: FamilyId) -> int:
        """Delete all other items; return how many there were.

        An item by which others are found is deleted after them, and the family's profile last: after an interruption, a
        second call finishes.
        """
        ...


class FamilyDocuments(Protocol):
    """A family's PDFs."""

    def of(self, family: FamilyId) -> Iterator[tuple[str, bytes]]:
        """Name (``factures/f-1/2013-026-000335.pdf``) and content of each PDF, as it is now."""
        ...

    def erase(self, family: FamilyId) -> None:
        """Delete every version, also of PDFs that were deleted before."""
        ...


class GivePersonalData:
    """The right of access: everything, as it is stored."""

    def __init__(self, *, items: PersonalItems, documents: FamilyDocuments) -> None:
        self.items = items
        self.documents = documents

    def __call__(self, family: FamilyId) -> tuple[Items, Iterator[tuple[str, bytes]]]:
        """The items and the PDFs. Raises NotFound, Unavailable."""
        items = self.items.everything(family)
        if not items["families"]:
            raise NotFound("family")
        return items, self.documents.of(family)


class ErasePersonalData:
    """The right to be forgotten. After an interruption, a second call finishes.

    First nobody can sign in any more, and every session ends; what makes the family findable is deleted last. The
    places that its bookings took are counted again at night.
    """

    def __init__(
        self,
        *,
        items: PersonalItems,
        documents: FamilyDocuments,
        directory: DirectoryKeeper,
        families: FamilyStore,
        invoices: InvoiceStore,
        attempts: AttemptStore,
        book: Book,
        clock: Clock,
    ) -> None:
        self.items = items
        self.documents = documents
        self.directory = directory
        self.families = families
        self.invoices = invoices
        self.attempts = attempts
        self.book = book
        self.clock = clock

    def __call__(self, family: FamilyId) -> int:
        """Erase the family; return how many items there were. Raises MoneyBetween before anything is erased,
        Unavailable."""
        self._refuse_debts(family, self.invoices.of(family))
        codes = self.items.erase_codes(family)
        found = self.families.find(family)
        if found:
            self.families.raise_epoch(family)
            own = {child.id for child in (*found.children, *found.former)}
            forget_children(self.directory, own - self.items.shared_children(family))
        self.documents.erase(family)
        return codes + self.items.erase(family)

    def _refuse_debts(self, family: FamilyId, invoices: Sequence[Invoice]) -> None:
        now = self.clock.now()
        owed = [invoice.number for invoice in invoices if invoice.remaining]
        begun = self.attempts.among(invoice.begun.attempt for invoice in invoices if invoice.begun)
        under_way = {attempt.invoice for attempt in begun if _is_under_way(attempt, now)}
        under_way |= {point.invoice for point in self.book.points() if point.family == family}
        if owed or under_way:
            raise MoneyBetween(owed, sorted(under_way))


def _is_under_way(attempt: Attempt, now: datetime) -> bool:
    """Whether it holds its invoice, or the treasury is still to be asked: money may come late, also after a refusal.

    A few minutes after its opening crashed, an attempt does neither: the parent was never on the treasury's page.
    """
    return attempt.is_live(now) or attempt.look_at is not None


class PersonalData(Value):
    """A family's rights to its own data."""

    give: GivePersonalData
    erase: ErasePersonalData
