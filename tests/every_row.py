"""The rows of all tables."""

from chalicelib.storage.book_rows import BookHeadRow, BookRow, ClosingRow, PointRow
from chalicelib.storage.journal_rows import JournalRow
from chalicelib.storage.order_row import OrderRow
from chalicelib.storage.payment_rows import AttemptRow, OperationRow
from chalicelib.storage.rows import (
    FamilyRow,
    InvoiceRow,
    LoginRow,
    NoticeRow,
    OutboxRow,
    PlaceRow,
    PlanningRow,
    ThrottleRow,
    TownRow,
)

ROWS = (
    FamilyRow, LoginRow, PlanningRow, JournalRow, PlaceRow, ThrottleRow, TownRow, NoticeRow, InvoiceRow, AttemptRow,
    OperationRow, BookRow, BookHeadRow, PointRow, ClosingRow, OutboxRow, OrderRow,
)  # fmt: skip
