"""town.toml -> Town: everything that it can say, and everything that can be wrong with it, with its line."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from chalicelib.rules.deadlines import (
    CalendarDaysBefore,
    FixedDates,
    NeverOnline,
    OpenDaysBefore,
    WeekdayTable,
)
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.openings import Window
from chalicelib.rules.school_calendar import Period
from chalicelib.rules.town import Capacity, Town
from tests.clock import paris
from tests.intake.folder import TOWN, a_folder, line_of, town_with
from tests.present import present

TODAY = date(2026, 11, 23)
CANTEEN, WEDNESDAYS = ActivityId("cantine"), ActivityId("mercredi")
CREST = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9z"/></svg>'
SUMMER = """
[activites.ete]
nom = "Centre d'été"
semaine-vacances = ["lundi", "mardi"]
du = 2027-07-05
au = 2027-07-30
ecoles = ["prevert"]
reserver = [{ du = 2027-07-05, au = 2027-07-16, avant = "2027-06-15 24:00" },
            { du = 2027-07-19, au = 2027-07-30, avant = 2027-06-30T12:00:00 }]
annuler = { lundi = "vendredi 09:00", mardi = "la veille à 09:30" }
places = 20
places-par-ecole = { prevert = 5 }
exige = ["cantine"]
exclut = ["mercredi"]
repas = true
regie = "REGIE"
periodes = [{ du = 2027-07-05, au = 2027-07-30, ouvre = "2027-05-03 08:00", ferme = "2027-06-30 24:00" }]
"""


def read(folder: Path, today: date = TODAY) -> tuple[Town | None, list[str]]:
    faults = Faults()
    return read_town(folder, faults, today), [str(fault) for fault in faults]


def right(folder: Path, today: date = TODAY) -> Town:
    """The town of a file in which nothing is wrong."""
    town, faults = read(folder, today)
    assert faults == []
    return present(town)


def test_a_town_is_read(tmp_path: Path) -> None:
    folder = a_folder(tmp_path, town=town_with(message='message = "Été"\nblason = "b.svg"') + SUMMER)
    (folder / "b.svg").write_text(CREST)
    town = right(folder)
    assert (town.name, town.message, town.crest) == ("Ville de démo", "<p>Été</p>", CREST)
    assert town.office.phone == "01 00 00 00 00"
    assert town.legal.accessibility == "non conforme"
    assert list(town.schools) == ["mallerin", "prevert"]
    assert list(town.activities) == ["cantine", "mercredi", "ete"]
    cantine = town.activities[CANTEEN]
    assert (cantine.booking, cantine.cancelling) == (CalendarDaysBefore(1, 600), CalendarDaysBefore(1, 600))
    assert cantine.school_weekdays == {1, 2, 4, 5}
    assert town.activities[WEDNESDAYS].capacity == Capacity(1, {})


def test_an_activity_says_everything(tmp_path: Path) -> None:
    ete = right(a_folder(tmp_path, town=TOWN + SUMMER)).activities[ActivityId("ete")]
    assert ete.booking == FixedDates(
        (
            (Period("", date(2027, 7, 5), date(2027, 7, 16)), date(2027, 6, 15), 1440),
            (Period("", date(2027, 7, 19), date(2027, 7, 30)), date(2027, 6, 30), 720),
        )
    )
    assert ete.cancelling == WeekdayTable({1: (5, 540), 2: (1, 570)})
    assert ete.capacity == Capacity(20, {SchoolId("prevert"): 5})
    assert (ete.schools, ete.requires, ete.excludes) == (frozenset({SchoolId("prevert")}), (CANTEEN,), (WEDNESDAYS,))
    assert (ete.first, ete.last, ete.meal, ete.regie) == (date(2027, 7, 5), date(2027, 7, 30), True, "REGIE")
    opens, closes = paris("lundi 2027-05-03 08:00"), paris("jeudi 2027-07-01 00:00")
    assert ete.windows == (Window(date(2027, 7, 5), date(2027, 7, 30), opens, closes),)


@pytest.mark.parametrize("encode", ["utf-8-sig", "cp1252"])
def test_a_notepads_habits_are_accepted(tmp_path: Path, encode: str) -> None:
    folder = a_folder(tmp_path)
    (folder / "town.toml").write_bytes(TOWN.replace("\n", "\r\n").encode(encode))
    assert right(folder).name == "Ville de démo"


CASES = [
    pytest.param("nom", "nom = 3", "« nom » n'est pas de la bonne forme ; attendu : un texte", id="not a text"),
    pytest.param("nom", 'nom = " "', "« nom » est vide", id="empty"),
    pytest.param("nom", 'nomm = "x"', "« nomm » n'est pas connu ; vouliez-vous dire « nom » ?", id="typing error"),
    pytest.param("couleur", 'couleur = "bleu"', "la couleur « bleu » n'est pas comprise", id="colour"),
    pytest.param("message", f'message = "{"x" * 4001}"', "le message fait 4001 caractères", id="long message"),
    pytest.param("message", 'blason = "b.svg"', "le fichier du blason « b.svg » n'existe pas", id="no crest"),
    pytest.param("email", 'email = "enfance"', "l'adresse « enfance » n'est pas valable", id="e-mail"),
    pytest.param("dpo", 'dpo = "x"\naccessibilite = "oui"', "« oui » n'est pas prévu", id="accessibility"),
    pytest.param("mallerin", 'Mallerin_1 = "M"', "l'identifiant « Mallerin_1 » n'est pas valable", id="school id"),
    pytest.param("semaine_scolaire", 'semaine-scolaire = ["lundy"]', "« lundy » n'est pas un jour", id="weekday"),
    pytest.param("semaine_scolaire", 'semaine-scolaire = "lundi"', "attendu : une liste", id="not a list"),
    pytest.param("reserver", 'reserver = "la veille"', "reserver : il manque l'heure", id="deadline"),
    pytest.param("reserver", "reserver = 10", "« reserver » n'est pas un délai", id="deadline of another kind"),
    pytest.param("reserver", "reserver = {}", "« reserver » est vide", id="empty table"),
    pytest.param(
        "reserver", 'reserver = { lundi = "hier" }', "reserver, lundi : il manque l'heure", id="row of a table"
    ),
    pytest.param("reserver", 'reserver = { lundo = "lundi 9h" }', "« lundo » n'est pas un jour", id="day of a table"),
    pytest.param(
        "reserver",
        "reserver = [{ du = 2027-07-05, au = 2027-07-01, avant = 2027-06-15 }]",
        "le dernier jour (01/07/2027) est avant le premier",
        id="period backwards",
    ),
    pytest.param(
        "reserver",
        "reserver = [{ du = 2027-07-05, au = 2027-07-06, avant = 2027-06-15 }]",
        "« avant » n'est pas une date avec son heure",
        id="date without hour",
    ),
    pytest.param("repas", 'repas = "oui"', "attendu : true ou false", id="not a flag"),
    pytest.param("repas", "places = -1", "attendu : un nombre à partir de 0", id="negative places"),
    pytest.param("repas", "places = true", "attendu : un nombre entier", id="places is a flag"),
    pytest.param("repas", "places = 1000000", "trop de places", id="too many places"),
    pytest.param(
        "repas", "places-par-ecole = { mallerinn = 3 }", "vouliez-vous dire « mallerin » ?", id="unknown school"
    ),
    pytest.param("repas", 'exige = ["mercredy"]', "vouliez-vous dire « mercredi » ?", id="unknown activity"),
    pytest.param("repas", 'exclut = ["cantine"]', "« exclut » nomme l'activité elle-même", id="excludes itself"),
    pytest.param("repas", 'ecoles = ["x"]', "« x » n'existe pas ; attendu : mallerin, prevert", id="offered nowhere"),
    pytest.param(
        "repas", "du = 2027-02-01\nau = 2027-01-01", "est avant le premier (01/02/2027)", id="activity backwards"
    ),
    pytest.param("repas", "du = 3", "« du » n'est pas une date", id="not a date"),
    pytest.param("repas", 'du = "31/02/2027"', "la date « 31/02/2027 » n'existe pas", id="no such date"),
    pytest.param(
        "repas",
        'periodes = [{ jour = 2027-02-01, ouvre = "2027-01-02 8h", ferme = "2027-01-01 8h" }]',
        "la période ferme avant d'ouvrir",
        id="window backwards",
    ),
    pytest.param(
        "dernier_jour", "dernier-jour = 2026-01-01", "le calendrier doit finir après", id="calendar backwards"
    ),
    pytest.param("dernier_jour", "dernier-jour = 2032-01-01", "les vacances officielles ne sont connues", id="too far"),
    pytest.param("zone", 'zone = "D"', "la zone « D » n'existe pas ; attendu : A, B, C ou aucune", id="zone"),
    pytest.param("zone", 'zone = "A"\nferies = "alsace"', "vouliez-vous dire « alsace-moselle » ?", id="feasts"),
    pytest.param(
        "zone",
        'zone = "A"\nfermetures = [{ motif = "Grève", jour = 2026-12-01, activites = ["cantin"] }]',
        "« cantin » n'est pas défini dans [activites] ; vouliez-vous dire « cantine » ?",
        id="closure of an unknown activity",
    ),
    pytest.param(
        "zone",
        'zone = "A"\nouvertures = [{ motif = "Pont" }]',
        "il manque « du » dans [calendrier.ouvertures]",
        id="when",
    ),
]


@pytest.mark.parametrize(("key", "line", "said"), CASES)
def test_a_fault_is_said_with_its_line(tmp_path: Path, key: str, line: str, said: str) -> None:
    text = town_with(**{key: line})
    town, faults = read(a_folder(tmp_path, town=text))
    assert town is None
    # The fault stands on the last line that the case wrote.
    where = line_of(text, line.splitlines()[-1])
    assert any(fault.startswith(f"town.toml:{where}: ") and said in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("a = 1\nb = \n", "town.toml:2: le fichier n'est pas bien formé : la valeur", id="no value"),
        pytest.param("a = 1\na = 2\n", "town.toml:2: le fichier n'est pas bien formé : cette clé est déjà", id="twice"),
        pytest.param('a = "x\n', "town.toml:1: le fichier n'est pas bien formé : un guillemet", id="open quote"),
        pytest.param("a 1\n", "town.toml:1: le fichier n'est pas bien formé : il manque « = »", id="no equals sign"),
        pytest.param(
            'a = """x\n', "town.toml:2: le fichier n'est pas bien formé : il manque le guillemet", id="open text"
        ),
        pytest.param(
            "a = 1 b = 2\n", "town.toml:1: le fichier n'est pas bien formé : il y a quelque chose", id="extra"
        ),
        pytest.param("x" * 200_001, "town.toml:1: le fichier pèse 200001 octets", id="huge"),
        pytest.param("", "town.toml:1: il manque « nom »", id="empty"),
        pytest.param("", "town.toml:1: il manque « activites »", id="every missing thing is said"),
        pytest.param("[ecoles]\n[activites]\n", "town.toml:1: aucune école", id="no school"),
        pytest.param("[ecoles]\n[activites]\n", "town.toml:2: aucune activité", id="no activity"),
    ],
)
def test_a_file_that_is_not_a_town(tmp_path: Path, text: str, said: str) -> None:
    _, faults = read(a_folder(tmp_path, town=text))
    assert any(fault.startswith(said) for fault in faults), faults


