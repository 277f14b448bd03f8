"""Sign in, sign out."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from chalicelib.french.words import clock_words, typeset
from chalicelib.pages.planning_form import slots_of, unseal_offer
from chalicelib.rules.errors import BadForm, NotFound, SessionExpired, Unavailable
from chalicelib.rules.planning import Wish
from chalicelib.rules.weeks import together
from chalicelib.services.accounts import WrongCodes
from chalicelib.services.saving import wishes_of
from chalicelib.web.answering import once_more
from chalicelib.web.answers import Answer, Page, Redirect
from chalicelib.web.forms import Form
from chalicelib.web.kept import KeptForm, keep, kept_form
from chalicelib.web.refusals import refusal_of
from chalicelib.web.routes import Section
from chalicelib.web.signing import Tampered
from chalicelib.web.site_map import NOT_READ, OPTIONAL, REQUIRED
from chalicelib.web.visit import Visit, recap_address

section = Section(__name__)

KEPT = "garde"
"""Hidden field with what could not be sent because the session was over; also the signing purpose of ticks."""
WRONG = "Le code enfant et le code payeur ne vont pas ensemble. Vérifiez les deux codes."
LATER = "Si vous êtes sûr de vos codes, réessayez dans un quart d'heure."
"""Every failure gets the same two sentences: they tell neither which code is wrong nor whether there were too many
tries."""
EMPTY = {"child": ("enfant", "Écrivez le code enfant."), "payer": ("payeur", "Écrivez le code payeur.")}
"""For each empty code, as ``SignIn`` names it: the field of the form and the sentence."""
FORM_KEPT = (
    "Votre session est fermée. Ce que vous avez écrit est gardé : reconnectez-vous, vérifiez-le, puis envoyez-le."
)
SHOWN_AGAIN = (
    "Votre session était fermée : rien n'est encore enregistré. Vérifiez ce que vous aviez écrit, puis envoyez-le."
)
PUT_OFF = (
    "Le portail ne répond pas comme il faut. Ce que vous avez demandé est gardé : réessayez dans quelques minutes."
)
SESSION_ENDED = "Votre session est fermée. Reconnectez-vous pour continuer."


@section.get("/", session=OPTIONAL, help_section="connexion", menu="Connexion")
def sign_in_form(visit: Visit) -> Answer:
    if not visit.is_guest:
        return Redirect(visit.url("/planning"))
    asked = visit.query("vers")
    return sign_in_page(visit, notice=_why_sign_in(visit) if asked else "", destination=asked)


@section.post("/", session=NOT_READ, fields=("enfant", "payeur", KEPT, "vers"), help_section="connexion")
def sign_in(visit: Visit) -> Answer:
    kept = visit.form.get(KEPT)
    child_code = visit.form.get("enfant")
    try:
        signed_in = visit.portal.accounts.sign_in(child_code, visit.form.get("payeur"), visit.address, visit.device)
    except BadForm as fault:
        return _sign_in_again(visit, dict(EMPTY[name] for name in fault.args))
    except WrongCodes:
        return _sign_in_again(visit, {"enfant": WRONG, "payeur": WRONG}, LATER)
    except Unavailable:
        if not kept:
            raise
        return _put_off(visit, kept)
    visit.sign_in(signed_in.session)
    visit.remember(signed_in.device)
    if kept:
        form = kept_form(kept, visit.signing)
        return _show_again(visit, kept, form) if form else _save_kept(visit, kept)
    destination = visit.form.get("vers")
    return Redirect(visit.url(destination if visit.site_map.can_resume(destination) else "/planning"))


@section.get("/deconnexion", session=OPTIONAL, help_section="deconnexion", is_resumed=True)
def sign_out_page(visit: Visit) -> Answer:
    if visit.is_guest:
        return Page("accounts/signed_out.html", {"here_only": False}, "Vous êtes déconnecté", help_section="")
    words = {"others_ended": bool(visit.query("autres"))}
    return Page("accounts/sign_out.html", words, "Se déconnecter")


@section.post("/deconnexion", session=NOT_READ)
def sign_out(visit: Visit) -> Answer:
    """Sign out. Whatever fails, this browser forgets the session, because it may be a library's computer. So not even
    the family is read."""
    visit.session = ended = visit.held_session
    visit.check_csrf()
    visit.sign_out()
    try:
        if ended:
            visit.portal.accounts.end_session(ended)
    except Unavailable:
        return Page("accounts/signed_out.html", {"here_only": True}, "Vous êtes déconnecté", 503)
    return Redirect(visit.url("/deconnexion"), signed_out=True)


@section.post("/deconnexion/autres", session=REQUIRED, page="/deconnexion")
def sign_out_elsewhere(visit: Visit) -> Answer:
    if visit.session is None:
        raise SessionExpired
    visit.sign_in(visit.portal.accounts.end_others(visit.session))
    return Redirect(visit.url("/deconnexion", autres="1"))


def keep_ticks(visit: Visit) -> Answer:
    """The session ended before a save: after signing in, the ticks are saved. Raises BadForm."""
    kept = visit.signing.seal(KEPT, [visit.form.get("vu"), list(visit.form.cells)])
    return sign_in_page(visit, kept=kept, notice=_kept_notice(visit, kept), status=401)


def keep_form(visit: Visit) -> Answer | None:
    """The session ended before a form was sent: after signing in, the form is shown again. None when it cannot be
    kept."""
    kept = keep(visit)
    return sign_in_page(visit, kept=kept, notice=FORM_KEPT, status=401) if kept else None


def _show_again(visit: Visit, kept: str, form: KeptForm) -> Answer:
    """The form as it was filled, shown to its family alone; it is only sent when the parent sends it."""
    route = visit.site_map.kept(form.path)
    if route is None or route.shown_again is None:
        return Redirect(visit.url("/planning"))
    try:
        visit.enter()
        if not form.is_of(visit.family.id, visit.signing):
            return Redirect(visit.url("/planning", autre="1"))
        visit.route, visit.form = route, Form({**form.fields})
        answer: Answer = route.shown_again(visit)
    except Unavailable:  # She is signed out again, and can sign in with the same form.
        visit.sign_out()
        return _put_off(visit, kept)
    return answer


def _put_off(visit: Visit, kept: str) -> Page:
    """The portal broke down during the sign-in: what was kept stays kept."""
    return sign_in_page(visit, kept=kept, notice=PUT_OFF, status=503)


def _sign_in_again(visit: Visit, faults: Mapping[str, str], later: str = "") -> Page:
    """The form with what was typed, what is kept, and the faults by the name of their field."""
    kept = visit.form.get(KEPT)
    return sign_in_page(
        visit,
        faults=faults,
        later=later,
        child_code=visit.form.get("enfant"),
        kept=kept,
        notice=_kept_notice(visit, kept),
        destination=visit.form.get("vers"),
    )


def sign_in_page(
    visit: Visit,
    *,
    faults: Mapping[str, str] | None = None,
    later: str = "",
    child_code: str = "",
    kept: str = "",
    notice: str = "",
    destination: str = "",
    status: int = 200,
) -> Page:
    faults = faults or {}
    words = {
        "faults": {field: faults.get(field, "") for field, _ in EMPTY.values()},
        "summary": _each_once(faults),
        "later": typeset(later),
        "notice": typeset(notice),
        "child_code": child_code[:40],
        "kept": kept,
        "destination": destination if visit.site_map.can_resume(destination) else "",
        "message": _message(visit),
        "now": clock_words(visit.portal.clock.now()),
    }
    title = "Erreur : connexion" if faults else "Connexion"
    return Page("accounts/sign_in.html", words, title, 422 if faults else status, help_section="connexion")


def _each_once(faults: Mapping[str, str]) -> list[tuple[str, str]]:
    """The first field of each sentence, in the order of the form."""
    first: dict[str, str] = {}
    for field, sentence in faults.items():
        first.setdefault(sentence, field)
    return [(field, sentence) for sentence, field in first.items()]


def _why_sign_in(visit: Visit) -> str:
    return SESSION_ENDED if visit.held_session else "Connectez-vous pour continuer."


def _message(visit: Visit) -> Markup:
    try:
        return Markup(visit.portal.town.current().message)  # noqa: S704 - HTML that the import made, tags and all.
    except Unavailable:
        return Markup()


def _kept_notice(visit: Visit, kept: str) -> str:
    if not kept:
        return ""
    if kept_form(kept, visit.signing):
        return FORM_KEPT
    sealed_offer, cells = _opened(visit, kept)
    offer = unseal_offer(sealed_offer, None, visit.signing)
    count = _count_of_changes(wishes_of(offer, slots_of(cells, offer)), visit)
    if not count:
        return SESSION_ENDED
    if count == 1:
        return "Votre modification est gardée. Reconnectez-vous pour la valider."
    return f"Vos {count} modifications sont gardées. Reconnectez-vous pour les valider."


def _count_of_changes(wishes: Sequence[Wish], visit: Visit) -> int:
    """As the parent made them: a week that is booked as a whole is one change. Without the town, days are counted."""
    try:
        return len(together(wishes, visit.portal.town.current()))
    except Unavailable:
        return len(wishes)


def _opened(visit: Visit, kept: str) -> tuple[str, Sequence[str]]:
    try:
        sealed_offer, cells = visit.signing.unseal(KEPT, kept)
    except Tampered as fault:
        raise BadForm("offer") from fault
    return sealed_offer, cells


def _save_kept(visit: Visit, kept: str) -> Answer:
    """Save the kept ticks. Ticks of another family, or of a child who left this one, are not saved, and the page says
    so."""
    sealed_offer, cells = _opened(visit, kept)
    if visit.session is None:
        raise BadForm("offer")
    family, _ = visit.portal.accounts.open_session(visit.session)
    try:
        offer = unseal_offer(sealed_offer, family.id, visit.signing)
    except BadForm:
        return Redirect(visit.url("/planning", autre="1"))
    try:
        entry = visit.portal.planning.save(family, offer, slots_of(cells, offer))
    except NotFound:
        return Redirect(visit.url("/planning", parti="1"))
    except Unavailable as fault:  # She is signed in by now: the form goes to the planning.
        held = [("csrf", visit.csrf), ("vu", sealed_offer), *(("c", cell) for cell in cells)]
        return once_more(visit, refusal_of(fault), visit.url("/planning"), held)
    return Redirect(recap_address(visit, entry) if entry else visit.url("/planning", rien="1"))
