"""The town's colour, made darker or lighter until every text that uses it can be read."""

from chalicelib.values import Value

LIGHT_SURFACES = ("#ffffff", "#f4f6f8", "#fff4dd", "#fdecec", "#e5f5e9")
"""Backgrounds of portail.css in light mode: page, grey, warning, error, success. A test compares the two."""
DARK_SURFACES = ("#14181d", "#20252c", "#35260c", "#3a1518", "#10301b")
READABLE_CONTRAST = 4.5
"""WCAG 1.4.3 for text; more than the 3:1 that 1.4.11 asks for the border of a checkbox."""
LIGHTNESS_STEP = 0.02

Channels = tuple[float, float, float]


class Theme(Value):
    """Six-digit hex colours of one mode: ``accent`` on any surface, ``on_accent`` for text on ``accent``."""

    accent: str
    on_accent: str


def light_theme(colour: str) -> Theme:
    """The theme of ``colour`` on light surfaces. Raises ValueError for anything else than ``#rrggbb``."""
    return Theme(_until_readable(colour, (0.0, 0.0, 0.0), LIGHT_SURFACES), "#ffffff")


def dark_theme(colour: str) -> Theme:
    return Theme(_until_readable(colour, (255.0, 255.0, 255.0), DARK_SURFACES), "#06121a")


def contrast(one: str, other: str) -> float:
    """WCAG contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _until_readable(colour: str, toward: Channels, surfaces: tuple[str, ...]) -> str:
    start = _channels(colour)
    share = 0.0
    while True:
        moved = _hex(tuple(a + (b - a) * min(share, 1.0) for a, b in zip(start, toward, strict=True)))
        if all(contrast(moved, surface) >= READABLE_CONTRAST for surface in surfaces):
            return moved
        share += LIGHTNESS_STEP


def _channels(colour: str) -> Channels:
    if len(colour) != 7 or colour[0] != "#":
        raise ValueError(f"{colour!r} is not a colour like #0b5c8c")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(channels: tuple[float, ...]) -> str:
    return "#" + "".join(f"{round(channel):02x}" for channel in channels)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
