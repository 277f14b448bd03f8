"""What towns really send: each kind of wrong file, and the sentence that its clerk reads."""

from pathlib import Path

import pytest

from chalicelib.intake.files.faults import MOST_FAULT_KINDS, MOST_FAULTS_SHOWN, MOST_ONE_BY_ONE, Faults, FileLine
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import BadFiles, validated
from tests.clock import paris
from tests.intake.folder import LISTS, TOWN, a_folder, last_line, town_with, with_line

NOW = paris("lundi 2026-11-23 08:00")


def said_of(folder: Path) -> list[str]:
    """The lines that an import of ``folder`` writes; none when nothing is wrong."""
    try:
        with validated(folder, NOW, Silence()):
            return []
    except BadFiles as bad:
        return bad.faults.lines()


REWRITTEN = "a été réécrit par un tableur ; attendu : le code d'origine, dans une colonne au format « Texte »"
CODES = [
    ("familles", "f-3;X;1,23457E+11;", f"le code payeur {REWRITTEN}", "a number too long for its column"),
    ("familles", "f-3;X;12345678,0;", f"le code payeur {REWRITTEN}", "a number with decimals"),
    ("familles", "f-3;X;........;", "le code payeur a moins de 8 lettres et chiffres", "dots"),
    ("familles", "f-3;X;,,,,,,,,,;", "le code payeur a moins de 8 lettres et chiffres", "commas"),
    ("familles", "f-3;X;00000000;", "le code payeur répète le même caractère", "one character"),
    ("familles", "f-3;X;12345678;", "le code payeur est une suite que tout le monde devine", "digits that follow"),
    ("familles", "f-3;X;ABCDEFGH;", "le code payeur est une suite que tout le monde devine", "letters that follow"),
    ("familles", "f-3;X;73910462;", "le code payeur n'a que des chiffres, moins de 10", "few digits"),
    ("familles", "f-3;Zoé LEGRAND;Legrand2015;", "le code payeur est le nom ou l'identifiant", "the family's name"),
    ("familles", "famille-42;X;FAMILLE42;", "le code payeur est le nom ou l'identifiant", "its identifier"),
    ("familles", "f-3;X;КОД12345;", "le code payeur a des lettres d'un autre alphabet", "letters that nobody types"),
    ("familles", "f-3;X;golden.eye-7;", "le code payeur est déjà celui de la famille de la ligne 2", "a shared code"),
    ("enfants", "c-3;f-1;1E+05;Jim;BOND;mallerin;", f"le code enfant « 1E+05 » {REWRITTEN}", "a child's number"),
    ("enfants", "c-3;f-1;12,0;Jim;BOND;mallerin;", f"le code enfant « 12,0 » {REWRITTEN}", "with decimals"),
    ("enfants", "c-3;f-1;01-févr;Jim;BOND;mallerin;", f"le code enfant « 01-févr » {REWRITTEN}", "a date"),
    ("enfants", "c-3;f-1;OO7;Jim;BOND;mallerin;", "est déjà ligne 2, dans la même famille", "a sibling's"),
]
NOT_DATA = [
    ("familles", "f-3;#REF!;PEUPLIER44;", "« payeur » est une erreur du tableur ; attendu : la valeur", "#REF!"),
    ("familles", "f-3;X;####;", "« code_payeur » est une erreur du tableur", "####"),
    ("familles", "f-3;X;#N/A;", "« code_payeur » est une erreur du tableur", "#N/A"),
    ("enfants", "c-3;f-1;033;#NOM?;BOND;mallerin;", "« prenom » est une erreur du tableur", "#NOM?"),
    ("enfants", "c-3;f-1;033;=A2&B2;BOND;mallerin;", "« prenom » est une formule ; attendu : sa valeur", "formula"),
    ("familles", "f-3;NULL;PEUPLIER44;", "« payeur » vaut « NULL » ; attendu : une case vide", "NULL"),
    ("enfants", "c-3;f-1;033;Jim;BOND;mallerin;null", "« classe » vaut « null » ; attendu : une case vide", "null"),
    ("enfants", "c-3;f-1;033;Jim;nan;mallerin;", "« nom » vaut « nan » ; attendu : une case vide", "nan"),
    ("familles", "identifiant;PAYEUR;code-payeur;email", "la ligne de titres est là une deuxième fois", "titles again"),
    ("familles", "Total;3 payeurs;00000003;", "« Total » est une ligne de total", "total"),
    ("enfants", "TOTAL GÉNÉRAL;;;;;;3", "« TOTAL GÉNÉRAL » est une ligne de total", "general total"),
    ("enfants", ";;Sous-total : 3;;;;", "« Sous-total : 3 » est une ligne de total", "a total further on"),
    (
        "enfants",
        "Édité le 12/11/2026;;;;;;",
        "il n'y a qu'une case remplie ; attendu : une ligne de la liste",
        "a note",
    ),
]


