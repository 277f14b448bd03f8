"""Payer codes that the town makes: who gets one, what is written, and what is there when the run is interrupted."""

import csv
import io
import os
import secrets
import stat
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from chalicelib.adapters.access_letters import AccessLetters
from chalicelib.exports.csv_out import csv_bytes
from chalicelib.intake.files.columns import COLUMNS
from chalicelib.intake.files.faults import Faults
from chalicelib.intake.files.sheets import rows_of
from chalicelib.intake.people.code_files import codes_of_earlier_runs
from chalicelib.intake.people.made_codes import MadeCodes, MakeCodes
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from chalicelib.rules.access_letters import AccessLetter
from chalicelib.rules.codes import normal_code
from chalicelib.rules.new_codes import in_groups
from chalicelib.rules.town import Town
from tests.clock import FixedClock, paris
from tests.intake.folder import LISTS, TOWN, a_folder
from tests.intake.memory_portal import Portal
from tests.present import present

NOW = paris("mercredi 2026-11-25 08:00")
WITHOUT = {"familles": LISTS["familles.csv"].replace("CERISIER22", "")}
"""The small town, in which f-2 has no code."""

NOBODY_ENROLLED = {"inscriptions": "enfant;activite\n", "reservations": LISTS["reservations.csv"].splitlines()[0]}


class Letters:
    """Keeps the letters that it is asked to render."""

    def __init__(self) -> None:
        self.asked: list[AccessLetter] = []

    def render(self, letters: Iterable[AccessLetter], town: Town, day: date) -> bytes:
        self.asked += letters
        return AccessLetters("https://portail.ville.fr").render(self.asked, town, day)


def made(folder: Path, *, anew: str = "", in_place: bool = False, minutes: int = 0) -> tuple[MadeCodes, Letters]:
    letters = Letters()
    clock = FixedClock(NOW + timedelta(minutes=minutes))
    make = MakeCodes(letters=letters, clock=clock, choose=secrets.choice, as_csv=csv_bytes)
    return make(folder, Silence(), anew=anew, in_place=in_place), letters


def cells_in(path: Path) -> list[dict[str, str]]:
    return [dict(row.cells) for row in rows_of(path, COLUMNS["familles.csv"].without("code_payeur"), Faults())]


