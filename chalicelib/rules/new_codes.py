"""Payer codes that the town has made, for families that have none."""

from collections.abc import Callable, Container, Iterable

from chalicelib.rules.codes import weakness

ALPHABET = "CDFHJKMNPRTWXY3479"
"""Letters and digits that nobody takes for one another, printed or written: neither O and 0, I, L and 1, nor B and 8, S
and 5, Z and 2, G and 6, U and V. Without vowels no code is a word, and without E no spreadsheet takes one for a
number."""
LENGTH = 12
"""Twelve signs of eighteen are 50 bits: at a thousand tries a second, one code in 35,000 years."""
GROUP = 4


def new_code(choose: Callable[[str], str], names: Iterable[str], taken: Container[str]) -> str:
    """A payer code of signs that ``choose`` draws from ``ALPHABET``: none of ``taken``, and strong enough for the
    import.

    ``names`` are the family's identifier and the words of its name; ``taken`` holds codes as ``normal_code`` makes
    them, which a code of this alphabet already is.
    """
    known = tuple(names)
    while True:
        code = "".join(choose(ALPHABET) for _ in range(LENGTH))
        if code not in taken and weakness(code, known) is None:
            return code


def in_groups(code: str) -> str:
    """``CDFHJKMNPRTW`` -> ``CDFH JKMN PRTW``: as people read it aloud and type it."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))
