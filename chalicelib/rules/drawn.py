"""Which letters the fonts of the town's papers have: of Latin, Greek, Cyrillic, Armenian, Georgian, Hebrew, Arabic."""

from collections.abc import Iterator
from functools import cache
from unicodedata import normalize

RANGES = """
20-7e a0-2e9 2ec-2ee 2f3 2f7 300-34f 351-353 357-358 35a 35c-362 370-377 37a-37f 384-38a 38c 38e-3a1 3a3-525 531-556
559-55f 561-587 589-58a 5b0-5c3 5c6-5c7 5d0-5ea 5f0-5f4 606-607 609-60a 60c 615 61b 61f 621-63a 640-655 657 65a
660-670 674 679-6bf 6c6-6c8 6cb-6cc 6ce 6d0 6d5 6f0-6f9 7c0-7e7 7eb-7f5 7f8-7fa e81-e82 e84 e87-e88 e8a e8d e94-e97
e99-e9f ea1-ea3 ea5 ea7 eaa-eab ead-eb9 ebb-ebd ec0-ec4 ec6 ec8-ecd ed0-ed9 edc-edd 10a0-10c5 10d0-10fc 1e00-1efb
1f00-1f15 1f18-1f1d 1f20-1f45 1f48-1f4d 1f50-1f57 1f59 1f5b 1f5d 1f5f-1f7d 1f80-1fb4 1fb6-1fc4 1fc6-1fd3 1fd6-1fdb
1fdd-1fef 1ff2-1ff4 1ff6-1ffe 2002-200a 2010-2030 2032-2033 2039-203a 20a0-20b5 20b8-20ba 20bd 2116 2122 2190-2193
2212 25a1 2713 2c60-2c77 2c79-2c7f 2d00-2d25 2d30-2d65 2d6f a644-a647 a64c-a64d a650-a651 a654-a657 a662-a66e
a68a-a68d a694-a695 a698-a699 a722-a72b a730-a741 a746-a74b a74e-a753 a756-a757 a764-a767 a780-a783 a789-a78e
a790-a791 a7a0-a7aa a7f8-a7ff fb00-fb06 fb13-fb17
"""
"""Numbers of letters in hexadecimal digits; joined forms are left out, nobody writes them. A test holds the fonts to
them."""


def not_drawn(text: str) -> str:
    """Each sign of ``text`` that no font has, once: a paper has a square in its place."""
    if text.isascii():
        return ""
    return "".join(dict.fromkeys(sign for sign in normalize("NFC", text) if sign not in _drawn()))


@cache
def _drawn() -> frozenset[str]:
    return frozenset(map(chr, _numbers()))


def _numbers() -> Iterator[int]:
    for span in RANGES.split():
        first, _, last = span.partition("-")
        yield from range(int(first, 16), int(last or first, 16) + 1)
