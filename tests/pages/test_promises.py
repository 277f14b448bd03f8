"""What pages and e-mails promise is what the portal does: each sentence beside the behaviour, or the figure, it tells.

Change one without the other and a test fails.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.pages.site import SECTIONS
from chalicelib.rules import retention
from chalicelib.rules.notices import MOST_EXTRA, AddressState
from chalicelib.services import accounts, contact, notices
from chalicelib.storage import throttle
from chalicelib.web.assets import TEMPLATES
from chalicelib.web.refusals import aftermath
from infra.build.functions import LOGS_DAYS
from tests.builders import BOND
from tests.every_row import ROWS
from tests.pages.client import HOST, PageClient, plain
from tests.pages.conftest import World

WORDS = {1: "un", 2: "deux", 3: "trois", 6: "six", 10: "dix", 12: "douze"}
SOON_DELETED = timedelta(days=2)
"""« Quelques jours »: an item's life until DynamoDB may delete it, which it does a day or two later."""

PERSONAL = {
    "FamilyRow.payer": "le nom du payeur",
    "FamilyRow.email": "son adresse e-mail",
    "FamilyRow.address": "son adresse postale",
    "FamilyRow.direct_debit": "s'il paie par prélèvement",
    "FamilyRow.birth": "leur date de naissance",
    "FamilyRow.diet": "leur régime alimentaire, s'ils en ont un",
    "FamilyRow.pai": "l'existence d'un projet d'accueil individualisé",
    "FamilyRow.code": "le code de chaque enfant",
    "FamilyRow.first_name": "le prénom, le nom",
    "FamilyRow.last_name": "le prénom, le nom",
    "FamilyRow.school": "l'école et la classe",
    "FamilyRow.class_name": "l'école et la classe",
    "FamilyRow.enrolments": "leurs inscriptions",
    "FamilyRow.left": "et leur départ",
    "FamilyRow.elsewhere": "et leur départ",
    "LoginRow.login": "une empreinte chiffrée du code payeur",
    "LoginRow.secret": "une empreinte chiffrée du code payeur",
    "PlanningRow.day": "leurs réservations",
    "JournalRow.changes": "l'historique des modifications",
    "JournalRow.already": "l'historique des modifications",
    "JournalRow.refusals": "demandes refusées comprises",
    "JournalRow.at": "le jour, l'heure, le moyen",
    "JournalRow.channel": "le jour, l'heure, le moyen",
    "JournalRow.reason": "la raison de ce que la mairie annule",
    "ThrottleRow.subject": "une empreinte de l'adresse de votre connexion et des codes essayés",
    "NoticeRow.extra": "les adresses e-mail que vous ajoutez",
    "NoticeRow.wanted": "pour être averti",
    "NoticeRow.town_stopped": "l'accord de leur propriétaire",
    "InvoiceRow.lines": "les factures, ce qu'elles détaillent",
    "InvoiceRow.label": "les factures, ce qu'elles détaillent",
    "InvoiceRow.total": "les factures, ce qu'elles détaillent",
    "InvoiceRow.paid": "leurs règlements : qui, quand, comment, combien",
    "InvoiceRow.payments": "leurs règlements : qui, quand, comment, combien",
    "InvoiceRow.begun_at": "les paiements en ligne : le montant, l'heure",
    "AttemptRow.facts": "les paiements en ligne : le montant, l'heure, l'adresse e-mail du ticket",
    "AttemptRow.answer": "la réponse de la banque",
    "InvoiceRow.means": "s'il paie par prélèvement",
    "BookRow.facts": "les comptes des paiements : le payeur, la facture, quand, comment, combien",
    "PointRow.facts": "ce qui reste à vérifier ou à rembourser",
    "ClosingRow.facts": "qui, à la mairie, a arrêté les comptes d'un mois",
    "OutboxRow.to": "les e-mails qui attendent d'être envoyés",
    "OutboxRow.facts": "les e-mails qui attendent d'être envoyés",
    "OrderRow.named": "que les commandes de la cuisine nomment",
}
"""What the tables have of people -> where the privacy page says so."""
TECHNICAL = {
    "family", "part", "epoch", "rank", "child", "salt", "by_day", "expires", "entry", "counter", "taken", "window",
    "attempts", "town", "version", "at", "json", "item", "notify", "published_at", "to_notify", "look", "look_at",
    "to_look_at", "number", "reference", "issued_on", "due_on", "regie", "pdf_bytes", "holder", "head", "listed",
    "attempt", "state", "idop", "settled_at", "why", "shard", "due", "mail", "kind", "subject_id", "held_until", "day",
    "unsettled", "looked_at", "moves", "recounts", "doubt", "partition", "in_order", "ref", "acknowledge_by",
    "acknowledged_at", "unacknowledged_at", "entries", "feed", "written", "days", "acted", "fresh", "pdf_tag",
    "unanswered", "cancelled_on", "corrects", "exercice", "before", "hash", "opened_at", "unclassified",
}  # fmt: skip
"""Names of attributes that hold keys, states and figures of the portal's own."""


