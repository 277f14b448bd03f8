"""A run that would change too much stops before it writes: then the files are wrong more likely than the town.

What the portal has is compared with the lists, only by numbers. The operator can let the same run through.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from fractions import Fraction

from chalicelib.intake.files.faults import number, plain, several
from chalicelib.intake.files.staging import count
from chalicelib.intake.people.renumbered import renumbered
from chalicelib.intake.people.there import CHANGES, STOPS
from chalicelib.rules.brakes import Brakes
from chalicelib.rules.town import Town
from chalicelib.values import Value

SHARE_OF_CODES, SHARE_OF_PEOPLE, NO_SHARE = Fraction(1, 2), Fraction(1), Fraction(2)
SHARE_OF_PAYMENTS = Fraction(1, 2)
"""Shares that stop the run even when the numbers are small: of replaced codes, and of families, children or enrolments
that leave. They count only when several families are touched or the list is empty; what only changes has none."""
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
_CHANGED_CHILDREN = """
SELECT count(*) FILTER (WHERE changes), count(*), count(DISTINCT family) FILTER (WHERE changes) FROM (
    SELECT portal.family, children.id IS NOT NULL AND
        (children.first_name, children.last_name, children.school)
        <> (portal.first_name, portal.last_name, portal.school) AS changes
    FROM existing_children AS portal
    LEFT JOIN children ON children.family = portal.family AND children.id = portal.child
)
"""
_FAMILIES = """
SELECT count(*) FILTER (WHERE gone), count(*), count(*) FILTER (WHERE gone) FROM (
    SELECT DISTINCT portal.family, families.id IS NULL AS gone FROM existing_children AS portal
    LEFT JOIN families ON families.id = portal.family
)
"""
_ENROLMENTS = """
SELECT count(*) FILTER (WHERE becomes = {0}), count(*), count(DISTINCT family) FILTER (WHERE becomes = {0})
FROM existing_enrolments
"""
_PAYMENTS = "SELECT count(*) FILTER (WHERE gone), count(*), count(DISTINCT family) FILTER (WHERE gone) FROM recorded"
_LEFT = " dans les listes"
_KINDS = (
    (
        _CODES,
        (
            "code sur {on_portal} changerait : celui que les parents ont ne marcherait plus",
            "codes sur {on_portal} changeraient : ceux que les parents ont ne marcheraient plus",
        ),
        "current_logins",
        SHARE_OF_CODES,
    ),
    (
        _FAMILIES,
        ("famille sur {on_portal} ne serait plus" + _LEFT, "familles sur {on_portal} ne seraient plus" + _LEFT),
        "families",
        SHARE_OF_PEOPLE,
    ),
    (
        _CHILDREN,
        ("enfant sur {on_portal} ne serait plus" + _LEFT, "enfants sur {on_portal} ne seraient plus" + _LEFT),
        "children",
        SHARE_OF_PEOPLE,
    ),
    (
        _CHANGED_CHILDREN,
        (
            "enfant sur {on_portal} changerait de nom ou d'école",
            "enfants sur {on_portal} changeraient de nom ou d'école",
        ),
        "children",
        NO_SHARE,
    ),
    (
        _ENROLMENTS.format(STOPS),
        ("inscription sur {on_portal} s'arrêterait", "inscriptions sur {on_portal} s'arrêteraient"),
        "enrolments",
        SHARE_OF_PEOPLE,
    ),
    (
        _ENROLMENTS.format(CHANGES),
        ("inscription sur {on_portal} changerait de dates", "inscriptions sur {on_portal} changeraient de dates"),
        "enrolments",
        NO_SHARE,
    ),
    (
        _PAYMENTS,
        (
            "règlement sur {on_portal} n'est plus dans la liste complète et serait repris",
            "règlements sur {on_portal} ne sont plus dans la liste complète et seraient repris",
        ),
        "recorded",
        SHARE_OF_PAYMENTS,
    ),
)
"""What is counted, its French words for one and for several, the list that has it, and the share that stops a run."""


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
    limits: Brakes = Brakes()

    @property
    def brakes(self) -> bool:
        if not self.lost:
            return False
        many = self.lost > self.limits.count and 100 * self.lost > self.limits.percent * self.on_portal
        return many or (self.lost >= self.most * self.on_portal and (self.families > 1 or not self.listed))

    def __str__(self) -> str:
        said = (self.several if self.lost > 1 else self.one).format(on_portal=number(self.on_portal))
        families = f" ({number(self.families)} famille{'s' if self.families > 1 else ''})"
        empty = "" if self.listed else " : la liste est vide"
        return f"{number(self.lost)} {said}{families if self.families != self.lost else ''}{empty}"


def reasons(losses: Iterable[Loss]) -> list[str]:
    """What stops the run, in French; empty when nothing does."""
    return [str(loss) for loss in losses if loss.brakes]


def brake(lists: sqlite3.Connection, before: Town | None, town: Town) -> None:
    """Raises Braked when the run would change too much."""
    if found := stops(lists, before, town):
        raise Braked(found)


def stops(lists: sqlite3.Connection, before: Town | None, town: Town) -> list[str]:
    """What stops the run, in French. ``lists`` must have what the portal has (``stage_portal``), and the codes of both
    sides (``LoginWriter.compare``).

    Children and families are those of the lists before these: who has already left is not counted again. The limits are
    the stricter ones of ``before``, the published town, and ``town``.
    """
    limits = town.brakes.with_those_of(before.brakes) if before else town.brakes
    return [*_of_the_town(before, town), *reasons(_losses(lists, limits)), *_renumbered(lists)]


def _of_the_town(before: Town | None, town: Town) -> Iterator[str]:
    """What tells that the folder may be another town's, or last year's."""
    if before is None:
        return
    if plain(before.name) != plain(town.name):
        yield f"la ville s'appellerait « {town.name} », et s'appelle « {before.name} » : est-ce le bon dossier ?"
    if town.calendar.last < before.calendar.last:
        yield (
            f"le calendrier finirait le {town.calendar.last:%d/%m/%Y}, et finit le {before.calendar.last:%d/%m/%Y} : "
            "est-ce le fichier de cette année ?"
        )


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


def _losses(lists: sqlite3.Connection, limits: Brakes) -> Iterator[Loss]:
    for sql, words, table, most in _KINDS:
        lost, on_portal, families = lists.execute(sql).fetchone()
        yield Loss(*words, lost, on_portal, families, count(lists, table), most, limits)
