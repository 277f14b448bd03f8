"""What a booking is worth on the town's bills: a code for each child, activity and day, judged from what was changed
after the deadline. No amount is computed here: the town's own software has the rates.

The family that booked pays: separated parents who each booked a day have a line each.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from chalicelib.values import Value


class BillingCode(StrEnum):
    """Its value is its name in town.toml."""

    ON_TIME = "a-l-heure"
    LATE = "hors-delai"
    """Booked after the deadline: only the office can."""
    CANCELLED_LATE = "annule-hors-delai"
    """Cancelled after the deadline, and billed all the same."""
    BY_TOWN = "annule-mairie"
    """Cancelled by the town itself: not billed."""


WORDS = {
    BillingCode.ON_TIME: "à l'heure",
    BillingCode.LATE: "hors délai",
    BillingCode.CANCELLED_LATE: "annulé hors délai",
    BillingCode.BY_TOWN: "annulé par la mairie",
}
FACTS = (
    *("payeur", "enfant", "nom", "prenom", "ecole", "classe", "activite", "libelle", "jour", "reserve", "quantite"),
    *("code", "arrete_le"),
)
"""What a column of the billing file may say."""
USUAL = ("payeur", "enfant", "activite", "jour", "reserve", "quantite", "code", "arrete_le")


class Billing(Value):
    """How the town's billing software wants its file."""

    columns: tuple[tuple[str, str], ...] = tuple((fact, fact) for fact in USUAL)
    """Title of each column and the fact that it says, one of ``FACTS``, in the order of the file."""
    codes: Mapping[BillingCode, str] = field(default_factory=dict)
    """The software's own words for the codes; ``WORDS`` for those that are not there."""

    def word(self, code: BillingCode) -> str:
        return self.codes.get(code, WORDS[code])


class JudgedMove(NamedTuple):
    """A change of a slot, judged."""

    booked: bool
    late: bool
    by_town: bool


def judged(*, booked: bool, at: datetime, by_town: bool, until: datetime | None) -> JudgedMove:
    """A change that was asked for ``at``. It is late from the very instant of its deadline on, as it is online. Without
    a deadline (a closed day, an activity that only the office changes) nothing is late."""
    return JudgedMove(booked, until is not None and at >= until, by_town)


def after(code: BillingCode | None, move: JudgedMove) -> BillingCode | None:
    """The code of a slot after one change; None when there is nothing to bill."""
    if move.booked:
        if code in {BillingCode.CANCELLED_LATE, BillingCode.BY_TOWN}:
            return BillingCode.ON_TIME  # The office takes back a cancelling: it is again what it was.
        return BillingCode.LATE if move.late else BillingCode.ON_TIME
    if move.by_town:
        return BillingCode.BY_TOWN
    # What the office booked late and cancels again was a mistake: nobody pays for it.
    return BillingCode.CANCELLED_LATE if move.late and code is BillingCode.ON_TIME else None


def code_of(moves: Iterable[JudgedMove]) -> BillingCode | None:
    """The code of a slot by its changes from some moment on, oldest first. What it was before is the contrary of the
    first: a booked slot is never booked again."""
    code: BillingCode | None = None
    for number, move in enumerate(moves):
        if number == 0:
            code = None if move.booked else BillingCode.ON_TIME
        code = after(code, move)
    return code


def quantity(code: BillingCode) -> int:
    return 0 if code is BillingCode.BY_TOWN else 1


def is_booked(code: BillingCode) -> bool:
    return code in {BillingCode.ON_TIME, BillingCode.LATE}
