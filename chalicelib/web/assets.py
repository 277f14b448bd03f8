"""The style sheet (inline, one for each town's colour) and the script (one file named after its content), both
minified."""

import hashlib
from base64 import b64encode
from functools import cache, lru_cache
from pathlib import Path

from chalicelib.values import Value
from chalicelib.web.theme import dark_theme, light_theme

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
STATIC = TEMPLATES / "static"
COMPILED = "compiled"
"""Folder beside the templates that ``precompile`` writes for a deployment; a working copy has none."""


class StyleSheet(Value):
    """``css`` is printed in a style element; ``source`` is the CSP source expression that allows exactly this text."""

    css: str
    source: str


@lru_cache(maxsize=8)
def style_sheet(colour: str) -> StyleSheet:
    """The style sheet in the town's colour. Raises ValueError for anything else than ``#rrggbb``."""
    light, dark = light_theme(colour), dark_theme(colour)
    css = (
        f":root{{--accent:{light.accent};--on-accent:{light.on_accent}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark.accent};--on-accent:{dark.on_accent}}}}}"
        f"{_text('portail.css')}"
    )
    digest = b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return StyleSheet(css, f"'sha256-{digest}'")


class Script(Value):
    text: str
    version: str
    """The version changes with the text, so that browsers may keep the file for ever."""


@cache
def script() -> Script:
    text = _text("portail.js")
    return Script(text, hashlib.sha256(text.encode()).hexdigest()[:12])


@cache
def _text(name: str) -> str:
    """The minified text. A deployment has it as a file; a working copy makes the same text."""
    built = TEMPLATES / COMPILED / name
    if built.is_file():
        return built.read_text("utf-8")
    from chalicelib.web.minify import minified  # noqa: PLC0415 - not on Lambda, where the file above is

    return minified(STATIC / name)
