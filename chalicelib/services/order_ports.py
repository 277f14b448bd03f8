"""What the kitchen's orders need from the world; see ``ports`` for the rules of all stores."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.kitchen import OrderId
from chalicelib.rules.order_counts import NamedChild, OrderVersion
from chalicelib.rules.planning import Slot
from chalicelib.services.mail_ports import Mail
from chalicelib.values import Value


class OrderRef(Value):
    """Names one order for good: its entry of the town's file, the first day that it serves, its instant."""

    order: OrderId
    first: date
    at: datetime

    @classmethod
    def of(cls, version: OrderVersion) -> "OrderRef":
        return cls(version.order, version.first, version.at)


class KeptOrder(Value):
    """An order as it was written, and what became of it. ``version`` is None for one that came too late to be sent."""

    ref: OrderRef
    version: OrderVersion | None
    acknowledged_at: datetime | None = None
    unacknowledged_at: datetime | None = None
    """When the office was told that nobody had acknowledged it."""


class DayBookings(Protocol):
    def __call__(self, day: date, instant: datetime) -> frozenset[tuple[FamilyId, Slot]]:
        """Every booked slot of ``day`` as of ``instant`` (aware UTC, a minute old at least). Raises Unavailable."""
        ...


class OrderStore(Protocol):
    """Orders are written once, in one transaction with their e-mails, and never again."""

    def since(self, order: OrderId, now: datetime) -> datetime:
        """When the portal first looked at ``order``: now, for one that it did not know. It stays so."""
        ...

    def around(self, order: OrderId, first: date, last: date) -> Sequence[KeptOrder]:
        """The orders whose first day is from ``first`` to ``last``, those of a day by their instant. One Query."""
        ...

    def find(self, ref: OrderRef) -> KeptOrder | None: ...

    def named(self, ref: OrderRef) -> Sequence[NamedChild]:
        """The children with a health plan of an order that names them; none two weeks after its last day."""
        ...

    def put(
        self,
        version: OrderVersion,
        named: Sequence[NamedChild],
        mails: Iterable[Mail],
        acknowledge_by: datetime | None,
    ) -> None:
        """Keep the order and put its e-mails in the outbox. Raises StaleWrite when it is there: nothing was
        written."""
        ...

    def pass_over(self, ref: OrderRef, mails: Iterable[Mail]) -> None:
        """Keep that the order came too late to be sent. Raises StaleWrite when it is there, sent or passed over."""
        ...

    def acknowledge(self, ref: OrderRef, now: datetime) -> datetime:
        """Keep that the kitchen has read it; the instant at which it first had. Raises NotFound."""
        ...

    def awaited(self, now: datetime) -> Sequence[OrderRef]:
        """Orders whose time to be acknowledged is over, and of which nobody was told yet. One Query."""
        ...

    def no_longer_awaited(self, ref: OrderRef, now: datetime, mails: Iterable[Mail]) -> bool:
        """Stop waiting. When nobody has acknowledged it, put the e-mails in the outbox and return True."""
        ...


class SchoolWords(Value):
    """What one school gets: « MALLERIN PRIMAIRE : 45 repas (40 enfants, 2 de marge, 3 adultes) », then its sittings."""

    title: str
    lines: tuple[str, ...]


class DayWords(Value):
    """One day of an order, in words and as a table: the first two columns are texts, the others numbers."""

    title: str
    schools: tuple[SchoolWords, ...]
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class OrderSheet(Value):
    """An order in French, for the e-mail, the page and the PDF."""

    title: str
    figures_of: str
    compared: str
    """With which order it is compared, and whether anything moved."""
    changes: tuple[str, ...]
    days: tuple[DayWords, ...]


class SheetRenderer(Protocol):
    def __call__(self, sheet: OrderSheet, named: Sequence[str], town: str, at: datetime) -> bytes:
        """A PDF of the sheet, with the names of the children with a health plan; the same arguments give the same
        bytes."""
        ...


class OrderLinks(Protocol):
    def order(self, ref: OrderRef) -> str:
        """Absolute, signed address of the page on which the kitchen acknowledges."""
        ...
