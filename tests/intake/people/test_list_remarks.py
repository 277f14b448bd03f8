"""What lists without fault say that looks wrong: each kind is a remark with its line."""

from pathlib import Path

import pytest

from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import validated
from tests.clock import paris
from tests.intake.folder import LISTS, TOWN, a_folder, last_line, line_of, town_with, with_line

NOW = paris("lundi 2026-11-23 08:00")
AT_MALLERIN = TOWN.replace("places = 1", 'places = 1\necoles = ["mallerin"]')


def remarks_of(folder: Path) -> list[str]:
    with validated(folder, NOW, Silence()) as files:
        return [line.strip() for line in files.remarks.lines()[1:]]


CASES = [
    ({}, "enfants", "c-3;f-1;033;Jim;BOND;mallerin;", "l'enfant « c-3 » n'a aucune inscription", "no enrolment"),
    ({}, "familles", "f-3;X;PEUPLIER44;", "la famille « f-3 » n'a pas d'enfant", "no child"),
    (
        {
            "town": AT_MALLERIN,
            "inscriptions": LISTS["inscriptions.csv"].replace("c-9;accueil du mercredi", "c-9;cantine"),
        },
        "inscriptions",
        "c-9;mercredi;;;",
        "« c-9 » est inscrit à « Accueil du mercredi », que son école « prevert » ne propose pas",
        "not offered",
    ),
    (
        {"town": town_with(places="places = 1\nau = 2026-12-18")},
        "inscriptions",
        "c-7;mercredi;01/01/2027;;",
        "l'inscription de « c-7 » à « Accueil du mercredi » n'a aucun jour en commun avec l'activité "
        "(01/09/2026 au 18/12/2026)",
        "enrolled after the activity",
    ),
    ({}, "inscriptions", "c-9;cantine;01/09/2027;;", "aucun jour en commun", "enrolled after the calendar"),
    (
        {},
        "reservations",
        "f-1;c-7;cantine;2026-11-29;;mairie;2026-11-02",
        "réservé un jour fermé (« Cantine, dimanche 29/11/2026 »)",
        "booked on a Sunday",
    ),
    (
        {},
        "reservations",
        "f-1;c-7;cantine;2026-12-25;;mairie;2026-11-02",
        "(« Cantine, vendredi 25/12/2026, Noël »)",
        "booked on a feast",
    ),
    (
        {},
        "enfants",
        "c-7;f-2;007;James;BOND;mallerin;Prevert",
        "« classe » vaut « Prevert », qui est une école",
        "class",
    ),
    ({}, "enfants", "c-8;f-2;008;Aline;BOND;mallerin;", "", "nothing: a child of two families"),
    ({}, "reservations", "f-1;c-7;cantine;2026-11-22;;mairie;2026-11-02", "", "nothing: it is over"),
    ({}, "reservations", "f-1;c-7;cantine;2026-11-29;annulation;mairie;2026-11-02", "", "nothing: it is cancelled"),
    ({}, "inscriptions", "c-9;cantine;;31/08/2026;", "", "nothing: the enrolment is over"),
]


@pytest.mark.parametrize(
    ("changes", "name", "line", "said"), [pytest.param(*case[:4], id=f"{case[1]}: {case[4]}") for case in CASES]
)
def test_a_row_that_looks_wrong_is_remarked(
    tmp_path: Path, changes: dict[str, str], name: str, line: str, said: str
) -> None:
    lists = {**changes, name: changes.get(name, LISTS[f"{name}.csv"]) + line + "\n"}
    remarks = remarks_of(a_folder(tmp_path, **lists))
    assert len(remarks) == (1 if said else 0), remarks
    for remark in remarks:
        assert remark.startswith(f"{name}.csv:{last_line(name)}: ")
        assert said in remark
        assert " ; attendu : " in remark


@pytest.mark.parametrize(("act", "said"), [("", 1), (", annuler = true", 0)])
def test_lines_that_a_closure_cancels_need_not_go(tmp_path: Path, act: str, said: int) -> None:
    """The town's act comes back at no import: the office's list keeps its lines."""
    closures = f'fermetures = [{{ motif = "Grève", jour = 2026-12-01{act} }}]\n'
    line = with_line("reservations", "f-1;c-7;cantine;2026-12-01;;mairie;2026-11-02 10:00")
    folder = a_folder(tmp_path, town=TOWN + closures, **line)
    assert sum("réservé un jour fermé" in remark for remark in remarks_of(folder)) == said


