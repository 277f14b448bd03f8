"""The demo town's invoices: the manual's four, and last months' for everybody else."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from infra.local.demo.people import DemoChild, DemoFamily

REGIE = "REGIE PERISCOLAIRE"
MONTHS = (
    "JANVIER", "FÉVRIER", "MARS", "AVRIL", "MAI", "JUIN", "JUILLET",
    "AOÛT", "SEPTEMBRE", "OCTOBRE", "NOVEMBRE", "DÉCEMBRE",
)  # fmt: skip
PRICES = {
    "cantine": ("Repas de cantine", 345),
    "garderie-matin": ("Garderie du matin", 120),
    "garderie-soir": ("Garderie du soir", 185),
    "etude": ("Étude surveillée", 160),
    "mercredi": ("Accueil du mercredi", 890),
}
"""What a line says, and cents; holiday activities have their own invoices."""
ONE_IN = 10
PAID_TOO = 0.25
"""Part of the families that also show a paid invoice."""
DAYS_TO_PAY = 30
AFTER_ALL = 900_000
TOO_OLD_DAYS = 6001
"""After ``jours-apres-echeance`` of the demo town, whose manual shows invoices of 2013."""
MEANS = ("cheque", "prelevement", "virement", "especes", "carte")


@dataclass(frozen=True)
class DemoLine:
    what: str
    child: str
    quantity: int
    price: int
    activity: str = ""
    child_id: str = ""

    @property
    def amount(self) -> int:
        return self.quantity * self.price

    @property
    def facts(self) -> tuple[str, str, int]:
        return self.what, self.child, self.quantity

    @property
    def care(self) -> tuple[str, str]:
        return self.activity, self.child_id


@dataclass(frozen=True)
class DemoInvoice:
    """``paid``: payer, day and means, None while it is due. ``corrects`` is the invoice that a credit note corrects."""

    number: str
    family: str
    issued_on: date
    due_on: date
    label: str
    lines: tuple[DemoLine, ...]
    paid: tuple[str, date, str] | None = None
    cancelled: bool = False
    corrects: str = ""

    @property
    def total(self) -> int:
        return sum(line.amount for line in self.lines)

    @property
    def facts(self) -> tuple[str, str, date, date, str, str]:
        return self.number, self.family, self.issued_on, self.due_on, self.label, REGIE

    @property
    def events(self) -> tuple[str, str, str]:
        """``etat``, ``facture_corrigee``, ``moyen``: the family's list says who is debited."""
        return "annulee" if self.cancelled else "", self.corrects, ""


MANUAL = (
    DemoInvoice(
        "2012-003-000314",
        "f-bond",
        date(2012, 3, 30),
        date(2012, 4, 15),
        "CANTINE ET GARDERIE MARS 2012",
        (
            DemoLine("Repas de cantine", "James", 4, 350, "cantine", "c-007"),
            DemoLine("Repas de cantine", "Aline", 2, 350, "cantine", "c-008"),
        ),
        ("Jamie BOND", date(2012, 4, 25), "en ligne"),
    ),
    DemoInvoice(
        "2012-004-000313",
        "f-bond",
        date(2012, 4, 30),
        date(2012, 5, 15),
        "CANTINE ET GARDERIE AVRIL 2012",
        (DemoLine("Repas de cantine", "James", 3, 350, "cantine", "c-007"),),
        ("Jamie BOND", date(2012, 8, 16), "cheque"),
    ),
    DemoInvoice(
        "2013-019-000345",
        "f-bond",
        date(2013, 7, 5),
        date(2013, 7, 31),
        "CANTINE ET GARDERIE JUIN-JUILLET 2013",
        (
            DemoLine("Repas de cantine", "James", 2, 259, "cantine", "c-007"),
            DemoLine("Repas de cantine", "Aline", 1, 259, "cantine", "c-008"),
        ),
    ),
    DemoInvoice(
        "2013-026-000335",
        "f-bond",
        date(2013, 9, 30),
        date(2013, 10, 15),
        "CANTINE ET GARDERIE SEPTEMBRE 2013",
        (
            DemoLine("Garderie du matin", "James", 1, 212, "garderie-matin", "c-007"),
            DemoLine("Garderie du matin", "Aline", 1, 212, "garderie-matin", "c-008"),
        ),
    ),
)
"""Those that the manual shows; it does not print their lines."""


