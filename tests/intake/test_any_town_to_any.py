"""Any town after any other: nothing stored is looked up in today's configuration without an answer for what is gone."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import ParamSpec, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.intake.report import IntakeReport
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import Slot, TownDays
from chalicelib.rules.turning import why_closed
from tests.intake.folder import TOWN, a_folder, with_line
from tests.intake.living import F1, F2, LivingTown, quick_hashes
from tests.intake.towns import Drawn, towns
from tests.pages.client import Opened, PageClient

WEEKS = ("", "2026-11-23", "2026-12-07", "2027-01-11", "2028-05-01")
TOMORROW = date(2026, 11, 24)
WRITES = (
    "put_families",
    "delete_children",
    "revoke_sessions",
    "put_logins",
    "delete_logins",
    "put_town",
    "ask_recount",
    "recount_done",
    "note_closed",
    "note_acted",
    "closed_settled",
)
WRITES_OF_ACTS = ("note", "told")
WRITES_OF_PLANNINGS = ("reserve", "save", "set_taken")
Given = ParamSpec("Given")
Answer = TypeVar("Answer")


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


class Dies:
    """Makes the store of a town refuse its ``number``-th write and every later one, until it is mended."""

    def __init__(self, town: LivingTown, number: int) -> None:
        self.left = number
        self.writes: list[tuple[object, str]] = [(town.store, name) for name in WRITES]
        self.writes += [(town.store.plannings, name) for name in WRITES_OF_PLANNINGS]
        self.writes += [(town.run.acting.acts, name) for name in WRITES_OF_ACTS]
        for store, name in self.writes:
            setattr(store, name, self._dying(getattr(store, name)))

    def _dying(self, write: Callable[Given, Answer]) -> Callable[Given, Answer]:
        def dying(*arguments: Given.args, **named: Given.kwargs) -> Answer:
            if self.left == 0:
                raise Unavailable("killed")
            self.left -= 1
            return write(*arguments, **named)

        return dying

    def mend(self) -> None:
        for store, name in self.writes:
            delattr(store, name)


def book_everything(parent: PageClient) -> tuple[Opened, str]:
    """Tick every box of the first page; the page, which is stale now, and the address of the recap."""
    page = parent.get("/planning")
    if page.status != 200 or not page.page.all("form") or not page.boxes():
        return page, ""
    return page, parent.save(page, *page.boxes()).headers["Location"]


def show_everything(town: LivingTown, recaps: list[str]) -> None:
    """Every page of both families; a page that breaks fails in the client."""
    for family in (F1, F2):
        found = town.store.families.find(family)
        if found is None or not town.opens_any(family):
            continue
        parent = town.parent(family)
        addresses = ["/planning", "/enfants", "/factures", "/notifications", *recaps]
        for child in found.children:
            addresses += [f"/planning?enfant={child.id}&semaine={week}" for week in WEEKS]
            addresses += [f"/planning?enfant={child.id}&activite={one.activity}" for one in child.enrolments]
            addresses += [f"/modifications?enfant={child.id}"]
        for address in addresses:
            opened = parent.get(address)
            assert opened.status < 500, (address, opened.body[:2000])
            assert opened.status == 200 or "activite=" in address or address in recaps, (address, opened.status)


def act_on_what_is_stale(town: LivingTown, family: FamilyId, parent: PageClient, stale: Opened, recap: str) -> None:
    """The page opened before the import is posted after it, and its save is undone by whoever signs in again: an
    answer, never a breakdown."""
    if recap:
        for answer in (parent.save(stale, *stale.boxes()[:3]), undo(town.parent(family), recap)):
            assert answer.status < 500, answer.body[:2000]


def undo(parent: PageClient, recap: str) -> Opened:
    page = parent.get(recap)
    buttons = [form for form in page.page.all("form") if form.attrs.get("action", "").endswith("/annuler")]
    return parent.post(buttons[0].attrs["action"], csrf=page.hidden("csrf")) if buttons else page


def check(town: LivingTown, labels: dict[str, str]) -> None:
    """Counters say what the bookings say; what was ever saved is readable by the activity's last name."""
    now = town.clock.now()
    # A run that died may have left places reserved, never taken too few.
    assert town.run.places.raise_low(town.store.town.current(), now) == 0
    town.run.places(town.store.town.current(), now)
    assert town.run.places(town.store.town.current(), now) == 0
    for family in (F1, F2):
        found = town.store.families.find(family)
        if found is None:
            continue
        for child in found.children:
            said = town.portal.planning.changes(found, child.id)
            if said:
                page = town.parent(family).get(f"/modifications?enfant={child.id}")
                headings = [heading.text for heading in page.page.all("h2")]
                assert sorted(headings) == sorted(labels[activity] for activity in said)


def loose(town: LivingTown) -> int:
    """Bookings to come that no enrolment covers, whoever the child is today."""
    found = 0
    for name in (F1, F2):
        family = town.store.families.find(name)
        children = {child.id: child for child in family.children} if family else {}
        for slot in town.booked(name, TOMORROW):
            child = children.get(slot.child)
            found += child is None or not child.is_enrolled(slot.activity, slot.day)
    return found