@pytest.fixture
def visitor(world: World) -> PageClient:
    return world.visitor()


def say(visitor: PageClient, path: str, *sentences: str) -> None:
    said = visitor.get(path).main
    assert [sentence for sentence in sentences if plain(sentence) not in said] == []


def templates_text() -> Iterator[tuple[str, str]]:
    """Name and words of every template, e-mails too."""
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in {".html", ".txt"}:
            yield str(path.relative_to(TEMPLATES)), plain(path.read_text())


# The two codes


@pytest.mark.parametrize("claim", ["écrits sur vos factures", "sur le courrier", "imprimés sur"])
def test_nothing_says_where_the_town_prints_its_codes(claim: str) -> None:
    """The portal never has a payer code to print, and what the town sends by post is the town's."""
    assert [name for name, text in templates_text() if claim in text] == []


def test_trying_codes_waits_as_often_and_as_long_as_it_is_said(world: World, visitor: PageClient) -> None:
    say(
        visitor,
        "/aide",
        "Un appareil qui a déjà ouvert le planning de votre famille n'est jamais bloqué par les essais des autres.",
        f"Sur un autre, après {accounts.TRIES_PER_CHILD} essais faux d'un même code enfant, "
        f"{accounts.FAILURES_PER_PAYER} d'un même code payeur ou {accounts.FAILURES_PER_ADDRESS} d'une même connexion",
        f"jusqu'à la fin du quart d'heure en cours : {accounts.WINDOW_SECONDS // 60} minutes au plus",
    )
    for _ in range(accounts.FAILURES_PER_PAYER):
        told = visitor.sign_in("999", "GOLDENEYE7").main
    assert "Si vous êtes sûr de vos codes, réessayez dans un quart d'heure." in told
    assert visitor.sign_in("007", "GOLDENEYE7").main.replace("007", "999") == told, "the same words, and no more"
    world.clock.at += timedelta(minutes=15)
    assert visitor.sign_in("007", "GOLDENEYE7").status == 303


def test_nobody_is_made_to_wait_after_a_few_slips(visitor: PageClient) -> None:
    """What pages do not say, they do not do: a parent who mistypes a few times need not wait."""
    assert "attendre" not in visitor.get("/").main
    for slip in range(accounts.FAILURES_PER_PAYER - 1):
        visitor.sign_in("007", f"GOLDENEYE{slip}X")
    assert visitor.sign_in("007", "GOLDENEYE7").status == 303


# The session


