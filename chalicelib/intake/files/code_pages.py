"""The single-byte code page of a French text, by how often each accented letter stands in its place in French."""

import math
import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

WINDOWS = "cp1252"
OTHER_PAGES = {
    "cp850": "des anciens logiciels DOS (page de codes 850)",
    "cp437": "des anciens logiciels DOS (page de codes 437)",
    "mac_roman": "des anciens Macintosh (Mac Roman)",
    "iso8859_15": "ISO-8859-15 (Latin-9)",
}
"""The code pages that are suspected, in words for a clerk. Of equally likely ones, the first."""
LEAST_LOG_RATIO = math.log(3)
"""How much likelier Windows-1252 must be than any other code page, as the logarithm of a ratio."""
CONTEXT = re.compile(rb"(?s)(?<=(.))([\x80-\xff])(?=(.))")
"""A byte beyond ASCII between its neighbours: the searched text needs one more byte at each end."""

_LETTERS = {600: "é", 500: "É", 150: "è", 120: "È", 50: "Ç", 40: "ïêçëËÊ", 30: "àîôÔÎ", 25: "â", 20: "ÏÂ", 15: "ûÀ"}
_LETTERS |= {12: "œŒ", 10: "Û", 8: "üöÜÖ", 5: "ùñÑ", 4: "áíó", 3: "äÆ", 2: "æãúÄÓÍÁ", 1: "òìÿÙÚÃÒÌ"}
_SIGNS = {10: "«»°\xa0€", 8: "’", 2: "²", 1: "…–“”½", 0.2: "×§·•—‘³¹´£©®ºª"}
"""How often each sign stands in lists of names and labels, by one rough measure."""
RARE_WEIGHT, NEVER_WEIGHT = 0.2, 0.001
"""Weights of a letter of another language, and of a sign that lists of names never have."""
_USUAL = {sign: often for table in (_LETTERS, _SIGNS) for often, signs in table.items() for sign in signs}
_VOWELS = "aeiouyhéèêàâôîœAEIOUYHÉÈÊÀÂÔÎŒ"


def strangers(text: str) -> bool:
    """Whether the text has a character that French hardly ever has: ``‚``, ``ƒ``, ``¤``, a control."""
    return any(_often(sign) <= NEVER_WEIGHT for sign in text)


def suspected(contexts: Iterable[bytes]) -> str | None:
    """The code page that is likelier than Windows-1252, or nearly as likely; None when Windows-1252 is surely right.

    ``contexts`` have three bytes each: a byte beyond ASCII between its neighbours.
    """
    there = set(contexts)
    otherwise = [page for page in OTHER_PAGES if any(_differs(one, page) for one in there)]
    best = max(otherwise, key=lambda page: _likelihood(there, page), default=None)
    return best if best and _likelihood(there, best) + LEAST_LOG_RATIO > _likelihood(there, WINDOWS) else None


def _differs(context: bytes, page: str) -> bool:
    return context.decode(page, "replace") != context.decode(WINDOWS, "replace")


def _likelihood(contexts: Iterable[bytes], page: str) -> float:
    return sum(_log_often(*one.decode(page, "replace")) for one in contexts)


@lru_cache(maxsize=4096)
def _log_often(before: str, sign: str, after: str) -> float:
    often = _often(sign)
    if sign.isalpha():
        often *= _case_fits(before, sign, after) * _place_fits(before, sign, after)
    elif before.isalpha() and after.isalpha():
        # Inside words, only an apostrophe is usual, before a vowel.
        often *= {"’": 5 if after in _VOWELS else 0.1, "\xa0": 1}.get(sign, 0.02)
    return math.log(often)


def _often(sign: str) -> float:
    if sign in _USUAL:
        return _USUAL[sign]
    return RARE_WEIGHT if unicodedata.category(sign) in {"Lu", "Ll"} and sign not in "ŠšŽžƒþÞðÐıµ" else NEVER_WEIGHT


def _case_fits(before: str, sign: str, after: str) -> float:
    """How well the sign's case fits. A capital inside a word of small letters is a misreading; ``PRéVERT`` comes from a
    caps lock key."""
    if sign.isupper():
        return 0.01 if before.islower() or (after.islower() and before.isupper()) else 1
    return 0.1 if before.isupper() or after.isupper() else 1


def _place_fits(before: str, sign: str, after: str) -> float:
    """How well the sign fits its place: some letters have only a few places, ``cœur``, ``où``, ``là``, ``Ève``,
    ``leçon`` (not ``JOÃO``)."""
    small, previous, following = sign.lower(), before.lower(), after.lower()
    begins, ends = not before.isalpha(), not after.isalpha()
    if begins and ends:
        return 1 if small == "à" else 0.2
    usual = {
        "œ": (following == "u", 2, 0.1),
        "ç": (following in "eiyh" or previous in "oiv", 0.05, 1),
        "î": (following == "u", 0.05, 1),
        "à": (ends, 1, 0.05),
        "ù": (ends and previous == "o", 10, 0.05),
        "è": (begins and following != "v", 0.1, 1),
        "é": (begins and sign.islower(), 0.5, 1),
    }
    there, fits, otherwise = usual.get(small, (True, 1, 1))
    return fits if there else otherwise
