"""What a view returns: a page, an address to go to, or something that is not a page."""

from collections.abc import Mapping
from typing import Any

from chalicelib.rules.ids import ChildId
from chalicelib.values import Value


class Page(Value):
    """A template and the words that it shows."""

    template: str
    context: Mapping[str, Any]
    title: str
    status: int = 200
    help_section: str | None = None
    """Anchor of the help page that explains this page, when it is not the one of its route."""
    child: ChildId | None = None
    """The child whose page it is: « Planning » in the menu leads back to this child."""
    private: bool = False
    """Whether browsers must never keep it, even without a session, because its address alone opens it."""


class Redirect(Value):
    """Where to go next: a path of ``Visit.url``, or a whole address. ``signed_out`` also empties what the browser keeps
    of the portal."""

    to: str
    signed_out: bool = False


class Raw(Value):
    """Something that is not a page."""

    body: str
    content_type: str
    cache: str = "no-store"
    status: int = 200


Answer = Page | Redirect | Raw