def test_a_session_lasts_as_long_as_it_is_said(visitor: PageClient) -> None:
    assert timedelta(hours=1) == accounts.SESSION_IDLE
    absolute = WORDS[accounts.SESSION_LONGEST // timedelta(hours=1)]
    say(visitor, "/aide", f"après une heure sans rien ouvrir, et au plus tard après {absolute} heures")
    say(visitor, "/donnees-personnelles", f"après une heure sans visite ou {absolute} heures en tout")


@pytest.mark.parametrize("path", ["/factures", "/planning?enfant=c-007", "/notifications"])
def test_somebody_who_never_signed_in_is_told_of_no_session(visitor: PageClient, path: str) -> None:
    page = visitor.follow(visitor.get(path))
    assert "session" not in page.main
    assert "Connectez-vous pour continuer." in page.main


def test_the_page_after_signing_out_is_true_for_anybody(visitor: PageClient) -> None:
    page = visitor.get("/deconnexion")
    assert "session" not in page.main
    assert "Personne n'est connecté dans ce navigateur." in page.main


# The planning


def test_reasons_are_under_the_week_for_what_the_help_says(world: World) -> None:
    say(world.visitor(), "/aide", "La raison d'une fermeture décidée par la mairie ou d'un jour férié")
    week = world.parent().get("/planning?semaine=2015-12-21").main
    assert "Ven. 25 : Noël" in week
    assert "Centre de loisirs fermé" in week
    assert "Vacances de Noël" not in week, "the help says that holidays have no reason of their own"


# Personal data


def test_the_privacy_page_names_all_that_is_stored_of_people(visitor: PageClient) -> None:
    said = visitor.get("/donnees-personnelles").main
    stored = {f"{row.__name__}.{name}" for row in ROWS for name in row.__dict__.get("_attributes", {})}
    assert {name for name in stored - set(PERSONAL) if name.partition(".")[2] not in TECHNICAL} == set()
    assert set(PERSONAL) <= stored
    assert {name: words for name, words in PERSONAL.items() if words not in said} == {}


def test_the_privacy_page_denies_only_what_is_not_stored(visitor: PageClient) -> None:
    (denied,) = re.findall(r"([^;]*) jamais ce code lui-même", visitor.get("/donnees-personnelles").main)
    assert denied.endswith("une empreinte chiffrée du code payeur,")


def test_things_are_kept_as_long_as_it_is_said(visitor: PageClient) -> None:
    accounts_are_kept = f"{WORDS[retention.BOOK_YEARS]} ans après la fin de l'année"
    years = {span: WORDS[span // timedelta(days=366)] for span in (retention.KEEP_BOOKINGS, retention.KEEP_SAVES)}
    say(
        visitor,
        "/donnees-personnelles",
        f"Les réservations : {years[retention.KEEP_BOOKINGS]} ans après le jour réservé.",
        f"L'historique : {years[retention.KEEP_SAVES]} ans après la modification.",
        "Le régime alimentaire et l'existence d'un projet d'accueil individualisé : tant que l'enfant est accueilli.",
        f"Les comptes des paiements (le payeur, la facture et le montant) : {accounts_are_kept}",
        f"Les e-mails qui n'ont pas pu partir : {retention.KEEP_UNSENT.days} jours.",
        f"L'empreinte des adresses où ils reviennent : {WORDS[retention.KEEP_SUPPRESSED // timedelta(days=366)]} an.",
        f"Les journaux techniques : {WORDS[LOGS_DAYS // 30]} mois.",
    )


def test_what_stops_abuse_is_gone_within_days() -> None:
    windows = [
        accounts.WINDOW_SECONDS,
        3600,
        *(limit.seconds for limit in notices._limits("pepper", BOND, "bond@server.fr")),
    ]
    assert timedelta(seconds=max(windows) + throttle.KEPT_SECONDS) <= SOON_DELETED


# E-mails of invoices


def test_links_and_addresses_are_as_many_and_last_as_long_as_it_is_said(visitor: PageClient) -> None:
    say(visitor, "/aide", f"vous pouvez en ajouter jusqu'à {WORDS[MOST_EXTRA]}")
    say(visitor, "/aide", f"le lien, valable {notices.LINK_LASTS.days} jours")
    texts = dict(templates_text())
    assert f"Je peux ajouter jusqu'à {MOST_EXTRA} adresses" in texts["notices/edit.html"]
    assert f"a {notices.LINK_LASTS.days} jours pour cliquer" in texts["notices/saved.html"]


def test_an_unsubscribe_page_says_what_has_happened_and_only_then(world: World) -> None:
    parent, owner = world.parent(), world.visitor()
    page = parent.get("/notifications")
    fields = {"csrf": page.hidden("csrf"), "version": page.hidden("version"), "avertir": "oui"}
    parent.post("/notifications", **fields, adresse1="q@server.fr")
    stop = world.links.stop(BOND, "q@server.fr").partition(HOST)[2]

    before = owner.get(stop)
    assert "ne sera plus" not in before.main
    assert "Rien ne change tant que vous ne cliquez pas." in before.main
    assert [address.state for address in world.notices.settings(BOND).extra] == [AddressState.PENDING]

    after = owner.post_raw(stop, b"List-Unsubscribe=One-Click")
    assert "q@server.fr ne sera plus prévenue" in after.main
    assert [address.state for address in world.notices.settings(BOND).extra] == [AddressState.STOPPED]


def test_only_the_announcements_of_invoices_say_that_they_can_be_stopped(visitor: PageClient) -> None:
    say(visitor, "/aide", "Chaque annonce de facture ou d'attestation permet d'arrêter")
    can_be_stopped = {name.split("/")[1] for name, text in templates_text() if "{{ stop_link }}" in text}
    assert can_be_stopped == {"certificate-online", "invoice-online", "invoice-debited", "credit-note"}
    assert "Chaque annonce dit comment ne plus en recevoir." in dict(templates_text())["notices/confirm.html"]


def test_no_e_mail_says_who_asked_for_it() -> None:
    """The town's own list may say who is told, so an announcement cannot name a parent as the one who asked."""
    assert [name for name, text in templates_text() if "un parent a demandé" in text] == []


# Contact, and what went wrong


def test_the_office_answers_to_the_address_that_was_given(world: World) -> None:
    visitor = world.visitor()
    typed = {"nom": "Eve", "email": "eve@server.fr", "sujet": "Cantine", "message": "Bonjour", "adresse2": ""}
    sent = visitor.follow(visitor.post("/contact", **typed, ouvert=visitor.get("/contact").hidden("ouvert")))
    assert "qui répond à l'adresse e-mail que vous avez donnée" in sent.main
    assert [letter.facts["reply_to"] for letter in world.letters()] == ["eve@server.fr"]


def test_too_many_messages_wait_as_long_as_it_is_said(world: World) -> None:
    visitor = world.visitor()
    typed = {"nom": "Eve", "email": "eve@server.fr", "sujet": "Cantine", "message": "Bonjour", "adresse2": ""}
    for _ in range(contact.MESSAGES_PER_HOUR):
        visitor.post("/contact", **typed, ouvert=visitor.get("/contact").hidden("ouvert"))
    late = visitor.post("/contact", **typed, ouvert=visitor.get("/contact").hidden("ouvert"))
    assert "Réessayez dans une heure" in late.main
    world.clock.forward(hours=1)
    assert visitor.post("/contact", **typed, ouvert=visitor.get("/contact").hidden("ouvert")).status == 303


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/planning", "Mes dernières modifications"),
        ("/factures", "ouvrez de nouveau la page"),
        ("/notifications", "ouvrez de nouveau la page"),
        ("/contact", "Votre message n'est peut-être pas parti"),
    ],
)
def test_a_breakdown_says_where_to_look_for_what_was_sent(path: str, where: str) -> None:
    (route,) = [
        route for section in SECTIONS for route in section.routes if (route.method, route.path) == ("POST", path)
    ]
    assert where in aftermath(503, route.where_saved)


@pytest.mark.parametrize("claim", ["La mairie en est avertie"])
def test_the_town_is_told_of_what_pages_say_it_is_told_of(claim: str) -> None:
    """A missing PDF rings no alarm; an answer of the bank that has to be checked rings one, and is listed."""
    assert [name for name, text in templates_text() if claim in text] == []


def test_the_waiting_page_reloads_as_often_as_it_is_said() -> None:
    text = dict(templates_text())["payments/waiting.html"]
    (seconds,) = re.findall(r'content="(\d+);', text)
    assert f"toutes les {seconds} secondes" in text
