"""Every fault of the lists, with its file and line, in words that a clerk understands."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from chalicelib.intake.files.cells import instant_of
from chalicelib.intake.files.deadline_words import NotUnderstood
from chalicelib.intake.files.faults import MOST_FAULTS_SHOWN, Faults, FileLine
from chalicelib.intake.files.staging import count
from chalicelib.intake.people.places import beyond_places
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from tests.clock import paris
from tests.intake.folder import LISTS, TOWN, a_folder, last_line, town_with, with_line

NOW = paris("lundi 2026-11-23 08:00")


def faults_of(folder: Path) -> list[str]:
    try:
        with validated(folder, NOW, Silence()):
            return []
    except BadFiles as bad:
        return [str(fault) for fault in bad.faults]


def test_a_right_folder_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(a_folder(tmp_path)) == []


def test_what_the_lists_say_is_staged(tmp_path: Path) -> None:
    with validated(a_folder(tmp_path), NOW, Silence()) as files:
        counts = {table: count(files.lists, table) for table in ("families", "children", "enrolments", "events")}
        first = files.lists.execute("SELECT day, at, booked, channel FROM events ORDER BY line").fetchall()
        noe = files.lists.execute("SELECT school, class_name FROM children WHERE id = 'c-9'").fetchone()
    assert counts == {"families": 2, "children": 3, "enrolments": 4, "events": 3}
    assert first == [
        ("2026-12-01", "2026-11-02T09:30:00+00:00", 1, "mairie"),
        ("2026-12-03", "2026-11-02T09:30:00+00:00", 1, "mairie"),
        ("2026-12-02", "2026-11-03T23:00:00+00:00", 1, "telephone"),
    ]
    assert noe == ("prevert", "")


CASES = [
    ("familles", ";X;GOLDENEYE7;", "la colonne « identifiant » est vide", "no identifier"),
    ("familles", "f 3;X;GOLDENEYE8;", "« identifiant » vaut « f 3 »", "identifier with a space"),
    ("familles", "f#3;X;GOLDENEYE8;", "« identifiant » vaut « f#3 »", "identifier with a separator of ours"),
    ("familles", "f-3;;GOLDENEYE8;", "la colonne « payeur » est vide", "no payer"),
    ("familles", f"f-3;{'X' * 121};GOLDENEYE8;", "une ligne de 120 caractères au plus", "long payer"),
    ("familles", "f-3;X;GOLDEN-7;", "le code payeur a moins de 8 lettres et chiffres", "short payer code"),
    ("familles", "f-3;X;GOLDENEYE8;jamie@", "l'adresse « jamie@ » n'est pas valable", "e-mail"),
    ("familles", "f-3;X;GOLDENEYE8;jamie@ville", "l'adresse « jamie@ville » n'est pas valable", "e-mail of no domain"),
    ("familles", "f-1;X;GOLDENEYE8;", "la famille « f-1 » est déjà ligne 2", "same family twice"),
    (
        "enfants",
        "c-7;f-1;099;Jim;BOND;mallerin;",
        "l'enfant « c-7 » de la famille « f-1 » est déjà ligne 2",
        "child twice",
    ),
    ("enfants", "c-3;f-4;099;Jim;BOND;mallerin;", "la famille « f-4 » n'existe pas", "unknown family"),
    (
        "enfants",
        "c-3;f-1;7;Jim;BOND;malerin;",
        "« ecole » vaut « malerin » ; attendu : une école de town.toml",
        "school",
    ),
    ("enfants", "c-3;f-1;--;Jim;BOND;mallerin;", "le code enfant « -- » n'a ni lettre ni chiffre", "code of dashes"),
    (
        "enfants",
        "c-3;f-1;OO7;Jim;BOND;mallerin;",
        "le code enfant « OO7 » est déjà ligne 2",
        "codes that read the same",
    ),
    (
        "enfants",
        "c-7;f-2;007;Jim;BOND;mallerin;",
        "l'identifiant « c-7 » est celui d'un autre enfant ligne 2",
        "another",
    ),
    ("inscriptions", "c-3;cantine;;;", "l'enfant « c-3 » n'existe pas", "unknown child"),
    ("inscriptions", "c-9;cantin;;;", "« activite » vaut « cantin » ; attendu : une activité de town.toml", "activity"),
    ("inscriptions", "c-9;cantine;31/02/2027;;", "la date « 31/02/2027 » n'existe pas", "no such date"),
    ("inscriptions", "c-9;cantine;;31/12/0026;", "l'année de « 31/12/0026 » est hors limites", "year"),
    ("inscriptions", "c-9;cantine;;31/12/026;", "l'année de « 31/12/026 » est incomplète", "year of three digits"),
    ("inscriptions", "c-9;cantine;;46326;", "« 46326 » est une date telle qu'un tableur la compte", "counted days"),
    ("inscriptions", "c-9;cantine;;2026-12-31 10:30;", "« 2026-12-31 10:30 » n'est pas une date", "an hour"),
    ("inscriptions", "c-3;mercredi;;;", "attendu : un enfant d'enfants.csv", "a child, with its article"),
    ("familles", "f-3;X;918273645;", "lettres et chiffres au moins, ou 10 chiffres", "digits alone"),
    ("inscriptions", "c-9;cantine;02/02/2027;01/02/2027;", "est avant le premier (02/02/2027)", "backwards"),
    (
        "inscriptions",
        "c-9;cantine;;;peut-être",
        "« lecture_seule » vaut « peut-être » ; attendu : oui ou non",
        "yes or no",
    ),
    ("inscriptions", "c-7;Cantine;;;", "l'enfant « c-7 » est inscrit à « cantine » ligne 2", "enrolled twice"),
    ("reservations", "f-9;c-7;cantine;2026-12-04;;mairie;2026-11-02", "la famille « f-9 » n'existe pas", "family"),
    (
        "reservations",
        "f-1;c-7;mercredi;2026-12-09;;mairie;2026-11-02",
        "n'est pas inscrit à « mercredi »",
        "not enrolled",
    ),
    (
        "reservations",
        "f-1;c-77;cantine;2026-12-04;;mairie;2026-11-02",
        "« c-77 » n'est pas dans la famille « f-1 »",
        "other",
    ),
    (
        "reservations",
        "f-1;c-7;cantine;2027-07-05;;mairie;2026-11-02",
        "après le calendrier ; attendu : le 02/07/2027",
        "late",
    ),
    (
        "reservations",
        "f-1;c-7;cantine;2026-13-01;;mairie;2026-11-02",
        "la date « 2026-13-01 » n'existe pas",
        "month 13",
    ),
    (
        "reservations",
        "f-1;c-7;cantine;2026-12-04;;fax;2026-11-02",
        "« canal » vaut « fax » ; attendu : mairie",
        "channel",
    ),
    ("reservations", "f-1;c-7;cantine;2026-12-04;oui;mairie;2026-11-02", "« action » vaut « oui »", "action"),
    ("reservations", "f-1;c-7;cantine;2026-12-04;;mairie;2026-11-23 09:00", "est dans l'avenir", "written tomorrow"),
    ("reservations", "f-1;c-7;cantine;2026-12-04;;mairie;hier", "« hier » n'est pas une date", "written when"),
    (
        "reservations",
        "f-1;c-7;cantine;2026-12-01;;mairie;02/11/2026 10h30",
        "saisie au même moment, ligne 2",
        "same line",
    ),
]


@pytest.mark.parametrize(
    ("name", "line", "said"), [pytest.param(*case[:3], id=f"{case[0]}: {case[3]}") for case in CASES]
)
def test_a_fault_is_said_with_its_line(tmp_path: Path, name: str, line: str, said: str) -> None:
    faults = faults_of(a_folder(tmp_path, **with_line(name, line)))
    assert len(faults) == 1, faults
    assert faults[0].startswith(f"{name}.csv:{last_line(name)}: ")
    assert said in faults[0]
    assert "attendu" in faults[0]


def test_every_fault_of_every_file_is_said_in_order(tmp_path: Path) -> None:
    folder = a_folder(
        tmp_path,
        town=town_with(couleur='couleur = "bleu"'),
        **with_line("reservations", "f-9;c-7;cantin;hier;;fax;hier"),
        **with_line("familles", "f-1;;x;y"),
    )
    (folder / "inscriptions.csv").unlink()
    places = [fault.split(": ")[0] for fault in faults_of(folder)]
    assert places == ["town.toml:2", *["familles.csv:4"] * 3, "inscriptions.csv:1", *["reservations.csv:5"] * 3]


@pytest.mark.parametrize(
    "written",
    [
        "31/12/26",
        "31/12/2026",
        "2026-12-31 00:00:00",
        "2026-12-31T00:00:00.000",
        "31/12/2026 00:00",
        "31/12/26 0:00",
        "1/9/26",
    ],
)
def test_a_day_as_software_writes_it(tmp_path: Path, written: str) -> None:
    inscriptions = LISTS["inscriptions.csv"].replace("31/12/2026", written)
    with validated(a_folder(tmp_path, inscriptions=inscriptions), NOW, Silence()) as files:
        (last,) = files.lists.execute("SELECT last FROM enrolments WHERE last IS NOT NULL").fetchone()
    assert last == ("2026-09-01" if written == "1/9/26" else "2026-12-31")


def test_bookings_are_not_needed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path)
    (folder / "reservations.csv").unlink()
    assert faults_of(folder) == []


def test_a_cancelled_booking_takes_no_place_and_needs_no_enrolment(tmp_path: Path) -> None:
    line = "\n".join(
        [
            "f-1;c-8;mercredi;2026-12-02;annulation;mairie;2026-11-04",
            "f-2;c-9;mercredi;2026-12-02;inscription;mairie;2026-11-03",
            "f-1;c-8;cantine;2027-01-04;inscription;mairie;2026-11-02",
            "f-1;c-8;cantine;2027-01-04;annulation;mairie;2026-11-03",
        ]
    )
    assert faults_of(a_folder(tmp_path, **with_line("reservations", line))) == []


def beyond(folder: Path) -> list[str]:
    with validated(folder, NOW, Silence()) as files:
        return [where.says(text) for where, text in beyond_places(files.lists, files.town)]


def test_a_booking_beyond_the_places_is_no_fault(tmp_path: Path) -> None:
    line = "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-04"
    assert beyond(a_folder(tmp_path, **with_line("reservations", line))) == [
        "reservations.csv:5: « mercredi » dépasse ses places le 02/12/2026 (1 réservation au plus) ; "
        "attendu : plus de « places » dans town.toml, ou ôter cette ligne"
    ]


def test_places_are_counted_school_by_school(tmp_path: Path) -> None:
    text = town_with(places="places-par-ecole = { prevert = 0 }")
    line = "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-04"
    (said,) = beyond(a_folder(tmp_path, town=text, **with_line("reservations", line)))
    assert said.startswith("reservations.csv:5: « mercredi », prevert dépasse ses places le 02/12/2026 (0 réservation")


def test_a_child_of_two_families(tmp_path: Path) -> None:
    line = "c-7;f-2;007;James;BOND;mallerin;CE1"
    assert faults_of(a_folder(tmp_path, **with_line("enfants", line))) == []


def test_one_payer_code_for_two_families_is_refused(tmp_path: Path) -> None:
    familles = LISTS["familles.csv"].replace("CERISIER22", "goldeneye-7")
    line = "c-7;f-2;007;James;BOND;mallerin;CE1"
    faults = faults_of(a_folder(tmp_path, familles=familles, **with_line("enfants", line)))
    assert faults == [
        "familles.csv:3: le code payeur est déjà celui de la famille de la ligne 2 ; attendu : un code par famille"
    ]


def test_no_code_is_ever_printed(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **with_line("familles", "f-3;X;SHORT;\nf-1;X;GOLDENEYE9;"))
    assert not [fault for fault in faults_of(folder) if "SHORT" in fault or "GOLDENEYE" in fault]


def test_a_long_list_of_faults_is_cut() -> None:
    faults = Faults()
    for line in range(3 * MOST_FAULTS_SHOWN, 0, -1):
        faults.add(FileLine("enfants.csv", line), "x")
    faults.add(FileLine("town.toml", 9), "x")
    shown = list(faults)
    assert (len(shown), faults.count) == (MOST_FAULTS_SHOWN, 3 * MOST_FAULTS_SHOWN + 1)
    assert [str(fault) for fault in shown[:2]] == ["town.toml:9: x", "enfants.csv:1: x"]


def test_a_wrong_town_does_not_hide_the_faults_of_the_lists(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, town=TOWN.replace('nom = "Ville', 'nomm = "Ville'), **with_line("familles", "f-1;X;x;"))
    assert [fault.split(":")[0] for fault in faults_of(folder)] == ["town.toml", "town.toml", "familles.csv"]


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("18/12/2015 24:00", paris("samedi 2015-12-19 00:00")),
        ("2015-12-18T10:30:05", paris("vendredi 2015-12-18 10:30") + timedelta(seconds=5)),
        ("18/12/2015 24:00:01", None),
        ("18/12/2015 24:01", None),
    ],
)
def test_the_end_of_the_day_is_an_hour_of_the_lists_too(text: str, instant: datetime | None) -> None:
    if instant is None:
        with pytest.raises(NotUnderstood):
            instant_of(text)
    else:
        assert instant_of(text) == instant


@pytest.mark.parametrize("name", ["NoŽmie", "No?mie", "No&eacute;mie", "No&#233;mie", "L?a"])
@pytest.mark.parametrize(
    ("file", "line"), [("enfants", "c-3;f-1;033;{};BOND;mallerin;"), ("familles", "f-3;{};PEUPLIER44;")]
)
def test_a_name_whose_accents_were_lost_is_refused(tmp_path: Path, name: str, file: str, line: str) -> None:
    (fault,) = faults_of(a_folder(tmp_path, **with_line(file, line.format(f'"{name}"'))))
    assert f"« {name} » a perdu ses accents ; attendu : exporter de nouveau" in fault


@pytest.mark.parametrize("name", ["ŽIŽKA", "Živa", "Élise", "Tom & Léa", "D'Arc", "Anne ?", "BLAŽEK", "Blažek"])
def test_a_name_with_rare_signs_is_one(tmp_path: Path, name: str) -> None:
    assert faults_of(a_folder(tmp_path, **with_line("enfants", f"c-3;f-1;033;{name};BOND;mallerin;"))) == []
