"""Lines of reservations.csv about what was: who left, what ended. They are told, and hold nothing else back."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.files.staging import count
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.planning import Slot
from tests.intake.folder import LISTS, TOWN, a_folder, with_line
from tests.intake.living import F2, LivingTown, quick_hashes

MOVED = {"enfants": LISTS["enfants.csv"].replace("c-7;f-1", "c-7;f-2")}
NO_WEDNESDAYS = {
    "town": TOWN[: TOWN.index("[activites.mercredi]")] + TOWN[TOWN.index("[calendrier]") :],
    "inscriptions": "".join(
        line for line in LISTS["inscriptions.csv"].splitlines(keepends=True) if "mercredi" not in line
    ),
}
ENDED = {"inscriptions": LISTS["inscriptions.csv"].replace("c-8;mercredi;;;non", "c-8;mercredi;;30/11/2026;non")}
LEFT = {
    name: "".join(line for line in LISTS[f"{name}.csv"].splitlines(keepends=True) if "c-7" not in line)
    for name in ("enfants", "inscriptions")
}
FAMILY_LEFT = {
    name: "".join(
        line for line in LISTS[f"{name}.csv"].splitlines(keepends=True) if "f-1" not in line and "c-8" not in line
    )
    for name in ("familles", "enfants", "inscriptions")
}
FAMILY_LEFT["inscriptions"] = FAMILY_LEFT["inscriptions"].replace("c-7;cantine;;;\n", "")
UNENROLLED = {"inscriptions": NO_WEDNESDAYS["inscriptions"] + "c-9;mercredi;;;\n"}
CHANGES = {
    "moved": MOVED,
    "removed": NO_WEDNESDAYS,
    "ended": ENDED,
    "left": LEFT,
    "family left": FAMILY_LEFT,
    "enrolment withdrawn": UNENROLLED,
}
NEW_LINES = {
    "moved": ("f-1;c-7;cantine;2026-12-04;;mairie;2026-11-20", "l'enfant « c-7 » n'est plus dans la famille « f-1 »"),
    "removed": ("f-1;c-8;mercredi;2026-12-09;;mairie;2026-11-20", "« Accueil du mercredi » n'est plus dans town.toml"),
    "ended": (
        "f-1;c-8;Accueil du mercredi;2026-12-09;;mairie;2026-11-20",
        "le 09/12/2026 est après la fin de l'inscription de « c-8 » à « mercredi »",
    ),
    "left": ("f-1;c-7;cantine;2026-12-04;;mairie;2026-11-20", "l'enfant « c-7 » n'est plus dans la famille « f-1 »"),
    "family left": ("f-1;c-7;cantine;2026-12-04;;mairie;2026-11-20", "la famille « f-1 » n'est plus dans les listes"),
    "enrolment withdrawn": (
        "f-1;c-8;mercredi;2026-12-09;;mairie;2026-11-20",
        "l'enfant « c-8 » n'est plus inscrit à « mercredi »",
    ),
}


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def town(tmp_path: Path) -> LivingTown:
    town = LivingTown()
    town.load(a_folder(tmp_path))
    return town


@pytest.mark.parametrize("change", CHANGES)
def test_the_bookings_of_yesterday_hold_no_departure_back(town: LivingTown, tmp_path: Path, change: str) -> None:
    """They are in the journal: known, today and at every import to come."""
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **CHANGES[change]))
        assert report.refused == []
        assert report.bookings.unchanged == 3
        assert report.all_taken
    assert town.load(a_folder(tmp_path, **CHANGES[change]), cancel_departed=True).refused == []
    assert town.load(a_folder(tmp_path, **CHANGES[change])).refused == []


@pytest.mark.parametrize("change", CHANGES)
def test_a_booking_that_came_too_late_is_set_aside_and_the_rest_is_done(
    town: LivingTown, tmp_path: Path, change: str
) -> None:
    line, why = NEW_LINES[change]
    other = "f-2;c-9;mercredi;2026-12-16;;mairie;2026-11-20\n" if change != "removed" else ""
    lists = {**CHANGES[change], "reservations": LISTS["reservations.csv"] + other + line + "\n"}
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **lists))
        (refused,) = report.refused
        assert refused.where.line == lists["reservations"].count("\n")
        assert refused.text == f"{why} ; attendu : ôter cette ligne"
        assert not report.all_taken
    day = date(2026, 12, 16)
    assert town.booked(F2, day) == ({Slot(ChildId("c-9"), ActivityId("mercredi"), day)} if other else set())


def test_the_first_family_has_no_access_any_more(town: LivingTown, tmp_path: Path) -> None:
    town.load(a_folder(tmp_path, **MOVED))
    assert town.opens("007", "GOLDENEYE7") is None
    assert town.opens("007", "CERISIER22") == F2
    assert {child.id for child in town.family().children} == {ChildId("c-8")}


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("f-1;c-77;cantine;2026-12-04;;mairie;2026-11-02", "l'enfant « c-77 » n'est pas dans la famille « f-1 »"),
        ("f-11;c-7;cantine;2026-12-04;;mairie;2026-11-02", "la famille « f-11 » n'existe pas"),
        ("f-1;c-7;cantin;2026-12-04;;mairie;2026-11-02", "« activite » vaut « cantin »"),
        ("f-1;c-7;mercredi;2026-12-09;;mairie;2026-11-02", "n'est pas inscrit à « mercredi »"),
    ],
)
def test_what_never_was_is_a_fault(town: LivingTown, tmp_path: Path, line: str, wrong: str) -> None:
    with pytest.raises(BadFiles) as bad:
        town.load(a_folder(tmp_path, **with_line("reservations", line)))
    (fault,) = bad.value.faults
    assert wrong in str(fault)


def test_a_day_before_its_enrolment_is_known_or_set_aside(town: LivingTown, tmp_path: Path) -> None:
    """An enrolment that begins anew has the bookings of the one before."""
    later = {"inscriptions": LISTS["inscriptions.csv"].replace("c-8;mercredi;;;", "c-8;mercredi;07/12/2026;;")}
    assert town.load(a_folder(tmp_path, **later)).refused == []
    line = LISTS["reservations.csv"] + "f-1;c-8;mercredi;2026-11-25;;mairie;2026-11-20\n"
    (refused,) = town.load(a_folder(tmp_path, **later, reservations=line)).refused
    assert refused.text == (
        "le 25/11/2026 est avant le début de l'inscription de « c-8 » à « mercredi » ; attendu : ôter cette ligne"
    )


def test_without_the_portal_the_lists_alone_tell_what_left(town: LivingTown, tmp_path: Path) -> None:
    with validated(a_folder(tmp_path, **MOVED), town.clock.now(), Silence()) as files:
        assert count(files.lists, "past_events") == 2
