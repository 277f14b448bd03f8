"""The town's message: what it can say, and what it cannot do."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.french.markdown import to_html
from tests.pages.client import Document


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("Bonjour", "<p>Bonjour</p>"),
        ("Un\ndeux\n\ntrois", "<p>Un<br>deux</p>\n<p>trois</p>"),
        ("Un\r\n\r\ndeux", "<p>Un</p>\n<p>deux</p>"),
        ("- un\n* deux\n• trois", "<ul><li>un</li><li>deux</li><li>trois</li></ul>"),
        ("1 - REPAS clôt la veille", "<p>1 - REPAS clôt la veille</p>"),
        ("**ATTENTION!** école", "<p><strong>ATTENTION!</strong> école</p>"),
        ("2 ** 3 ** 4", "<p>2 ** 3 ** 4</p>"),
        ("[le site](https://ville.fr/a?b=1&c=2)", '<p><a href="https://ville.fr/a?b=1&amp;c=2">le site</a></p>'),
        ("[nous](mailto:mairie@ville.fr)", '<p><a href="mailto:mairie@ville.fr">nous</a></p>'),
        ("**[gras](https://a.fr)**", '<p><strong><a href="https://a.fr">gras</a></strong></p>'),
        ("[**gras**](https://a.fr)", '<p><a href="https://a.fr"><strong>gras</strong></a></p>'),
        ("l'école : oui !", "<p>l’école\u202f: oui\u202f!</p>"),
        ("", ""),
        ('[x](https://a.fr "un titre")', '<p><a href="https://a.fr">x</a></p>'),
        ("Horaires :\n- un\n- deux", "<p>Horaires\u202f:</p>\n<ul><li>un</li><li>deux</li></ul>"),
        ("- un\n\n- deux\n\n\nsuite", "<ul><li>un</li></ul>\n<ul><li>deux</li></ul>\n<p>suite</p>"),
        ("- - un\n- -5 °C", "<ul><li>- un</li><li>-5 °C</li></ul>"),
        ("-\n\ndeux", "<p>-</p>\n<p>deux</p>"),
        ("- un\n  - deux", "<ul><li>un</li><li>deux</li></ul>"),
        ("1. REPAS\n2. MATIN", "<p>1. REPAS<br>2. MATIN</p>"),
        ("# a *b* _c_ __d__ `e` \\*", "<p># a *b* _c_ __d__ `e` \\*</p>"),
        ("![x](https://a.fr)", '<p>!<a href="https://a.fr">x</a></p>'),
        ("a < b & c", "<p>a &lt; b &amp; c</p>"),
    ],
)
def test_what_it_can_say(source: str, html: str) -> None:
    assert to_html(source) == html


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](JAVASCRIPT:alert(1))",
        "[x](data:text/html,<script>)",
        "[x](http://ville.fr)",
        '[x](https://a.fr" onclick="alert(1))',
        "[x](https://a.fr' onclick='alert(1))",
        "[x](https://a.fr><script>)",
        "[<img src=x onerror=alert(1)>](https://a.fr)",
        "**<b onclick=x>**",
        "[a](https://x.fr/**b)**",
        "**a [b** c](https://a.fr)",
        "\x02\x03<a>\x02",
        "[\x02](https://a.fr)\x03[b](https://b.fr)",
        "[[x](https://a.fr)](https://b.fr)",
        "- [x](javascript:1)\n- **",
        "&lt;script&gt;",
    ],
)
def test_what_it_cannot_do(source: str) -> None:
    check(to_html(source))


@given(st.text("ab*[]()<>\"'&\x02\x03:/-\n .#;", max_size=60))
def test_no_text_opens_a_tag(source: str) -> None:
    check(to_html(source))


@given(st.lists(st.sampled_from(["**", "[", "](https://a.fr)", "](javascript:x)", "<", '"', "'", "x", "\n", "- "])))
def test_no_pile_of_marks_opens_a_tag(pieces: list[str]) -> None:
    check(to_html("".join(pieces)))


def check(html: str) -> None:
    """Only our five tags, closed in order, and only links that go where links may go."""
    page = Document(html)
    for element in page.elements:
        assert element.tag in {"p", "br", "ul", "li", "strong", "a"}
        assert set(element.attrs) == ({"href"} if element.tag == "a" else set())
        assert re.match(r"https://|mailto:", element.attrs.get("href", "https://"))
