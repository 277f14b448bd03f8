"""The families of the demo town: the manual's, one that shows every rule, and as many drawn ones as asked."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from infra.local.demo.names import CLASSES, FIRST_NAMES, LAST_NAMES

SCHOOLS = ("mallerin", "prevert", "ferry")
CODE_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody takes for one another."""
FIRST_CODE = 200
OLD_YEAR = (date(2015, 9, 1), date(2016, 8, 31))


@dataclass(frozen=True)
class Enrolled:
    activity: str
    read_only: bool = False
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class DemoChild:
    id: str
    code: str
    first_name: str
    last_name: str
    school: str
    class_name: str
    enrolled: tuple[Enrolled, ...]


@dataclass(frozen=True)
class DemoFamily:
    """``payers``: (family, payer, payer code, e-mail), two of them for the children of separated parents.

    ``told``: addresses besides the e-mail that new invoices are announced to; empty: the family is not told.
    """

    payers: tuple[tuple[str, str, str, str], ...]
    children: tuple[DemoChild, ...]
    told: tuple[str, ...] = ()


def bond() -> DemoFamily:
    """The manual's family, enrolled in what its screens show."""
    james, aline = (
        "cantine petites-vac-matin petites-vac-apres-midi",
        ("cantine garderie-matin garderie-soir petites-vac-matin petites-vac-apres-midi"),
    )
    children = tuple(
        DemoChild(
            f"c-{code}",
            code,
            first_name,
            "BOND",
            "mallerin",
            "10-Mme Béatrice ESCO",
            tuple(Enrolled(activity) for activity in activities.split()),
        )
        for code, first_name, activities in (("007", "James", james), ("008", "Aline", aline))
    )
    return DemoFamily((("f-bond", "Jamie BOND", "GOLDENEYE7", "jamie.bond@server.fr"),), children, ("BOND@server.fr",))


def martin() -> DemoFamily:
    """Shows what the BONDs do not: limited places, a meal that requires an activity, a read-only enrolment."""
    enrolled = ("mercredi", "etude", "garderie-soir", "petites-vac-matin", "petites-vac-repas")
    louise = DemoChild(
        "c-101",
        "101",
        "Louise",
        "MARTIN",
        "mallerin",
        "04-M. Luc DELMAS",
        (Enrolled("cantine", read_only=True), *(Enrolled(activity) for activity in enrolled)),
    )
    return DemoFamily((("f-martin", "Claude MARTIN", "CERISIER9", "claude.martin@server.fr"),), (louise,))


def drawn(count: int, year: tuple[date, date], seed: int = 7) -> Iterator[DemoFamily]:
    """``count`` families, always the same: three in four are of school year ``year``, the others of 2015-2016."""
    dice = random.Random(seed)  # noqa: S311 - names to show, not secrets to keep
    code = FIRST_CODE
    for number in range(count):
        last_name = dice.choice(LAST_NAMES)
        many = dice.choices((1, 2, 3, 4), (45, 38, 13, 4))[0]
        span = OLD_YEAR if number % 4 == 3 else year
        children = tuple(_child(dice, code + n, last_name, span) for n in range(many))
        code += many
        yield DemoFamily(_payers(dice, f"f-{number:05d}", last_name), children)


def _payers(dice: random.Random, family: str, last_name: str) -> tuple[tuple[str, str, str, str], ...]:
    """One payer, or two for one family in twenty."""
    others = [last_name, dice.choice(LAST_NAMES)] if dice.random() < 0.05 else [last_name]
    return tuple(
        (
            family if rank == 0 else f"{family}-b",
            f"{dice.choice(FIRST_NAMES)} {name}",
            "".join(dice.choices(CODE_LETTERS, k=10)),
            f"{family}{'-b' if rank else ''}@courriel.example" if dice.random() < 0.9 else "",
        )
        for rank, name in enumerate(others)
    )


def _child(dice: random.Random, code: int, last_name: str, span: tuple[date, date]) -> DemoChild:
    school = dice.choice(SCHOOLS)
    wanted = ["cantine", *(name for name in ("garderie-matin", "mercredi") if dice.random() < 0.4)]
    if school != "prevert" and dice.random() < 0.3:
        wanted.append("etude")
    elif dice.random() < 0.5:
        wanted.append("garderie-soir")
    if dice.random() < 0.5:
        wanted += ["petites-vac-matin", "petites-vac-apres-midi"]
        wanted += ["petites-vac-repas"] if dice.random() < 0.5 else []
    enrolled = tuple(Enrolled(name, name == "cantine" and dice.random() < 0.06, *span) for name in wanted)
    return DemoChild(
        f"c-{code}", f"{code:03d}", dice.choice(FIRST_NAMES), last_name, school, dice.choice(CLASSES), enrolled
    )
