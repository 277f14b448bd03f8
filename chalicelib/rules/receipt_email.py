"""Which e-mail addresses the treasury takes for its receipt: fewer than there are."""

import re
from enum import Enum

SHORTEST, LONGEST = 6, 80


class EmailFault(Enum):
    """Why the treasury refuses an address. The first that is true is the one to say."""

    LENGTH = "length"
    LETTERS = "letters"
    """It has an accent, or another letter outside ASCII."""
    SHAPE = "shape"


def email_fault(email: str) -> EmailFault | None:
    """None for an address that the treasury takes. Source: its recorded code A2, and the limits of its service."""
    if not SHORTEST <= len(email) <= LONGEST:
        return EmailFault.LENGTH
    if not email.isascii():
        return EmailFault.LETTERS
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+", email) else EmailFault.SHAPE
