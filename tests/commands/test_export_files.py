"""The export's command line, over the stand-in: what it writes, and what it says when it cannot."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.adapters.directory_store import S3DirectoryStore
from chalicelib.commands.export_files import main
from chalicelib.rules.directory import Directory, ListedChild
from chalicelib.rules.ids import EntryId
from chalicelib.rules.planning import Wish
from chalicelib.services.ports import JournalEntry
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.planning import DynamoPlanningStore
from tests.builders import BOND, CANTEEN, JAMES, SCHOOL, a_slot, a_town, an_attempt, an_invoice
from tests.clock import FixedClock, day, paris
from tests.exports.reading import cells_of
from tests.services.paying_world import a_world
from tests.stand_in import REGION, database_for
from tests.waiting import without_waiting

THURSDAY = day("jeudi 2026-11-05")
BOOKED = paris("lundi 2026-11-02 08:00")


@pytest.fixture
def town(moto_settings: Settings) -> Iterator[Settings]:
    """A town in which one child eats on a Thursday."""
    database = database_for(moto_settings)
    DynamoIntakeStore(database).put_town(a_town(), BOOKED)
    entry = JournalEntry(EntryId("e"), BOOKED, "internet", (Wish(a_slot(THURSDAY, child=JAMES), True),))
    DynamoPlanningStore(database, FixedClock(BOOKED)).save(BOND, entry)
    directory = S3DirectoryStore(region=REGION, bucket=moto_settings.bucket)
    directory.write(Directory(BOOKED, {JAMES: ListedChild(JAMES, "James", "BOND", SCHOOL, "CM2")}), None)
    with without_waiting():
        yield moto_settings


def run(settings: Settings, *arguments: str, now: str = "2026-12-01T09:00") -> tuple[int, str, str]:
    environ = {
        "PORTAL_STAGE": "local",
        "AWS_REGION": REGION,
        "PORTAL_TABLES": settings.tables,
        "PORTAL_SESSION_SECRET": "s",
        "PORTAL_PEPPER": "p",
        "PORTAL_SENDER": "a@ville.example",
        "PORTAL_BUCKET": settings.bucket,
        "DEMO_NOW": now,
    }
    out, error = io.StringIO(), io.StringIO()
    return main(list(arguments), environ, out, error), out.getvalue(), error.getvalue()


def test_everything_at_once(town: Settings, tmp_path: Path) -> None:
    status, out, error = run(town, str(tmp_path), "--quoi", "tout", "--mois", "2026-11", "--depuis", "2026-11-01")
    assert (status, error) == (0, "")
    assert [Path(line).name for line in out.splitlines()] == [
        *("effectifs-2026-12-01.csv", "presences-2026-12-01.csv"),
        *("paiements-2026-11-30.csv", "a-verifier.csv", "modifications-mairie-00001.csv", "facturation-2026-11.csv"),
        *("journal-2026-11.csv", "bordereau-2026-11.csv", "bordereau-2026-11.pdf", "rapprochement-2026-11.csv"),
        "complet.csv",
    ]
    (_, line) = cells_of((tmp_path / "facturation-2026-11.csv").read_bytes())
    assert line[:7] == ['="f-bond"', '="c-007"', CANTEEN, "05/11/2026", "oui", "1", "à l'heure"]
    (_, change) = cells_of((tmp_path / "modifications-mairie-00001.csv").read_bytes())
    assert change[-3:] == ["05/11/2026", "inscription", ""]


def test_a_month_is_closed_by_name_once(town: Settings, tmp_path: Path) -> None:
    asked = (str(tmp_path), "--quoi", "facturation", "--mois", "2026-11")
    status, _, error = run(town, *asked, "--clore", " Mme  Petit ")
    assert (status, error) == (0, "")
    before = (tmp_path / "facturation-2026-11.csv").read_bytes()
    status, _, error = run(town, *asked, "--clore", "M. Roux", now="2026-12-02T09:00")
    assert (status, error.splitlines()[0]) == (
        1,
        "La facturation de 11/2026 est déjà arrêtée, par Mme Petit le 01/12/2026 à 09:00. Rien n'a changé. "
        "Relancez sans arrêter le mois pour avoir son fichier.",
    )
    assert run(town, *asked, now="2026-12-02T09:00")[0] == 0
    assert (tmp_path / "facturation-2026-11.csv").read_bytes() == before
    status, _, error = run(town, str(tmp_path), "--quoi", "facturation", "--mois", "2026-12", "--clore", "x")
    assert (status, error.partition(".")[0]) == (1, "Ce mois n'est pas fini")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["--quoi", "factures"],
            "« factures » n'est pas prévu ; attendu : listes, commandes, paiements, modifications, facturation, regie, "
            "tout",
        ),
        (["--mois", "11/2026"], "« 11/2026 » n'est pas un mois ; attendu par exemple : 2026-11"),
        (["--pour", "Ciril Net"], "« Ciril Net » n'est pas possible"),
        (["--pour", "nuit"], "« nuit » n'est pas possible"),
        (["--clore", " ", "--mois", "2026-11"], "n'est pas un nom"),
        (["--clore", "Mme Petit"], "Il manque le mois à arrêter"),
        (["--clore", "Ελένη", "--mois", "2026-11"], "« Ελένη » ne s'imprime pas"),
        (["--depuis", "hier"], "« hier » n'est pas un jour"),
    ],
)
def test_what_cannot_be_asked(
    town: Settings, tmp_path: Path, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        status, _, error = run(town, str(tmp_path), *arguments)
    except SystemExit as ended:
        status, error = int(ended.code or 0), capsys.readouterr().err
    assert (status, said in error) == (2, True), error
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_start(town: Settings, tmp_path: Path) -> None:
    assert run(town, str(tmp_path / "nowhere"))[0] == 2
    out, error = io.StringIO(), io.StringIO()
    assert main([str(tmp_path)], {}, out, error) == 2
    assert "PORTAL_STAGE" in error.getvalue()


def test_the_payments_of_a_day(tmp_path: Path) -> None:
    """As before: without another word, the day's payments and what is to be checked."""
    with a_world() as world:
        world.pay()
        world.treasury.says("idop-1", "P")
        world.notified()
        settings = world.attempts.database
        environ = {
            "PORTAL_STAGE": "test",
            "AWS_REGION": "eu-west-3",
            "PORTAL_TABLES": settings.prefix,
            "PORTAL_SESSION_SECRET": "s",
            "PORTAL_PEPPER": "p",
            "PORTAL_SENDER": "a@ville.example",
        }
        out, error = io.StringIO(), io.StringIO()
        assert main([str(tmp_path), "--jour", "2026-11-23"], environ, out, error) == 0, error.getvalue()
    assert "4,24;A55A;carte bancaire" in (tmp_path / "paiements-2026-11-23.csv").read_text("utf-8-sig")
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["a-verifier.csv", "complet.csv", "paiements-2026-11-23.csv"]


