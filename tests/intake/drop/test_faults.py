"""A run that is killed, or that S3 fails, at any of its calls; and an import longer than a process lives."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.adapters.clock import SystemClock
from chalicelib.adapters.drop_box import S3DropBox
from chalicelib.intake.drop.archives import Limits
from chalicelib.intake.drop.receiving import DropRun, ReceiveDrops
from chalicelib.intake.files.faults import Faults, FileLine
from chalicelib.intake.report import IntakeReport
from chalicelib.intake.validating import BadFiles
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.town import Town
from chalicelib.services.recounting import CountPlaces
from chalicelib.settings import Settings
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.wiring_intake import build_intake
from tests.builders import a_town
from tests.clock import FixedClock, paris
from tests.fake_bank import nobody_reads
from tests.fakes import MemoryOutbox
from tests.faults import CONFLICTS, SEVERAL, Case, survives
from tests.intake.drop.desk import WHOLE
from tests.intake.folder import LISTS, TOWN
from tests.present import present
from tests.stand_in import REGION, client, database_for, moto_town, seeded, settings_for

CORRECTED = LISTS["enfants.csv"].replace("James", "Jim")


BOX = S3DropBox(region=REGION, bucket=settings_for().bucket)
"""Shared by every run: making a client takes longer than using it."""
FEWER = SEVERAL - CONFLICTS
"""Deaths, a lost answer, and what lasts: botocore's own retries are tried in tests/storage."""


class Imports:
    """An import that remembers what it was given: how the true one survives is tried in tests/intake."""

    def __init__(self) -> None:
        self.last: dict[str, str] = {}

    def __call__(self, folder: Path, *_args: object, **_options: object) -> IntakeReport:
        files = {path.name: path.read_text() for path in folder.iterdir()}
        if "Noé" not in files["enfants.csv"]:
            faults = Faults()
            faults.add(FileLine("enfants.csv", 4), "le prénom est vide ; attendu : un texte")
            raise BadFiles(faults)
        self.last = files
        return IntakeReport()

    def current_town(self) -> Town:
        return a_town()


@dataclass
class World:
    """A bucket of moto, where a clerk has dropped files; what is imported, and the outbox, are in memory."""

    settings: Settings
    folder: Path
    imports: Imports = field(default_factory=Imports)
    outbox: MemoryOutbox = field(default_factory=MemoryOutbox)

    def run(self) -> DropRun:
        receive = ReceiveDrops(
            box=BOX,
            importer=self.imports,  # type: ignore[arg-type]
            towns=self.imports,
            outbox=self.outbox,
            clock=Later(),
            town_clock=FixedClock(paris("mercredi 2026-11-25 09:00")),
            report=nobody_reads,
            limits=Limits(),
            pause=lambda _seconds: None,
            folder=self.folder,
        )
        return receive(lambda: 900.0)

    def keys(self, prefix: str) -> list[str]:
        listed = client("s3").list_objects_v2(Bucket=self.settings.bucket, Prefix=prefix)
        return [one["Key"] for one in listed.get("Contents", [])]


class Later:
    """The machine's clock, when what was dropped has lain there for a minute."""

    def now(self) -> datetime:
        return SystemClock().now() + timedelta(minutes=1)


def dropped(settings: Settings, **files: str) -> None:
    for name, text in files.items():
        client("s3").put_object(Bucket=settings.bucket, Key=f"depot/{name}", Body=text.encode())


def worlds(folder: Path, **files: str) -> Callable[[], AbstractContextManager[World]]:
    """Blocks of a town that was imported, with ``files`` that are dropped and not yet seen."""

    @contextmanager
    def world() -> Iterator[World]:
        with moto_town() as settings:  # Not seeded once for all: copies of moto's objects lose what is in them.
            dropped(settings, **WHOLE)
            World(settings, folder).run()
            dropped(settings, **files)
            yield World(settings, folder)

    return world


