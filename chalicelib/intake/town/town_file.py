"""town.toml -> ``Town``. Every fault is reported with its line; there is a town only when there is no fault."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from chalicelib.french.markdown import to_html
from chalicelib.intake.emails import email_fault
from chalicelib.intake.files.charsets import UnreadableFile, encoding_of
from chalicelib.intake.files.columns import Titles
from chalicelib.intake.files.faults import Faults, FileLine, plain
from chalicelib.intake.files.toml_tables import Source, Table
from chalicelib.intake.files.toml_words import BadToml, parsed
from chalicelib.intake.town.activity_file import read_activities, slug_fault
from chalicelib.intake.town.billing_file import read_billing
from chalicelib.intake.town.brakes_file import read_brakes
from chalicelib.intake.town.calendar_file import CLOSURES, OPENINGS, read_calendar, read_exceptionals
from chalicelib.intake.town.certificate_file import read_certificates
from chalicelib.intake.town.crest import BadCrest, read_crest
from chalicelib.intake.town.deadline_checks import check_deadlines
from chalicelib.intake.town.diets_file import read_diets
from chalicelib.intake.town.kitchen_file import read_orders, read_sittings
from chalicelib.intake.town.payment_file import read_ceiling
from chalicelib.intake.town.titles_file import read_complete, read_titles
from chalicelib.intake.town.town_remarks import of_town
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.school_calendar import Calendar
from chalicelib.rules.siret import is_siret
from chalicelib.rules.town import Activity, LegalFacts, Office, PaymentFacts, School, Town
from chalicelib.values import Value

TOWN_TOML = "town.toml"
MOST_TOWN_TOML_BYTES = 200_000
MOST_MESSAGE_CHARACTERS = 4000
CONFORMITY = ("totalement conforme", "partiellement conforme", "non conforme")
ONLINE_WORDS = {"service-web": "web-service", "url": "url", "non": ""}
_COLLECTOR_CODE = re.compile(r"[A-Z0-9]{2}")
_CLIENT_NUMBER = re.compile(r"[0-9]{6}")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


class TownFile(Value):
    """``town`` is None when the file has a fault. ``titles`` are the town's own titles of columns; ``source`` is None
    when nothing could be read."""

    town: Town | None
    titles: Titles
    source: Source | None
    complete: bool = False
    """Whether reglements.csv is a complete list."""


def read_town(folder: Path, faults: Faults, today: date) -> Town | None:
    """The town that ``folder``/town.toml describes; None when it has a fault."""
    return read_town_file(folder, faults, today).town


def read_town_file(folder: Path, faults: Faults, today: date) -> TownFile:
    """All that ``folder``/town.toml says. What looks wrong in it is remarked when it has no fault.

    ``today`` (Paris) is the first day whose deadlines must be computable.
    """
    before = faults.count
    text = _text_of(folder / TOWN_TOML, faults)
    read = None if text is None else _parsed(text, faults)
    if text is None or read is None:
        return TownFile(None, {}, None)
    source = Source(TOWN_TOML, text, faults)
    table = Table(read, (), source)
    titles, complete = read_titles(table), read_complete(table)
    town, activities = _town(table, folder), table.table("activites")
    if town and activities and faults.count == before:
        check_deadlines(town, activities, today)
    if town is None or faults.count != before:
        return TownFile(None, titles, source)
    for path, sentence in of_town(town, read, today):
        source.remark(path, sentence)
    return TownFile(town, titles, source, complete)


def _text_of(path: Path, faults: Faults) -> str | None:
    if not path.is_file():
        faults.add(FileLine(TOWN_TOML, 1), "ce fichier manque ; attendu : la configuration de la ville")
        return None
    content = path.read_bytes()
    if len(content) > MOST_TOWN_TOML_BYTES:
        faults.add(
            FileLine(TOWN_TOML, 1), f"le fichier pèse {len(content)} octets ; attendu : {MOST_TOWN_TOML_BYTES} au plus"
        )
        return None
    try:
        return content.decode(encoding_of(path)).replace("\r\n", "\n")
    except UnreadableFile as unreadable:
        wrong = f"{unreadable.what} ; attendu : un texte enregistré en UTF-8"
        faults.add_unread(FileLine(TOWN_TOML, unreadable.line), wrong)
        return None


def _parsed(text: str, faults: Faults) -> dict[str, object] | None:
    try:
        return parsed(text)
    except BadToml as error:
        note = faults.add_unread if "listes" in text else faults.add
        note(FileLine(TOWN_TOML, error.line), str(error))
        return None


def _town(table: Table, folder: Path) -> Town | None:
    name, colour, message = table.text("nom"), _colour(table), _message(table)
    crest = _crest(table, folder)
    office, legal, payment = _office(table), _legal(table), _payment(table)
    schools = _schools(table)
    listed = table.table("activites")
    activities = read_activities(listed, schools) if listed else {}
    if listed and not activities:
        listed.fault("", "aucune activité ; attendu par exemple : [activites.cantine]")
    diets, brakes = read_diets(table), read_brakes(table)
    _refuse_same(table, {("regimes", str(diet)): label for diet, label in diets.items()}, "régimes")
    _refuse_same_labels(table, activities, schools)
    calendar = _calendar(table, activities, schools)
    sittings = read_sittings(table, activities, schools)
    orders = read_orders(table, activities, schools, sittings)
    billing, certificates = read_billing(table), read_certificates(table)
    table.close()
    if not calendar:
        return None
    town = Town(name, colour, crest, message, office, legal, schools, activities, calendar, payment)
    town = replace(town, sittings=sittings, orders=orders, diets=diets, billing=billing)
    return replace(town, brakes=brakes, certificates=certificates)


def _colour(table: Table) -> str:
    colour = table.text("couleur")
    if colour and not _COLOUR.fullmatch(colour):
        table.fault("couleur", f"la couleur « {colour} » n'est pas comprise ; attendu par exemple : #0b5c8c")
    return colour.lower()


def _message(table: Table) -> str:
    """The message's HTML."""
    message = table.text("message", needed=False)
    if len(message) > MOST_MESSAGE_CHARACTERS:
        table.fault(
            "message", f"le message fait {len(message)} caractères ; attendu : {MOST_MESSAGE_CHARACTERS} au plus"
        )
        return ""
    return to_html(message)


