"""An import that takes children out of families, killed or failed at any call: run again, it is as if nothing had
happened: nobody keeps access, nothing is cancelled twice, no place is lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.rules.ids import ActivityId, ChildId, FamilyId
from chalicelib.rules.planning import PlaceKey, Slot
from chalicelib.services.keyed_hashes import login_key, secret_of
from chalicelib.settings import Settings
from chalicelib.storage.intake import DynamoIntakeStore
from tests.clock import FixedClock, paris
from tests.faults import SEVERAL, Case, NextProcess, survives
from tests.intake.folder import LISTS, a_folder, town_with
from tests.intake.import_desk import PEPPER, an_importer
from tests.intake.test_import_faults import same_salts
from tests.stand_in import database_for, kept_by_moto, seeded

F1, F2 = FamilyId("f-1"), FamilyId("f-2")
DAY = date(2026, 12, 2)
KEY = PlaceKey(DAY, ActivityId("mercredi"))
SHORT = town_with(**{"dernier-jour": "dernier-jour = 2026-12-03"})
GONE = "c-9;f-2;009;Noé;PETIT;Prévert;\n"
AFTER = {
    "enfants": LISTS["enfants.csv"].replace("c-7;f-1", "c-7;f-2").replace(GONE, ""),
    "inscriptions": LISTS["inscriptions.csv"]
    .replace("c-8;mercredi;;;non\n", "")
    .replace("c-9;accueil du mercredi;;;\n", ""),
    "reservations": LISTS["reservations.csv"].splitlines(keepends=True)[0],
}
"""c-7 goes from f-1 to f-2, c-8 loses its Wednesdays, c-9 is in no list any more."""


CODES = {F1: "GOLDENEYE7", F2: "CERISIER22"}


@dataclass
class Desk:
    """One process that imports ``folder``, and ends."""

    settings: Settings
    folder: Path

    def __post_init__(self) -> None:
        self.store = DynamoIntakeStore(database_for(self.settings))
        self.run = an_importer(self.settings, self.store, FixedClock(paris("lundi 2026-11-23 08:00")))

    def again(self) -> "Desk":
        return Desk(self.settings, self.folder)

    def load(self) -> None:
        self.run(self.folder, Silence(), cancel_departed=True)


def check(desk: Desk) -> None:
    store = desk.store
    again = desk.run(desk.folder, Silence(), cancel_departed=True)
    assert (again.nothing_changed, again.ended) == (True, [])
    families = store.family_items([F1, F2])
    assert [(child.id, child.unsettled) for child in families[F1].children] == [("c-8", False)]
    assert [(child.id, child.unsettled) for child in families[F2].children] == [("c-7", False), ("c-9", False)]
    assert families[F1].former == ()
    assert families[F1].session_epoch >= 1, "who was signed in when c-7 went is signed out"
    opened = {
        (key, login.family): login.secret == secret_of(PEPPER, CODES[login.family], login.salt)
        for key, login in store.logins()
        if key in (login_key(PEPPER, "007"), login_key(PEPPER, "009"))
    }
    assert opened == {(login_key(PEPPER, "007"), F2): True, (login_key(PEPPER, "009"), F2): True}, "F1 lost it"
    assert store.plannings.booked(F1, date.min, date.max) == frozenset()
    changes = [(wish.slot, wish.booked) for entry in store.journal_of(F1) for wish in entry.changes]
    assert len(changes) == len(set(changes)) == 6, "three bookings, each cancelled once"
    assert {entry.channel for entry in store.journal_of(F1) if not entry.changes[0].booked} == {"mairie"}
    assert store.plannings.taken([KEY])[KEY] in (0, 1), "at most one place is unsold"
    desk.run.places(store.town.current(), desk.run.clock.now())
    assert store.plannings.taken([KEY]) == {KEY: 0}, "and the night gives it back"


def test_children_who_leave_survive_every_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hashlib.scrypt", lambda code, *, salt, **_: code + salt)
    same_salts(monkeypatch)

    folder = tmp_path / "town"

    def seed(settings: Settings) -> None:
        a_folder(folder, town=SHORT)
        desk = Desk(settings, folder)
        desk.load()
        assert desk.store.plannings.booked(F1, DAY, DAY) == {Slot(ChildId("c-8"), ActivityId("mercredi"), DAY)}
        a_folder(folder, town=SHORT, **AFTER)

    town = seeded(seed)

    @contextmanager
    def fresh() -> Iterator[Desk]:
        with town() as settings:
            yield Desk(settings, folder)

    # A place that cannot be given back stays unsold until the night: the import goes on.
    given_back = frozenset({"dynamodb:UpdateItem"})
    tried = survives(
        Case(
            fresh=fresh,
            run=Desk.load,
            recover=Desk.load,
            check=check,
            ways=SEVERAL,
            tolerates=given_back,
            next=NextProcess(of=Desk.again, kept=kept_by_moto),
        )
    )
    assert {fault.call for fault in tried} >= {"dynamodb:TransactWriteItems", "dynamodb:BatchWriteItem"}
