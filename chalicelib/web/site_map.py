"""What is known of each address, said once by its route: who may read it, its help, its label in the menu."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

_QUERY = re.compile(r"[\w=&%.~:+-]*", re.ASCII)
_PART = re.compile(r"[\w%.:~-]+", re.ASCII)
"""What stands where a route has a name in braces; the view reads it strictly."""


class SessionNeed(Enum):
    """What a route does with the session: it does not look, it shows more to whom has one, it asks to sign in."""

    NOT_READ = 0
    OPTIONAL = 1
    REQUIRED = 2


NOT_READ, OPTIONAL, REQUIRED = SessionNeed


class WhereSaved(Enum):
    """Where a parent sees what became of her form when the portal broke down before it could answer."""

    IN_HISTORY = "« Mes dernières modifications »"
    ON_ITS_PAGE = "the page of the form shows what is saved"
    NOWHERE = "what was sent left, or did not"


@dataclass(frozen=True)
class Route:
    """One method of one address. ``path`` may have names in braces, one a segment."""

    path: str
    method: str
    session: SessionNeed
    fields: frozenset[str] | None = None
    """Names of the form's fields; None when no form is read."""
    help_section: str = ""
    """Anchor of the help page that explains it."""
    menu: str = ""
    """Its label in the menu; empty when the menu does not lead to it."""
    keeps_child: bool = False
    """The menu leads to it with the child whose page is shown."""
    is_resumed: bool = False
    """Signing in may lead to it."""
    page: str = ""
    """Of a form: the page that it stands on, where signing in leads after a lost session."""
    is_repeatable: bool = False
    """Sending the form twice does no more than once, so a page that could not answer offers to."""
    where_saved: WhereSaved = WhereSaved.IN_HISTORY
    expired: Callable[..., Any] | None = None
    """Answers a form whose session is over; without it, or when it answers None, signing in leads to ``page``."""
    shown_again: Callable[..., Any] | None = None
    """Shows a form that was kept, filled, to the parent who has signed in."""

    def matches(self, path: str) -> bool:
        """Whether ``path``, without its query, is one of this route's."""
        own, asked = self.path.split("/"), path.split("/")
        return len(own) == len(asked) and all(
            _PART.fullmatch(part) if name.startswith("{") else name == part
            for name, part in zip(own, asked, strict=True)
        )


@dataclass(frozen=True)
class SiteMap:
    """Every route of the portal, in the order of the menu."""

    routes: Sequence[Route]

    def menu(self, *, signed_in: bool) -> Iterator[Route]:
        """The pages that the menu leads to: those that need a session, or the one that opens it."""
        return (route for route in self.routes if route.menu and (route.session is REQUIRED) is signed_in)

    def kept(self, path: str) -> Route | None:
        """The form registered under ``path``, when it can be shown again; None for one that is no more."""
        return next((route for route in self.routes if route.path == path and route.shown_again), None)

    def can_resume(self, address: str) -> bool:
        """Whether signing in may lead to ``address``, a path and its query: a page of ours and no other site's."""
        path, _, query = address.partition("?")
        return bool(_QUERY.fullmatch(query)) and any(route.is_resumed and route.matches(path) for route in self.routes)