@pytest.mark.parametrize(
    ("name", "line", "sentence"),
    [pytest.param(*case[:3], id=f"{case[0]}: {case[3]}") for case in (*CODES, *NOT_DATA)],
)
def test_a_row_is_refused_as_what_it_is(tmp_path: Path, name: str, line: str, sentence: str) -> None:
    wrong, total = said_of(a_folder(tmp_path, **with_line(name, line)))
    assert wrong.startswith(f"{name}.csv:{last_line(name)}: ")
    assert sentence in wrong
    assert " ; attendu : " in wrong
    assert total == "1 erreur : rien n'a été écrit."


@pytest.mark.parametrize("name", ["Null", "TOTAL", "SOMME", "NONE", "Nan"])
def test_names_that_look_like_nothing_are_names(tmp_path: Path, name: str) -> None:
    assert said_of(a_folder(tmp_path, **with_line("enfants", f"c-3;f-1;033;{name};{name};mallerin;"))) == []


def test_a_payer_code_that_is_a_childs_is_refused(tmp_path: Path) -> None:
    enfants = LISTS["enfants.csv"].replace(";009;", ";cerisier-22;")
    assert said_of(a_folder(tmp_path, enfants=enfants))[0] == (
        "familles.csv:3: le code payeur est le code d'un enfant de la famille ; "
        "attendu : un code que la famille seule connaît"
    )


def test_a_row_of_empty_formulas_says_what_is_missing(tmp_path: Path) -> None:
    said = said_of(a_folder(tmp_path, **with_line("familles", '="";="";="";=""')))
    assert said[0] == "familles.csv:4: la colonne « identifiant » est vide ; attendu : un texte"


def test_zeros_that_a_formula_keeps_are_kept(tmp_path: Path) -> None:
    familles = LISTS["familles.csv"].replace("CERISIER22", '="0073910462"')
    assert said_of(a_folder(tmp_path, familles=familles)) == []


@pytest.mark.parametrize(
    "written", ["SACRE-COEUR", "SACRE COEUR", "Sacré-Coeur", "sacré cœur", "SACRÉ–CŒUR", "s-coeur"]
)
def test_a_label_is_found_however_it_is_typed(tmp_path: Path, written: str) -> None:
    town = TOWN.replace('prevert = "PRÉVERT"', 'prevert = "PRÉVERT"\ns-coeur = "SACRÉ-CŒUR"')
    line = f"c-3;f-1;033;Jim;BOND;{written};"
    assert said_of(a_folder(tmp_path, town=town, **with_line("enfants", line))) == []


@pytest.mark.parametrize(
    ("written", "known"), [("SACRE-COEUR", True), ("SACRE COEUR", True), ("SACRE/COEUR", False), ("/", False)]
)
def test_a_label_that_would_name_two_things_names_none(tmp_path: Path, written: str, known: bool) -> None:
    town = TOWN.replace('prevert = "PRÉVERT"', 'prevert = "PRÉVERT"\na = "SACRÉ-CŒUR"\nb = "SACRÉ CŒUR"\nc = "★"')
    said = said_of(a_folder(tmp_path, town=town, **with_line("enfants", f"c-3;f-1;033;Jim;BOND;{written};")))
    assert (said == []) is known


def test_a_wrong_title_is_one_error_and_a_count(tmp_path: Path) -> None:
    enfants = LISTS["enfants.csv"].replace("ecole;classe", "établissement;classe")
    assert said_of(a_folder(tmp_path, enfants=enfants)) == [
        "enfants.csv:1: il manque la colonne « ecole » ; attendu : "
        "identifiant, famille, code_enfant, prenom, nom, ecole, classe, naissance, regime, pai, ou, si c'est elle, "
        '« ecole = "établissement" » sous « [listes.enfants] » dans town.toml',
        "Lignes qui n'ont pas pu être jugées à cause de ces erreurs : "
        "enfants.csv 3, inscriptions.csv 4, reservations.csv 3",
        "1 erreur : rien n'a été écrit.",
    ]


@pytest.mark.parametrize("name", ["familles", "enfants", "inscriptions"])
@pytest.mark.parametrize("content", ["", "x;y\n1;2\n", "a\tb\n", "No\ufffd\n"])
def test_a_file_that_cannot_be_read_mutes_what_follows_from_it(tmp_path: Path, name: str, content: str) -> None:
    said = said_of(a_folder(tmp_path, **{name: content}))
    assert [line for line in said if line.startswith(("familles", "enfants", "inscriptions", "reservations"))] == [
        line for line in said if line.startswith(f"{name}.csv:")
    ]
    assert any(line.startswith("Lignes qui n'ont pas pu être jugées") for line in said)


