"""The régie's journal, in the payments table. What an event writes in other tables, its invoices and its e-mails, is
written in the same transaction.

All writers meet at the head of the year. Who finds that another line was written first takes the next numbers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime

from pynamodb.transactions import TransactWrite

from chalicelib.patience import rounds
from chalicelib.rules.book import BookHead, BookLine, Closing, end_of, follows, numbered
from chalicelib.rules.errors import Crowded, StaleWrite
from chalicelib.rules.points import Point, PointCode
from chalicelib.rules.posting import Posted, attempt_after, changes_of, points_after
from chalicelib.rules.school_calendar import paris_day
from chalicelib.services.book_ports import MoneyEvent, Moved
from chalicelib.storage import attempt_items, book_items, keys
from chalicelib.storage.book_rows import BookHeadRow, BookRow, ClosingRow, PointRow
from chalicelib.storage.database import PATIENCE_SECONDS, Database, WriteRefused
from chalicelib.storage.invoice_items import changing
from chalicelib.storage.outbox import row_of as mail_row
from chalicelib.storage.payment_rows import AttemptRow
from chalicelib.storage.rows import InvoiceRow, OutboxRow

Lines = tuple[BookLine, ...]


class DynamoBook:
    """``Book``. Reads are consistent."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.rows = database.bind(BookRow)
        self.heads = database.bind(BookHeadRow)
        self.point_rows = database.bind(PointRow)
        self.closing_rows = database.bind(ClosingRow)
        self.attempts = database.bind(AttemptRow)
        self.invoices = database.bind(InvoiceRow)
        self.mails = database.bind(OutboxRow)

    def write(self, event: MoneyEvent) -> Lines:
        if not event.entries:
            return self._write_unnumbered(event)
        lines: Lines = ()
        refused: WriteRefused | None = None
        for _ in rounds(PATIENCE_SECONDS):
            head, at, there = self._turn(event.at, lines)
            if there:
                return lines
            if refused and not _only_numbers(refused, event, lines):
                raise refused
            lines = numbered(event.entries, head, at)
            try:
                self._transact(event, head, lines)
            except WriteRefused as failed:
                refused = failed
            else:
                return lines
        raise Crowded("book.write") from refused

    def head(self, exercice: int) -> BookHead:
        row = self.database.get("book.head", self.heads, keys.book_head(exercice), keys.UNIQUE, consistent_read=True)
        return book_items.head_of(row.serialize(), exercice) if row else BookHead(exercice)

    def lines(self, month: date) -> Iterator[BookLine]:
        partition = keys.book_month(month)
        return map(book_items.line_of, self.database.pages("book.lines", self.rows, partition, consistent_read=True))

    def points(self) -> Iterator[Point]:
        items = self.database.pages("book.points", self.point_rows, keys.POINTS, consistent_read=True)
        return iter(sorted(map(book_items.point_of, items), key=lambda point: (point.opened_at, point.code)))

    def point(self, code: PointCode) -> Point | None:
        row = self.database.get("book.point", self.point_rows, keys.POINTS, code, consistent_read=True)
        return book_items.point_of(row.serialize()) if row else None

    def closings(self) -> Sequence[Closing]:
        items = self.database.pages("book.closings", self.closing_rows, keys.CLOSINGS, consistent_read=True)
        return tuple(map(book_items.closing_of, items))

    def close(self, closing: Closing) -> None:
        for _ in rounds(PATIENCE_SECONDS):
            there = [one for one in self.closings() if one.month == closing.month]
            if there == [closing]:
                return
            head = self.head(closing.month.year)
            if there or (closing.last, closing.hash) != self._last_of(closing.month, head):
                raise StaleWrite("book.close")
            try:
                self._close(closing, head)
            except WriteRefused:
                continue  # Another line came, or this closing was written and its answer was lost.
            return
        raise Crowded("book.close")

    def _turn(self, at: datetime, tried: Lines) -> tuple[BookHead, datetime, bool]:
        """The head that the next lines follow, when they are written at the earliest, and whether the lines that were
        ``tried`` are there: then the answer of their write was lost. One call, except around the new year."""
        head, there = self._read(paris_day(at).year, tried)
        while not follows(head, at):
            at = max(at, head.at or at)
            head, _ = self._read(paris_day(at).year, ())
        return head, max(at, head.at or at), there

    def _read(self, exercice: int, tried: Lines) -> tuple[BookHead, bool]:
        asked = [{"partition": keys.book_head(exercice), "item": keys.UNIQUE}]
        asked += [
            {"partition": keys.book_month(line.month), "item": keys.book_number(line.number)} for line in tried[:1]
        ]
        head, there = BookHead(exercice), False
        for item in self.database.batch_get("book.write", self.heads, asked, consistent_read=True):
            if item["item"]["S"] == keys.UNIQUE:
                head = book_items.head_of(item, exercice)
            else:
                there = book_items.line_of(item) == tried[0]
        return head, there

    def _write_unnumbered(self, event: MoneyEvent) -> Lines:
        try:
            self._transact(event, None, ())
        except WriteRefused:
            if event.moved is None or not self._has_moved(event.moved):
                raise  # Otherwise it was this same write, and its answer was lost.
        return ()

    def _has_moved(self, moved: Moved) -> bool:
        wanted = attempt_after(moved.after, moved.before.version + 1, moved.look_at, ())
        partition = keys.attempt_partition(moved.after.id)
        row = self.database.get("book.write", self.attempts, partition, keys.UNIQUE, consistent_read=True)
        there = attempt_items.attempt_of(row.serialize()) if row else None
        return there is not None and replace(there, looked_at=wanted.looked_at) == wanted

    def _transact(self, event: MoneyEvent, head: BookHead | None, lines: Lines) -> None:
        changes = _changes(event, lines)
        points = points_after(changes, event.opens, event.closes, event.at)

        def fill(transaction: TransactWrite) -> None:
            if head:
                self._add(transaction, head, lines)
            if event.moved:
                self._move(transaction, event.moved, lines)
            for mail in event.mails:
                transaction.save(mail_row(self.mails, mail))
            for change in changes:
                self._change(transaction, change)
            for code, point in points.items():
                self._point(transaction, code, point)

        self.database.transact("book.write", fill)

    def _add(self, transaction: TransactWrite, head: BookHead, lines: Lines) -> None:
        """These are the first puts of the transaction: ``_only_numbers`` counts on it."""
        last = lines[-1]
        after = BookHead(last.exercice, last.number, last.hash, last.at)
        transaction.save(book_items.head_row(self.heads, after), condition=book_items.is_still(self.heads, head))
        for line in lines:
            transaction.save(book_items.line_row(self.rows, line), condition=self.rows.item.does_not_exist())

    def _move(self, transaction: TransactWrite, moved: Moved, lines: Lines) -> None:
        after = attempt_after(moved.after, moved.before.version + 1, moved.look_at, lines)
        row = attempt_items.row_of(self.attempts, after, moved.look_at)
        transaction.save(row, condition=self.attempts.version == moved.before.version)

    def _change(self, transaction: TransactWrite, change: Posted) -> None:
        before = change.before
        row = self.invoices(before.family, keys.invoice_head(before.issued_on, before.number))
        actions, as_read = changing(self.invoices, change)
        transaction.update(row, actions=actions, condition=as_read)

    def _point(self, transaction: TransactWrite, code: PointCode, point: Point | None) -> None:
        row = self.point_rows(keys.POINTS, code)
        if point:
            transaction.update(row, actions=book_items.opening(self.point_rows, point))
        else:
            transaction.delete(row)

    def _last_of(self, month: date, head: BookHead) -> tuple[int, str]:
        """Number and hash of the last line that was written until the month's end."""
        if head.at is None or head.at < end_of(month):
            return head.number, head.hash
        for back in range(month.month, 0, -1):
            found = list(
                self.database.pages(
                    "book.close",
                    self.rows,
                    keys.book_month(month.replace(month=back)),
                    scan_index_forward=False,
                    limit=1,
                    consistent_read=True,
                )
            )
            if found:
                line = book_items.line_of(found[0])
                return line.number, line.hash
        return 0, ""

    def _close(self, closing: Closing, head: BookHead) -> None:
        """The head's instant moves to the month's end, so that nobody who began before writes into the month."""
        end = end_of(closing.month)
        after = replace(head, at=max(end, head.at or end))

        def fill(transaction: TransactWrite) -> None:
            transaction.save(book_items.head_row(self.heads, after), condition=book_items.is_still(self.heads, head))
            row = book_items.closing_row(self.closing_rows, closing)
            transaction.save(row, condition=self.closing_rows.item.does_not_exist())

        self.database.transact("book.close", fill)


def _changes(event: MoneyEvent, lines: Lines) -> tuple[Posted, ...]:
    payments = ((one.invoice, one.payment) for one in event.payments)
    return changes_of(payments, event.cancelled, lines, paris_day(event.at))


def _only_numbers(refused: WriteRefused, event: MoneyEvent, lines: Lines) -> bool:
    """Whether nothing but the head and the numbers of the lines was in the way. They are put first, after what is
    deleted."""
    points = points_after(_changes(event, lines), event.opens, event.closes, event.at)
    first = sum(point is None for point in points.values())
    return set(refused.found) <= set(range(first, first + 1 + len(lines)))
