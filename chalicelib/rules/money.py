"""Money is integer cents. Text becomes cents here; cents become text in presenters and on paper."""

import re
from decimal import Decimal
from typing import NewType

Cents = NewType("Cents", int)

_EUROS = re.compile(r"(-?)(\d{1,9})(?:[.,](\d{1,2}))?", re.ASCII)
_PRICE = re.compile(r"-?\d{1,9}(?:[.,]\d{1,6})?", re.ASCII)


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


def price(text: str) -> Decimal:
    """The price of one of something -> cents and their parts: ``2,125`` -> ``Decimal("212.5")``. It may have six
    decimals of a euro. Raises ValueError for anything else."""
    if not _PRICE.fullmatch(text.strip()):
        raise ValueError(f"{text!r} is not a price in euros")
    return Decimal(text.strip().replace(",", ".")).scaleb(2)


def price_in_words(cents: Decimal) -> str:
    """``2,125 €``, ``1 234,50 €``: all the decimals that a price has, two at least."""
    whole, _, part = f"{abs(cents).scaleb(-2):f}".partition(".")
    grouped = f"{int(whole):,}".replace(",", "\u202f")
    return f"{'-' if cents < 0 else ''}{grouped},{part.rstrip('0').ljust(2, '0')}\u00a0€"
