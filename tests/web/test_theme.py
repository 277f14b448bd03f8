"""The town's colour can be read on every surface, in both modes, whatever it is."""

import itertools
import re

import pytest

from chalicelib.web.assets import TEMPLATES, style_sheet
from chalicelib.web.theme import DARK_SURFACES, LIGHT_SURFACES, READABLE_CONTRAST, contrast, dark_theme, light_theme

STEPS = range(0, 256, 17)
INKS = ("ink", "soft", "warn-ink", "bad-ink", "good-ink")
SURFACES = ("page", "grey", "warn", "bad", "good")


def colours() -> list[str]:
    return [f"#{r:02x}{g:02x}{b:02x}" for r, g, b in itertools.product(STEPS, STEPS, STEPS)]


def variables(mode: str) -> dict[str, str]:
    """The custom properties of portail.css in one mode."""
    css = (TEMPLATES / "static" / "portail.css").read_text("utf-8")
    light, dark = re.findall(r":root \{(.*?)\}", css, re.DOTALL)
    return dict(re.findall(r"--([\w-]+): (#\w{6})", light if mode == "light" else dark))


def test_every_colour_becomes_readable() -> None:
    for colour in colours():
        for theme, surfaces in ((light_theme(colour), LIGHT_SURFACES), (dark_theme(colour), DARK_SURFACES)):
            for surface in (*surfaces, theme.on_accent):
                assert contrast(theme.accent, surface) >= READABLE_CONTRAST, (colour, theme, surface)


def test_a_readable_colour_is_left_as_it_is() -> None:
    assert light_theme("#0b5c8c").accent == "#0b5c8c"
    assert dark_theme("#ffd500").accent == "#ffd500"


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_style_sheet_has_the_same_surfaces(mode: str) -> None:
    surfaces = LIGHT_SURFACES if mode == "light" else DARK_SURFACES
    assert tuple(variables(mode)[name] for name in SURFACES) == surfaces


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_every_ink_can_be_read_where_it_is_used(mode: str) -> None:
    found = variables(mode)
    for ink, surface in itertools.product(INKS, ("page", "grey")):
        assert contrast(found[ink], found[surface]) >= READABLE_CONTRAST, (ink, surface)
    for kind in ("warn", "bad", "good"):
        assert contrast(found[f"{kind}-ink"], found[kind]) >= READABLE_CONTRAST
        assert contrast(found["ink"], found[kind]) >= READABLE_CONTRAST
        assert contrast(found["soft"], found[kind]) >= READABLE_CONTRAST
    assert contrast(found["line"], found["page"]) >= 3, "WCAG 1.4.11: borders of fields and cells"


def test_known_contrasts() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("colour", ["", "red", "#fff", "#12345g", "0b5c8c0", "#0b5c8c;}"])
def test_what_is_no_colour_is_refused(colour: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        style_sheet(colour)
