"""The kitchen's page of an order: its figures, and the button that acknowledges it. It is opened by its link alone."""

from chalicelib.french.words import instant_words, typeset
from chalicelib.rules.errors import NotFound
from chalicelib.services.order_words import sheet_of
from chalicelib.web.answers import Answer, Page, Redirect
from chalicelib.web.links import order_named
from chalicelib.web.routes import Section
from chalicelib.web.signing import Tampered
from chalicelib.web.site_map import NOT_READ, WhereSaved
from chalicelib.web.visit import Visit

section = Section(__name__)


@section.get("/commande", session=NOT_READ)
def show(visit: Visit) -> Answer:
    """The figures and a button: programs that follow the links of e-mails must not acknowledge in somebody's place."""
    token = visit.query("jeton")
    try:
        version, acknowledged_at = visit.portal.kitchen.show(order_named(token, visit.signing))
    except (Tampered, NotFound):
        return _dead_link()
    sheet = sheet_of(version)
    words = {
        "sheet": sheet,
        "token": token,
        "acknowledged": typeset(instant_words(acknowledged_at)) if acknowledged_at else "",
    }
    return Page("orders/show.html", words, sheet.title, private=True)


@section.post("/commande", session=NOT_READ, fields=("jeton",), where_saved=WhereSaved.ON_ITS_PAGE)
def acknowledge(visit: Visit) -> Answer:
    token = visit.form.get("jeton")
    try:
        visit.portal.kitchen.acknowledge(order_named(token, visit.signing))
    except (Tampered, NotFound):
        return _dead_link()
    return Redirect(visit.url("/commande", jeton=token))


def _dead_link() -> Page:
    return Page("orders/dead_link.html", {}, "Ce lien ne marche plus", 404)
