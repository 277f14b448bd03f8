"""A form whose session was over when it was sent. It travels, signed, through the sign-in page, and is then shown
again.

The portal does nothing with it: after signing in, the parent sees the filled form and sends it herself. It is bound to
the family whose session it came from, so that no other family sees it. A form without the cookie of that session is not
kept.
"""

from collections.abc import Mapping

from chalicelib.rules.ids import FamilyId
from chalicelib.values import Value
from chalicelib.web import sessions
from chalicelib.web.signing import TOKEN_CHARACTERS, Signing, Tampered
from chalicelib.web.visit import Visit

PURPOSE = "formulaire-1"
"""A new number is needed with every change of layout."""
MARK = "formulaire-family"
LARGEST_KEPT_BYTES = 8 * 1024
"""Bytes of a sealed form. Three addresses and a choice stay under one KB."""


class KeptForm(Value):
    """``path`` is the path of the route that the form was sent to."""

    mark: str
    path: str
    fields: Mapping[str, str]

    def is_of(self, family: FamilyId, signing: Signing) -> bool:
        return signing.is_token(self.mark, MARK, family)


def keep(visit: Visit) -> str:
    """The sent form, sealed; empty when nothing says whose form it is, or when it is longer than those of our pages."""
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
    """The form that ``keep`` sealed; None for anything else."""
    try:
        mark, path, fields = signing.unseal(PURPOSE, text)
    except Tampered:
        return None
    return KeptForm(mark, path, fields)
