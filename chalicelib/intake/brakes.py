"""A run that would change too much stops before it writes: then the files are more likely wrong than the town.

What the portal has is compared with the lists, in numbers only. The same run goes through when the operator says so.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from chalicelib.intake.files.faults import number, several
from chalicelib.intake.files.staging import count
from chalicelib.intake.people.renumbered import renumbered
from chalicelib.intake.ports import IntakeStore

MANY = 20
"""Things of one kind that may always be replaced or leave in one run."""
SHARE = Fraction(5, 100)
"""Of what the portal has of the kind: more than ``MANY`` and more than this stops the run."""
MOST, ALL = Fraction(1, 2), Fraction(1)
"""However few they are: codes replaced, and what leaves, when several families are touched or the list is empty."""
RENUMBERED_SHOWN = 10

_CODES = """
SELECT count(*) FILTER (WHERE replaced), count(*), count(DISTINCT family) FILTER (WHERE replaced) FROM (
    SELECT there.family, children.id IS NOT NULL AND EXISTS (
        SELECT 1 FROM logins_to_write AS mine WHERE mine.family = there.family AND mine.key = there.key
    ) AS replaced
    FROM existing_logins AS there
    LEFT JOIN children ON children.family = there.family AND children.id = there.child
)
"""
_CHILDREN = """
SELECT count(*) FILTER (WHERE gone), count(*), count(DISTINCT family) FILTER (WHERE gone) FROM (
    SELECT there.family, children.id IS NULL AS gone FROM existing_children AS there
    LEFT JOIN children ON children.family = there.family AND children.id = there.child
)
"""
_FAMILIES = """
SELECT count(*) FILTER (WHERE gone), count(*), count(*) FILTER (WHERE gone) FROM (
    SELECT DISTINCT there.family, families.id IS NULL AS gone FROM existing_children AS there
    LEFT JOIN families ON families.id = there.family
)
"""
_STILL_ENROLLED = """
SELECT 1 FROM enrolments JOIN children ON children.id = enrolments.child
WHERE children.family = ? AND child = ? AND activity = ? AND (last IS NULL OR last >= ?)
"""


class Braked(RuntimeError):
    """The run would change too much; nothing was written. ``reasons`` say what, in French."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Loss:
    """Of the ``there`` things of one kind that the portal has, ``lost`` would be replaced or leave, of ``families``.

    ``listed`` is how many the lists have, ``most`` the share that stops the run however few they are. ``one`` and
    ``several`` say it in French, with a place for ``{there}``.
    """

    one: str
    several: str
    lost: int
    there: int
    families: int
    listed: int
    most: Fraction = ALL

    @property
    def brakes(self) -> bool:
        if not self.lost:
            return False
        many = self.lost > MANY and self.lost > SHARE * self.there
        return many or (self.lost >= self.most * self.there and (self.families > 1 or not self.listed))

    def __str__(self) -> str:
        said = (self.several if self.lost > 1 else self.one).format(there=number(self.there))
        families = f" ({number(self.families)} famille{'s' if self.families > 1 else ''})"
        empty = "" if self.listed else " : la liste est vide"
        return f"{number(self.lost)} {said}{families if self.families != self.lost else ''}{empty}"


def reasons(losses: Iterable[Loss]) -> list[str]:
    """What stops the run, in French; empty when nothing does."""
    return [str(loss) for loss in losses if loss.brakes]


def brake(lists: sqlite3.Connection, store: IntakeStore, today: date) -> None:
    """Raises Braked when the run would change too much. ``lists`` has the codes of both sides: ``LoginWriter.compare``.

    Children and families are those that the lists before this one had: who left already is not counted again.
    """
    if stops := [*reasons(_losses(lists, store, today)), *_renumbered(lists)]:
        raise Braked(stops)


def _renumbered(lists: sqlite3.Connection) -> list[str]:
    """One is enough to stop the run: what its family has online would be lost to it."""
    said = [one.would_be() for one in renumbered(lists)]
    more = len(said) - RENUMBERED_SHOWN
    if more <= 0:
        return said
    others = f"{several(more, 'autre')} famille{'s' if more > 1 else ''}"
    verb = "semblent" if more > 1 else "semble"
    return [*said[:RENUMBERED_SHOWN], f"… et {others} qui {verb} avoir changé d'identifiant"]


def _losses(lists: sqlite3.Connection, store: IntakeStore, today: date) -> Iterator[Loss]:
    enrolled = _enrolments(lists, store, today)
    lost, there, families = lists.execute(_CODES).fetchone()
    old = "changeraient : ceux que les parents ont ne marcheraient plus"
    one = "code sur {there} changerait : celui que les parents ont ne marcherait plus"
    yield Loss(one, f"codes sur {{there}} {old}", lost, there, families, count(lists, "current_logins"), MOST)
    for sql, word, table in ((_FAMILIES, "famille", "families"), (_CHILDREN, "enfant", "children")):
        lost, there, families = lists.execute(sql).fetchone()
        one, several = f"{word} sur {{there}} ne serait plus", f"{word}s sur {{there}} ne seraient plus"
        where = "dans les listes"
        yield Loss(f"{one} {where}", f"{several} {where}", lost, there, families, count(lists, table))
    lost, there, families = enrolled
    one, several = "inscription sur {there} s'arrêterait", "inscriptions sur {there} s'arrêteraient"
    yield Loss(one, several, lost, there, families, count(lists, "enrolments"))


def _enrolments(lists: sqlite3.Connection, store: IntakeStore, today: date) -> tuple[int, int, int]:
    """Of the portal's enrolments that are not over ``today``: those that would be, all of them, families touched.

    Stages the portal's children on the way.
    """
    lost, there, families = 0, 0, set()
    for family, child, enrolments in store.enrolments():
        lists.execute("INSERT OR IGNORE INTO existing_children VALUES (?, ?)", (family, child))
        for enrolment in enrolments:
            if enrolment.last and enrolment.last < today:
                continue
            there += 1
            wanted = (family, child, enrolment.activity, today.isoformat())
            if not lists.execute(_STILL_ENROLLED, wanted).fetchone():
                lost += 1
                families.add(family)
    return lost, there, len(families)
