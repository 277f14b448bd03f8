"""Any days after any others, with bookings on them: what stands afterwards is on an open day or listed, counters say
what is booked, and each family is told once of each thing that the town cancelled."""

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import ActivityId, ChildId
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.services.saving import entry_id
from chalicelib.services.telling import cancelled_lines
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.living import F1, LivingTown, quick_hashes
from tests.intake.test_any_town_to_any import Dies, check_acts, loose, on_closed_days

DAYS = [date(2026, 12, on) for on in (1, 3, 4)]
SLOTS = frozenset(Slot(ChildId(child), ActivityId("cantine"), day) for child in ("c-7", "c-8") for day in DAYS)
LISTED = {
    "inscriptions": LISTS["inscriptions.csv"].replace("c-8;Cantine;01/09/2026;31/12/2026;oui", "c-8;Cantine;;;"),
    "reservations": LISTS["reservations.csv"].splitlines(keepends=True)[0],
}
SOME = st.frozensets(st.sampled_from(['"lundi"', '"mardi"', '"jeudi"', '"vendredi"']), min_size=1)


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@st.composite
def closures(draw: st.DrawFn) -> str:
    parts = ('classes = ["ce1"]', 'classes = ["CP", "CM2"]', 'activites = ["cantine"]', 'ecoles = ["prevert"]')
    more = draw(st.lists(st.sampled_from([*parts, "annuler = true"]), unique_by=lambda part: part[:7], max_size=3))
    return f'{{ motif = "Grève", jour = {draw(st.sampled_from(DAYS))}{"".join(f", {one}" for one in more)} }}'


@st.composite
def any_days(draw: st.DrawFn) -> str:
    """town.toml with other days of the canteen, and places that are enough or none."""
    canteen = draw(
        st.sampled_from(["", "au = 2026-12-03", "du = 2026-12-02", 'ecoles = ["prevert"]', "places = 2", "places = 9"])
    )
    weekdays = draw(SOME | st.none())
    town = TOWN.replace("repas = true", f"repas = true\n{canteen}")
    if weekdays:
        town = town.replace('["lundi", "mardi", "jeudi", "vendredi"]', f"[{', '.join(sorted(weekdays))}]")
    return f"{town}fermetures = [{', '.join(draw(st.lists(closures(), max_size=2)))}]\n"


def book(town: LivingTown) -> None:
    """A parent books what is open and not booked, before the import that closes it."""
    missing = SLOTS - town.booked(F1) - {slot for slot in SLOTS if not is_open(town, slot)}
    at = town.clock.now()
    if missing:
        wishes = tuple(Wish(slot, True) for slot in sorted(missing))
        town.store.plannings.save(F1, JournalEntry(entry_id(at), at, "internet", wishes))


def is_open(town: LivingTown, slot: Slot) -> bool:
    return (F1, slot) not in on_closed_days(town, frozenset({slot}))


def told_of(town: LivingTown) -> Counter[str]:
    """How often each line of the e-mails was told to the family."""
    return Counter(line for mail in town.outbox.mails.values() for line in mail.facts["bookings"].splitlines())


def live(town: LivingTown, texts: list[str], cancel: bool, dies_at: int | None, folder: Path) -> None:
    for number, text in enumerate(texts, start=1):
        a_folder(folder, town=text, **LISTED)
        if dies_at is not None:
            fault = Dies(town, dies_at)
            with suppress(Unavailable):
                town.load(folder, cancel_departed=cancel)
            fault.mend()
        report = town.load(folder, cancel_departed=cancel)
        check_acts(town, report, imports=2 * number)
        assert not (cancel and (on_closed_days(town) or loose(town)))
        town.run.places(town.store.town.current(), town.clock.now())
        assert town.load(folder, cancel_departed=cancel).nothing_changed
        assert town.run.places(town.store.town.current(), town.clock.now()) == 0
        town.clock.at += timedelta(minutes=1)
        if number < len(texts):
            book(town)
            town.clock.at += timedelta(minutes=1)
    acts = [entry for entry in town.journal(F1) if entry.reason]
    assert told_of(town) == Counter(
        line for entries in of_each_mail(town, acts) for line in cancelled_lines(entries, town.store.town.current())
    )


def of_each_mail(town: LivingTown, acts: list[JournalEntry]) -> Iterator[list[JournalEntry]]:
    """The acts that each e-mail tells: those up to the one that it is named after."""
    for last in sorted({mail.subject_id for mail in town.outbox.mails.values()}):
        yield [entry for entry in acts if entry.id <= last]
        acts = [entry for entry in acts if entry.id > last]
    assert acts == [], "nothing stays untold"


@pytest.mark.faults
@settings(max_examples=30, deadline=None)
@given(texts=st.lists(any_days(), min_size=2, max_size=3), cancel=st.booleans(), dies_at=st.none() | st.integers(0, 14))
def test_any_days_after_any_others(texts: list[str], cancel: bool, dies_at: int | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        town = LivingTown()
        town.load(a_folder(Path(folder), **LISTED))
        book(town)
        live(town, texts, cancel, dies_at, Path(folder))
