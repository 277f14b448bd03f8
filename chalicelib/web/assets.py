"""The style sheet (inline, one per town's colour) and the script (one file, named by its content)."""

import hashlib
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from chalicelib.web.theme import dark_theme, light_theme

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
_STATIC = TEMPLATES / "static"
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_AROUND = re.compile(r"\s*([{};,>])\s*")


@dataclass(frozen=True)
class StyleSheet:
    """``css`` to print in a style element; ``source`` is the CSP source expression that allows exactly it."""

    css: str
    source: str


@lru_cache(maxsize=8)
def style_sheet(colour: str) -> StyleSheet:
    """The style sheet in the town's colour; raises ValueError for anything else than ``#rrggbb``."""
    light, dark = light_theme(colour), dark_theme(colour)
    css = _squeezed_css(
        f":root{{--accent:{light.accent};--on-accent:{light.on_accent}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark.accent};--on-accent:{dark.on_accent}}}}}"
        + (_STATIC / "portail.css").read_text("utf-8")
    )
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return StyleSheet(css, f"'sha256-{digest}'")


@dataclass(frozen=True)
class Script:
    text: str
    version: str
    """Changes with the text, so that browsers may keep the file for ever."""


@cache
def script() -> Script:
    text = _squeezed_js((_STATIC / "portail.js").read_text("utf-8"))
    return Script(text, hashlib.sha256(text.encode()).hexdigest()[:12])


def _squeezed_css(text: str) -> str:
    text = _AROUND.sub(r"\1", _COMMENT.sub("", text))
    return re.sub(r"\s+", " ", text).replace(": ", ":").replace(";}", "}").strip()


def _squeezed_js(text: str) -> str:
    """Without indentation and whole-line comments: safe for a script that keeps strings on one line."""
    lines = (line.strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line and not line.startswith("//")) + "\n"