def is_there(world: World, home: str, *names: str) -> None:
    """The files are in one folder of ``home`` with one report, nothing lies in the drop folder, one e-mail is sent."""
    assert world.keys("depot/") == []
    found = [key.split("/", 2)[1:] for key in world.keys(f"{home}/")]
    last = max(folder for folder, _ in found)
    assert {name for folder, name in found if folder == last} == {*names, "rapport.txt"}
    assert len({folder for folder, _ in found}) == (2 if home == "traites" else 1)
    assert len(world.outbox.mails) == 1


def test_an_accepted_file_survives_every_end(tmp_path: Path) -> None:
    def check(world: World) -> None:
        is_there(world, "traites", "enfants.csv")
        assert "Jim" in world.imports.last["enfants.csv"]
        assert set(world.imports.last) == {*WHOLE} - {"reservations.csv"}

    tried = survives(
        Case(
            fresh=worlds(tmp_path, **{"enfants.csv": CORRECTED}),
            run=World.run,
            recover=World.run,
            check=check,
            ways=FEWER,
        )
    )
    assert {fault.call for fault in tried} >= {"s3:CopyObject", "s3:DeleteObject", "s3:PutObject", "s3:GetObject"}


def test_a_refused_file_survives_every_end(tmp_path: Path) -> None:
    def check(world: World) -> None:
        is_there(world, "rejetes", "enfants.csv")
        assert world.imports.last == {}

    broken = {"enfants.csv": CORRECTED.replace("Noé", "")}
    survives(Case(worlds(tmp_path, **broken), World.run, World.run, check, ways=FEWER))


FAMILIES = 6


def a_town_of_many() -> dict[str, str]:
    numbers = range(1, FAMILIES + 1)
    return {
        "town.toml": TOWN,
        "familles.csv": "identifiant;payeur;code_payeur\n"
        + "".join(f"f-{n};Alix NEUVE{n};ARCENCIEL{n}X\n" for n in numbers),
        "enfants.csv": "identifiant;famille;code_enfant;prenom;nom;ecole;classe\n"
        + "".join(f"c-{n};f-{n};{n:03};Zoé;NEUVE;mallerin;CP\n" for n in numbers),
        "inscriptions.csv": "enfant;activite\n" + "".join(f"c-{n};cantine\n" for n in numbers),
        "reservations.csv": "famille;enfant;activite;date;canal;saisie_le\n"
        + "".join(f"f-{n};c-{n};cantine;2026-12-01;mairie;2026-11-02 10:30\n" for n in numbers),
    }


def test_an_import_longer_than_a_process_goes_on_in_the_next(tmp_path: Path) -> None:
    """Each process has time for a few writes of the import, then its time is over."""
    with seeded(lambda settings: dropped(settings, **a_town_of_many()))() as settings:
        database = database_for(settings)
        ended, runs = DropRun(), 0
        while not ended.accepted:
            ended, runs = one_process(settings, tmp_path, writes=4), runs + 1
            assert ended.accepted + ended.unfinished == 1
        assert runs > 3
        families = DynamoFamilyStore(database)
        assert len(list(DynamoIntakeStore(database).all_families())) == FAMILIES
        assert present(families.find(FamilyId(f"f-{FAMILIES}"))).children[0].enrolments
        assert all(list(DynamoIntakeStore(database).journal_of(FamilyId(f"f-{n}"))) for n in range(1, FAMILIES + 1))


def one_process(settings: Settings, folder: Path, writes: int) -> DropRun:
    done: list[None] = []
    importer = build_intake(settings, lambda: done.append(None))
    counting = importer.places
    places = CountPlaces(plannings=counting.plannings, families=counting.families, pause=lambda _seconds: None)
    own = {"workers": 1, "clock": FixedClock(paris("lundi 2026-11-23 08:00")), "places": places}
    importer = type(importer)(**{**vars(importer), **own})
    receive = ReceiveDrops(
        box=S3DropBox(region=settings.region, bucket=settings.bucket),
        importer=importer,
        towns=importer.store,
        outbox=DynamoOutbox(database_for(settings), settings.pepper),
        clock=Later(),
        town_clock=FixedClock(paris("mercredi 2026-11-25 09:00")),
        report=nobody_reads,
        limits=Limits(),
        pause=lambda _seconds: None,
        folder=folder,
    )
    return receive(lambda: 900.0 if len(done) < writes else 1.0)
