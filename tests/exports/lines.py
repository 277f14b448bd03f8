"""Lines of the régie's journal for tests: name only what matters."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from chalicelib.rules.book import BookHead, BookLine, Entry, EntryKind, numbered
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.school_calendar import paris_day
from tests.builders import BOND, an_invoice
from tests.clock import paris

AT = paris("lundi 2026-11-23 10:00")
INVOICE = an_invoice()


def an_entry(amount: int, kind: EntryKind = EntryKind.PAYMENT, **changes: Any) -> Entry:
    """A payment online by card, for the Bonds' invoice, that the bank took on Sunday evening."""
    entry = Entry(
        kind=kind,
        regie=INVOICE.regie,
        invoice=INVOICE.number,
        reference=INVOICE.reference,
        family=BOND,
        payer="Jamie BOND",
        amount=Cents(amount),
        day=date(2026, 11, 22),
        means=Means.ONLINE,
        payment="online-a-1",
        exercice="2013",
        transmitted="2013T50026000335",
        letter="P",
        bank_at=paris("dimanche 2026-11-22 23:59"),
        authorisation="3fd",
        client_number="006382",
        idop="idop-1",
        saisie="T",
        attempt=AttemptId("a-1"),
    )
    return replace(entry, **changes)


def lines_of(entries: Iterable[Entry], at: datetime = AT, head: BookHead | None = None) -> tuple[BookLine, ...]:
    return numbered(entries, head or BookHead(paris_day(at).year), at)
