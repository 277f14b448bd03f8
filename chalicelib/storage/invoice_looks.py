"""Many invoices at once, as the import compares them: a hundred items a call, wherever they are."""

from collections.abc import Iterable, Sequence

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.services.invoice_ports import AskedInvoice, HeldInvoice
from chalicelib.storage import keys
from chalicelib.storage.database import Database, RawItem
from chalicelib.storage.invoice_items import invoice_of, line_of
from chalicelib.storage.rows import InvoiceRow

Place = tuple[str, str]
"""Partition and sort key of a head."""
NOWHERE: Place = ("", "")
Items = dict[Place, RawItem]


class InvoiceLooks:
    """``InvoiceStore.several``. Reads are consistent."""

    def __init__(self, database: Database, rows: type[InvoiceRow]) -> None:
        self.database = database
        self.rows = rows

    def __call__(self, asked: Sequence[AskedInvoice]) -> dict[InvoiceNumber, HeldInvoice]:
        """An invoice is looked for where the lists say that it is, then where its number says."""
        places = {one.number: place for one in asked if (place := _listed_place(one))}
        items = self._read((place, number) for number, place in places.items())
        holders = self._holders(asked, items, places)
        moved = {
            one.number: place
            for one in asked
            if places.get(one.number) not in items and (place := _place_of(holders.get(keys.number_holder(one.number))))
        }
        items |= self._read((place, number) for number, place in moved.items())
        places |= moved
        return {one.number: self._held(one, places.get(one.number), items, holders) for one in asked}

    def _read(self, wanted: Iterable[tuple[Place, InvoiceNumber]]) -> Items:
        """Heads and lines of invoices at their places."""
        parts = ((family, part) for (family, head), number in wanted for part in (head, keys.invoice_lines(number)))
        return {(item["family"]["S"], item["item"]["S"]): item for item in self._items(parts)}

    def _holders(
        self, asked: Sequence[AskedInvoice], items: Items, places: dict[InvoiceNumber, Place]
    ) -> dict[str, RawItem]:
        """Who holds the numbers that were not found, and the references that no found invoice has."""
        wanted: set[str] = set()
        for one in asked:
            head = items.get(places.get(one.number, NOWHERE))
            if head is None:
                wanted.add(keys.number_holder(one.number))
            if one.reference and (head is None or head["reference"]["S"] != one.reference):
                wanted.add(keys.reference_holder(one.reference))
        return {item["family"]["S"]: item for item in self._items((name, keys.UNIQUE) for name in sorted(wanted))}

    def _items(self, parts: Iterable[Place]) -> Iterable[RawItem]:
        asked = ({"family": partition, "item": item} for partition, item in parts)
        return self.database.batch_get("invoices.several", self.rows, asked, consistent_read=True)

    def _held(self, asked: AskedInvoice, place: Place | None, items: Items, holders: dict[str, RawItem]) -> HeldInvoice:
        head = items.get(place) if place else None
        invoice = invoice_of(head) if head else None
        lines = items.get((invoice.family, keys.invoice_lines(invoice.number))) if invoice else None
        holder = holders.get(keys.reference_holder(asked.reference)) if asked.reference else None
        of_another = holder is not None and not (invoice and invoice.reference == asked.reference)
        return HeldInvoice(
            invoice=invoice,
            lines=tuple(line_of(text["S"]) for text in lines["lines"]["L"]) if lines else (),
            holder=InvoiceNumber(holder["number"]["S"]) if holder and of_another else None,
        )


def _listed_place(asked: AskedInvoice) -> Place | None:
    """Where the invoice is when the portal has it as the lists say; None when they do not say enough."""
    if asked.family is None or asked.issued_on is None:
        return None
    return asked.family, keys.invoice_head(asked.issued_on, asked.number)


def _place_of(holder: RawItem | None) -> Place | None:
    return (holder["holder"]["S"], holder["head"]["S"]) if holder else None
