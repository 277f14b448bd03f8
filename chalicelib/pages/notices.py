"""Who is told of new invoices: the family's settings, and what the owner of an address decides from an e-mail."""

import re
from typing import Any

from chalicelib.french.words import typeset
from chalicelib.pages.accounts import SHOWN_AGAIN, keep_form
from chalicelib.pages.presenters import notices as present
from chalicelib.rules.errors import BadForm, NotFound, StaleWrite, Throttled
from chalicelib.rules.notices import AddressState
from chalicelib.services.notices import Notices
from chalicelib.web.answers import Answer, Page, Redirect
from chalicelib.web.faults import form_page
from chalicelib.web.links import whom_to_confirm, whom_to_stop
from chalicelib.web.routes import Section
from chalicelib.web.signing import Tampered
from chalicelib.web.site_map import NOT_READ, OPTIONAL, REQUIRED, WhereSaved
from chalicelib.web.visit import Visit

section = Section(__name__)

HELP = "notifications"
TITLE = "Mes e-mails"
NO_ADDRESS = "Écrivez une adresse e-mail complète, par exemple prenom.nom@exemple.fr."
CHANGED = "Ces réglages ont changé entre-temps, dans une autre page. Vérifiez ce que vous avez écrit, puis enregistrez."
TOO_MANY_ASKED = (
    "Trop de messages de confirmation viennent d'être envoyés. Regardez dans les courriers indésirables, "
    "ou enregistrez de nouveau dans une heure (le lendemain pour une adresse qui en a déjà reçu trois)."
)
ASKED_AGAIN = "Un nouveau message de confirmation part d'ici quelques minutes."
DEAD = (
    "Il est incomplet, ou il a plus de 7 jours. Connectez-vous, puis demandez un nouveau message dans « Mes e-mails »."
)
DEAD_STOP = (
    "Il est incomplet : cliquez sur celui du message sans le recopier. La famille peut aussi retirer cette adresse "
    "dans « Mes e-mails »."
)
REMOVED = "Cette adresse a été retirée par la famille qui l'avait ajoutée : elle ne reçoit rien."


@section.get("/notifications", session=REQUIRED, help_section=HELP, menu=TITLE)
def show(visit: Visit) -> Answer:
    return _settings_page(visit, visit.portal.notices.show(visit.family))


def show_again(visit: Visit) -> Answer:
    """The settings that were sent when the session was over, shown again with the version of their page."""
    return _settings_page(
        visit,
        visit.portal.notices.show(visit.family),
        typed=[visit.form.get(field) for field in present.FIELDS],
        wanted=visit.form.get("avertir") == "oui",
        version=_version(visit.form.get("version")),
        kept=SHOWN_AGAIN,
    )


@section.post(
    "/notifications",
    session=REQUIRED,
    fields=("version", "avertir", *present.FIELDS),
    help_section=HELP,
    where_saved=WhereSaved.ON_ITS_PAGE,
    expired=keep_form,
    shown_again=show_again,
)
def save(visit: Visit) -> Answer:
    typed = [visit.form.get(field) for field in present.FIELDS]
    wanted, version = visit.form.get("avertir") == "oui", _version(visit.form.get("version"))

    def again(**why: Any) -> Page:
        """The form once more, with what was typed in it."""
        return _settings_page(visit, visit.portal.notices.show(visit.family), typed=typed, wanted=wanted, **why)

    try:
        visit.portal.notices.edit(visit.family, wanted=wanted, emails=typed, version=version)
    except BadForm as fault:
        return again(faults=dict.fromkeys(fault.args, NO_ADDRESS), version=version)
    except Throttled:
        return again(trouble=TOO_MANY_ASKED, version=version, status=429)
    except StaleWrite:
        return again(trouble=CHANGED, status=409)
    return Redirect(visit.url("/notifications/enregistre"))


@section.get("/notifications/enregistre", session=REQUIRED, help_section=HELP)
def saved(visit: Visit) -> Answer:
    notices = visit.portal.notices.show(visit.family)
    words = {
        "wanted": notices.settings.wanted,
        "lines": present.lines_of(notices, visit.family),
        "waiting": any(address.state is AddressState.PENDING for address in notices.settings.extra),
    }
    return Page("notices/saved.html", words, "Réglages enregistrés")


