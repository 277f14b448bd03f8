"""Names in the scripts of the world, as a PDF draws them: one glyph after the other, from left to right.

A PDF draws what it is given. Hebrew and Arabic run from right to left, and the letters of an Arabic word are joined.
"""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache

from chalicelib.adapters.bidi import from_left_to_right, is_reordered

LAM = "\u0644"
FORMS = (*range(0xFB50, 0xFDFC), *range(0xFE70, 0xFEFD))
"""Where Unicode has the letters of Arabic as they look alone, at the beginning, in the middle and at the end."""


FORMS_DRAWN = frozenset(FORMS)


def as_drawn(text: str) -> str:
    """``text`` with its letters joined, from left to right."""
    return from_left_to_right(_joined(text)) if is_reordered(text) else text


def as_letter(drawn: str) -> str:
    """The letter that a drawn sign is a form of: two of Arabic's may be drawn as one."""
    return unicodedata.normalize("NFKC", drawn) if ord(drawn) in FORMS_DRAWN else drawn


def _joined(text: str) -> str:
    return "".join(_shapes(unicodedata.normalize("NFC", text)))


def _shapes(text: str) -> Iterator[str]:
    """Each letter in the form that its neighbours give it."""
    forms = _forms()
    before = False
    """Whether the letter before joins this one."""
    at = 0
    while at < len(text):
        letter = text[at]
        pair = text[at : at + 2]
        if letter == LAM and pair in forms:
            letter = pair
        at += len(letter)
        mine = forms.get(letter)
        if mine is None:
            yield letter
            before = before and unicodedata.category(letter) == "Mn"
            continue
        joins_next = "initial" in mine and "final" in forms.get(_next_letter(text, at), {})
        joined = before and "final" in mine
        yield mine.get(_form(joined=joined, joins_next=joins_next), letter)
        before = joins_next


def _form(*, joined: bool, joins_next: bool) -> str:
    if joined:
        return "medial" if joins_next else "final"
    return "initial" if joins_next else "isolated"


def _next_letter(text: str, at: int) -> str:
    """The next letter, past vowel signs; empty at the end."""
    return next((sign for sign in text[at:] if unicodedata.category(sign) != "Mn"), "")


@cache
def _forms() -> Mapping[str, Mapping[str, str]]:
    """Letter, or lam with alef -> form (``initial``…) -> the character that is drawn."""
    forms: dict[str, dict[str, str]] = {}
    for code in FORMS:
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        plain = "".join(chr(int(letter, 16)) for letter in letters)
        if len(plain) == 1 or (len(plain) == 2 and plain[0] == LAM and code >= 0xFEF5):
            forms.setdefault(plain, {}).setdefault(kind.strip("<>"), chr(code))
    return forms
