"""The family's children: which child is shown, and the choice of another."""

from chalicelib.pages.presenters.planning import school_words
from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import ChildId, child_id
from chalicelib.web.answers import Answer, Page
from chalicelib.web.routes import Section
from chalicelib.web.site_map import REQUIRED
from chalicelib.web.visit import Visit, asked_for

section = Section(__name__)


def shown_child(visit: Visit) -> ChildId:
    """The child that was asked for, or the one whose code was typed, or the first. Raises NotFound for another family's
    child."""
    asked = visit.query("enfant")
    if asked:
        return visit.family.child(asked_for(child_id, asked)).id
    mine = [child.id for child in visit.family.children]
    if not mine:
        raise NotFound("child")
    signed_in_with = visit.session.child if visit.session else mine[0]
    return signed_in_with if signed_in_with in mine else mine[0]


@section.get("/enfants", session=REQUIRED, help_section="enfants")
def children(visit: Visit) -> Answer:
    town = visit.portal.town.current()
    cards = [
        {
            "name": f"{child.first_name} {child.last_name}",
            "initials": (child.first_name[:1] + child.last_name[:1]).upper(),
            "code": child.code,
            "school": school_words(child, town),
            "href": visit.url("/planning", enfant=child.id),
        }
        for child in visit.family.children
    ]
    return Page("family/children.html", {"cards": cards}, "Choisir un autre enfant")