@section.post(
    "/notifications/renvoyer",
    session=REQUIRED,
    fields=("adresse",),
    help_section=HELP,
    page="/notifications",
    where_saved=WhereSaved.ON_ITS_PAGE,
)
def ask_again(visit: Visit) -> Answer:
    try:
        visit.portal.notices.ask_again(visit.family, visit.form.get("adresse"))
    except Throttled:
        notices = visit.portal.notices.show(visit.family)
        return _settings_page(visit, notices, trouble=TOO_MANY_ASKED, status=429)
    return Redirect(visit.url("/notifications", renvoye="1"))


@section.get("/notifications/confirmer", session=OPTIONAL, help_section=HELP)
def confirm_page(visit: Visit) -> Answer:
    """A page with a button: programs that follow the links of e-mails must not agree in somebody's place."""
    token = visit.query("jeton")
    try:
        _, email = whom_to_confirm(token, visit.signing, visit.portal.clock.now())
    except Tampered:
        return _dead_link(DEAD)
    words = {"email": email, "token": token, "done": bool(visit.query("fait"))}
    return Page("notices/confirm.html", words, "Confirmer mon adresse", private=True)


@section.post(
    "/notifications/confirmer",
    session=NOT_READ,
    fields=("jeton",),
    help_section=HELP,
    where_saved=WhereSaved.ON_ITS_PAGE,
)
def confirm(visit: Visit) -> Answer:
    token = visit.form.get("jeton")
    try:
        family, email = whom_to_confirm(token, visit.signing, visit.portal.clock.now())
    except Tampered:
        return _dead_link(DEAD)
    try:
        visit.portal.notices.confirm(family, email)
    except NotFound:
        return _dead_link(REMOVED)
    return Redirect(visit.url("/notifications/confirmer", jeton=token, fait="1"))


@section.get("/desinscription", session=OPTIONAL, help_section=HELP)
def stop_page(visit: Visit) -> Answer:
    return _stop_page(visit, done=False)


@section.post_from_anywhere("/desinscription", help_section=HELP, where_saved=WhereSaved.ON_ITS_PAGE)
def stop(visit: Visit) -> Answer:
    """Mailboxes post here by themselves (RFC 8058) and follow no redirect, so the answer is the page itself."""
    try:
        family, email = whom_to_stop(visit.query("jeton"), visit.signing)
    except Tampered:
        return _dead_link(DEAD_STOP)
    visit.portal.notices.stop(family, email)
    return _stop_page(visit, done=True)


def _stop_page(visit: Visit, *, done: bool) -> Page:
    token = visit.query("jeton")
    try:
        _, email = whom_to_stop(token, visit.signing)
    except Tampered:
        return _dead_link(DEAD_STOP)
    words = {"email": email, "action": visit.url("/desinscription", jeton=token), "done": done}
    return Page("notices/stop.html", words, "Ne plus recevoir ces messages", private=True)


def _dead_link(sentence: str) -> Page:
    words = {"sentence": typeset(sentence)}
    return Page("notices/dead_link.html", words, "Ce lien ne marche plus", 404, help_section="")


def _settings_page(
    visit: Visit,
    notices: Notices,
    *,
    wanted: bool | None = None,
    typed: list[str] | None = None,
    version: int | None = None,
    faults: dict[int, str] | None = None,
    trouble: str = "",
    kept: str = "",
    status: int = 422,
) -> Page:
    """The saved settings, or what the parent typed on a page made from ``version``.

    ``faults`` are sentences by rank of the address, ``trouble`` is a sentence about the whole form, ``kept`` is said of
    a form that waited until its parent signed in.
    """
    saved_now = notices.settings
    said = {rank: typeset(sentence) for rank, sentence in (faults or {}).items()}
    words = {
        "wanted": saved_now.wanted if wanted is None else wanted,
        "version": saved_now.version if version is None else version,
        "mine": present.mine_of(notices, visit.family),
        "fields": present.fields_of(notices, [a.email for a in saved_now.extra] if typed is None else typed, said),
        "to_ask": present.to_ask(notices, visit.family),
        "kept": typeset(kept),
        "notice": typeset(ASKED_AGAIN) if visit.query("renvoye") else "",
    }
    by_field = {present.FIELDS[rank]: sentence for rank, sentence in said.items()}
    by_field |= {"avertir-moi": trouble} if trouble else {}
    return form_page("notices/edit.html", words, TITLE, by_field, status=status)


def _version(text: str) -> int:
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise BadForm("version")
    return int(text)
