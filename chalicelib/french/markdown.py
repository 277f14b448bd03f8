"""The town's message: paragraphs, lists, **bold** and [links](https://…), made HTML when its file is imported.

markdown-it reads it, with nothing switched on but these. Raw HTML, images, headings and links with other addresses stay
the characters that they are. This module is not in the zip: pages print the HTML that the import stored.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock, list_block
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict
from markupsafe import escape

from chalicelib.french.words import typeset

ADDRESSES = ("https://", "mailto:")
_BULLET = re.compile(r"^[-*•][ \t]+")
_BLANK = re.compile(r"\n{2,}|^\n|\n$")
_INSIDE_A_LIST = re.compile(r"\n(?=</?li>|</ul>)")
"""Line ends that markdown-it writes there. The text itself has none left, and no ``<``."""


def to_html(source: str) -> str:
    """HTML of a small Markdown text: only p, br, ul, li, strong and a with its href, whatever the text says."""
    lines = "\n".join(_BULLET.sub("- ", line.strip()) for line in source.splitlines())
    return "\n".join(_block(block) for block in _BLANK.split(lines) if block)


def _block(block: str) -> str:
    """Each text between empty lines is read by itself: a list never takes the paragraph or the list after it."""
    return _INSIDE_A_LIST.sub("", _MARKDOWN.render(block).strip())


class _Renderer(RendererHTML):
    """The marks that we do not read are printed as they were typed."""

    def text(self, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
        return str(escape(typeset(tokens[at].content)))

    def softbreak(self, _tokens: Sequence[Token], _at: int, _options: OptionsDict, _env: EnvType) -> str:
        return "<br>"

    def em_open(self, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
        return tokens[at].markup

    em_close = em_open

    def strong_open(self, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
        mark = tokens[at].markup
        return mark if mark == "__" else "<strong>" if tokens[at].nesting > 0 else "</strong>"

    strong_close = strong_open

    def link_open(self, tokens: Sequence[Token], at: int, _options: OptionsDict, _env: EnvType) -> str:
        """A link without the title that Markdown may give it: nobody on a phone sees a title."""
        return f'<a href="{escape(str(tokens[at].attrGet("href")))}">'


def _bullets(state: StateBlock, line: int, end: int, silent: bool) -> bool:
    """A list of markdown-it's that starts with a dash and words, and has no list inside; « 1. » and « + » start none.

    With ``silent``, the answer is whether this line ends what is before it. An item does, also inside a list.
    """
    first = state.bMarks[line] + state.tShift[line]
    may_start = silent or state.level == 0
    return may_start and state.src.startswith("- ", first) and list_block(state, line, end, silent)


def _markdown() -> MarkdownIt:
    reader = MarkdownIt("zero", renderer_cls=_Renderer).enable(["list", "newline", "emphasis", "link"])
    reader.block.ruler.at("list", _bullets, {"alt": ["paragraph"]})
    reader.validateLink = lambda url: url.startswith(ADDRESSES)  # type: ignore[method-assign]
    return reader


_MARKDOWN = _markdown()
