"""Files that are dropped, one by one and together: what is imported, what waits, what is refused, and what is said."""

import io
import zipfile
from pathlib import Path

import pytest

from chalicelib.intake.drop.archives import Limits
from chalicelib.intake.drop.receiving import MOST_TRIES, DropRun
from chalicelib.rules.ids import FamilyId
from tests.intake.drop.desk import WHOLE, Desk, a_town
from tests.intake.folder import LISTS, with_line

CHILDREN = LISTS["enfants.csv"]
CORRECTED = CHILDREN.replace("James", "Jim")
BROKEN = CHILDREN.replace("MALLERIN PRIMAIRE", "").replace("c-9;f-2;009;Noé", "c-9;f-2;009;")
NEW_CHILD = "c-10;f-9;0010;Zoé;NEUVE;mallerin;CP\n"


def names(desk: Desk, family: str = "f-1") -> list[str]:
    return [child.first_name for child in desk.portal.family(FamilyId(family)).children]


def test_a_whole_town(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.drop(**WHOLE)
    assert desk.run() == DropRun(accepted=1)
    assert names(desk) == ["James", "Aline"]
    assert (desk.lying(), set(desk.kept("traites"))) == ([], {*WHOLE, "rapport.txt"})
    report = desk.told("traites")
    assert report.startswith("Dépôt du 25/11/2026 à 09:00:10\nAccepté : le portail dit maintenant")
    assert "  Familles : 2 ajoutées, 0 modifiée, 0 inchangée\n" in report
    (mail,) = desk.outbox.mails.values()
    assert (mail.to, mail.kind, mail.family) == ("enfance@ville.example", "files-dropped", None)
    assert mail.facts["where"].startswith("traites/2026-11-25T08-00-10Z/")
    assert "Enfants\u202f: 3 de plus, 0 autrement, 0 pareil" in mail.facts["numbers"]
    assert desk.run() == DropRun()


def test_a_corrected_list_alone_is_completed_and_changes_the_portal(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": CORRECTED})
    assert desk.run() == DropRun(accepted=1)
    assert names(desk) == ["Jim", "Aline"]
    assert "Complétés par les listes du dernier import : familles.csv, inscriptions.csv, town.toml." in desk.told(
        "traites"
    )


def test_a_broken_list_changes_nothing_and_its_rows_are_named(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": BROKEN})
    assert desk.run() == DropRun(refused=1)
    assert names(desk) == ["James", "Aline"]
    assert (desk.lying(), set(desk.kept("rejetes"))) == ([], {"enfants.csv", "rapport.txt"})
    report = desk.told("rejetes")
    assert "Refusé : les fichiers ont des erreurs, rien n'a été écrit." in report
    assert "enfants.csv:3: " in report
    assert "enfants.csv:4: " in report
    (mail,) = desk.mailed()
    assert mail["numbers"] == "2 erreurs"
    assert not any(word in str(mail) for word in ("James", "BOND", "GOLDENEYE", "007"))
    desk.drop(**{"enfants.csv": CORRECTED})
    assert desk.run() == DropRun(accepted=1)


@pytest.mark.parametrize("order", [("familles", "enfants", "inscriptions"), ("inscriptions", "enfants", "familles")])
def test_lists_that_belong_together_come_within_an_hour_in_any_order(tmp_path: Path, order: tuple[str, ...]) -> None:
    desk = a_town(tmp_path)
    lists = {
        "familles": with_line("familles", "f-9;Alix NEUVE;ARCENCIEL9;")["familles"],
        "enfants": f"{CHILDREN}{NEW_CHILD}",
        "inscriptions": with_line("inscriptions", "c-10;cantine;;;")["inscriptions"],
    }
    for name in order:
        desk.drop(**{f"{name}.csv": lists[name]})
        desk.run()
        desk.later(minutes=20)
    assert (desk.lying(), desk.folders("rejetes")) == ([], 0)
    assert [one.activity for one in desk.portal.family(FamilyId("f-9")).children[0].enrolments] == ["cantine"]
    assert desk.waiting() == ""


def test_what_misses_a_companion_waits_then_is_refused(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": f"{CHILDREN}{NEW_CHILD}"})
    assert desk.run() == DropRun(waiting=1)
    assert desk.lying() == ["enfants.csv"]
    assert "ces fichiers ne vont pas ensemble sans familles.csv" in desk.waiting()
    assert "enfants.csv:5: la famille « f-9 » n'existe pas" in desk.waiting()
    assert desk.mailed() == [], "its companions may be on their way"
    desk.later(minutes=10)
    assert desk.run() == desk.run() == DropRun(waiting=1)
    (mail,) = desk.mailed()
    assert mail["what"].startswith("en attente jusqu’au 25/11/2026 à 10:")
    desk.later(hours=1)
    assert desk.run() == DropRun(refused=1)
    assert (desk.lying(), desk.waiting()) == ([], "")
    assert "enfants.csv:5: la famille « f-9 » n'existe pas" in desk.told("rejetes")


def test_a_companion_may_come_with_a_word(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": f"{CHILDREN}{NEW_CHILD}"})
    assert desk.run() == DropRun(waiting=1)
    desk.drop(**{"accepter/familles.csv": with_line("familles", "f-9;Alix NEUVE;ARCENCIEL9;")["familles"]})
    assert desk.run() == DropRun(accepted=2)


def test_the_same_bytes_again_do_nothing(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.later(hours=5)
    desk.drop(**WHOLE)
    assert desk.run() == DropRun(accepted=1)
    assert "Déjà traité : ces fichiers sont ceux du dernier import" in desk.told("traites")
    assert desk.mailed() == []


def test_of_two_versions_of_a_list_the_newer_counts(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants (1).csv": CHILDREN.replace("James", "Jo"), "Enfants.CSV": CORRECTED})
    assert desk.run() == DropRun(accepted=1)
    assert names(desk) == ["Jim", "Aline"]
    report = desk.told("traites")
    assert "enfants (1).csv : remplacé par Enfants.CSV, plus récent" in report
    assert "octets), pris comme enfants.csv" in report
    assert set(desk.kept("traites")) == {"enfants (1).csv", "Enfants.CSV", "rapport.txt"}


def test_an_older_version_that_comes_after_a_newer_is_refused(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    begun = desk.clock.now()
    desk.drop(**{"enfants.csv": CORRECTED})
    desk.run()
    desk.box.drop("depot/enfants.csv", CHILDREN, begun)
    assert desk.run() == DropRun(refused=1)
    assert names(desk) == ["Jim", "Aline"]
    assert "plus ancien que enfants.csv déjà importé, déposé le 25/11/2026 à 09:00:11" in desk.told("rejetes")


def test_a_version_that_comes_during_the_import_is_not_lost(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    first = desk.receive.importer
    later = CHILDREN.replace("James", "Jo")

    class Slow:
        def __call__(self, *args: object, **options: object) -> object:
            desk.drop(**{"enfants.csv": later})
            object.__setattr__(desk.receive, "importer", first)
            return first(*args, **options)  # type: ignore[arg-type]

    object.__setattr__(desk.receive, "importer", Slow())
    desk.drop(**{"enfants.csv": CORRECTED})
    assert desk.run() == DropRun(accepted=2)
    assert names(desk) == ["Jo", "Aline"]
    assert desk.folders("traites") == 3


def test_a_stray_file_goes_aside_and_the_lists_go_on(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"plage.jpg": "x", "enfants.csv": CORRECTED, ".DS_Store": "x"})
    assert desk.run() == DropRun(accepted=1)
    assert set(desk.kept("traites")) == {"enfants.csv", "rapport.txt"}
    assert set(desk.kept("rejetes")) == {"plage.jpg", ".DS_Store", "rapport.txt"}
    assert "plage.jpg : c'est une image ; attendu : town.toml, une liste CSV" in desk.told("rejetes")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("enfants.xlsx", b"PK", "enfants.xlsx : c'est un classeur de tableur ; attendu : enfants.csv enregistré"),
        ("enfants.csv", b"", "enfants.csv : le fichier est vide ; attendu : le fichier entier"),
        ("ville.zip", b"PK\x03\x04 half", "ville.zip : le zip est coupé ou abîmé"),
        ("gros.zip", b"x" * 2_000_001, "gros.zip : le fichier pèse 2 Mo ; attendu : 1 Mo au plus"),
    ],
)
def test_what_was_meant_to_be_a_list_stops_the_others(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    desk = a_town(tmp_path, Limits(most_bytes=1_000_000))
    desk.drop(**{"familles.csv": LISTS["familles.csv"].replace("CERISIER22", "CERISIER33")})
    desk.drop(**{name: content})
    assert desk.run() == DropRun(refused=1)
    assert said in desk.told("rejetes")
    assert desk.lying() == []
    assert desk.run() == DropRun()


def test_a_zip_of_a_town_s_folder(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in WHOLE.items():
            archive.writestr(f"ville/{name}", text)
        archive.writestr("ville/photo.png", b"x")
    desk = Desk(tmp_path)
    desk.drop(**{"ville.zip": packed.getvalue()})
    assert desk.run() == DropRun(accepted=1)
    assert "ville.zip › ville/photo.png : c'est une image" in desk.told("traites")
    desk.drop(**{"enfants.csv": CORRECTED})
    assert desk.run() == DropRun(accepted=1)


def test_a_brake_needs_the_word(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    codes = LISTS["familles.csv"].replace("CERISIER22", "CERISIER33").replace("GOLDENEYE7", "GOLDENEYE8")
    desk.drop(**{"familles.csv": codes})
    assert desk.run() == DropRun(refused=1)
    report = desk.told("rejetes")
    assert "Arrêté avant d'écrire" in report
    assert "déposez-les de nouveau dans depot/accepter/ : le même import passera outre" in report
    desk.drop(**{"accepter/familles.csv": codes})
    assert desk.run() == DropRun(accepted=1)
    assert set(desk.kept("traites")) == {"accepter/familles.csv", "rapport.txt"}


def test_bookings_of_who_left_are_cancelled_by_the_word(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    ended = LISTS["inscriptions.csv"].replace("c-7;cantine;;;", "c-7;cantine;01/09/2026;26/11/2026;")
    desk.drop(**{"inscriptions.csv": ended})
    desk.run()
    assert "déposez de nouveau enfants.csv dans depot/annuler/" in desk.told("traites")
    assert len(desk.portal.booked()) == 3
    desk.drop(**{"annuler/enfants.csv": CHILDREN})
    assert desk.run() == DropRun(accepted=1)
    assert len(desk.portal.booked()) == 1


def test_a_first_drop_without_a_town_waits_and_nobody_can_be_told(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.drop(**{"enfants.csv": CHILDREN})
    assert desk.run() == DropRun(waiting=1)
    desk.later(hours=2)
    assert desk.run() == DropRun(refused=1)
    assert desk.mailed() == []


def test_a_set_on_which_every_run_dies_is_refused_in_the_end(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": CORRECTED})

    class Dying:
        def __call__(self, *args: object, **options: object) -> object:
            raise MemoryError

    object.__setattr__(desk.receive, "importer", Dying())
    for _ in range(MOST_TRIES):
        with pytest.raises(MemoryError):
            desk.run()
    assert desk.run() == DropRun(refused=1)
    assert "Refusé : l'import n'a pas pu finir, même en plusieurs fois." in desk.told("rejetes")


def test_each_verdict_has_a_folder_of_its_own(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": CORRECTED, "accepter/enfants.csv": CHILDREN})
    assert desk.run() == DropRun(accepted=2)
    assert desk.folders("traites") == 3


@pytest.mark.parametrize("lists", [CORRECTED, CHILDREN], ids=["accepted", "nothing new"])
def test_a_list_under_an_unknown_name_is_never_told_as_done(tmp_path: Path, lists: str) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": lists, "payeurs.csv": LISTS["familles.csv"], "Thumbs.db": "x"})
    assert desk.run() == DropRun(accepted=1)
    report = desk.told("traites")
    assert " ; 1 fichier n'a pas été lu." in report.splitlines()[1]
    assert report.splitlines()[-1].strip().startswith("À faire : mettre sous son nom attendu le fichier")
    (mail,) = desk.mailed()
    assert mail["what"].endswith("1 fichier n’a pas été lu")


def test_strays_of_a_zip_are_counted_among_the_files_that_were_not_read(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in {"enfants.csv": CORRECTED, "payeurs.csv": "a;b", "photo.jpg": "x"}.items():
            archive.writestr(name, text)
    desk.drop(**{"ville.zip": packed.getvalue()})
    assert desk.run() == DropRun(accepted=1)
    assert " ; 2 fichiers n'ont pas été lus." in desk.told("traites").splitlines()[1]


def test_a_set_that_waits_is_told_at_its_end_what_to_drop(tmp_path: Path) -> None:
    desk = a_town(tmp_path)
    desk.drop(**{"enfants.csv": CHILDREN.replace("c-9;f-2", "c-90;f-2")})
    assert desk.run() == DropRun(waiting=1)
    assert "Corrigez ces fichiers" not in desk.waiting()
    assert desk.waiting().splitlines()[-1].strip() == (
        "À faire : déposer inscriptions.csv dans depot/ ; tout sera importé ensemble."
    )
