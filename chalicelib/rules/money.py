"""Money is integer cents. Text becomes cents here; cents become text in presenters and on paper."""

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import NewType

Cents = NewType("Cents", int)

_EUROS = re.compile(r"(-?)(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)


def euros(text: str) -> Cents:
    """``3,45``, ``3.4`` or ``12`` -> cents. Raises ValueError for anything else: thousands separators, a currency sign,
    more than two decimals. A guessed amount would be wrong some day."""
    match = _EUROS.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is not an amount in euros")
    sign, whole, part = match.groups()
    cents = int(whole) * 100 + int((part or "0").ljust(2, "0"))
    return Cents(-cents if sign else cents)


def in_words(cents: Cents) -> str:
    """``1 234,50 €`` with the narrow no-break spaces of French typography."""
    whole, part = divmod(abs(cents), 100)
    grouped = f"{whole:,}".replace(",", "\u202f")
    return f"{'-' if cents < 0 else ''}{grouped},{part:02}\u00a0€"


def times(quantity: Decimal, unit_price: Cents) -> Cents:
    """The amount of a line in cents, rounded half up: the only place that rounds."""
    return Cents(int((quantity * unit_price).quantize(Decimal(1), ROUND_HALF_UP)))
