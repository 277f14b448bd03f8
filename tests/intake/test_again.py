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
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.living import PAYERS, LivingTown, quick_hashes

LETTERS = "abcÉèœçÀñŁ'’- .+=@09"
WORDS = st.text(LETTERS, min_size=1, max_size=8)
CODES = st.text("0123456789ABab.- ", min_size=1, max_size=6)
SCHOOLS = st.sampled_from(["mallerin", "Mallerin primaire", "PRÉVERT", "prevert"])
FAMILIES = st.sampled_from(["f-1", "f-2"])
DAYS = st.sampled_from(["", "01/09/2026", "2026-10-31 00:00:00", "31/12/26", "2027-01-04"])
YES = st.sampled_from(["", "oui", "non", "X", "0"])


@st.composite
def lists(draw: st.DrawFn) -> dict[str, str]:
    """Lists of two families, with names, codes and days as people and software write them."""
    children = [
        (f"c-{n}", draw(FAMILIES), draw(CODES), draw(WORDS), draw(WORDS), draw(SCHOOLS), draw(WORDS))
        for n in range(draw(st.integers(1, 4)))
    ]
    enrolments = [
        (child[0], draw(st.sampled_from(["cantine", "Accueil du mercredi"])), draw(DAYS), draw(DAYS), draw(YES))
        for child in children
    ]
    return {
        "enfants": written(LISTS["enfants.csv"], children),
        "inscriptions": written(LISTS["inscriptions.csv"], enrolments),
        "reservations": written(LISTS["reservations.csv"], []),
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
        (one.id, family.id, f'="{one.code}"', one.first_name, one.last_name, one.school, one.class_name)
        for family in families
        for one in family.children
    ]
    enrolments = [
        (one.id, enrolment.activity, iso(enrolment.first), iso(enrolment.last), "oui" if enrolment.read_only else "non")
        for family in families
        for one in family.children
        for enrolment in one.enrolments
    ]
    payers = [(family.id, family.payer, PAYERS[family.id], family.email) for family in families]
    return {
        "familles": written(LISTS["familles.csv"], payers),
        "enfants": written(LISTS["enfants.csv"], children),
        "inscriptions": written(LISTS["inscriptions.csv"], enrolments),
        "reservations": written(LISTS["reservations.csv"], []),
    }


def iso(day: date | None) -> str:
    return day.isoformat() if day else ""


@given(drawn=lists())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_accepted_is_imported_again_without_change(tmp_path: Path, drawn: dict[str, str]) -> None:
    town = LivingTown()
    with quick_hashes():
        try:
            town.load(a_folder(tmp_path, town=TOWN, **drawn))
        except BadFiles:
            return
        assert town.load(a_folder(tmp_path, town=TOWN, **drawn)).nothing_changed
        again = a_folder(tmp_path, town=TOWN, **exported(town))
        assert town.run.look(again, Silence()).preview.sentences == ()
        assert town.load(again).nothing_changed
