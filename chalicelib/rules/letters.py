"""Plain letters: text without the accents, capitals and ligatures that people leave out when they type."""

import unicodedata

_SPELT_OUT = str.maketrans(
    {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
)
"""Unicode sees these as letters of their own, and decomposes none of them."""


def without_accents(text: str) -> str:
    """``SACRÉ-CŒUR`` -> ``SACRE-COEUR``; compatibility forms (full-width, ligatures) become what they stand for."""
    if text.isascii():
        return text
    apart = unicodedata.normalize("NFKD", text.translate(_SPELT_OUT))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def plain(text: str) -> str:
    """The text in lower case, without accents, with single spaces and straight apostrophes: so names are compared."""
    return " ".join(without_accents(text).replace("’", "'").lower().split())
