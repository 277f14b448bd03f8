"""What a cell of a list means: a name, a code, a day, yes or no. A wrong cell is a fault of its line."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TypeVar

from chalicelib.intake.files.charsets import FROM_ITS_SOFTWARE, lost_accents
from chalicelib.intake.files.deadline_words import NotUnderstood, day_and_minute, day_of
from chalicelib.intake.files.faults import Faults, plain, words
from chalicelib.intake.files.sheets import Row
from chalicelib.rules import ids
from chalicelib.rules.money import Cents, euros, price
from chalicelib.rules.school_calendar import END_OF_DAY, paris_day, paris_instant

Value = TypeVar("Value")
MOST_CHARACTERS = 120
LOOSE = "~"
TICK = timedelta(microseconds=1)
"""What the end of a day is taken back by, to be in that day."""
EXPECTED_NAME = (
    f"attendu : lettres sans accent, chiffres, points et tirets, {ids.LONGEST} au plus, sans espace ni barre"
)
A_DAY = "une date, comme 2026-09-01 ou 01/09/2026"
CELLS_REMEMBERED = 4096
"""How many cells are remembered: a list has the same days again and again, and reading a day costs more than the rest
of its row."""
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SECONDS = re.compile(r"(\d{1,2}):(\d{2}):(\d{2})$")
_QUANTITY = re.compile(r"-?\d{1,6}(?:[.,]\d{1,6})?", re.ASCII)
_YES = {"oui", "o", "vrai", "true", "x", "1"}
_NO = {"", "non", "n", "faux", "false", "0"}


class Cells:
    """The cells of one row, read by meaning. ``good`` is True while all of them were right and can be taken.

    ``waits_because`` says why a right row cannot be taken; empty for all others.
    """

    def __init__(self, row: Row, faults: Faults) -> None:
        self.row = row
        self.faults = faults
        self.good = True
        self.waits_because = ""

    def wait(self, why: str) -> None:
        """Set the row aside: it is right, and the portal cannot take it."""
        self.good = False
        self.waits_because = why

    def fault(self, text: str) -> None:
        self.good = False
        self.faults.add(self.row.where, text)

    def text(self, column: str, *, needed: bool = True, expected: str = "un texte") -> str:
        """``expected`` is said when a needed cell is empty."""
        text = self.row[column]
        if needed and not text:
            self.fault(f"la colonne « {column} » est vide ; attendu : {expected}")
        if len(text) > MOST_CHARACTERS or (not text.isprintable() and _CONTROL.search(text)):
            self.fault(f"« {column} » n'est pas lisible ; attendu : une ligne de {MOST_CHARACTERS} caractères au plus")
        return text

    def person(self, column: str) -> str:
        """A person's name, with its accents."""
        text = self.text(column)
        if lost_accents(text):
            self.fault(f"« {column} » : « {text} » a perdu ses accents ; {FROM_ITS_SOFTWARE}")
        return text

    def identifier(self, column: str) -> str:
        """The name of a family, a child or an invoice: ``rules.ids`` decides which texts are names."""
        text = self.text(column)
        try:
            return ids.named(text) if text else ""
        except ValueError:
            self.fault(f"« {column} » vaut « {text} » ; {EXPECTED_NAME}")
            return text

    def day(self, column: str, *, needed: bool = True) -> date | None:
        text = self.text(column, needed=needed, expected=A_DAY)
        return self._understood(_day_of, text) if text else None

    def instant(self, column: str) -> datetime | None:
        """A day with or without an hour, on a wall clock in Paris -> aware UTC. Without an hour it is the beginning of
        the day."""
        text = self.text(column, expected=A_DAY)
        return self._understood(instant_of, text) if text else None

    def past_instant(self, column: str, now: datetime) -> datetime | None:
        at = self.instant(column)
        if at and at > now:
            self.fault(f"« {column} » ({self.row[column]}) est dans l'avenir ; attendu : une date passée")
        return at

    def written_at(self, column: str, now: datetime) -> tuple[datetime, bool] | None:
        """When the office wrote something down (aware UTC), and whether the hour is unknown.

        Without an hour it stands at the end of its day; today, whose end has not come, it stands at ``now``.
        """
        text = self.text(column, expected=A_DAY)
        at = self._understood(end_of, text) if text else None
        if at is None:
            return None
        whole_day = at != instant_of(text)
        if whole_day and paris_day(at - TICK) == paris_day(now):
            at = now
        if at > now:
            self.fault(f"« {column} » ({self.row[column]}) est dans l'avenir ; attendu : une date passée")
        return at, whole_day

    def amount(self, column: str) -> Cents | None:
        """Euros with at most two decimals -> cents. Nothing is guessed: thousands separators and currency signs are
        faults."""
        text = self.text(column, expected="un montant, par exemple 1234,50")
        try:
            return euros(text) if text else None
        except ValueError:
            self.fault(
                f"« {column} » vaut « {text} » ; "
                "attendu : un montant sans espace ni symbole, avec deux décimales au plus, par exemple 1234,50"
            )
            return None

    def price(self, column: str) -> Decimal | None:
        """Euros with at most six decimals -> cents with their parts."""
        text = self.text(column, expected="un prix, par exemple 2,125")
        try:
            return price(text) if text else None
        except ValueError:
            self.fault(
                f"« {column} » vaut « {text} » ; "
                "attendu : un prix sans espace ni symbole, avec six décimales au plus, par exemple 2,125"
            )
            return None

    def quantity(self, column: str) -> Decimal | None:
        text = self.text(column, expected="un nombre, par exemple 4 ou 2,5")
        if text and not _QUANTITY.fullmatch(text):
            self.fault(
                f"« {column} » vaut « {text} » ; "
                "attendu : un nombre sans espace, avec six décimales au plus, par exemple 4 ou 2,5"
            )
            return None
        return Decimal(text.replace(",", ".")) if text else None

    def yes(self, column: str, *, shown: bool = True) -> bool:
        """``shown``: whether a fault may show the cell."""
        said = _plain(self.row[column])
        if said not in _YES | _NO:
            is_wrong = f"vaut « {self.row[column]} »" if shown else "n'est pas compris"
            self.fault(f"« {column} » {is_wrong} ; attendu : oui ou non")
        return said in _YES

    def one_of(self, column: str, meanings: Mapping[str, Value], expected: str) -> Value | None:
        """What the cell means among ``meanings``. Their keys are ``plain`` texts, or ``words`` after ``LOOSE``."""
        text = self.text(column, expected=expected)
        meaning = self.meaning(column, meanings)
        if text and meaning is None:
            self.fault(f"« {column} » vaut « {text} » ; attendu : {expected}")
        return meaning

    def meaning(self, column: str, meanings: Mapping[str, Value]) -> Value | None:
        """Like ``one_of``, but a cell without meaning gives None and no fault."""
        text = self.row[column]
        return meanings.get(_plain(text), meanings.get(LOOSE + _words(text)))

    def _understood(self, understand: Callable[[str], Value], text: str) -> Value | None:
        try:
            return understand(text)
        except NotUnderstood as error:
            self.fault(str(error))
            return None