def test_no_file(tmp_path: Path) -> None:
    assert read(tmp_path) == (None, ["town.toml:1: ce fichier manque ; attendu : la configuration de la ville"])


def test_faults_are_all_said_at_once(tmp_path: Path) -> None:
    _, faults = read(
        a_folder(tmp_path, town=town_with(couleur='couleur = "bleu"', zone='zone = "D"', places="places = -1"))
    )
    assert len(faults) == 3


def test_two_activities_may_not_share_a_name(tmp_path: Path) -> None:
    text = TOWN.replace("Accueil du mercredi", "CANTINE")
    _, faults = read(a_folder(tmp_path, town=text))
    assert [fault.split(":")[1] for fault in faults] == [
        str(line_of(text, name)) for name in ('nom = "Cant', 'nom = "CANT')
    ]


OPEN_DAYS = {"reserver": 'reserver = "1 jour d\'ouverture avant à 11:00"'}


def test_a_calendar_that_starts_too_late_for_a_deadline(tmp_path: Path) -> None:
    text = town_with(**OPEN_DAYS)
    town, faults = read(a_folder(tmp_path, town=text), today=date(2026, 8, 1))
    assert town is None
    assert faults == [
        f"town.toml:{line_of(text, 'reserver')}: le calendrier commence trop tard : le délai du 01/09/2026 tombe avant "
        "son premier jour ; attendu : « premier-jour » du calendrier (ou « du » de l'activité) plus tôt",
    ]