@pytest.mark.parametrize(
    ("name", "line", "follows"),
    [
        ("familles", "f-3;X;12345678;", {"enfants": "c-3;f-3;033;Jim;X;mallerin;", "inscriptions": "c-3;cantine;;;"}),
        ("enfants", "c-3;f-1;033;Jim;X;nowhere;", {"inscriptions": "c-3;cantine;;;"}),
        ("enfants", "c-3;f-1;NULL;Jim;X;mallerin;", {"inscriptions": "c-3;cantine;;;"}),
        ("inscriptions", "c-9;cantine;32/01/2027;;", {"reservations": "f-2;c-9;cantine;2026-12-04;;mairie;2026-11-02"}),
    ],
)
def test_a_wrong_row_mutes_what_names_it(tmp_path: Path, name: str, line: str, follows: dict[str, str]) -> None:
    lists = with_line(name, line)
    for other, also in follows.items():
        lists |= with_line(other, also)
    said = said_of(a_folder(tmp_path, **lists))
    assert said[0].startswith(f"{name}.csv:{last_line(name)}: ")
    assert said[-1] == "1 erreur : rien n'a été écrit."


def test_lines_of_a_wrong_invoice_are_not_wrong(tmp_path: Path) -> None:
    factures = (
        "numero;famille;emise_le;echeance;libelle;regie;total;reference\n"
        "2026-026-000335;f-2;hier;2026-11-30;CANTINE;R;4,24;2026-T5-00-26000335\n"
    )
    lignes = "facture;quoi;enfant;quantite;prix_unitaire;montant\n2026-026-000335;Repas;Noé;2;2,12;4,24\n"
    said = said_of(a_folder(tmp_path, factures=factures, lignes=lignes))
    assert [line.split(" : ")[0] for line in said[1:]] == [
        "Lignes qui n'ont pas pu être jugées à cause de ces erreurs",
        "1 erreur",
    ]


def test_faults_of_one_kind_are_one_sentence_with_their_lines(tmp_path: Path) -> None:
    wrong = "".join(f"f-{n};X;PEUPLIER{n};{n}@\n" for n in range(400, 400 + MOST_ONE_BY_ONE + 2))
    assert said_of(a_folder(tmp_path, **with_line("familles", wrong.strip()))) == [
        "familles.csv:4: 5 fois : l'adresse « 400@ » n'est pas valable ; attendu par exemple : prenom.nom@exemple.fr "
        "(lignes 4, 5, 6, 7, 8)",
        "5 erreurs : rien n'a été écrit.",
    ]


def test_kinds_are_bounded() -> None:
    faults = Faults()
    for kind in range(2 * MOST_FAULT_KINDS):
        faults.add(FileLine(f"pdf/{kind}.pdf", 0), "x")
    assert len(faults.lines()) == MOST_FAULTS_SHOWN + 2
    assert faults.lines()[-2].startswith(
        f"… et {2 * MOST_FAULT_KINDS - MOST_FAULTS_SHOWN:,} autres erreurs".replace(",", "\u202f")
    )


@pytest.mark.parametrize(
    ("encode", "sentence"),
    [
        ("cp850", "le fichier semble écrit dans les caractères des anciens logiciels DOS (page de codes 850)"),
        ("mac_roman", "le fichier semble écrit dans les caractères des anciens Macintosh (Mac Roman)"),
        ("utf-16", "le fichier est en « Unicode UTF-16 »"),
        ("utf-16-le", "le fichier est en « Unicode UTF-16 »"),
    ],
)
@pytest.mark.parametrize("name", ["enfants.csv", "town.toml"])
def test_characters_are_judged_file_by_file(tmp_path: Path, name: str, encode: str, sentence: str) -> None:
    folder = a_folder(tmp_path)
    path = folder / name
    path.write_bytes(path.read_text(encoding="utf-8").encode(encode))
    wrong = next(line for line in said_of(folder) if line.startswith(name))
    assert f": {sentence} ; attendu : " in wrong


def test_tabs_are_said(tmp_path: Path) -> None:
    said = said_of(a_folder(tmp_path, enfants=LISTS["enfants.csv"].replace(";", "\t")))
    assert said[0].startswith("enfants.csv:1: les colonnes sont séparées par des tabulations ; attendu : ")


def test_a_town_in_windows_1252_is_read(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, town=town_with(message='message = "L’été à la mairie"'))
    path = folder / "town.toml"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    assert said_of(folder) == []


def test_two_schools_of_one_name_are_refused(tmp_path: Path) -> None:
    """A list that names one by its label would put children in the other."""
    said = said_of(a_folder(tmp_path, town=TOWN.replace('prevert = "PRÉVERT"', 'prevert = "Mallerin primaire"')))
    assert [line.split(": ", 1)[1] for line in said[:2]] == [
        "deux écoles portent le nom « MALLERIN PRIMAIRE » ; attendu : des noms différents",
        "deux écoles portent le nom « Mallerin primaire » ; attendu : des noms différents",
    ]
