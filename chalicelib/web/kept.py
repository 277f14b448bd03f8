"""A form whose session was over when it was sent travels, signed, through the sign-in page, and is shown again.

Nothing is done with it: the parent who signs in sees it filled, and sends it herself. It is bound to the family whose
session it came from, so it is never shown to another; a browser that has forgotten the session keeps nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.rules.ids import FamilyId
from chalicelib.web import sessions
from chalicelib.web.signing import TOKEN_CHARACTERS, Signing, Tampered
from chalicelib.web.visit import Visit

PURPOSE = "formulaire-1"
"""Raised with every change of layout."""
MARK = "formulaire-family"
LARGEST_KEPT_BYTES = 8 * 1024
"""Bytes of a sealed form. Three addresses and a choice stay under one KB."""


@dataclass(frozen=True)
class KeptForm:
    """``path`` is the one that its route is registered under."""

    mark: str
    path: str
    fields: Mapping[str, str]

    def is_of(self, family: FamilyId, signing: Signing) -> bool:
        return signing.is_token(self.mark, MARK, family)


def keep(visit: Visit) -> str:
    """The form that was sent, sealed; empty when nothing says whose it is, or when no page of ours is that long."""
    held = visit.held_session
    if visit.route is None or held is None:
        return ""
    if not sessions.is_csrf_token(visit.form.get("csrf"), held, visit.signing):
        return ""
    mark = visit.signing.token(MARK, held.family)[:TOKEN_CHARACTERS]
    fields = {name: value for name, value in visit.form.fields.items() if name != "csrf"}
    sealed = visit.signing.seal(PURPOSE, [mark, visit.route.path, fields])
    return sealed if len(sealed) <= LARGEST_KEPT_BYTES else ""


def kept_form(text: str, signing: Signing) -> KeptForm | None:
    """What ``keep`` sealed; None for anything else."""
    try:
        mark, path, fields = signing.unseal(PURPOSE, text)
    except Tampered:
        return None
    return KeptForm(mark, path, fields)