def test_the_regie_s_month_is_closed_by_name_once_nothing_is_open(town: Settings, tmp_path: Path) -> None:
    """Exit status 3 says that a payment of the month may still bring money."""
    attempts = DynamoAttemptStore(database_for(town))
    DynamoInvoiceStore(database_for(town)).put(an_invoice(), ())
    begun = an_attempt(an_invoice(), paris("lundi 2026-11-30 23:50"))
    attempts.begin(begun, an_invoice(), None)
    attempts.opened(begun, "idop-1", begun.created_at)
    asked = (str(tmp_path), "--quoi", "regie", "--mois", "2026-11")
    status, out, error = run(town, *asked)
    assert (status, len(out.splitlines())) == (3, 5), "the files are there all the same"
    assert "- 2013-026-000335, 4,24\u00a0€, Jamie BOND, commencé le 30/11/2026 à 23:50" in error
    status, _, error = run(town, *asked, "--clore", "Mme Roux")
    assert (status, error.partition(".")[0]) == (3, "Le mois n'est pas arrêté")
    (waiting,) = attempts.to_look_at(begun.created_at, 9)
    attempts.look_again(waiting, None)
    assert run(town, *asked, "--clore", "Mme Roux")[0] == 0
    assert "arrêté le 01/12/2026 à 09:00 par Mme Roux" in (tmp_path / "bordereau-2026-11.csv").read_text("utf-8-sig")
    status, _, error = run(town, *asked, "--clore", "M. Roy", now="2026-12-02T09:00")
    assert (status, error.partition(",")[0]) == (1, "La régie de 11/2026 est déjà arrêtée")
    status, _, error = run(town, str(tmp_path), "--quoi", "regie", "--mois", "2026-12", "--clore", "x")
    assert (status, error.partition(".")[0]) == (1, "Ce mois n'est pas fini")
