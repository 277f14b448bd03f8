"""Letters of a line in the order in which they are drawn, from left to right: Unicode's bidirectional algorithm (UAX 9)
for a line of French with names in it, whose direction is always that of French. Signs that change the direction are not
followed: the import refuses them."""

import unicodedata

LETTERS = {"R", "AL"}
NUMBERS = {"EN", "AN"}
MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


def is_reordered(text: str) -> bool:
    """Whether something in ``text`` runs from right to left."""
    return any(unicodedata.bidirectional(sign) in LETTERS for sign in text)


def from_left_to_right(text: str) -> str:
    """``text`` as it is drawn. A vowel sign stands behind its letter: fonts draw it back over the glyph before."""
    letters = _with_marks(text)
    levels = _levels(_kinds([letter[0] for letter in letters]))
    blank = len(letters)
    while blank and not letters[blank - 1].strip():
        blank -= 1
    levels[blank:] = [0] * (len(letters) - blank)
    signs = [sign.translate(MIRRORED) if level == 1 else sign for sign, level in zip(letters, levels, strict=True)]
    for least in (2, 1):
        _turn(signs, levels, least)
    return "".join(signs)


def _turn(signs: list[str], levels: list[int], least: int) -> None:
    """Reverse each run of ``least`` or a higher level, with its levels (rule L2)."""
    start = 0
    while start < len(signs):
        end = start
        while end < len(signs) and levels[end] >= least:
            end += 1
        signs[start:end] = signs[start:end][::-1]
        levels[start:end] = levels[start:end][::-1]
        start = max(end, start + 1)


def _with_marks(text: str) -> list[str]:
    """Each letter with the vowel signs and accents behind it, which go where it goes (rule L3)."""
    letters: list[str] = []
    for sign in text:
        if letters and unicodedata.bidirectional(sign) == "NSM":
            letters[-1] += sign
        else:
            letters.append(sign)
    return letters


def _kinds(signs: list[str]) -> list[str]:
    """The class of each sign after the rules W1 to W7: ``L``, ``R``, ``EN``, ``AN``, or ``ON`` for what is neutral."""
    kinds: list[str] = []
    strong = "L"
    for sign in signs:
        kind = unicodedata.bidirectional(sign) or "L"
        if kind == "EN" and strong == "AL":
            kind = "AN"
        if kind in {"L", *LETTERS}:
            strong = kind
        kinds.append(kind)
    kinds = ["R" if kind == "AL" else kind for kind in kinds]
    _separators(kinds)
    strong = "L"
    for at, kind in enumerate(kinds):
        if kind in {"L", "R"}:
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[at] = "L"
        elif kind not in NUMBERS:
            kinds[at] = "ON"
    return kinds


def _separators(kinds: list[str]) -> None:
    """Make part of a number what stands between its digits, and signs as % beside them (rules W4 and W5)."""
    for at in range(1, len(kinds) - 1):
        before, kind, after = kinds[at - 1 : at + 2]
        if before == after and ((kind == "ES" and before == "EN") or (kind == "CS" and before in NUMBERS)):
            kinds[at] = before
    for indexes in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        step = -1 if indexes.step > 0 else 1
        for at in indexes:
            if kinds[at] == "ET" and kinds[at + step] == "EN":
                kinds[at] = "EN"


def _levels(kinds: list[str]) -> list[int]:
    """0 for what runs as French does, 1 from right to left, 2 for numbers within that. What is neutral goes with both
    its neighbours when they agree (rules N1, N2 and I1)."""
    before = "L"
    sides: list[str] = []
    for kind in kinds:
        before = before if kind == "ON" else kind
        sides.append(before)
    after = "L"
    levels: list[int] = []
    for kind, left in zip(reversed(kinds), reversed(sides), strict=True):
        after = after if kind == "ON" else kind
        if kind == "ON":
            levels.append(int(left != "L" and after != "L"))
        else:
            levels.append({"L": 0, "R": 1}.get(kind, 2))
    return levels[::-1]
