"""What is exported, by kind, to any shelf: a folder of a disk, or a night's place in the town's bucket.

Each file is there whole or not at all. The list of all files comes last, with their sizes: a set without it was
interrupted.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from chalicelib.exports import payments
from chalicelib.exports.billing import ExportBilling
from chalicelib.exports.changes import ExportChanges
from chalicelib.exports.csv_out import Bare, csv_chunks
from chalicelib.exports.points_file import TO_CHECK_NAME, About, points_file
from chalicelib.rules.points import Point
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import Book
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.outgoing_ports import Shelf
from chalicelib.services.ports import Clock, FamilyStore
from chalicelib.values import Value

PAYMENTS, CHANGES, BILLING = "paiements", "modifications", "facturation"
LISTS, ORDERS, REGIE = "listes", "commandes", "regie"
COMPLETE = "complet.csv"
"""The list of the files of one export, written when all of them are there."""


class Asked(Value):
    """What somebody wants to have. What is not said is chosen by each kind of file."""

    day: date | None = None
    month: date | None = None
    """The first day of the month to bill, or of the régie's books."""
    consumer: str = "mairie"
    """Who gets the changes: each has its own cursor."""
    since: datetime | None = None
    """Where the first file of changes of a new consumer begins."""
    resuming: bool = False
    """Whether the shelf may have files of a run that was interrupted."""
    closed_by: str = ""
    """Who closes the month; empty to leave it open."""


class FileKind(Protocol):
    def __call__(self, asked: Asked, shelf: Shelf) -> Sequence[str]:
        """Write the files of one kind. Returns their names. Raises Unavailable."""
        ...


class Export:
    """Writes files of several kinds, in the order in which they are named."""

    def __init__(self, kinds: Mapping[str, FileKind]) -> None:
        self.kinds = kinds

    def __call__(self, names: Iterable[str], asked: Asked, shelf: Shelf) -> list[str]:
        """Returns the names of the files, the list of all of them last."""
        shelf.remove(COMPLETE)
        told = _Told(shelf)
        for name in names:
            self.kinds[name](asked, told)
        shelf.put(COMPLETE, csv_chunks(("fichier", "octets", "sha256"), told.rows))
        return [*(row[0] for row in told.rows), COMPLETE]


class PaymentFiles:
    """``FileKind``: the payments of a day, yesterday when none is named, and all that a person has to check."""

    def __init__(self, *, book: Book, invoices: InvoiceStore, families: FamilyStore, clock: Clock) -> None:
        self.book = book
        self.invoices = invoices
        self.families = families
        self.clock = clock

    def __call__(self, asked: Asked, shelf: Shelf) -> Sequence[str]:
        today = paris_day(self.clock.now())
        day = asked.day or today - timedelta(days=1)
        shelf.put(payments.name_of(day), payments.payments_of(self.book, day))
        shelf.put(TO_CHECK_NAME, points_file(self.book.points(), self._about, today))
        return payments.name_of(day), TO_CHECK_NAME

    def _about(self, point: Point) -> About:
        invoice, family = self.invoices.find(point.family, point.invoice), self.families.find(point.family)
        reference = invoice.reference if invoice else ""
        return About(reference, family.payer, family.address) if family else About(reference)


def change_files(export: ExportChanges) -> FileKind:
    return lambda asked, shelf: export(asked.consumer, shelf, asked.since, resuming=asked.resuming)


def billing_files(export: ExportBilling, clock: Clock) -> FileKind:
    """The month that is named; the month of today when none is."""

    def write(asked: Asked, shelf: Shelf) -> Sequence[str]:
        month = asked.month or paris_day(clock.now()).replace(day=1)
        return export(month, shelf, asked.closed_by)

    return write


class _Told:
    """A shelf that remembers what was put on it."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.rows: list[tuple[str, str, str]] = []
        self.has: Callable[[str], bool] = shelf.has
        self.read: Callable[[str], Iterator[bytes]] = shelf.read
        self.remove: Callable[[str], None] = shelf.remove

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        size, digest = 0, hashlib.sha256()

        def counted() -> Iterator[bytes]:
            nonlocal size
            for chunk in chunks:
                size += len(chunk)
                digest.update(chunk)
                yield chunk

        self.shelf.put(name, counted())
        self.rows.append((name, Bare(size), digest.hexdigest()))