def codes_in(path: Path) -> dict[str, str]:
    return {cells["identifiant"]: cells["code_payeur"] for cells in cells_in(path)}


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_only_families_without_a_code_get_one_and_a_letter(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    before = everything(folder)
    found, letters = made(folder)
    run = present(found.folder)
    codes = codes_in(run / "familles.csv")
    assert codes["f-1"] == "GOLDENEYE7"
    (letter,) = letters.asked
    assert (letter.family, letter.payer, letter.code) == ("f-2", "Camille PETIT", codes["f-2"])
    assert [(child.name, child.code) for child in letter.children] == [("Noé PETIT", "009")]
    assert not letter.renewed
    (page,) = PdfReader(io.BytesIO((run / "lettres.pdf").read_bytes())).pages
    assert in_groups(codes["f-2"]) in page.extract_text()
    assert {name: everything(folder)[name] for name in before} == before, "the town's own files are as they were"


def test_the_import_takes_the_list_and_the_codes_open(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    run = present(made(folder)[0].folder)
    (folder / "familles.csv").write_bytes((run / "familles.csv").read_bytes())
    portal = Portal()
    portal.load(folder)
    code = codes_in(run / "familles.csv")["f-2"]
    assert portal.sign_in("009", in_groups(code).lower()).family == "f-2"


def test_only_its_owner_reads_what_holds_codes(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    run = present(made(folder, in_place=True)[0].folder)
    files = [*run.iterdir(), folder / "familles.csv"]
    assert {path.name for path in files} == {"familles.csv", "lettres.pdf", "familles-avant.csv"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert stat.S_IMODE(run.stat().st_mode) == stat.S_IMODE(run.parent.stat().st_mode) == 0o700


def test_when_nobody_lacks_a_code_nothing_is_written(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    before = everything(folder)
    found, letters = made(folder)
    assert (found, letters.asked, everything(folder)) == (MadeCodes(None, 0, 0, ()), [], before)


def test_a_family_gets_a_new_code_when_it_is_asked(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    found, letters = made(folder, anew="f-1", in_place=True)
    (letter,) = letters.asked
    assert (letter.family, letter.renewed, found.made) == ("f-1", True, 1)
    codes = codes_in(folder / "familles.csv")
    assert codes == {"f-1": letter.code, "f-2": "CERISIER22"}
    assert codes_in(present(found.folder) / "familles-avant.csv")["f-1"] == "GOLDENEYE7"


def test_a_list_that_never_had_codes_keeps_those_of_the_first_letters(tmp_path: Path) -> None:
    """A town's software may export its families every night, and know nothing of codes."""
    exported = "identifiant;payeur\nf-1;Jamie BOND\nf-2;Camille PETIT\n"
    folder = a_folder(tmp_path, familles=exported)
    first = codes_in(present(made(folder)[0].folder) / "familles.csv")
    (folder / "familles.csv").write_text(f"{exported}f-3;Zoé NEUF\n")
    found, letters = made(folder, minutes=1)
    second = codes_in(present(found.folder) / "familles.csv")
    assert {family: second[family] for family in first} == first
    assert [letter.family for letter in letters.asked] == ["f-3"]
    assert (found.made, found.taken_up) == (1, 2)


def test_a_list_without_the_code_of_the_last_letter_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    made(folder, anew="f-1")
    assert made(folder, minutes=1)[0].contradicted == ("f-1",)


def test_other_columns_zeros_and_formulas_survive_both_ways(tmp_path: Path) -> None:
    familles = (
        "sep=;\nIdentifiant;Payeur;Code payeur;Email\n"
        '"=""007""";"BOND ""dit 007""";;\n0012;-Camille PETIT;;\n2-1;"+33 Dupont";0734819265;\n'
    )
    enfants = LISTS["enfants.csv"].replace(";f-1;", ";007;").replace(";f-2;", ";0012;")
    folder = a_folder(tmp_path, **NOBODY_ENROLLED, familles=familles, enfants=enfants)
    run = present(made(folder)[0].folder)
    text = (run / "familles.csv").read_text(encoding="utf-8-sig")
    cells = [cell for line in text.splitlines()[1:] for cell in line.split(";")]
    assert not any(cell[:1] in {"-", "+", "@"} or cell.startswith("0") for cell in cells)
    rows = cells_in(run / "familles.csv")
    assert [(row["identifiant"], row["payeur"]) for row in rows] == [
        ("007", 'BOND "dit 007"'),
        ("0012", "-Camille PETIT"),
        ("2-1", "+33 Dupont"),
    ]
    assert rows[2]["code_payeur"] == "0734819265"


def test_the_towns_own_titles_are_kept(tmp_path: Path) -> None:
    own = '\n[listes.familles]\nidentifiant = "N° payeur"\ncode_payeur = "Clé"\n'
    familles = "N° payeur;Payeur;Note\nf-1;Jamie BOND;à rappeler\nf-2;Camille PETIT\n"
    folder = a_folder(tmp_path, town=TOWN + own, familles=familles)
    first = (present(made(folder)[0].folder) / "familles.csv").read_text(encoding="utf-8-sig").splitlines()
    assert first[0] == "N° payeur;Payeur;Note;Clé"
    assert first[1].startswith("f-1;Jamie BOND;à rappeler;")
    assert len(first[2].split(";")) == 4
    assert made(folder, minutes=1)[0].taken_up == 2


def test_addresses_are_on_letters_in_the_order_of_the_post(tmp_path: Path) -> None:
    familles = (
        "identifiant;payeur;code_payeur;adresse;complement;code_postal;ville\n"
        'f-1;Jamie BOND;;12 rue des Cerisiers;Bâtiment B;="01000";Bourg\nf-2;Camille PETIT;;;;;\n'
    )
    found, letters = made(a_folder(tmp_path, familles=familles))
    assert [letter.address for letter in letters.asked] == [("Bâtiment B", "12 rue des Cerisiers", "01000 Bourg"), ()]
    assert found.without_address == 1


def wrong_towns() -> Iterator[tuple[str, dict[str, str], str]]:
    yield "another fault", {"familles": LISTS["familles.csv"].replace("CERISIER22", "12345678")}, "suite"
    twice = LISTS["familles.csv"].replace("CERISIER22", "GOLDENEYE7")
    yield "one code twice", {"familles": twice}, "est déjà celui de la famille"
    yield "rewritten", {"familles": LISTS["familles.csv"].replace("CERISIER22", "1,23457E+11")}, "réécrit"
    yield "no school", {**WITHOUT, "enfants": LISTS["enfants.csv"].replace("mallerin", "nulle-part")}, "nulle-part"


@pytest.mark.parametrize(("files", "why"), [case[1:] for case in wrong_towns()], ids=[c[0] for c in wrong_towns()])
def test_a_faulty_list_is_not_written_again(tmp_path: Path, files: dict[str, str], why: str) -> None:
    folder = a_folder(tmp_path, **files)
    before = everything(folder)
    with pytest.raises(BadFiles) as bad:
        made(folder)
    assert why in "\n".join(bad.value.faults.lines())
    assert everything(folder) == before


def test_a_family_that_is_not_listed_has_no_new_code(tmp_path: Path) -> None:
    with pytest.raises(BadFiles):
        made(a_folder(tmp_path), anew="f-9")


@pytest.mark.parametrize("step", range(8))
def test_an_interrupted_run_leaves_nothing_and_the_next_one_does_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The disk fails at each of the run's writes: there is never half a list, nor a list without its letters."""
    folder = a_folder(tmp_path, **WITHOUT)
    before = everything(folder)
    done = 0

    def failing(kept: int, *, real: object = os.fsync) -> None:
        nonlocal done
        done += 1
        if done > step:
            raise OSError(28, "No space left on device")
        real(kept)  # type: ignore[operator]

    monkeypatch.setattr("os.fsync", failing)
    try:
        made(folder, in_place=True)
    except OSError:
        after = everything(folder)
        whole = {name.rsplit("/", 1)[-1] for name in after if name.startswith("codes/")}
        assert whole in (set(), {"familles.csv", "lettres.pdf", "familles-avant.csv"})
        assert after["familles.csv"] == before["familles.csv"]
    monkeypatch.undo()
    made(folder, in_place=True, minutes=1)
    codes = codes_in(folder / "familles.csv")
    assert codes["f-2"]
    assert codes_of_earlier_runs(folder, COLUMNS["familles.csv"], Faults())["f-2"] == codes["f-2"]
    assert not [name for name in everything(folder) if ".en-cours-" in name]


def test_an_earlier_list_that_is_no_list_any_more_is_told(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    run = present(made(folder)[0].folder)
    for content in (b"\xff\xfenonsense", b"a;b\n1;2\n", b""):
        (run / "familles.csv").write_bytes(content)
        with pytest.raises(BadFiles) as bad:
            made(folder, minutes=1)
        assert "n'est plus la liste qui a été faite" in "\n".join(bad.value.faults.lines())


def test_what_a_killed_run_left_is_removed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    left = folder / "codes" / ".en-cours-dead"
    left.mkdir(parents=True)
    (left / "familles.csv").write_text("half a li")
    made(folder)
    assert not left.exists()


def test_a_list_that_somebody_changes_meanwhile_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = a_folder(tmp_path, **WITHOUT)
    changed = LISTS["familles.csv"].replace("jamie.bond", "j.bond").encode()
    monkeypatch.setattr(Letters, "render", lambda *_: (folder / "familles.csv").write_bytes(changed) and b"%PDF-")
    with pytest.raises(BadFiles, match="1 fault"):
        made(folder, in_place=True)
    assert (folder / "familles.csv").read_bytes() == changed


NAMES = st.text("ABCab ÉéŒïç0123456789 -'+@=\"", min_size=1)
CODES = st.lists(st.sampled_from(("GOLDENEYE7", "X7KQ-29PM", "0734819265")), unique=True)


@settings(max_examples=40)
@given(st.lists(NAMES, min_size=1), CODES)
def test_whatever_is_made_the_import_takes(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], codes: list[str]
) -> None:
    """No code is weak, a child's, or given twice; and no cell is lost or changed on its way."""
    folder = tmp_path_factory.mktemp("town")
    typed = [(f"f-{n}", name[:60], codes[n] if n < len(codes) else "") for n, name in enumerate(names)]
    with io.StringIO() as familles:
        csv.writer(familles, delimiter=";").writerows([("identifiant", "payeur", "code_payeur"), *typed])
        children = "".join(f"c-{n};f-{n};{n:03};A;B;mallerin\n" for n in range(len(typed)))
        enfants = f"identifiant;famille;code_enfant;prenom;nom;ecole\n{children}"
        a_folder(folder, **NOBODY_ENROLLED, familles=familles.getvalue(), enfants=enfants)
    before = cells_in(folder / "familles.csv")
    try:
        made(folder, in_place=True)
    except BadFiles:
        return  # Such a name is refused before and after.
    with validated(folder, NOW, Silence()) as files:
        kept = files.lists.execute("SELECT id, payer, code FROM families ORDER BY line").fetchall()
    assert [(row["identifiant"], row["payeur"]) for row in before] == [(name, payer) for name, payer, _ in kept]
    assert len({code for *_, code in kept}) == len(kept)
    assert all(code == normal_code(given) for (*_, code), (*_, given) in zip(kept, typed, strict=True) if given)
