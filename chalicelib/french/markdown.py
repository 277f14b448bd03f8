"""The town's message: paragraphs, lists, **bold** and [links](https://…). Escaped first, marked up after.

Nothing of the source reaches the page unescaped, so no construct of it can open a tag or an attribute.
"""

import re

from markupsafe import Markup, escape

from chalicelib.french.words import typeset

_BLANK = re.compile(r"\n[ \t]*\n")
_BULLET = re.compile(r"[-*•][ \t]+(.*)")
_BOLD = re.compile(r"\*\*(?=\S)((?:[^*\x02\x03]|\x02[^*\x02\x03]*\x03)+)(?<=\S)\*\*")
"""Holds whole links or none, so that tags always nest."""
_LINK = re.compile(r"\[([^\[\]]+)\]\(((?:https://|mailto:)[^\s()\"'<>]+)\)")


def to_html(source: str) -> Markup:
    """HTML of a small Markdown text. A link that is neither https nor mailto stays plain text."""
    text = source.replace("\r\n", "\n").replace("\r", "\n").strip()
    return Markup("\n").join(_block(block) for block in _BLANK.split(text) if block.strip())


def _block(block: str) -> Markup:
    lines = [line.strip() for line in block.strip().split("\n")]
    bullets = [_BULLET.fullmatch(line) for line in lines]
    if all(bullets):
        items = (Markup("<li>{}</li>").format(_inline(bullet.group(1))) for bullet in bullets if bullet)
        return Markup("<ul>{}</ul>").format(Markup("").join(items))
    return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))


def _inline(line: str) -> Markup:
    escaped = str(escape(line))
    linked, addresses = _set_aside_links(escaped)
    # The ``;`` of an entity has no space before it, so escaped text is typeset like any other.
    bold = _BOLD.sub(r"<strong>\1</strong>", typeset(linked.replace("&#39;", "’")))
    return Markup(_restore_links(bold, addresses))  # noqa: S704 - escaped above; only our own tags were added.


def _set_aside_links(escaped: str) -> tuple[str, list[str]]:
    """Addresses leave the text before bold is looked for: a ``**`` inside an address is not an emphasis."""
    addresses: list[str] = []

    def aside(found: re.Match[str]) -> str:
        addresses.append(found.group(2))
        return f"\x02{found.group(1)}\x03"

    return _LINK.sub(aside, escaped.replace("\x02", "").replace("\x03", "")), addresses


def _restore_links(text: str, addresses: list[str]) -> str:
    for address in addresses:
        text = text.replace("\x02", f'<a href="{address}">', 1).replace("\x03", "</a>", 1)
    return text
