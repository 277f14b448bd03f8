"""``[[services]]`` and ``[[commandes]]``: what they can say, and what can be wrong with them, with its line."""

from pathlib import Path

import pytest

from chalicelib.intake.files.deadline_words import NotUnderstood
from chalicelib.intake.files.order_words import acknowledge_of, margin_of, sending_of
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.kitchen import (
    AcknowledgeBy,
    Adults,
    Counted,
    DaysBefore,
    KitchenOrder,
    Margin,
    OnWeekdays,
    OrderId,
    Sending,
    Serves,
    Sitting,
)
from tests.intake.folder import TOWN, a_folder, line_of
from tests.intake.town.test_town_file import read, right

CANTEEN, MALLERIN = ActivityId("cantine"), SchoolId("mallerin")
KITCHEN = """
[[services]]
nom = "1er service"
activites = ["cantine"]
ecoles = ["mallerin"]
classes = ["CP", "CE1"]

[[services]]
nom = "2e service"
activites = ["cantine"]

[[commandes]]
nom = "Cantine des écoles"
a = ["cuisine@traiteur.example", "chef@traiteur.example"]
activites = ["cantine"]
ecoles = ["mallerin"]
envois = ["vendredi 10:00 pour la semaine suivante", "le jour même à 08:45"]
marge = "5 %"
adultes = { mallerin = { "1er service" = 4 }, prevert = 2 }
accuse-avant = "2 h"
noms-pai = true
"""
MONDAY_TO_FRIDAY = frozenset({1, 2, 3, 4, 5})


def test_sittings_and_orders_are_read(tmp_path: Path) -> None:
    town = right(a_folder(tmp_path, town=TOWN + KITCHEN))
    assert town.sittings == (
        Sitting("1er service", frozenset({CANTEEN}), frozenset({MALLERIN}), ("CP", "CE1")),
        Sitting("2e service", frozenset({CANTEEN})),
    )
    assert town.orders == (
        KitchenOrder(
            id=OrderId("cantine-des-ecoles"),
            label="Cantine des écoles",
            to=("cuisine@traiteur.example", "chef@traiteur.example"),
            activities=(CANTEEN,),
            sendings=(OnWeekdays(frozenset({5}), 600, Serves.NEXT_WEEK), DaysBefore(0, 525)),
            schools=frozenset({MALLERIN}),
            margin=Margin(percent=5),
            adults=(Adults(MALLERIN, "1er service", 4), Adults(SchoolId("prevert"), "", 2)),
            acknowledge=AcknowledgeBy(120, after=True),
            pai_names=True,
        ),
    )


def test_a_town_without_a_kitchen_orders_nothing(tmp_path: Path) -> None:
    town = right(a_folder(tmp_path))
    assert (town.sittings, town.orders) == ((), ())


@pytest.mark.parametrize(
    ("text", "sending"),
    [
        ("le jour même à 08:45", DaysBefore(0, 525)),
        ("la veille à 15h", DaysBefore(1, 900)),
        ("2 jours ouvrés avant à 10:00", DaysBefore(2, 600, Counted.WORKING)),
        ("1 jour d'ouverture avant à 11:00", DaysBefore(1, 660, Counted.OPEN)),
        ("jeudi de la semaine précédente à 24:00", OnWeekdays(frozenset({4}), 1440, Serves.NEXT_WEEK)),
        ("Vendredi 10:00 pour la semaine suivante.", OnWeekdays(frozenset({5}), 600, Serves.NEXT_WEEK)),
        ("vendredi à 10h30 pour la semaine suivante", OnWeekdays(frozenset({5}), 630, Serves.NEXT_WEEK)),
        ("lundi 9:00 pour la semaine", OnWeekdays(frozenset({1}), 540, Serves.THIS_WEEK)),
        ("du lundi au vendredi 10:00 pour le lendemain", OnWeekdays(MONDAY_TO_FRIDAY, 600, Serves.NEXT_DAY)),
        (
            "du lundi au vendredi 10:00 pour le jour d’ouverture suivant",
            OnWeekdays(MONDAY_TO_FRIDAY, 600, Serves.NEXT_OPEN_DAY),
        ),
        ("lundi, mardi et le jeudi midi pour le lendemain", OnWeekdays(frozenset({1, 2, 4}), 720, Serves.NEXT_DAY)),
    ],
)
def test_a_sending_is_understood(text: str, sending: Sending) -> None:
    assert sending_of(text) == sending


