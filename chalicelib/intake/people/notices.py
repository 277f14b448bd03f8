"""Who is told of new invoices, as an older service of the town knew it."""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import replace

from chalicelib.intake.report import IntakeReport
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.mail_ports import NoticeStore


def write_notices(lists: sqlite3.Connection, notices: NoticeStore, report: IntakeReport) -> Iterator[int]:
    """Write the wish of the families in the lists that never chose themselves; yields 1 for each. Raises
    Unavailable."""
    for family, emails in lists.execute("SELECT family, emails FROM notices ORDER BY family"):
        settings = notices.settings(FamilyId(family))
        if settings == NoticeSettings():
            extra = tuple(Address(email, AddressState.CONFIRMED) for email in emails.split())
            with contextlib.suppress(StaleWrite):  # Its parent chose just now.
                notices.save(FamilyId(family), replace(settings, wanted=True, extra=extra))
                report.notices += 1
        yield 1
