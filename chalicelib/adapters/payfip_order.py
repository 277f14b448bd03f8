"""What the treasury is asked, in its own fields and within its limits: the same for both of its contracts."""

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from chalicelib.rules.payments import LEAST, MOST, Attempt
from chalicelib.rules.receipt_email import email_fault
from chalicelib.services.payment_ports import OrderRefused

TEST = "T"
"""Value of ``saisie`` for a payment that takes no money."""
LONGEST_OBJECT = 99
LONGEST_ADDRESS = 249


def order_of(attempt: Attempt, letters: Collection[str]) -> dict[str, str]:
    """The treasury's fields of an attempt: ``montant`` in cents, ``objet`` in plain ASCII.

    ``letters`` are the values of ``saisie`` that the contract takes. What the treasury would refuse is not sent: it
    raises OrderRefused with the treasury's own code.
    """
    _must(re.fullmatch(r"\d{6}", attempt.client_number, re.ASCII), "T1")
    _must(attempt.saisie in letters, "S1")
    _must(re.fullmatch(r"[A-Za-z0-9]{6,30}", attempt.reference), "R3")
    _must(re.fullmatch(r"\d{4}", attempt.exercice, re.ASCII), "exer")
    _must(attempt.amount >= LEAST, "M3")
    _must(attempt.amount <= MOST, "M5")
    if email_fault(attempt.email):
        raise OrderRefused("A2", parent=True)
    return {
        "exer": attempt.exercice,
        "mel": attempt.email,
        "montant": str(attempt.amount),
        "numcli": attempt.client_number,
        "objet": plain_object(attempt.label),
        "refdet": attempt.reference,
        "saisie": attempt.saisie,
    }


def plain_object(label: str) -> str:
    """``Cantine d'été n° 3`` -> ``Cantine d ete n 3``: letters and digits without accents, single spaces."""
    bare = unicodedata.normalize("NFD", label).encode("ascii", "ignore").decode()
    return " ".join(re.sub(r"[^A-Za-z0-9]+", " ", bare).split())[:LONGEST_OBJECT].strip()


def checked_address(address: str, code: str) -> str:
    """``address`` when the treasury can keep it: it must be absolute and short enough. Raises OrderRefused with
    ``code``."""
    parts = urlsplit(address)
    _must(parts.scheme in {"http", "https"} and parts.hostname and len(address) <= LONGEST_ADDRESS, code)
    return address


def _must(kept: object, code: str) -> None:
    if not kept:
        raise OrderRefused(code)
