"""What a right town.toml says that changes nothing: one remark with its line for each kind, none for a usual town."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.files.faults import Faults
from chalicelib.intake.town.town_file import read_town
from tests.intake.folder import TOWN, a_folder, line_of

TODAY = date(2026, 11, 23)
WEEK = 'semaine-scolaire = ["lundi", "mardi", "jeudi", "vendredi"]'
EVE, THURSDAY = 'reserver = "la veille à 10:00"', 'reserver = "jeudi de la semaine précédente à 24:00"'
TABLE = 'reserver = { lundi = "jeudi 10:00", mardi = "jeudi 10:00", jeudi = "mardi 10:00", vendredi = "mardi 10:00"'
AUTUMN = "du = 2026-12-01, au = 2026-12-18"
CASES = [
    (
        EVE,
        'reserver = [{ du = 2027-05-31, au = 2027-07-02, avant = "2027-05-15 24:00" }]',
        "reserver",
        "« reserver » n'a pas de délai pour 80 jours ouverts, dont le 23/11/2026 : rien n'y change en ligne",
        "days without a date",
    ),
    (WEEK, "", "[activites.cantine]", "« Cantine » n'est ouverte aucun jour du calendrier", "never open"),
    (
        EVE,
        TABLE + ', mercredi = "mardi 10:00" }',
        "reserver",
        "délai pour « mercredi », où l'activité n'est",
        "weekday",
    ),
    (
        EVE,
        TABLE.replace(', vendredi = "mardi 10:00"', " }"),
        "reserver",
        "pas de délai pour « vendredi »",
        "no deadline",
    ),
    (
        EVE,
        f'{EVE}\nannuler = {{ lundi = "jeudi 10:00" }}',
        "annuler",
        "pas de délai pour « mardi, jeudi, vendredi »",
        "no cancelling",
    ),
    ("places = 1", "places = 0", "places", "« places = 0 » : personne ne peut réserver", "no places"),
    ("places = 1", "places-par-ecole = { prevert = 0 }", "places", "0 place pour « prevert »", "none at a school"),
    (
        "places = 1",
        'ecoles = ["mallerin"]\nplaces-par-ecole = { prevert = 9 }',
        "places",
        "« prevert », qui ne propose pas",
        "places at a school without it",
    ),
    (
        "places = 1",
        "places = 3\nplaces-par-ecole = { mallerin = 9, prevert = 9 }",
        "places",
        "« places » ne sert pas",
        "places of nobody",
    ),
    (EVE, f"{EVE}\ndu = 2026-08-01", "du", "« du » (01/08/2026) est hors du calendrier", "begins too soon"),
    (EVE, f"{EVE}\nau = 2027-08-01", "au", "« au » (01/08/2027) est hors du calendrier", "ends too late"),
    (
        EVE,
        f"{EVE}\nperiodes = [{{ {AUTUMN} }}, {{ du = 2026-12-10, au = 2026-12-31 }}]",
        "periodes",
        "(01/12/2026 au 18/12/2026) et (10/12/2026 au 31/12/2026) se chevauchent",
        "periods overlap",
    ),
    (EVE, f"{EVE}\nperiodes = [{{ du = 2027-07-05, au = 2027-07-09 }}]", "periodes", "aucun jour ouvert", "period"),
    (
        EVE,
        f'{EVE}\nperiodes = [{{ {AUTUMN}, ouvre = "2026-12-18 12:00" }}]',
        "periodes",
        "ouvre quand tous ses jours sont fermés à la réservation",
        "a period that opens too late",
    ),
    (
        EVE,
        f'reserver = "jamais en ligne"\nperiodes = [{{ {AUTUMN} }}]',
        "periodes",
        "ouvre quand tous ses jours sont fermés",
        "a period of what is never booked online",
    ),
    (
        EVE,
        'reserver = [{ du = 2026-09-01, au = 2026-12-18, avant = "2026-08-31 24:00" }, '
        '{ du = 2026-12-21, au = 2026-12-31, avant = "2026-11-30 24:00" }, '
        '{ du = 2027-01-04, au = 2027-07-02, avant = "2026-11-30 24:00" }]',
        "reserver",
        "(21/12/2026 au 31/12/2026) où l'activité n'est jamais ouverte",
        "a date for closed days",
    ),
    (EVE, f'{EVE}\nexige = ["mercredi"]', "exige", "« exige » nomme « mercredi », qui n'est jamais ouverte", "needs"),
    (EVE, f'{EVE}\nexclut = ["mercredi"]', "exclut", "« exclut » nomme « mercredi »", "excludes"),
    (
        'zone = "A"',
        'zone = "A"\nfermetures = [{ motif = "Grève", jour = 2026-11-29 }]',
        "fermetures",
        "la fermeture « Grève » (« dimanche 29/11/2026 ») ne ferme rien",
        "closed on a Sunday",
    ),
    (
        'zone = "A"',
        'zone = "A"\nfermetures = [{ motif = "Noël", jour = 2026-12-25 }]',
        "fermetures",
        "(« vendredi 25/12/2026, Noël ») ne ferme rien",
        "closed on a feast",
    ),
    (
        'zone = "A"',
        'zone = "A"\nfermetures = [{ motif = "Pont", du = 2026-12-21, au = 2026-12-24 }]',
        "fermetures",
        "(21/12/2026 au 24/12/2026) ne ferme rien",
        "closed in holidays",
    ),
    (
        'zone = "A"',
        'zone = "A"\nfermetures = [{ motif = "Grève", jour = 2062-12-01 }]',
        "fermetures",
        "hors du calendrier",
        "closed in another century",
    ),
    (
        'zone = "A"',
        'zone = "A"\nouvertures = [{ motif = "École", jour = 2026-12-01, activites = ["cantine"] }]',
        "ouvertures",
        "l'ouverture « École » (« mardi 01/12/2026 ») n'ouvre rien",
        "opens an open day",
    ),
    (
        'zone = "A"',
        'zone = "A"\nvacances-retirees = [{ jour = 2026-12-01 }]',
        "vacances-r",
        "ne sont pas des",
        "school",
    ),
    (
        'zone = "A"',
        'zone = "A"\nvacances = [{ nom = "Ski", du = 2026-12-21, au = 2026-12-24 }]',
        "vacances",
        "sont déjà des vacances",
        "holidays twice",
    ),
    (
        'zone = "A"',
        'zone = "A"\nferies-ajoutes = [{ nom = "N", jour = 2026-12-25 }]',
        "feries-a",
        "déjà férié",
        "feast",
    ),
]


def remarks_of(folder: Path, today: date = TODAY) -> list[str]:
    faults = Faults()
    assert read_town(folder, faults, today), list(map(str, faults))
    return faults.remarks.lines()[1:]


@pytest.mark.parametrize(("before", "after", "at", "said"), [pytest.param(*case[:4], id=case[4]) for case in CASES])
def test_a_rule_without_effect_is_remarked_with_its_line(
    tmp_path: Path, before: str, after: str, at: str, said: str
) -> None:
    text = TOWN.replace(before, after, 1)
    (remark,) = remarks_of(a_folder(tmp_path, town=text))
    assert remark.startswith(f"  town.toml:{line_of(text, at)}: ")
    assert said in remark
    assert " ; attendu : " in remark


def test_a_usual_town_has_no_remark(tmp_path: Path) -> None:
    assert remarks_of(a_folder(tmp_path)) == []


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ('activites = ["mercredi"], ecoles = ["prevert"]', {"nomme « mercredi »", "nomme « prevert »"}),
        ('activites = ["mercredi"], ecoles = ["prevert", "mallerin"]', {"nomme « prevert »"}),
        ('activites = ["mercredi", "cantine"], ecoles = ["prevert"]', {"nomme « mercredi »"}),
    ],
)
def test_a_closure_that_names_what_a_school_does_not_offer(tmp_path: Path, named: str, said: set[str]) -> None:
    closure = f'fermetures = [{{ motif = "Grève", du = 2026-12-01, au = 2026-12-02, {named} }}]'
    text = TOWN.replace("places = 1", 'ecoles = ["mallerin"]') + closure + "\n"
    remarks = remarks_of(a_folder(tmp_path, town=text))
    assert {word for word in said if any(word in remark for remark in remarks)} == said
    assert len(remarks) == len(said)


def test_an_activity_that_needs_only_what_it_excludes(tmp_path: Path) -> None:
    both = f'{EVE}\nexige = ["mercredi"]\nexclut = ["mercredi"]'
    text = TOWN.replace('["mercredi"]', '["lundi"]').replace(EVE, both)
    (remark,) = remarks_of(a_folder(tmp_path, town=text))
    assert remark.startswith(f"  town.toml:{line_of(text, 'exclut')}: « exclut » nomme tout ce que « exige » demande")


@pytest.mark.parametrize(
    ("sending", "said"),
    [
        ("samedi 10:00 pour le lendemain", "« samedi 10:00 pour le lendemain » ne part jamais"),
        ("mardi 10:00 pour le lendemain", "« mardi 10:00 pour le lendemain » ne part jamais"),
        ("lundi 10:00 pour le lendemain", ""),
        ("le jour même à 08:45", ""),
        ("vendredi 10:00 pour la semaine suivante", ""),
    ],
)
def test_an_order_that_never_leaves(tmp_path: Path, sending: str, said: str) -> None:
    order = f'[[commandes]]\nnom = "Repas"\na = ["a@b.example"]\nactivites = ["cantine"]\nenvois = ["{sending}"]\n'
    remarks = remarks_of(a_folder(tmp_path, town=f"{TOWN}\n{order}"))
    assert len(remarks) == bool(said)
    assert all(said in remark and " ; attendu : " in remark for remark in remarks)


def test_a_school_without_activity(tmp_path: Path) -> None:
    text = TOWN.replace(EVE, f'{EVE}\necoles = ["mallerin"]').replace(THURSDAY, f'{THURSDAY}\necoles = ["mallerin"]')
    (remark,) = remarks_of(a_folder(tmp_path, town=text))
    assert "aucune activité n'est proposée à « PRÉVERT »" in remark


def test_a_weekday_that_is_never_changed_online_on_purpose(tmp_path: Path) -> None:
    table = TABLE.replace('vendredi = "mardi 10:00"', 'vendredi = "jamais en ligne" }')
    assert remarks_of(a_folder(tmp_path, town=TOWN.replace(EVE, table))) == []


def test_what_is_over_is_not_judged(tmp_path: Path) -> None:
    """A town keeps its closures and periods of the months before."""
    closures = 'fermetures = [{ motif = "Grève", jour = 2026-09-06 }]'
    periods = f"{EVE}\nperiodes = [{{ du = 2026-09-05, au = 2026-09-06 }}]"
    assert remarks_of(a_folder(tmp_path, town=TOWN.replace(EVE, periods) + closures + "\n")) == []


def test_a_calendar_that_is_over_is_the_only_remark(tmp_path: Path) -> None:
    (remark,) = remarks_of(a_folder(tmp_path), date(2027, 7, 3))
    assert remark.startswith(
        f"  town.toml:{line_of(TOWN, 'dernier-jour')}: le calendrier est fini depuis le 02/07/2027"
    )
