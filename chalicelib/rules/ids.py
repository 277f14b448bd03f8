"""Identifiers, so that two strings of different meaning cannot be swapped, and the one place that reads each of them.

What a list, an address or a form says becomes an identifier here and nowhere else. So whatever the import accepts can
be a key, an address and the name of a file. Each function raises ValueError for a text of another shape.
"""

import re
from typing import NewType

FamilyId = NewType("FamilyId", str)
ChildId = NewType("ChildId", str)
"""The town software's stable identifier of a child. Parents type the *code enfant*, which may change; this may not."""
SchoolId = NewType("SchoolId", str)
ActivityId = NewType("ActivityId", str)
"""A slug: ``cantine``, ``garderie-matin``. Lower-case ASCII letters, digits and dashes."""
DietId = NewType("DietId", str)
"""A slug, too: a key of ``[regimes]`` in town.toml."""
EntryId = NewType("EntryId", str)
"""Range key of a journal entry, ``<UTC instant>#<random>``; it is also the id of its recap page."""
AttemptId = NewType("AttemptId", str)
"""Names one attempt to pay, in addresses too. We draw it at random."""
InvoiceNumber = NewType("InvoiceNumber", str)
"""The number as printed: ``2013-026-000335``, ``F2026-0012``, ``2026.12_3``."""

LONGEST = 64
NAME = rf"[A-Za-z0-9][A-Za-z0-9._-]{{0,{LONGEST - 1}}}"
"""What the town's software may call a family, a child, an invoice. Spaces and slashes are forbidden: it is a part of
keys, of addresses and of file names."""
_NAME = re.compile(NAME)
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_ENTRY = re.compile(r"[0-9A-Za-z:.#+-]{1,80}")
_OPERATION = re.compile(r"[0-9A-Za-z_-]{1,64}")


def named(text: str) -> str:
    """The identifier of a family, a child or an invoice: software names them alike."""
    return _read(_NAME, text)


def invoice_number(text: str) -> InvoiceNumber:
    return InvoiceNumber(named(text))


def family_id(text: str) -> FamilyId:
    return FamilyId(named(text))


def child_id(text: str) -> ChildId:
    return ChildId(named(text))


def school_id(text: str) -> SchoolId:
    return SchoolId(_read(_SLUG, text))


def activity_id(text: str) -> ActivityId:
    return ActivityId(_read(_SLUG, text))


def diet_id(text: str) -> DietId:
    return DietId(_read(_SLUG, text))


def entry_id(text: str) -> EntryId:
    return EntryId(_read(_ENTRY, text))


def idop(text: str) -> str:
    """The treasury's name of an operation (a UUID), or the name that we give to one of the URL contract."""
    return _read(_OPERATION, text)


def _read(shape: re.Pattern[str], text: str) -> str:
    if not shape.fullmatch(text):
        raise ValueError(f"{text[:80]!r} is no identifier of that kind")
    return text