def on_closed_days(town: LivingTown, asked: frozenset[Slot] = frozenset()) -> set[tuple[FamilyId, Slot]]:
    """Bookings to come, or the slots ``asked``, of children that are enrolled, on days that are closed to them."""
    days = TownDays(town.store.town.current())
    found = set()
    for name in (F1, F2):
        family = town.store.families.find(name)
        children = {child.id: child for child in family.children} if family else {}
        for slot in asked or town.booked(name, TOMORROW):
            child = children.get(slot.child)
            if child and child.is_enrolled(slot.activity, slot.day) and why_closed(days, child, slot) is not None:
                found.add((name, slot))
    return found


def check_acts(town: LivingTown, report: IntakeReport, imports: int) -> None:
    """What stands on a closed day is listed, what asked to be cancelled is, and each family is told once an import."""
    left = {(one.family, one.slot) for one in report.standing if not one.cancelled}
    assert left == on_closed_days(town)
    assert not any(one.asked and not one.cancelled for one in report.standing)
    assert list(town.run.acting.acts.noted()) == []
    told = [mail.family for mail in town.outbox.mails.values() if mail.kind == "bookings-cancelled"]
    assert told.count(F1) <= imports
    assert F2 not in told, "no address is known"


def live_through(
    town: LivingTown, before: Drawn, after: Drawn, folder: Path, dies_at: int | None, cancel_departed: bool
) -> None:
    town.load(before.write(folder))
    family = F1 if town.opens_any(F1) else F2
    first = town.parent(family)
    stale, recap = book_everything(first)
    after.write(folder)
    if dies_at is not None:
        fault = Dies(town, dies_at)
        with suppress(Unavailable):
            town.load(folder, cancel_departed=cancel_departed)
        fault.mend()
        show_everything(town, [recap] if recap else [])
    report = town.load(folder, cancel_departed=cancel_departed)
    assert sum(len(one.days) for one in report.ended if not one.cancelled) == loose(town)
    assert not (cancel_departed and (loose(town) or on_closed_days(town)))
    check_acts(town, report, imports=2 if dies_at is None else 3)
    show_everything(town, [recap] if recap else [])
    act_on_what_is_stale(town, family, first, stale, recap)
    check(town, before.labels | after.labels)
    assert town.load(folder, cancel_departed=cancel_departed).nothing_changed


@pytest.mark.faults
@settings(max_examples=40, deadline=None)
@given(before=towns(), after=towns(), dies_at=st.none() | st.integers(0, 25), cancel_departed=st.booleans())
def test_any_town_after_any_other(before: Drawn, after: Drawn, dies_at: int | None, cancel_departed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        live_through(LivingTown(), before, after, Path(folder), dies_at, cancel_departed)


CARE = """\
[activites.garderie]
nom = "Garderie"
semaine-scolaire = ["lundi", "mardi", "jeudi", "vendredi"]
reserver = "la veille à 24:00"
places = 5

[calendrier]"""


def test_a_removed_activity_keeps_its_name_in_the_history(tmp_path: Path) -> None:
    town = LivingTown()
    enrolled = with_line("inscriptions", "c-7;garderie;;;")
    booked = with_line("reservations", "f-1;c-7;garderie;2026-12-01;;mairie;2026-11-02 10:30")
    town.load(a_folder(tmp_path, town=TOWN.replace("[calendrier]", CARE), **enrolled, **booked))
    parent = town.parent()
    assert town.load(a_folder(tmp_path)).town.changed == 1
    assert town.store.town.current().former == {"garderie": "Garderie"}
    assert "Garderie" in parent.get("/modifications?enfant=c-7").main
    assert "Garderie" in parent.get("/planning?enfant=c-7&semaine=2026-11-30").main, "it is booked still"
    assert "Garderie" not in parent.get("/planning?enfant=c-7&semaine=2027-01-11").main


def test_an_activity_that_comes_back_counts_the_bookings_of_its_first_time(tmp_path: Path) -> None:
    town = LivingTown()
    with_care = {
        "town": TOWN.replace("[calendrier]", CARE),
        **with_line("inscriptions", "c-7;garderie;;;"),
        **with_line("reservations", "f-1;c-7;garderie;2026-12-01;;mairie;2026-11-02 10:30"),
    }
    town.load(a_folder(tmp_path, **with_care))
    town.load(a_folder(tmp_path))
    town.store.plannings.counters.clear()
    town.load(a_folder(tmp_path, **with_care))
    assert town.taken("garderie", "mardi 2026-12-01") == 1
    assert town.store.town.current().former == {}


def test_the_office_books_single_days_of_an_activity_by_week(tmp_path: Path) -> None:
    town = LivingTown()
    text = TOWN.replace('nom = "Cantine"', 'nom = "Cantine"\nreserver-par = "semaine"')
    town.load(a_folder(tmp_path, town=text))
    page = town.parent().get("/planning?enfant=c-7&semaine=2026-11-30")
    assert "Reste de la semaine : lun. 30, ven. 4 (déjà réservé : mar. 1er, jeu. 3)" in page.main


def test_the_town_is_published_when_all_the_rest_is_written(tmp_path: Path) -> None:
    """Whatever fails first, pages follow the town before; nobody can sign in to a town that is half there."""
    town = LivingTown()
    fault = Dies(town, 4)
    with pytest.raises(Unavailable):
        town.load(a_folder(tmp_path))
    fault.mend()
    assert town.store.families.find(F1) is not None
    assert town.store.current_town() is None
    assert PageClient(town.app).get("/healthz").status == 503
    town.load(a_folder(tmp_path))
    assert town.parent().get("/planning").status == 200
