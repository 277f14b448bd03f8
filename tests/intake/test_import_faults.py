"""An import that is killed, or that AWS fails, at any of its calls: run again, it ends as if nothing had happened."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.importing import Importer
from chalicelib.intake.progress import Quiet
from chalicelib.rules.ids import ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.services.accounts import fingerprint
from chalicelib.storage.intake import DynamoIntakeStore
from tests.clock import FixedClock, paris
from tests.faults import Case, Way, survives
from tests.intake.folder import LISTS, a_folder, town_with
from tests.stand_in import database_for, moto_town

F2 = FamilyId("f-2")
DAY = date(2026, 12, 2)
KEY = PlaceKey(DAY, "mercredi")
SLOT = Slot(ChildId("c-9"), "mercredi", DAY)
PEPPER = "pepper"


def only_the_second_family(name: str) -> str:
    title, *lines = LISTS[f"{name}.csv"].splitlines(keepends=True)
    return title + "".join(line for line in lines if "f-2" in line or "c-9" in line)


LISTED = {name: only_the_second_family(name) for name in ("familles", "enfants", "inscriptions", "reservations")}
BOOKED = "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-03\n"


@dataclass
class Desk:
    run: Importer
    store: DynamoIntakeStore
    folder: Path

    def load(self) -> None:
        self.run(self.folder, Quiet())

    def change_everything(self) -> None:
        """Another colour, another name and code for the family, one more booking of a limited activity."""
        a_folder(
            self.folder,
            **{
                **LISTED,
                "town": town_with(couleur='couleur = "#112233"'),
                "familles": LISTED["familles"].replace("Camille PETIT;CERISIER22", "Camille GRAND;POMMIER333"),
                "reservations": LISTED["reservations"] + BOOKED,
            },
        )


def check(desk: Desk) -> None:
    store = desk.store
    family = store.family_items([F2])[F2]
    assert family.payer == "Camille GRAND"
    assert family.session_epoch >= 1, "who signed in with the old code is signed out"
    assert [key for key, _ in store.logins()] == [fingerprint(PEPPER, "009", "POMMIER333")]
    assert store.plannings.booked(F2, DAY, DAY) == {SLOT}
    assert [wish.slot for entry in store.journal_of(F2) for wish in entry.changes] == [SLOT]
    assert store.plannings.taken([KEY]) == {KEY: 1}
    assert '"#112233"' in (store.current_town_json() or "")


def test_an_import_survives_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # One hash takes 43 ms and there are hundreds of runs: the faults do not depend on how slow it is.
    monkeypatch.setattr("chalicelib.intake.logins.scrypt_of", lambda code, salt: code.encode() + salt)

    @contextmanager
    def fresh() -> Iterator[Desk]:
        with moto_town() as settings:
            store = DynamoIntakeStore(database_for(settings))
            clock = FixedClock(paris("lundi 2026-11-23 08:00"))
            run = Importer(store=store, plannings=store.plannings, clock=clock, pepper=PEPPER, workers=1)
            desk = Desk(run, store, a_folder(tmp_path / "town", **LISTED))
            desk.load()
            desk.change_everything()
            yield desk

    tried = survives(Case(fresh=fresh, run=Desk.load, recover=Desk.load, check=check))
    assert {fault.way for fault in tried} == set(Way)
    assert {fault.call for fault in tried} >= {
        "dynamodb:BatchWriteItem",
        "dynamodb:TransactWriteItems",
        "dynamodb:Scan",
    }


SHORT = {"dernier-jour": "dernier-jour = 2026-12-03"}
UNLIMITED = town_with(places="", **SHORT)
LIMITED = town_with(**SHORT)


def no_pause(_seconds: float) -> None:
    """Nobody else is there to wait for."""


def test_counting_places_again_survives_every_fault(tmp_path: Path) -> None:
    """The booking came before the limit: whatever fails while it is counted, it ends up in the counter, once."""
    booked = {**LISTED, "reservations": LISTED["reservations"] + BOOKED}

    @contextmanager
    def fresh() -> Iterator[Desk]:
        with moto_town() as settings:
            store = DynamoIntakeStore(database_for(settings))
            run = Importer(
                store=store,
                plannings=store.plannings,
                clock=FixedClock(paris("mardi 2026-12-01 08:00")),
                pepper=PEPPER,
                workers=1,
                pause=no_pause,
            )
            desk = Desk(run, store, a_folder(tmp_path / "town", town=UNLIMITED, **booked))
            desk.load()
            assert store.plannings.taken([KEY]) == {KEY: 0}
            a_folder(desk.folder, town=LIMITED, **booked)
            yield desk

    def counted_once(desk: Desk) -> None:
        assert desk.store.plannings.taken([KEY]) == {KEY: 1}
        assert not desk.store.recount_asked()

    survives(Case(fresh=fresh, run=Desk.load, recover=Desk.load, check=counted_once))
