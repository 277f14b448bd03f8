"""``python -m chalicelib.commands import``: words, exit status, and the same import on real tables."""

import io
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.adapters.clock import SystemClock
from chalicelib.commands.french import MISUSED
from chalicelib.commands.import_town import DONE, FAULTY, NOT_DONE, TO_MEND, main
from chalicelib.rules.school_calendar import PARIS
from chalicelib.services.keyed_hashes import login_key
from chalicelib.services.lease_ports import Holder
from chalicelib.services.leasing import LEASE_SECONDS
from chalicelib.settings import Settings
from chalicelib.storage.database import Database
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.lease import DynamoLeaseStore
from tests.intake.folder import a_folder, with_line
from tests.waiting import without_waiting

WRONG = with_line("familles", "f-1;X;GOLDENEYE9;\n" * 300)


def run(*arguments: str | Path, **environ: str) -> tuple[int, str, str]:
    out, error = io.StringIO(), io.StringIO()
    status = main([str(one) for one in arguments], {"DEMO_NOW": "2026-11-23T08:00", **environ}, out, error)
    return status, out.getvalue(), error.getvalue()


@pytest.fixture
def environ(moto_settings: Settings) -> dict[str, str]:
    return {
        "PORTAL_STAGE": "local",
        "AWS_REGION": moto_settings.region,
        "PORTAL_TABLES": moto_settings.tables,
        "PORTAL_SESSION_SECRET": moto_settings.session_secret,
        "PORTAL_PEPPER": moto_settings.pepper,
        "PORTAL_SENDER": moto_settings.sender,
        "PORTAL_BUCKET": moto_settings.bucket,
    }


def test_checking_writes_nothing_and_needs_no_portal(tmp_path: Path) -> None:
    assert run(a_folder(tmp_path), "--verifier") == (DONE, "Aucune erreur : ces fichiers peuvent être importés.\n", "")


def test_faults_of_one_kind_are_one_sentence(tmp_path: Path) -> None:
    status, out, error = run(a_folder(tmp_path, **WRONG), "--verifier")
    lines = error.splitlines()
    assert (status, out, len(lines)) == (FAULTY, "", 3)
    assert lines[0].startswith(
        "familles.csv:4: 300 fois : la famille « f-1 » est déjà ligne 2 ; attendu : une seule fois"
    )
    assert lines[0].endswith(" (lignes 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, …)")
    assert lines[1:] == ["300 erreurs : rien n'a été écrit.", TO_MEND]


def test_a_folder_is_needed(tmp_path: Path) -> None:
    status, _, error = run(tmp_path / "nowhere")
    assert status == MISUSED
    assert "n'est pas un dossier" in error


def test_settings_are_needed(tmp_path: Path) -> None:
    status, _, error = run(a_folder(tmp_path))
    assert status == MISUSED
    assert "PORTAL_STAGE" in error


def test_tables_are_needed(tmp_path: Path, environ: dict[str, str]) -> None:
    status, _, error = run(a_folder(tmp_path), **{**environ, "PORTAL_TABLES": "nothing"})
    assert status == NOT_DONE
    assert error.startswith("Le portail ne répond pas")


def test_an_import_on_real_tables_twice(
    tmp_path: Path,
    environ: dict[str, str],
    moto_settings: Settings,
    moto_database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # moto's transactions are not atomic under threads.
    monkeypatch.setattr("chalicelib.intake.importing.WRITING_THREADS", 1)
    status, out, error = run(a_folder(tmp_path), **environ)
    assert (status, error) == (DONE, "")
    assert out.splitlines() == [
        "Par rapport au portail :",
        "  Familles : 2 ajoutées",
        "  Enfants : 3 ajoutés",
        "  Codes d'accès : 3 ajoutés",
        "  Inscriptions : 4 ajoutées",
        "Ville : enregistrée",
        "Familles : 2 ajoutées, 0 modifiée, 0 inchangée",
        "Enfants : 3 ajoutés, 0 modifié, 0 inchangé",
        "Codes d'accès : 3 ajoutés, 0 modifié, 0 inchangé, 0 supprimé",
        "Réservations : 3 enregistrées, 0 déjà connue, 0 dépassée par une modification plus récente",
        "Tout est fait.",
    ]
    store = DynamoIntakeStore(moto_database)
    assert login_key(moto_settings.pepper, "007") in dict(store.logins())
    status, out, _ = run(a_folder(tmp_path), **environ)
    assert (status, out.splitlines()[-1]) == (DONE, "Rien à changer : le portail était à jour.")
    status, out, _ = run(a_folder(tmp_path, **with_line("familles", "f-3;X;PEUPLIER44;")), "--verifier", **environ)
    assert (status, out.splitlines()[:2]) == (DONE, ["Par rapport au portail :", "  Familles : 1 ajoutée"])
    assert out.splitlines()[-1] == "À faire : regarder les remarques, puis importer."


def test_one_import_at_a_time(tmp_path: Path, environ: dict[str, str], moto_database: Database) -> None:
    now = SystemClock().now()
    until = now + timedelta(seconds=LEASE_SECONDS)
    store = DynamoLeaseStore(moto_database)
    store.take(Holder("a", "un dépôt de fichiers", until), now)
    with without_waiting() as waits:
        status, out, error = run(a_folder(tmp_path), **environ)
    assert (status, out, len(waits)) == (NOT_DONE, "", 1)
    assert error == (
        "Un autre import travaille (un dépôt de fichiers) ; il a la main au moins jusqu'à "
        f"{until.astimezone(PARIS):%H:%M:%S}. Rien n'a été écrit. Relancez la même commande dans un moment.\n"
    )
    assert list(DynamoIntakeStore(moto_database).all_families()) == []


def test_a_terminal_gets_bars(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    shown = []
    monkeypatch.setattr("chalicelib.intake.progress.Bars.reading", lambda _, name: shown.append(name))
    main([str(a_folder(tmp_path)), "--verifier"], {"DEMO_NOW": "2026-11-23T08:00"}, io.StringIO(), Terminal())
    assert shown == ["familles.csv", "enfants.csv", "inscriptions.csv", "reservations.csv"]