def test_days_that_are_past_need_no_deadline(tmp_path: Path) -> None:
    town = right(a_folder(tmp_path, town=town_with(**OPEN_DAYS)), today=date(2026, 9, 2))
    assert town.activities[CANTEEN].booking == OpenDaysBefore(1, 660)


def test_never_online_is_a_deadline(tmp_path: Path) -> None:
    town = right(a_folder(tmp_path, town=town_with(reserver='reserver = "jamais en ligne"')))
    assert town.activities[CANTEEN].booking == NeverOnline()


@pytest.mark.parametrize(("written", "padded"), [("", False), ("false", False), ("true", True)])
def test_the_debts_number_is_long_when_it_is_said(tmp_path: Path, written: str, padded: bool) -> None:
    paying = '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\n'
    line = f"reference-longue = {written}\n" if written else ""
    town, faults = read(a_folder(tmp_path, town=TOWN.replace("[ecoles]", f"{paying}{line}\n[ecoles]")))
    assert (town and town.payment.padded, faults) == (padded, [])


def test_a_long_reference_is_true_or_false(tmp_path: Path) -> None:
    paying = '[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\nreference-longue = "oui"\n'
    _, (fault,) = read(a_folder(tmp_path, town=TOWN.replace("[ecoles]", f"{paying}\n[ecoles]")))
    assert "true ou false" in fault


def paying_with(line: str) -> str:
    return TOWN.replace("[ecoles]", f'[paiement]\ncode-recette = "T5"\nidentifiant = "006382"\n{line}\n[ecoles]')


@pytest.mark.parametrize("written", ["21750001600019", "217 500 016 00019"])
def test_a_siret_is_kept_without_its_spaces(tmp_path: Path, written: str) -> None:
    town = right(a_folder(tmp_path, town=paying_with(f'siret = "{written}"')))
    assert town.payment.siret == "21750001600019"


def test_a_siret_with_a_slip_of_the_pen_is_said(tmp_path: Path) -> None:
    text = paying_with('siret = "21750001600091"')
    _, faults = read(a_folder(tmp_path, town=text))
    assert faults == [
        f"town.toml:{line_of(text, 'siret')}: « 21750001600091 » ; attendu : les quatorze chiffres "
        "de l'avis de situation, entre guillemets"
    ]
