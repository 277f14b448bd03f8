"""A form with faults: they are said at the top, beside each field, in the page's title and by its status."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from chalicelib.french.words import typeset
from chalicelib.web.answers import Page

NOWHERE_ELSE: Mapping[str, str] = {}


def form_page(
    template: str,
    words: Mapping[str, Any],
    title: str,
    faults: Mapping[str, str],
    *,
    anchors: Mapping[str, str] = NOWHERE_ELSE,
    status: int = 422,
) -> Page:
    """The page of a form. ``faults`` are sentences by field, in the order of the form; empty for a form without fault.

    The template sees ``faults`` (empty for a field without fault) and ``summary`` (anchor and sentence of each fault).
    ``anchors`` say where the summary leads when a field's name is not the id of an element.
    """
    said = defaultdict(str, {field: typeset(sentence) for field, sentence in faults.items()})
    summary = [(anchors.get(field, field), sentence) for field, sentence in said.items()]
    shown = {**words, "faults": said, "summary": summary}
    return Page(template, shown, f"Erreur : {title}", status) if summary else Page(template, shown, title)
