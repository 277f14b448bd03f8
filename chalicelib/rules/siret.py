"""The number of a French establishment (SIRET): fourteen digits, the last of which tells a slip of the pen."""

import re

_DIGITS = re.compile(r"\d{14}", re.ASCII)


def is_siret(digits: str) -> bool:
    """Whether it is fourteen digits whose sum, every second one doubled, is a multiple of ten (Luhn)."""
    if not _DIGITS.fullmatch(digits):
        return False
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(digits))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0
