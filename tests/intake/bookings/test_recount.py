"""Places are counted again when the town changes what it counts, or a child changes school."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.services.ports import PlaceTally
from chalicelib.services.recounting import AT_REST_SECONDS
from tests.clock import day
from tests.intake.folder import LISTS, a_folder, town_with
from tests.intake.memory_portal import F1, Portal


def test_a_limit_that_comes_after_bookings_counts_them(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    assert portal.taken("cantine", "mardi 2026-12-01") == 0
    report = portal.load(a_folder(tmp_path, town=town_with(repas="places = 1")))
    assert portal.taken("cantine", "mardi 2026-12-01") == 1
    assert "Places recomptées : 2 compteurs remis à jour" in report.lines(), "before publishing; then they were right"
    assert portal.waited == [AT_REST_SECONDS]
    assert portal.load(a_folder(tmp_path, town=town_with(repas="places = 31"))).recounted is None


def test_a_count_that_was_interrupted_is_made_by_the_next_import(portal: Portal, tmp_path: Path) -> None:
    limited = a_folder(tmp_path, town=town_with(repas="places = 1"))
    portal.load(limited)
    portal.store.ask_recount(portal.clock.now())
    portal.store.plannings.counters.clear()
    assert portal.load(limited).recounted == 3
    assert portal.taken("cantine", "mardi 2026-12-01") == 1
    assert portal.load(limited).recounted is None


def test_a_counter_that_moves_during_the_count_is_left_to_the_next_one(
    portal: Portal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    limited = a_folder(tmp_path, town=town_with(repas="places = 5"))
    portal.load(limited)
    portal.store.ask_recount(portal.clock.now())
    plannings = portal.store.plannings
    bookings_on = plannings.bookings_on
    rival = Slot(ChildId("c-7"), ActivityId("cantine"), day("vendredi 2026-12-04"))
    key = PlaceKey(rival.day, rival.activity)

    looks = []

    def interrupted(on: date) -> Iterator[tuple[FamilyId, Slot]]:
        looks.append(on)
        if looks.count(rival.day) == 2 and rival not in plannings.bookings[F1]:  # Before publishing, and after.
            plannings.reserve(key, 1, 5)
            portal.online("lundi 2026-11-23 08:00", booked=[rival])
        return bookings_on(on)

    plannings.counters[key] = PlaceTally(3)
    monkeypatch.setattr(plannings, "bookings_on", interrupted)
    assert portal.load(limited).recounted == 0
    assert portal.taken("cantine", "vendredi 2026-12-04") == 4
    portal.run.places(portal.store.town.current(), portal.clock.now())
    assert portal.taken("cantine", "vendredi 2026-12-04") == 1


def test_a_child_who_moves_between_schools_takes_its_place_along(portal: Portal, tmp_path: Path) -> None:
    by_school = town_with(places="places-par-ecole = { mallerin = 3, prevert = 3 }")
    portal.load(a_folder(tmp_path, town=by_school))
    assert portal.taken("mercredi", "mercredi 2026-12-02", "mallerin") == 1
    enfants = LISTS["enfants.csv"].replace("MALLERIN PRIMAIRE", "prevert")
    report = portal.load(a_folder(tmp_path, town=by_school, enfants=enfants))
    assert report.recounted == 2
    assert portal.taken("mercredi", "mercredi 2026-12-02", "mallerin") == 0
    assert portal.taken("mercredi", "mercredi 2026-12-02", "prevert") == 1
