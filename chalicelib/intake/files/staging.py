"""A town's lists in a temporary SQLite file: it checks uniqueness and references, and groups rows, without holding the
lists in memory."""

import contextlib
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

_SCHEMA = """
CREATE TABLE families (id TEXT PRIMARY KEY, line INT, payer TEXT, code TEXT, email TEXT, address TEXT, direct_debit INT)
WITHOUT ROWID;
-- NULL in a column that a list may leave out: the list says nothing of it.
CREATE INDEX families_by_code ON families (code);
CREATE TABLE set_aside (file TEXT, id TEXT, PRIMARY KEY (file, id)) WITHOUT ROWID;
CREATE TABLE children (
    rank INTEGER PRIMARY KEY, line INT, id TEXT, family TEXT, code TEXT, normal_code TEXT,
    first_name TEXT, last_name TEXT, school TEXT, class_name TEXT, birth TEXT, diet TEXT, pai INT, UNIQUE (family, id)
);
CREATE INDEX children_by_id ON children (id);
CREATE TABLE enrolments (
    child TEXT, activity TEXT, line INT, first TEXT, last TEXT, read_only INT, PRIMARY KEY (child, activity)
) WITHOUT ROWID;
CREATE TABLE events (
    family TEXT, child TEXT, activity TEXT, day TEXT, at TEXT, line INT, booked INT, channel TEXT, whole_day INT,
    PRIMARY KEY (family, child, activity, day, at)
) WITHOUT ROWID;
CREATE TABLE old_events (
    -- Lines of reservations.csv before the calendar's first day.
    line INTEGER PRIMARY KEY
);
CREATE TABLE past_events (
    -- Events about who left or what ended: why they cannot be booked any more.
    family TEXT, child TEXT, activity TEXT, day TEXT, at TEXT, why TEXT, PRIMARY KEY (family, child, activity, day, at)
) WITHOUT ROWID;
CREATE TABLE waiting (
    -- Rows that are right and that the portal cannot take: set aside, with the reason.
    file TEXT, line INT, why TEXT, PRIMARY KEY (file, line)
) WITHOUT ROWID;
CREATE TABLE notices (family TEXT PRIMARY KEY, emails TEXT) WITHOUT ROWID;
CREATE TABLE invoices (
    number TEXT PRIMARY KEY, line INT, family TEXT, reference TEXT, bare_reference TEXT, debt TEXT,
    issued TEXT, due TEXT, label TEXT, regie TEXT, total INT, published TEXT, cancelled INT, corrects TEXT, means TEXT
) WITHOUT ROWID;
CREATE VIEW listed_invoices AS
    -- ``collected``: how the town collects it; the row wins over the family's list. NULL: neither says it.
    SELECT invoices.*, coalesce(means, CASE direct_debit WHEN 1 THEN 'direct-debit' WHEN 0 THEN '' END) AS collected
    FROM invoices LEFT JOIN families ON families.id = invoices.family;
CREATE INDEX invoices_by_family ON invoices (family);
CREATE INDEX invoices_by_reference ON invoices (bare_reference);
CREATE INDEX invoices_by_debt ON invoices (debt);
CREATE TABLE invoice_lines (
    rank INTEGER PRIMARY KEY, line INT, invoice TEXT, what TEXT, child TEXT, quantity TEXT, unit_price TEXT, amount INT,
    days TEXT, activity TEXT, child_id TEXT
);
CREATE INDEX lines_by_invoice ON invoice_lines (invoice);
CREATE TABLE received (
    invoice TEXT, id TEXT, line INT, payer TEXT, paid_on TEXT, amount INT, means TEXT, reference TEXT,
    PRIMARY KEY (invoice, id, paid_on)
) WITHOUT ROWID;
CREATE TABLE money_rows (
    -- Rows about money that was counted already: taken back, decided, given back.
    file TEXT, line INT, kind TEXT, day TEXT, invoice TEXT, amount INT, means TEXT, mark TEXT, payer TEXT, payment TEXT,
    point TEXT, word TEXT, who TEXT, warrant TEXT, why TEXT
);
CREATE INDEX money_rows_by_invoice ON money_rows (invoice);
CREATE TABLE recorded (
    -- Payments of the town that the portal has, of invoices that a complete list names. ``gone``: the list does not
    -- have it any more.
    invoice TEXT, payment TEXT, family TEXT, gone INT, PRIMARY KEY (invoice, payment)
) WITHOUT ROWID;
CREATE TABLE pdfs (number TEXT PRIMARY KEY, name TEXT, size INT) WITHOUT ROWID;
CREATE TABLE as_they_should_be (number TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE elsewhere (number TEXT PRIMARY KEY, family TEXT) WITHOUT ROWID;
CREATE TABLE existing_children (
    family TEXT, child TEXT, first_name TEXT, last_name TEXT, school TEXT, PRIMARY KEY (family, child)
) WITHOUT ROWID;
CREATE TABLE existing_enrolments (
    -- Those that are not over. ``becomes`` is 0 when it stops, 1 when its days or its rights change, 2 when it stays.
    family TEXT, child TEXT, activity TEXT, becomes INT, PRIMARY KEY (family, child, activity)
) WITHOUT ROWID;
CREATE TABLE families_there (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE existing_families (id TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE current_logins (family TEXT, key TEXT, child TEXT, PRIMARY KEY (family, key)) WITHOUT ROWID;
CREATE INDEX current_logins_by_key ON current_logins (key);
CREATE TABLE existing_logins (
    family TEXT, key TEXT, child TEXT, salt BLOB, secret BLOB, PRIMARY KEY (family, key)
) WITHOUT ROWID;
CREATE INDEX existing_logins_by_key ON existing_logins (key);
CREATE TABLE families_to_write (family TEXT PRIMARY KEY, replaced INT) WITHOUT ROWID;
CREATE TABLE logins_to_write (
    -- Without a secret: to delete.
    family TEXT, key TEXT, child TEXT, salt BLOB, secret BLOB, PRIMARY KEY (family, key)
) WITHOUT ROWID;
CREATE VIEW concerned AS
    -- Invoices of the lists, and those of the portal that only a payment or a PDF names.
    SELECT family, number FROM invoices UNION ALL SELECT family, number FROM elsewhere;
CREATE VIEW last_events AS
    -- SQLite takes the other columns from the row that holds max(at).
    SELECT last.*, past_events.why AS past FROM (
        SELECT family, child, activity, day, max(at) AS at, line, booked, channel, whole_day
        FROM events GROUP BY family, child, activity, day
    ) AS last LEFT JOIN past_events USING (family, child, activity, day, at);
"""
CACHE_KIB = 8192


@contextlib.contextmanager
def staging() -> Iterator[sqlite3.Connection]:
    """An empty staging database. Only its owner can read it, because it holds codes; it is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        database = sqlite3.connect(Path(folder) / "town.sqlite", isolation_level=None)
        try:
            database.executescript(
                f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -{CACHE_KIB};"
                "PRAGMA temp_store = FILE;" + _SCHEMA + "BEGIN;"
            )
            yield database
        finally:
            database.close()


def count(database: sqlite3.Connection, table: str) -> int:
    """How many rows ``table`` has; ``table`` is one of the names above."""
    (number,) = database.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - our own names only
    return int(number)