def loosely(meanings: Mapping[str, Value]) -> Mapping[str, Value]:
    """``meanings``, whatever stands between their words: ``non payée`` is ``non-payee``."""
    return {**meanings, **{LOOSE + words(name): meaning for name, meaning in meanings.items()}}


_day_of = lru_cache(maxsize=CELLS_REMEMBERED)(day_of)
_plain = lru_cache(maxsize=CELLS_REMEMBERED)(plain)
_words = lru_cache(maxsize=CELLS_REMEMBERED)(words)


@lru_cache(maxsize=CELLS_REMEMBERED)
def instant_of(text: str) -> datetime:
    """``18/12/2015``, ``2015-12-18 10:30``, ``2015-12-18T10:30:05``, ``18/12/2015 24:00`` in Paris -> aware UTC.

    A day without an hour is its beginning. Raises NotUnderstood.
    """
    return _read_instant(text, otherwise=0)


@lru_cache(maxsize=CELLS_REMEMBERED)
def end_of(text: str) -> datetime:
    """The same, but a day without an hour is its end. Raises NotUnderstood."""
    return _read_instant(text, otherwise=END_OF_DAY)


def _read_instant(text: str, *, otherwise: int) -> datetime:
    seconds = _SECONDS.search(text)
    day, minute = day_and_minute(text, otherwise=otherwise)
    second = int(seconds.group(3)) if seconds else 0
    if second > 59 or (minute == END_OF_DAY and second):
        raise NotUnderstood(f"l'heure de « {text} » n'existe pas ; attendu entre 00:00 et 24:00")
    return paris_instant(day, minute) + timedelta(seconds=second)
