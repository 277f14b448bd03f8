"""The fenced blocks of a document."""

import re
from collections.abc import Iterator

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(text: str) -> Iterator[tuple[str, str, str]]:
    """Language, content, and the text before each fenced block since the block before it."""
    end = 0
    for block in BLOCK.finditer(text):
        yield block[1], block[2], text[end : block.start()]
        end = block.end()
