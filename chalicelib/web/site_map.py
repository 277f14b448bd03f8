"""What is known of each address; its route says it once: who may read it, its help, its label in the menu."""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from typing import Any

from chalicelib.values import Value

_QUERY = re.compile(r"[\w=&%.~:+-]*", re.ASCII)
_PART = re.compile(r"[\w%.:~-]+", re.ASCII)
"""What an address may have where its route has a name in braces; the view then reads it strictly."""


class SessionNeed(Enum):
    """Whether a route does not read the session, shows more with a session, or asks to sign in."""

    NOT_READ = 0
    OPTIONAL = 1
    REQUIRED = 2


NOT_READ, OPTIONAL, REQUIRED = SessionNeed


class WhereSaved(Enum):
    """Where a parent sees what became of her form when the portal broke down before it answered."""

    IN_HISTORY = "« Mes dernières modifications »"
    ON_ITS_PAGE = "the page of the form shows what is saved"
    NOWHERE = "what was sent left, or did not"


class Route(Value):
    """One method of one address. ``path`` may have names in braces, at most one in each segment."""

    path: str
    method: str
    session: SessionNeed
    fields: frozenset[str] | None = None
    """Names of the form's fields; None when no form is read."""
    help_section: str = ""
    """Anchor of the help page that explains it."""
    menu: str = ""
    """Its label in the menu; empty when it is not in the menu."""
    keeps_child: bool = False
    """Whether the menu leads to it with the child whose page is shown."""
    is_resumed: bool = False
    """Whether signing in may lead to it."""
    page: str = ""
    """For a form: the page that it is on; signing in leads there after a lost session."""
    is_repeatable: bool = False
    """Whether sending the form twice does no more than sending it once: then a page that could not answer offers to
    send it again."""
    where_saved: WhereSaved = WhereSaved.IN_HISTORY
    expired: Callable[..., Any] | None = None
    """Answers a form whose session is over. Without it, or when it returns None, signing in leads to ``page``."""
    shown_again: Callable[..., Any] | None = None
    """Shows a kept form, filled, to the parent who has signed in."""

    def matches(self, path: str) -> bool:
        """Whether ``path`` (without its query) is an address of this route."""
        own, asked = self.path.split("/"), path.split("/")
        return len(own) == len(asked) and all(
            _PART.fullmatch(part) if name.startswith("{") else name == part
            for name, part in zip(own, asked, strict=True)
        )


class SiteMap(Value):
    """Every route of the portal, in the order of the menu."""

    routes: Sequence[Route]

    def menu(self, *, signed_in: bool) -> Iterator[Route]:
        """The pages of the menu: with a session, those that need one; without, the one that opens it."""
        return (route for route in self.routes if route.menu and (route.session is REQUIRED) is signed_in)

    def kept(self, path: str) -> Route | None:
        """The form registered under ``path`` that can be shown again; None when there is none any more."""
        return next((route for route in self.routes if route.path == path and route.shown_again), None)

    def can_resume(self, address: str) -> bool:
        """Whether signing in may lead to ``address`` (a path and its query): it must be a page of ours, not of another
        site."""
        path, _, query = address.partition("?")
        return bool(_QUERY.fullmatch(query)) and any(route.is_resumed and route.matches(path) for route in self.routes)
