"""The style sheet and the script, read as the oldest browsers that they are written for read them.

Chromium and Firefox look at the pages in tests/browser; Safari 12.1 and Chrome 70 are held by what these lists know.
"""

import re

import pytest

from chalicelib.web.assets import TEMPLATES, script, style_sheet

CSS = style_sheet("#0b5c8c").css
PREFIXED = {
    "position:sticky": "position:-webkit-sticky",
    "print-color-adjust": "-webkit-print-color-adjust",
    "hyphens": "-webkit-hyphens",
    "appearance": "-webkit-appearance",
    "user-select": "-webkit-user-select",
    "backdrop-filter": "-webkit-backdrop-filter",
    "box-decoration-break": "-webkit-box-decoration-break",
    "text-size-adjust": "-webkit-text-size-adjust",
}
"""Property, or property and value -> what has to stand beside it in the same rule for Safari."""
TOO_NEW_STYLE = {
    r"(?<![\w-])(?:row-|column-)?gap:": "space between the items of a flex box: Safari 14.1",
    r"(?<![\w-])inset:": "Safari 14.1",
    r"(?<![\w-])aspect-ratio:": "Safari 15",
    r":(?:has|is|where)\(": "Safari 14 and later",
    r"@(?:layer|container|property)": "Safari 15.4 and later",
    r"(?:clamp|color-mix|min|max)\(": "Safari 13.1 and later",
    r"\d[sdl]v[hw]\b": "Safari 15.4",
    r"[{;]\s*&": "nested rules: Safari 16.5",
}
TOO_NEW_SCRIPT = {
    r"=>": "an arrow",
    r"\b(?:let|const|class|async|await)\b": "a word of ES2015 and later",
    r"`": "a template",
    r"\?[.?]": "optional chaining",
    r"\.\.\.": "spreading",
    r"\b(?:fetch|Promise|Map|Set|Symbol|URLSearchParams)\b": "an object that is younger than the script's language",
    r"\.(?:includes|closest|remove|append|prepend|replaceAll|at|flat)\(": "a method that phones of 2018 may lack",
}
_RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
_STRING = re.compile(r"'(?:\\.|[^'\\])*'")


def rules(css: str) -> list[tuple[str, str]]:
    """Selectors and declarations of every rule, those inside @media too."""
    return [(selector.strip(), declared) for selector, declared in _RULE.findall(css)]


def unprefixed(css: str) -> list[str]:
    """Selectors of rules that lack the prefixed twin of what they declare."""
    return [
        f"{selector}: {wanted}"
        for selector, declared in rules(css)
        for plain, wanted in PREFIXED.items()
        if re.search(rf"(?<![\w-]){re.escape(plain)}", declared) and wanted not in declared
    ]


def shown_although_hidden(css: str) -> list[str]:
    """Selectors that give a display to ``<input type="hidden">``: Safari makes a tab stop of it."""
    return [
        one
        for selector, declared in rules(css)
        if re.search(r"(?<![\w-])display:(?!none)", declared)
        for one in _split(selector)
        if _may_be_hidden_input(re.split(r"[\s>+~]+", one)[-1])
    ]


def _split(selectors: str) -> list[str]:
    return [part.strip() for part in re.split(r",(?![^(]*\))", selectors)]


def _may_be_hidden_input(compound: str) -> bool:
    """Whether the last part of a selector takes an input without class, id or pseudo-element, and may be hidden."""
    told_apart = re.search(r"[.#]|::|:not\(\[type=hidden\]\)|^\[(?!hidden)|(?<!\()\[type=", compound)
    return bool(re.match(r"(?:input|\*)(?![\w-])|\[hidden\]|:not", compound)) and not told_apart


def too_new(text: str, known: dict[str, str]) -> list[str]:
    return [f"{match.group()}: {why}" for pattern, why in known.items() if (match := re.search(pattern, text))]


def test_what_needs_a_prefix_has_it() -> None:
    assert unprefixed(CSS) == []


def test_nothing_shows_a_hidden_field() -> None:
    assert shown_although_hidden(CSS) == []


def test_the_style_is_as_old_as_its_browsers() -> None:
    assert too_new(CSS, TOO_NEW_STYLE) == []


def test_the_script_is_as_old_as_its_browsers() -> None:
    assert too_new(_STRING.sub("''", script().text), TOO_NEW_SCRIPT) == []


def test_no_other_page_has_a_style_of_its_own() -> None:
    styles = [path.name for path in TEMPLATES.rglob("*.css")]
    assert styles == ["portail.css"]


@pytest.mark.parametrize(
    "css",
    [
        "input:not([type=checkbox]):not([type=radio]),select{display:block}",
        "form input{display:flex}",
        "*{display:block}",
        "@media print{input{display:inline}}",
        "[hidden]{display:block}",
    ],
)
def test_a_shown_hidden_field_is_caught(css: str) -> None:
    assert shown_although_hidden(css)


@pytest.mark.parametrize("css", [".codes input.x{display:block}", "input:not([type=hidden]){display:block}"])
def test_a_field_that_cannot_be_hidden_may_have_a_display(css: str) -> None:
    assert shown_although_hidden(css) == []


def test_a_missing_prefix_is_caught() -> None:
    assert unprefixed(".barre{position:sticky}.x{print-color-adjust:exact}") == [
        ".barre: position:-webkit-sticky",
        ".x: -webkit-print-color-adjust",
    ]


@pytest.mark.parametrize(
    ("text", "known"),
    [
        (".x{display:flex;gap:1rem}", TOO_NEW_STYLE),
        (".x{width:min(1rem,2vw)}", TOO_NEW_STYLE),
        ("a{&:hover{color:red}}", TOO_NEW_STYLE),
        ("boxes.forEach(box => box.checked)", TOO_NEW_SCRIPT),
        ("let n = a?.b", TOO_NEW_SCRIPT),
    ],
)
def test_what_is_too_new_is_caught(text: str, known: dict[str, str]) -> None:
    assert too_new(text, known)