@pytest.mark.parametrize(
    "text",
    [
        "tous les jours",
        "jamais en ligne",
        "11 jours avant à 10:00",
        "mardi 2 semaines avant à 10:00",
        "vendredi pour la semaine suivante",
        "vendredi 25:00 pour la semaine suivante",
        "vendredi 10:00 pour le mois",
        "du vendredi au lundi 10:00 pour le lendemain",
        "bientôt 10:00 pour le lendemain",
        "10:00 pour le lendemain",
    ],
)
def test_a_sending_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotUnderstood, match="attendu"):
        sending_of(text)


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("09:30", AcknowledgeBy(570, after=False)),
        ("9h30", AcknowledgeBy(570, after=False)),
        ("2 h", AcknowledgeBy(120, after=True)),
        ("1 h 30", AcknowledgeBy(90, after=True)),
        ("45 min", AcknowledgeBy(45, after=True)),
        ("2 heures après", AcknowledgeBy(120, after=True)),
    ],
)
def test_until_when_to_acknowledge_is_understood(text: str, by: AcknowledgeBy) -> None:
    assert acknowledge_of(text) == by


@pytest.mark.parametrize(("value", "margin"), [("5 %", Margin(5)), (3, Margin(0, 3)), ("3", Margin(0, 3))])
def test_a_margin_is_understood(value: object, margin: Margin) -> None:
    assert margin_of(value) == margin


CASES = [
    pytest.param('nom = "Cantine des écoles"', 'nom = "!!!"', "n'a ni lettre ni chiffre", id="name"),
    pytest.param('a = ["cuisine@traiteur.example", ', 'a = ["cuisine", ', "l'adresse « cuisine »", id="address"),
    pytest.param('a = ["cuisine@traiteur', "# no address", "il manque « a » dans [[commandes]]", id="no address"),
    pytest.param('a = ["cuisine@traiteur', 'a = ["x@y.example", "X@y.example"]', "adresses différentes", id="twice"),
    pytest.param("envois = [", 'envois = ["demain"]', "envois : l'envoi « demain » n'est pas compris", id="sending"),
    pytest.param("envois = [", "envois = []", "il manque « envois »", id="no sending"),
    pytest.param("marge =", 'marge = "beaucoup"', "marge : « beaucoup » n'est pas compris", id="margin"),
    pytest.param("marge =", 'marge = "500 %"', "marge : « 500 % » n'est pas compris", id="margin of 500 %"),
    pytest.param("adultes =", "adultes = { x = 3 }", "l'école « x » n'existe pas", id="adults of no school"),
    pytest.param(
        "adultes =",
        'adultes = { mallerin = { "3e" = 1 } }',
        "le service « 3e » n'existe pas",
        id="adults of no sitting",
    ),
    pytest.param("adultes =", "adultes = { mallerin = -1 }", "attendu : un nombre de repas", id="less than nobody"),
    pytest.param("accuse-avant =", 'accuse-avant = "vite"', "accuse-avant : « vite » n'est pas compris", id="until"),
    pytest.param("accuse-avant =", 'accuse-avant = "1 min"', "est hors limites", id="one minute"),
    pytest.param("noms-pai =", 'noms-pay = "oui"', "vouliez-vous dire « noms-pai » ?", id="typing error"),
    pytest.param("classes =", 'classes = ["?"]', "« ? » ne nomme pas de classe", id="class"),
]


@pytest.mark.parametrize(("start", "line", "said"), CASES)
def test_a_fault_is_said_with_its_line(tmp_path: Path, start: str, line: str, said: str) -> None:
    before = (TOWN + KITCHEN).splitlines()
    at = next(n for n, text in enumerate(before) if text.startswith(start))
    written = line + before[at].removeprefix(start) if line.endswith(", ") or line.endswith('"!!!"') else line
    text = "\n".join([*before[:at], written.replace('"!!!""', '"!!!"'), *before[at + 1 :]]) + "\n"
    town, faults = read(a_folder(tmp_path, town=text))
    assert town is None
    where = line_of(text, "[[commandes]]") if line.startswith("#") else line_of(text, written)
    assert any(fault.startswith(f"town.toml:{where}: ") and said in fault for fault in faults), faults


def test_unknown_activities_and_two_orders_of_one_name_are_faults(tmp_path: Path) -> None:
    again = KITCHEN[KITCHEN.index("[[commandes]]") :].replace('activites = ["cantine"]', 'activites = ["diner"]')
    _, faults = read(a_folder(tmp_path, town=TOWN + KITCHEN + again))
    assert any("deux commandes portent le nom « Cantine des écoles »" in fault for fault in faults), faults
    assert any("« diner » n'existe pas" in fault for fault in faults), faults


def test_an_order_of_no_activity_is_a_fault(tmp_path: Path) -> None:
    text = TOWN + KITCHEN[KITCHEN.index("[[commandes]]") :].replace('activites = ["cantine"]\n', "")
    _, faults = read(a_folder(tmp_path, town=text))
    assert any("il manque « activites » dans [[commandes]]" in fault for fault in faults), faults
