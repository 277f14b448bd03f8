"""Writing to the town's office."""

from typing import Any

from chalicelib.rules.errors import BadForm
from chalicelib.services.mails import Message
from chalicelib.web.answers import Answer, Page, Redirect
from chalicelib.web.faults import form_page
from chalicelib.web.routes import Section
from chalicelib.web.signing import Tampered
from chalicelib.web.site_map import OPTIONAL, WhereSaved
from chalicelib.web.visit import Visit

section = Section(__name__)

FAULTS = {
    "name": ("nom", "Écrivez votre nom, en 100 caractères au plus."),
    "email": ("email", "Écrivez une adresse e-mail complète, par exemple prenom.nom@exemple.fr."),
    "subject": ("sujet", "Écrivez le sujet de votre message, en 150 caractères au plus."),
    "text": ("message", "Écrivez votre message, en 5000 caractères au plus."),
}
"""For each wrong field of ``WriteToOffice``: the field of the form and the sentence."""
STAMP = "contact"
OLDEST_FORM_SECONDS = 24 * 3600
"""Seconds for which an open contact form can be sent: robots send old forms again for years."""
_TRAP = "adresse2"


@section.get("/contact", session=OPTIONAL, help_section="contact")
def contact_form(visit: Visit) -> Answer:
    if visit.query("envoye"):
        return Page("contact/sent.html", {}, "Votre message est enregistré")
    if visit.is_guest:
        return _contact_page(visit, {})
    return _contact_page(visit, {"nom": visit.family.payer, "email": visit.family.email})


@section.post(
    "/contact",
    session=OPTIONAL,
    fields=("nom", "email", "sujet", "message", "ouvert", _TRAP),
    help_section="contact",
    where_saved=WhereSaved.NOWHERE,
)
def write_to_office(visit: Visit) -> Answer:
    typed = {field: visit.form.get(field) for field, _ in FAULTS.values()}
    if visit.form.get(_TRAP):
        raise BadForm("trap")
    if not _is_fresh(visit):
        stale = "La page était ouverte depuis trop longtemps. Votre texte est gardé : envoyez-le de nouveau."
        return _contact_page(visit, typed, {"message": stale})
    message = Message(name=typed["nom"], email=typed["email"], subject=typed["sujet"], text=typed["message"])
    try:
        visit.portal.write_to_office(message, visit.address)
    except BadForm as fault:
        return _contact_page(visit, typed, dict(FAULTS[name] for name in fault.args))
    return Redirect(visit.url("/contact", envoye="1"))


def _contact_page(visit: Visit, typed: dict[str, str], faults: dict[str, str] | None = None) -> Page:
    words: dict[str, Any] = {
        "typed": {field: typed.get(field, "") for field, _ in FAULTS.values()},
        "stamp": visit.signing.seal(STAMP, int(visit.portal.clock.now().timestamp())),
        "trap": _TRAP,
    }
    return form_page("contact/write.html", words, "Je contacte le service enfance", faults or {})


def _is_fresh(visit: Visit) -> bool:
    """Whether the form may still be sent. Only an old form is refused: somebody without JavaScript may paste a text and
    send it within a second."""
    try:
        opened = visit.signing.unseal(STAMP, visit.form.get("ouvert"))
    except Tampered:
        return False
    return bool(visit.portal.clock.now().timestamp() - opened < OLDEST_FORM_SECONDS)
