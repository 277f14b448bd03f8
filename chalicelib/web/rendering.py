"""Jinja: everything is escaped, an unknown name is an error, and French spacing is added when a template is
compiled."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, ModuleLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import Markup

from chalicelib.french.words import typeset
from chalicelib.web.assets import COMPILED, TEMPLATES

_ANGLE = re.compile(r"([<>])")


class FrenchSpacing(Extension):
    """Typesets the words of a template, never its tags. Template files keep the spaces that a keyboard types."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        inside_tag = False
        for token in stream:
            if token.type == "data":
                words, inside_tag = _typeset_words(token.value, inside_tag)
                yield Token(token.lineno, "data", words)
            else:
                yield token


def _typeset_words(data: str, inside_tag: bool) -> tuple[str, bool]:
    """The data with its words typeset, and whether it ends inside a tag: a piece of data ends at each variable."""
    parts = []
    for part in _ANGLE.split(data):
        if part in "<>" and part:
            inside_tag = part == "<"
            parts.append(part)
        else:
            parts.append(part if inside_tag else typeset(part))
    return "".join(parts), inside_tag


def render(template: str, context: dict[str, Any]) -> str:
    return _environment().get_template(template).render(context)


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, for cells that a presenter fills by the hundred."""
    found: Callable[..., Markup] = getattr(_environment().get_template(template).module, name)
    return found


def new_environment(loader: BaseLoader) -> Environment:
    return Environment(
        loader=loader,
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=[FrenchSpacing],
    )


@cache
def _environment() -> Environment:
    compiled = TEMPLATES / COMPILED
    if compiled.is_dir():
        return new_environment(ModuleLoader(compiled))
    return new_environment(FileSystemLoader(TEMPLATES))