def test_what_nobody_uses(tmp_path: Path) -> None:
    text = TOWN.replace('prevert = "PRÉVERT"', 'prevert = "PRÉVERT"\nferry = "JULES FERRY"')
    text = text.replace("[calendrier]", '[activites.etude]\nnom = "Étude"\nsemaine-scolaire = ["lundi"]\n'
                        'reserver = "la veille à 10:00"\n\n[calendrier]')  # fmt: skip
    assert remarks_of(a_folder(tmp_path, town=text)) == [
        f"town.toml:{line_of(text, 'ferry')}: aucun enfant n'est à « JULES FERRY » ; "
        "attendu : des enfants dans enfants.csv, ou ôter cette école",
        f"town.toml:{line_of(text, '[activites.etude]')}: aucun enfant n'est inscrit à « Étude » ; "
        "attendu : des lignes dans inscriptions.csv, ou ôter cette activité",
    ]


def test_many_remarks_of_a_kind_are_one_sentence(tmp_path: Path) -> None:
    lines = "\n".join(f"c-{n};f-1;{n};Jim;BOND;mallerin;" for n in range(100, 400))
    (remark,) = remarks_of(a_folder(tmp_path, **with_line("enfants", lines)))
    assert remark.startswith("enfants.csv:5: 300 fois : l'enfant « c-100 » n'a aucune inscription")


def names(tmp_path: Path, *children: str) -> list[str]:
    """The remarks about a list of these children, written « first name;surname », of one family each."""
    numbers = range(100, 100 + len(children))
    folder = a_folder(
        tmp_path,
        familles="identifiant;payeur;code_payeur\n" + "".join(f"f-{n};X;PEUPLIER{n}\n" for n in numbers),
        enfants="identifiant;famille;code_enfant;prenom;nom;ecole\n"
        + "".join(f"c-{n};f-{n};{n};{child};mallerin\n" for n, child in zip(numbers, children, strict=True)),
        inscriptions="enfant;activite\n" + "".join(f"c-{n};cantine\nc-{n};mercredi\n" for n in numbers),
        reservations=LISTS["reservations.csv"].splitlines()[0],
    )
    return [remark for remark in remarks_of(folder) if "échangé" in remark]


@pytest.mark.parametrize(
    ("children", "lines"),
    [
        (["MARTIN;Léa", "D;L", "D;L"], [2]),
        (["MARTIN;Léa", "DUPONT;Luc", "Ève;NOËL"], [2]),
        (["Léa;MARTIN", "DUPONT;Luc", "Ève;NOËL", "Tom;ROUX"], [3]),
        (["LÉA;MARTIN", "LUC;DUPONT", "ÈVE;NOËL"], []),
        (["Léa;Martin", "Luc;Dupont", "ÈVE;Noël"], []),
        (["Léa;Martin", "Luc;Dupont", "Ève;NOËL", "NOËL;Ève"], []),
        (["Léa;MARTIN", "Luc;DUPONT"], []),
        (["L;M", "L;D"], []),
    ],
)
def test_swapped_names_are_judged_on_the_list_as_a_whole(tmp_path: Path, children: list[str], lines: list[int]) -> None:
    assert [int(remark.split(":")[1]) for remark in names(tmp_path, *children)] == lines


def test_brothers_who_share_their_first_name(tmp_path: Path) -> None:
    """Capitals say nothing in this list."""
    folder = a_folder(
        tmp_path,
        enfants="identifiant;famille;code_enfant;prenom;nom;ecole\n"
        "c-7;f-1;007;BOND;JAMES;mallerin\nc-8;f-1;008;BOND;ALINE;mallerin\n"
        "c-9;f-2;009;PETIT;NOÉ;prevert\nc-10;f-2;010;PETIT;LÉA;prevert\n",
        **with_line("inscriptions", "c-10;cantine;;;"),
    )
    (remark,) = remarks_of(folder)
    assert "« prenom » et « nom » semblent échangées : des frères et sœurs ont le même prénom" in remark
