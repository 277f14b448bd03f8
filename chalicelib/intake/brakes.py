"""A run that would change too much stops before it writes: then the files are wrong more likely than the town.

What the portal has is compared with the lists, only by numbers. The operator can let the same run through.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from chalicelib.intake.files.faults import number, several
from chalicelib.intake.files.staging import count
from chalicelib.intake.people.renumbered import renumbered
from chalicelib.intake.ports import IntakeStore
from chalicelib.values import Value

ALWAYS_PASSES = 20
"""How many things of one kind may always be replaced or leave in one run."""
SHARE_OF_MANY = Fraction(5, 100)
"""Share of what the portal has of a kind: the run stops above this share and above ``ALWAYS_PASSES``."""
SHARE_OF_CODES, SHARE_OF_PEOPLE = Fraction(1, 2), Fraction(1)
"""Shares that stop the run even when the numbers are small: of replaced codes, and of families, children or enrolments
that leave. They count only when several families are touched or the list is empty."""
MOST_RENUMBERED_SHOWN = 10

_CODES = """
SELECT count(*) FILTER (WHERE replaced), count(*), count(DISTINCT family) FILTER (WHERE replaced) FROM (
    SELECT portal.family, children.id IS NOT NULL AND EXISTS (
        SELECT 1 FROM logins_to_write AS mine WHERE mine.family = portal.family AND mine.key = portal.key
    ) AS replaced
    FROM existing_logins AS portal
    LEFT JOIN children ON children.family = portal.family AND children.id = portal.child
)
"""
_CHILDREN = """
SELECT count(*) FILTER (WHERE gone), count(*), count(DISTINCT family) FILTER (WHERE gone) FROM (
    SELECT portal.family, children.id IS NULL AS gone FROM existing_children AS portal
    LEFT JOIN children ON children.family = portal.family AND children.id = portal.child
)
"""
_FAMILIES = """
SELECT count(*) FILTER (WHERE gone), count(*), count(*) FILTER (WHERE gone) FROM (
    SELECT DISTINCT portal.family, families.id IS NULL AS gone FROM existing_children AS portal
    LEFT JOIN families ON families.id = portal.family
)
"""
_STILL_ENROLLED = """
SELECT 1 FROM enrolments JOIN children ON children.id = enrolments.child
WHERE children.family = ? AND child = ? AND activity = ? AND (last IS NULL OR last >= ?)
"""


class Braked(RuntimeError):
    """The run would change too much; nothing was written. ``reasons`` say in French what would change."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__("; ".join(reasons))
        self.reasons = reasons


class Loss(Value):
    """Of the things of one kind that the portal has, ``lost`` would be replaced or leave, in ``families`` families.

    ``on_portal`` is how many the portal has, ``listed`` how many the lists have, ``most`` the share that stops the run
    even when they are few. ``one`` and ``several`` are the French words, with a place for ``{on_portal}``.
    """

    one: str
    several: str
    lost: int
    on_portal: int
    families: int
    listed: int
    most: Fraction = SHARE_OF_PEOPLE

    @property
    def brakes(self) -> bool:
        if not self.lost:
            return False
        many = self.lost > ALWAYS_PASSES and self.lost > SHARE_OF_MANY * self.on_portal
        return many or (self.lost >= self.most * self.on_portal and (self.families > 1 or not self.listed))

    def __str__(self) -> str:
        said = (self.several if self.lost > 1 else self.one).format(on_portal=number(self.on_portal))
        families = f" ({number(self.families)} famille{'s' if self.families > 1 else ''})"
        empty = "" if self.listed else " : la liste est vide"
        return f"{number(self.lost)} {said}{families if self.families != self.lost else ''}{empty}"


def reasons(losses: Iterable[Loss]) -> list[str]:
    """What stops the run, in French; empty when nothing does."""
    return [str(loss) for loss in losses if loss.brakes]


def brake(lists: sqlite3.Connection, store: IntakeStore, today: date) -> None:
    """Raises Braked when the run would change too much. ``lists`` must have the codes of both sides
    (``LoginWriter.compare``).

    Children and families are those of the lists before these: who has already left is not counted again.
    """
    if stops := [*reasons(_losses(lists, store, today)), *_renumbered(lists)]:
        raise Braked(stops)


def _renumbered(lists: sqlite3.Connection) -> list[str]:
    """Families that seem to have a new identifier. One is enough to stop the run, because it would lose what it has
    online."""
    said = [one.would_be() for one in renumbered(lists)]
    more = len(said) - MOST_RENUMBERED_SHOWN
    if more <= 0:
        return said
    others = f"{several(more, 'autre')} famille{'s' if more > 1 else ''}"
    verb = "semblent" if more > 1 else "semble"
    return [*said[:MOST_RENUMBERED_SHOWN], f"… et {others} qui {verb} avoir changé d'identifiant"]


def _losses(lists: sqlite3.Connection, store: IntakeStore, today: date) -> Iterator[Loss]:
    enrolled = _enrolments(lists, store, today)
    lost, on_portal, families = lists.execute(_CODES).fetchone()
    old = "changeraient : ceux que les parents ont ne marcheraient plus"
    one = "code sur {on_portal} changerait : celui que les parents ont ne marcherait plus"
    yield Loss(
        one, f"codes sur {{on_portal}} {old}", lost, on_portal, families, count(lists, "current_logins"), SHARE_OF_CODES
    )
    for sql, word, table in ((_FAMILIES, "famille", "families"), (_CHILDREN, "enfant", "children")):
        lost, on_portal, families = lists.execute(sql).fetchone()
        one, several = f"{word} sur {{on_portal}} ne serait plus", f"{word}s sur {{on_portal}} ne seraient plus"
        where = "dans les listes"
        yield Loss(f"{one} {where}", f"{several} {where}", lost, on_portal, families, count(lists, table))
    lost, on_portal, families = enrolled
    one, several = "inscription sur {on_portal} s'arrêterait", "inscriptions sur {on_portal} s'arrêteraient"
    yield Loss(one, several, lost, on_portal, families, count(lists, "enrolments"))


def _enrolments(lists: sqlite3.Connection, store: IntakeStore, today: date) -> tuple[int, int, int]:
    """The portal's enrolments that are not over on ``today``: how many would be over, how many there are, how many
    families are touched.

    It also stages the portal's children.
    """
    lost, on_portal, families = 0, 0, set()
    for family, child, enrolments in store.enrolments():
        lists.execute("INSERT OR IGNORE INTO existing_children VALUES (?, ?)", (family, child))
        for enrolment in enrolments:
            if enrolment.last and enrolment.last < today:
                continue
            on_portal += 1
            wanted = (family, child, enrolment.activity, today.isoformat())
            if not lists.execute(_STILL_ENROLLED, wanted).fetchone():
                lost += 1
                families.add(family)
    return lost, on_portal, len(families)
