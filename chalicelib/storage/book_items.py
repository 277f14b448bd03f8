"""How the régie's journal is written as items: its lines, the head of each year, points, closings."""

import json
from datetime import date

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action

from chalicelib.rules import retention
from chalicelib.rules.book import BookHead, BookLine, Closing, Entry, EntryKind
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.instants import instant_of, instant_text
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Doubt
from chalicelib.rules.points import Point, PointKind
from chalicelib.rules.school_calendar import paris_day
from chalicelib.storage import keys
from chalicelib.storage.book_rows import BookHeadRow, BookRow, ClosingRow, PointRow
from chalicelib.storage.database import RawItem
from chalicelib.storage.json_text import facts_of, json_text


def line_row(rows: type[BookRow], line: BookLine) -> BookRow:
    return rows(
        keys.book_month(line.month),
        keys.book_number(line.number),
        family=line.entry.family,
        exercice=line.exercice,
        at=instant_text(line.at),
        before=line.before,
        facts=_entry_text(line.entry),
        expires=retention.of_book(paris_day(line.at)),
    )


def line_of(item: RawItem) -> BookLine:
    return BookLine(
        exercice=int(item["exercice"]["N"]),
        number=int(item["item"]["S"]),
        at=instant_of(item["at"]["S"]),
        before=item["before"]["S"],
        entry=_entry(item["facts"]["S"]),
    )


def head_row(rows: type[BookHeadRow], head: BookHead) -> BookHeadRow:
    """Raises ValueError for a head without its instant: only a new book has none, and that is not kept."""
    if head.at is None:
        raise ValueError("the head of a book that has nothing is not kept")
    return rows(
        keys.book_head(head.exercice),
        keys.UNIQUE,
        number=head.number,
        hash=head.hash,
        at=instant_text(head.at),
        expires=retention.of_book(date(head.exercice, 12, 31)),
    )


def head_of(item: RawItem, exercice: int) -> BookHead:
    return BookHead(exercice, int(item["number"]["N"]), item["hash"]["S"], instant_of(item["at"]["S"]))


def is_still(rows: type[BookHeadRow], head: BookHead) -> Condition:
    """Condition: nothing was written in the head's book, and no month of it closed, since it was read."""
    if head.at is None:
        return rows.item.does_not_exist()
    still: Condition = (rows.number == head.number) & (rows.at == instant_text(head.at))
    return still


def opening(rows: type[PointRow], point: Point) -> list[Action]:
    """An open point keeps its age, whatever more is known of it."""
    opened_at = rows.opened_at
    facts = _point_text(point)
    return [
        opened_at.set(opened_at | instant_text(point.opened_at)),
        rows.family.set(point.family),
        rows.facts.set(facts),
    ]


def point_of(item: RawItem) -> Point:
    facts = json.loads(item["facts"]["S"])
    read = {
        "kind": PointKind(facts["kind"]),
        "opened_at": instant_of(item["opened_at"]["S"]),
        "bank_at": instant_of(facts["bank_at"]) if facts["bank_at"] else None,
        "doubt": Doubt(facts["doubt"]) if facts["doubt"] else None,
        "differs": tuple(facts["differs"]),
    }
    return Point(**{**facts, **read})


def closing_row(rows: type[ClosingRow], closing: Closing) -> ClosingRow:
    told = {"month": closing.month.isoformat(), "at": instant_text(closing.at)}
    facts = json_text({**facts_of(closing), **told})
    expires = retention.of_book(closing.month)
    return rows(keys.CLOSINGS, keys.closing(closing.month), facts=facts, expires=expires)


def closing_of(item: RawItem) -> Closing:
    facts = json.loads(item["facts"]["S"])
    return Closing(**{**facts, "month": date.fromisoformat(facts["month"]), "at": instant_of(facts["at"])})


def _point_text(point: Point) -> str:
    told = {
        "kind": point.kind.value,
        "bank_at": instant_text(point.bank_at) if point.bank_at else "",
        "doubt": point.doubt.value if point.doubt else "",
    }
    facts = {**facts_of(point), **told}
    del facts["opened_at"]
    return json_text(facts)


def _entry_text(entry: Entry) -> str:
    told = {
        "kind": entry.kind.value,
        "day": entry.day.isoformat(),
        "means": entry.means.value if entry.means else "",
        "bank_at": instant_text(entry.bank_at) if entry.bank_at else "",
        "attempt": entry.attempt or "",
    }
    return json_text({**facts_of(entry), **told})


def _entry(text: str) -> Entry:
    facts = json.loads(text)
    read = {
        "kind": EntryKind(facts["kind"]),
        "amount": Cents(facts["amount"]),
        "day": date.fromisoformat(facts["day"]),
        "means": Means(facts["means"]) if facts["means"] else None,
        "bank_at": instant_of(facts["bank_at"]) if facts["bank_at"] else None,
        "attempt": AttemptId(facts["attempt"]) if facts["attempt"] else None,
    }
    return Entry(**{**facts, **read})
