"""The codes printed on a bill: how the portal reads what people type, and which codes are too weak to protect a
family."""

import itertools
import re
import unicodedata
from collections.abc import Iterable, Iterator

from chalicelib.rules.letters import without_accents

SHORTEST_PAYER_CODE = 8
SHORTEST_OF_DIGITS = 10
"""Fewest digits of a payer code without letters: eight digits are guessed a thousand times sooner than eight letters
and digits."""
FEWEST_SIGNS = 3
"""Fewest different letters and digits in a payer code."""
MOST_RUNS = 2
"""A payer code needs more runs than this. ``ABCD1234`` and ``00000001`` are two runs; ten digits drawn at random are
two runs once in a million."""
SHORTEST_NAME = 4
"""Fewest letters of a name that is looked for: a shorter word stands in a random code by chance."""
LEFT_BESIDE_NAMES = 6
"""Letters and digits that a payer code must have besides the family's name and identifier."""
KEYBOARD = ("AZERTYUIOP", "QSDFGHJKLM", "QWERTYUIOP", "ASDFGHJKL")

_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1"})
_DROPPED = re.compile(r"[^A-Z0-9]+")
_MONTHS = "janv|févr?|mars|avr|mai|juin|juil|août|sept|oct|nov|déc|jan|feb|mar|apr|may|jun|jul|aug|sep|dec"
_REWRITTEN = re.compile(
    r"[-+]?\d+(?:[.,]\d+)?E[-+]\d+"  # 1,23457E+11
    r"|[-+]?\d+[.,]\d+(?:E\d+)?"  # 12345678,0
    r"|\d{1,2}/\d{1,2}/\d{2,4}(?:\s.*)?"  # 1/2/2026 was 1-2
    rf"|\d{{1,2}}-(?:{_MONTHS})\.?(?:-\d{{2,4}})?|(?:{_MONTHS})\.?-\d{{2,4}}"  # 1-févr, déc-26
    r"|#+|#[^\s#]+[!?]?|Err:\d+",  # ####, #N/A, #REF!
    re.IGNORECASE,
)


def normal_code(typed: str) -> str:
    """The letters and digits of a code, upper case. O becomes 0, I and L become 1: people confuse them when they type.

    Everything else is dropped: spaces, dashes of any kind, a full stop. Accented and full-width letters become plain
    ones.
    """
    return _letters_and_digits(typed).translate(_LOOK_ALIKE)


def rewritten_by_a_spreadsheet(code: str) -> bool:
    """Whether the cell is what a spreadsheet makes of a code: ``1,23457E+11``, ``12345678,0``, ``####``, ``#N/A``."""
    return bool(_REWRITTEN.fullmatch(code.strip()))


def has_other_letters(code: str) -> bool:
    """Whether the code has letters that no French keyboard types, and that ``normal_code`` would drop."""
    folded = without_accents(code)
    return any(sign.isalpha() and not sign.upper().isascii() for sign in folded)


def weakness(code: str, names: Iterable[str]) -> str | None:
    """Why a payer code does not protect its family, in French; None when it does.

    ``names`` are the family's identifier and the words of its name. The codes of the demo town (GOLDENEYE7) pass.
    """
    letters, normal = _letters_and_digits(code), normal_code(code)
    if len(normal) < SHORTEST_PAYER_CODE:
        return f"a moins de {SHORTEST_PAYER_CODE} lettres et chiffres"
    if len(set(normal)) < FEWEST_SIGNS:
        return "répète le même caractère"
    on_a_keyboard = any(letters in row or letters in row[::-1] for row in KEYBOARD)
    if on_a_keyboard or min(_runs(letters), _runs(normal)) <= MOST_RUNS:
        return "est une suite que tout le monde devine"
    if normal.isdigit() and len(normal) < SHORTEST_OF_DIGITS:
        return f"n'a que des chiffres, moins de {SHORTEST_OF_DIGITS} (O se lit 0, I et L se lisent 1)"
    if len(_without(normal, names)) < min(LEFT_BESIDE_NAMES, len(normal)):
        return "est le nom ou l'identifiant de la famille"
    return None


def _letters_and_digits(typed: str) -> str:
    digits = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in without_accents(typed))
    return _DROPPED.sub("", digits.upper())


def _runs(code: str) -> int:
    """How many runs make the code. A run is made of signs that follow each other by the same step: 0, 1 or -1. 9 is
    followed by 0."""
    runs, step = 1, None
    for before, after in itertools.pairwise(code):
        to = _step(before, after)
        if to is None or step not in (None, to):
            runs, step = runs + 1, None
        else:
            step = to
    return runs


def _step(before: str, after: str) -> int | None:
    if before + after in {"90", "09"}:
        return 1 if before == "9" else -1
    step = ord(after) - ord(before)
    return step if step in {-1, 0, 1} else None


def _without(normal: str, names: Iterable[str]) -> str:
    """``normal`` without the names that stand in it; the longest name is taken out first."""
    for name in sorted(_folded(names), key=len, reverse=True):
        normal = normal.replace(name, "")
    return normal


def _folded(names: Iterable[str]) -> Iterator[str]:
    return (folded for name in names if len(folded := normal_code(name)) >= SHORTEST_NAME)
