"""Identifiers, so that two strings of different meaning cannot be swapped."""

from typing import NewType

FamilyId = NewType("FamilyId", str)
ChildId = NewType("ChildId", str)
"""The town software's stable identifier of a child; the *code enfant* that parents type may change, this may not."""
SchoolId = NewType("SchoolId", str)
ActivityId = NewType("ActivityId", str)
"""A slug: ``cantine``, ``garderie-matin``. Lower-case ASCII letters, digits and dashes."""
EntryId = NewType("EntryId", str)
"""Range key of a journal entry, ``<UTC instant>#<random>``; also the id of its recap page."""
AttemptId = NewType("AttemptId", str)
"""Ours, random: names one attempt to pay, in addresses too."""
InvoiceNumber = NewType("InvoiceNumber", str)
"""As printed: ``2013-026-000335``."""
