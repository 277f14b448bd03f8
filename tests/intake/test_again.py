"""Whatever an import accepts: imported again it changes nothing, and written out as lists it is imported unchanged."""

import csv
import io
from collections.abc import Iterable
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles
from chalicelib.rules.school_calendar import PARIS
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.living import PAYERS, LivingTown, quick_hashes

LETTERS = "abcÉèœçÀñŁ'’- .+=@09"
WORDS = st.text(LETTERS, min_size=1, max_size=8)
CODES = st.text("0123456789ABab.- ", min_size=1, max_size=6)
SCHOOLS = st.sampled_from(["mallerin", "Mallerin primaire", "PRÉVERT", "prevert"])
FAMILIES = st.sampled_from(["f-1", "f-2"])
FIRST_DAYS = st.sampled_from(["", "01/09/2026", "2026-10-31 00:00:00"])
LAST_DAYS = st.sampled_from(["", "31/12/26", "2027-01-04"])
YES = st.sampled_from(["", "oui", "non", "X", "0"])
BIRTHS = st.sampled_from(["", "06/09/2021", "2021-09-06 00:00:00", "6/9/21"])
DIETS = st.sampled_from(["", "sans-porc", "Végétarien", "VEGETARIEN"])
BOOKED = st.sampled_from(["2026-12-01", "03/12/2026", "04/12/26"])
SAVED = st.sampled_from(["02/11/2026 10:30", "2026-11-02T10:30", "2026-11-02 23:59"])
WITH_DIETS = f'{TOWN}\n[regimes]\nsans-porc = "Sans porc"\nvegetarien = "Végétarien"\n'
BY_WEEK = WITH_DIETS.replace("repas = true", 'repas = true\nreserver-par = "semaine"')
CHILDREN = f"{LISTS['enfants.csv'].splitlines()[0]};naissance;regime;pai"


@st.composite
def lists(draw: st.DrawFn) -> dict[str, str]:
    """Lists of two families, with names, codes, days, diets and bookings as people and software write them."""
    children = [
        (f"c-{n}", *map(draw, (FAMILIES, CODES, WORDS, WORDS, SCHOOLS, WORDS, BIRTHS, DIETS, YES)))
        for n in range(draw(st.integers(1, 4)))
    ]
    enrolments = [
        (
            child[0],
            draw(st.sampled_from(["cantine", "Accueil du mercredi"])),
            draw(FIRST_DAYS),
            draw(LAST_DAYS),
            draw(YES),
        )
        for child in children
    ]
    bookings = [
        (child[1], child[0], "cantine", draw(BOOKED), "", draw(st.sampled_from(["mairie", "Téléphone"])), draw(SAVED))
        for child, enrolment in zip(children, enrolments, strict=True)
        if enrolment[1] == "cantine" and draw(st.booleans())
    ]
    return {
        "town": draw(st.sampled_from([WITH_DIETS, BY_WEEK])),
        "enfants": written(CHILDREN, children),
        "inscriptions": written(LISTS["inscriptions.csv"], enrolments),
        "reservations": written(LISTS["reservations.csv"], bookings),
    }


def written(model: str, rows: Iterable[tuple[str, ...]]) -> str:
    """The rows under the titles of ``model``."""
    out = io.StringIO()
    csv.writer(out, delimiter=";", lineterminator="\n").writerows([model.splitlines()[0].split(";"), *rows])
    return out.getvalue()


def exported(town: LivingTown) -> dict[str, str]:
    """The lists that say what the portal has of its families. Codes keep their zeros, and no cell is a formula."""
    families = list(town.store.families.families.values())
    children = [
        (
            *(one.id, family.id, f'="{one.code}"', one.first_name, one.last_name, one.school, one.class_name),
            *(iso(one.birth), one.diet or "", "oui" if one.pai else "non"),
        )
        for family in families
        for one in family.children
    ]
    enrolments = [
        (one.id, enrolment.activity, iso(enrolment.first), iso(enrolment.last), "oui" if enrolment.read_only else "non")
        for family in families
        for one in family.children
        for enrolment in one.enrolments
    ]
    bookings = [
        (family.id, wish.slot.child, wish.slot.activity, iso(wish.slot.day), "inscription", entry.channel, hour)
        for family in families
        for entry in town.journal(family.id)
        for hour in [f"{entry.at.astimezone(PARIS):%Y-%m-%d %H:%M}"]
        for wish in entry.changes
    ]
    payers = [(family.id, family.payer, PAYERS[family.id], family.email) for family in families]
    return {
        "familles": written(LISTS["familles.csv"], payers),
        "enfants": written(CHILDREN, children),
        "inscriptions": written(LISTS["inscriptions.csv"], enrolments),
        "reservations": written(LISTS["reservations.csv"], bookings),
    }


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@given(drawn=lists())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_accepted_is_imported_again_without_change(tmp_path: Path, drawn: dict[str, str]) -> None:
    town = LivingTown()
    with quick_hashes():
        try:
            town.load(a_folder(tmp_path, **drawn))
        except BadFiles:
            return
        assert town.load(a_folder(tmp_path, **drawn)).nothing_changed
        again = a_folder(tmp_path, town=drawn["town"], **exported(town))
        assert town.run.look(again, Silence()).preview.sentences == ()
        assert town.load(again).nothing_changed