def plain(cents: int) -> str:
    """``12,50``, ``-3,70``"""
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100},{abs(cents) % 100:02}"


def invoices_of(family: DemoFamily, today: date, dice: random.Random) -> Iterator[DemoInvoice]:
    """What the first payer of ``family`` owes or has paid, as the town knows it on ``today``."""
    if family.payers[0][0] == "f-bond":
        yield from (invoice for invoice in MANUAL if invoice.issued_on <= today)
        return
    yield from _last_year(family, today)
    last = today.replace(day=1) - timedelta(days=1)
    before = last.replace(day=1) - timedelta(days=1)
    if dice.random() < PAID_TOO:
        yield from _month(family, before, dice, dice.choice(MEANS))
    for invoice in _month(family, last, dice, ""):
        yield invoice
        if invoice.family == "f-martin":
            yield from _events(invoice, today)


def _events(invoice: DemoInvoice, today: date) -> Iterator[DemoInvoice]:
    """What becomes of the MARTINs' invoices: one is corrected by a credit note, one is cancelled, and one is so old
    that it cannot be paid online any more."""
    year, _, rank = invoice.number.split("-")
    month = f"{MONTHS[invoice.issued_on.month - 1]} {year}"
    one, back = (replace(invoice.lines[0], quantity=number) for number in (1, -1))
    old = today - timedelta(days=TOO_OLD_DAYS)
    yield replace(invoice, number=f"{year}-101-{rank}", label=f"AVOIR {month}", lines=(back,), corrects=invoice.number)
    yield replace(invoice, number=f"{year}-102-{rank}", label=f"SORTIE {month}", lines=(one,), cancelled=True)
    yield replace(
        invoice,
        number=f"{old.year}-103-{rank}",
        label=f"SORTIE {MONTHS[old.month - 1]} {old.year}",
        lines=(one,),
        issued_on=old - timedelta(days=DAYS_TO_PAY),
        due_on=old,
    )


def _month(family: DemoFamily, issued_on: date, dice: random.Random, means: str) -> Iterator[DemoInvoice]:
    """The invoice of the month that ends on ``issued_on``; none for a family that came to nothing then."""
    name, payer, *_ = family.payers[0]
    lines = tuple(
        _line(child, one.activity, dice.randint(2, 16))
        for child in family.children
        for one in child.enrolled
        if one.activity in PRICES and (one.first is None or one.first <= issued_on <= (one.last or issued_on))
    )
    if lines:
        number = f"{issued_on.year}-{issued_on.month:03}-{_rank(name):06}"
        label = f"CANTINE ET GARDERIE {MONTHS[issued_on.month - 1]} {issued_on.year}"
        due_on = issued_on + timedelta(days=DAYS_TO_PAY)
        paid = (payer, issued_on + timedelta(days=9), means) if means else None
        yield DemoInvoice(number, name, issued_on, due_on, label, lines, paid)


def _line(child: DemoChild, activity: str, quantity: int) -> DemoLine:
    what, price = PRICES[activity]
    return DemoLine(what, child.first_name, quantity, price, activity, child.id)


def _last_year(family: DemoFamily, today: date) -> Iterator[DemoInvoice]:
    """November of last year, paid in December: one family in ten has a tax certificate to look at."""
    name, payer, *_ = family.payers[0]
    wanted = [(child, one.activity) for child in family.children for one in child.enrolled if one.activity in PRICES]
    if (_rank(name) % ONE_IN and _rank(name) < AFTER_ALL) or not wanted:
        return
    issued_on = date(today.year - 1, 11, 30)
    lines = tuple(_line(child, activity, 8) for child, activity in wanted)
    label = f"CANTINE ET GARDERIE NOVEMBRE {issued_on.year}"
    due_on, paid = issued_on + timedelta(days=DAYS_TO_PAY), (payer, issued_on + timedelta(days=9), "cheque")
    number = f"{issued_on.year}-111-{_rank(name):06}"
    yield DemoInvoice(number, name, issued_on, due_on, label, lines, paid)


def _rank(family: str) -> int:
    """``f-00012`` -> 12; families with a name of their own come after those that are drawn."""
    digits = family.removeprefix("f-")
    return int(digits) + 1 if digits.isdecimal() else AFTER_ALL
