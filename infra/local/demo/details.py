"""What the demo town's lists say besides who somebody is. Each name has its own dice: nobody else's facts move."""

import random
from datetime import date, timedelta

STREETS = (
    "rue de l'Église",
    "rue des Écoles",
    "avenue Jean Jaurès",
    "chemin du Moulin",
    "place de la Mairie",
    "rue Pasteur",
)
DIETS = ("sans-porc", "vegetarien", "")
HOW_OFTEN = (9, 4, 87)
YOUNGEST, OLDEST = 3 * 365, 11 * 365
"""Days of age at the beginning of the school year."""


def of_child(child: str, first: date) -> tuple[date, str, str]:
    """``naissance``, ``regime``, ``pai`` of a child who is at school from ``first``."""
    dice = random.Random(f"child {child}")  # noqa: S311 - facts to show
    birth = first - timedelta(days=dice.randint(YOUNGEST, OLDEST))
    return birth, dice.choices(DIETS, HOW_OFTEN)[0], "oui" if dice.random() < 0.03 else "non"


def of_family(family: str) -> tuple[str, str, str, str, str]:
    """``adresse``, ``complement``, ``code_postal``, ``ville``, ``prelevement`` of a payer."""
    dice = random.Random(f"family {family}")  # noqa: S311 - facts to show
    inside = f"Bât. {dice.choice('ABCD')}, appt {dice.randint(1, 40)}" if dice.random() < 0.3 else ""
    street = f"{dice.randint(1, 120)} {dice.choice(STREETS)}"
    return street, inside, "00000", "VILLE DE DÉMO", "oui" if dice.random() < 0.25 else "non"
