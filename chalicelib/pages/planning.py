"""The planning, its save, its recap, its undo, and the last changes."""

from datetime import date

from chalicelib.french.words import typeset
from chalicelib.pages.accounts import keep_ticks
from chalicelib.pages.family import shown_child
from chalicelib.pages.planning_form import seal_offer, slots_of, unseal_offer
from chalicelib.pages.presenters import planning as present
from chalicelib.pages.presenters.changes import changes_of
from chalicelib.pages.presenters.recap import recap_of
from chalicelib.rules.errors import NotFound
from chalicelib.rules.ids import activity_id, entry_id
from chalicelib.rules.planning import Slot
from chalicelib.rules.school_calendar import monday_of
from chalicelib.web.answers import Answer, Page, Redirect
from chalicelib.web.routes import Section
from chalicelib.web.site_map import REQUIRED
from chalicelib.web.visit import Visit, asked_for, recap_address

section = Section(__name__)

BANNERS = {
    "rien": "Vous n'avez rien modifié.",
    "parti": "Les modifications gardées étaient pour un enfant qui n'est plus dans votre famille : rien n'a changé.",
    "autre": "Les modifications gardées étaient celles d'une autre famille : elles n'ont pas été enregistrées.",
}


@section.get("/planning", session=REQUIRED, help_section="planning", menu="Planning", keeps_child=True)
def show(visit: Visit) -> Answer:
    if not visit.family.children:
        return Page("planning/nobody.html", {}, "Planning")
    week_of = _asked_day(visit.query("semaine"))
    only = asked_for(activity_id, visit.query("activite")) if visit.query("activite") else None
    page = visit.portal.planning.show(visit.family, shown_child(visit), week_of, only)
    offer, table = present.offer_of(page)
    child = page.child
    words = {
        "name": f"{child.first_name} {child.last_name}",
        "first_name": child.first_name,
        "child": child.id,
        "school": present.school_words(child, page.town),
        "banners": [typeset(text) for name, text in BANNERS.items() if visit.query(name)],
        "next_deadline": present.next_deadline_words(page),
        "choices": present.filter_choices(page),
        "only": next((label for _, label, chosen in present.filter_choices(page) if chosen), ""),
        "monday": page.first.isoformat(),
        "weeks": present.weeks_of(page) if page.rows else [],
        "links": present.week_links(page, visit.url),
        "offer": seal_offer(offer, table, visit.family.id, visit.signing),
        "has_boxes": bool(offer.slots),
    }
    return Page("planning/show.html", words, f"Planning de {child.first_name}", child=child.id)


@section.post("/planning", session=REQUIRED, fields=("vu", "c"), expired=keep_ticks, is_repeatable=True)
def save(visit: Visit) -> Answer:
    offer = unseal_offer(visit.form.get("vu"), visit.family.id, visit.signing)
    entry = visit.portal.planning.save(visit.family, offer, slots_of(visit.form.cells, offer))
    if entry is None:
        return Redirect(_week_of(visit, offer.slots, rien="1"))
    return Redirect(recap_address(visit, entry))


@section.get("/recap/{entry}", session=REQUIRED, help_section="recapitulatif")
def recap(visit: Visit, entry: str) -> Answer:
    journal_entry = visit.portal.planning.recap(visit.family, asked_for(entry_id, entry))
    shown = recap_of(journal_entry, visit.family, visit.portal.town.current())
    wishes = [*journal_entry.changes, *journal_entry.already, *(r.wish for r in journal_entry.refusals)]
    mine = {child.id for child in visit.family.children}
    slots = frozenset(wish.slot for wish in wishes if wish.slot.child in mine)
    words = {
        "recap": shown,
        "undo_to": f"{recap_address(visit, entry)}/annuler",
        "planning": _week_of(visit, slots),
    }
    child = min(slots).child if slots else None
    return Page("planning/recap.html", words, shown.title, child=child)


@section.post("/recap/{entry}/annuler", session=REQUIRED, page="/recap/{entry}", is_repeatable=True)
def undo(visit: Visit, entry: str) -> Answer:
    undone = visit.portal.planning.undo(visit.family, asked_for(entry_id, entry))
    return Redirect(recap_address(visit, undone) if undone else visit.url("/planning", rien="1"))


@section.get("/modifications", session=REQUIRED, help_section="modifications")
def last_changes(visit: Visit) -> Answer:
    child = visit.family.child(shown_child(visit))
    changes = visit.portal.planning.changes(visit.family, child.id)
    words = {
        "name": f"{child.first_name} {child.last_name}",
        "activities": changes_of(changes.items(), visit.portal.town.current()),
        "planning": visit.url("/planning", enfant=child.id),
    }
    title = f"Dernières modifications de {child.first_name}"
    return Page("planning/changes.html", words, title, child=child.id)


def _asked_day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as fault:
        raise NotFound("day") from fault


def _week_of(visit: Visit, slots: frozenset[Slot], **query: str) -> str:
    """The address of the planning page that shows the first of these slots."""
    if not slots:
        return visit.url("/planning", **query)
    first = min(slots, key=lambda slot: (slot.day, slot.child))
    return visit.url("/planning", enfant=first.child, semaine=monday_of(first.day).isoformat(), **query)