def _crest(table: Table, folder: Path) -> str:
    name = table.text("blason", needed=False)
    if not name:
        return ""
    try:
        return read_crest(folder, name)
    except BadCrest as error:
        table.fault("blason", str(error))
        return ""


def _office(table: Table) -> Office:
    office = table.table("service-enfance")
    if office is None:
        return Office("", "", "", "")
    email = office.text("email")
    if email and (wrong := email_fault(email)):
        office.fault("email", wrong)
    read = Office(office.text("nom"), office.text("telephone"), email, office.text("horaires"))
    office.close()
    return read


def _legal(table: Table) -> LegalFacts:
    legal = table.table("mentions-legales")
    if legal is None:
        return LegalFacts("", "", "", "", "")
    conformity = legal.text("accessibilite", needed=False) or "non conforme"
    if conformity not in CONFORMITY:
        legal.fault("accessibilite", f"« {conformity} » n'est pas prévu ; attendu : {', '.join(CONFORMITY)}")
    read = LegalFacts(
        identity=legal.text("identite"),
        address=legal.text("adresse"),
        publisher=legal.text("directeur-publication"),
        host=legal.text("hebergeur"),
        dpo=legal.text("dpo"),
        accessibility=conformity,
    )
    legal.close()
    return read


def _payment(table: Table) -> PaymentFacts:
    """``[paiement]``: what the town's invoices print. A town without invoices leaves it out."""
    payment = table.table("paiement", needed=False)
    if payment is None:
        return PaymentFacts()
    code, number = payment.text("code-recette"), payment.text("identifiant")
    if code and not _COLLECTOR_CODE.fullmatch(code):
        payment.fault("code-recette", f"« {code} » ; attendu : deux lettres majuscules ou chiffres, par exemple « T5 »")
    if number and not _CLIENT_NUMBER.fullmatch(number):
        payment.fault("identifiant", f"« {number} » ; attendu : six chiffres entre guillemets, par exemple « 006382 »")
    read = PaymentFacts(
        collector_code=code,
        client_number=number,
        means=tuple(payment.texts("moyens")),
        mention=payment.text("mention", needed=False),
        online=_one_of(payment, "en-ligne", ONLINE_WORDS),
        saisie=_one_of(payment, "saisie", {letter: letter for letter in "TXWA"}) or "T",
        padded=payment.flag("reference-longue"),
        days_after_due=payment.whole("jours-apres-echeance"),
        ceiling=read_ceiling(payment),
        siret=_siret(payment),
    )
    payment.close()
    return read


def _siret(payment: Table) -> str:
    """The town's SIRET without its spaces; empty when the file does not have it."""
    text = payment.text("siret", needed=False)
    digits = "".join(text.split())
    if text and not is_siret(digits):
        payment.fault("siret", f"« {text} » ; attendu : les quatorze chiffres de l'avis de situation, entre guillemets")
    return digits


def _one_of(table: Table, name: str, known: Mapping[str, str]) -> str:
    """The meaning of the word; empty when the file does not have it."""
    text = table.text(name, needed=False)
    if text and text not in known:
        table.fault(name, f"« {text} » ; attendu : {', '.join(known)}")
    return known.get(text, "")


def _schools(table: Table) -> dict[SchoolId, School]:
    """``[ecoles]``: identifier = label."""
    listed = table.table("ecoles")
    if listed is None:
        return {}
    schools = {SchoolId(name): School(SchoolId(name), listed.text(name)) for name in listed.read}
    for name in schools:
        if wrong := slug_fault(name):
            listed.fault(name, wrong)
    if not schools:
        listed.fault("", 'aucune école ; attendu par exemple : mallerin = "MALLERIN PRIMAIRE"')
    return schools


def _refuse_same_labels(table: Table, activities: dict[ActivityId, Activity], schools: dict[SchoolId, School]) -> None:
    """Two activities, or two schools, may not have the same label, because the lists may use labels as names."""
    named: dict[tuple[str, ...], str] = {
        ("activites", str(activity.id), "nom"): activity.label for activity in activities.values()
    }
    _refuse_same(table, named, "activités")
    named = {("ecoles", str(school.id)): school.label for school in schools.values()}
    _refuse_same(table, named, "écoles")


def _refuse_same(table: Table, labels: Mapping[tuple[str, ...], str], what: str) -> None:
    """Note labels that are the same. ``labels``: the place in the file -> the label."""
    known = Counter(plain(label) for label in labels.values())
    for path, label in labels.items():
        if label and known[plain(label)] > 1:
            table.source.fault(path, f"deux {what} portent le nom « {label} » ; attendu : des noms différents")


def _calendar(table: Table, activities: dict[ActivityId, Activity], schools: dict[SchoolId, School]) -> Calendar | None:
    entry = table.table("calendrier")
    if entry is None:
        return None
    calendar = read_calendar(entry)
    closures = read_exceptionals(entry, CLOSURES, activities, schools)
    openings = read_exceptionals(entry, OPENINGS, activities, schools)
    entry.close()
    return replace(calendar, closures=closures, openings=openings) if calendar else None
