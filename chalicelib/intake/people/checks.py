"""Checks of all lists together: references, ambiguous codes, enrolments, places. They are queries on the staging
database."""

import sqlite3

from chalicelib.intake.files.columns import OF_A_CHILD
from chalicelib.intake.files.faults import Faults, FileLine, add_or_mute
from chalicelib.intake.people.lists import CHILDREN, ENROLMENTS, FAMILIES
from chalicelib.intake.people.past import Past
from chalicelib.intake.people.past_checks import check_past
from chalicelib.rules.town import Town

_UNKNOWN_FAMILY = """
SELECT line, family, family IN (SELECT id FROM set_aside WHERE file = 'familles.csv')
FROM children WHERE family NOT IN (SELECT id FROM families)
"""
_UNKNOWN_ENROLLED = """
SELECT line, child, child IN (SELECT id FROM set_aside WHERE file = 'enfants.csv')
FROM enrolments WHERE child NOT IN (SELECT id FROM children)
"""
_SAME_PAYER_CODE = """
SELECT line, first FROM (
    SELECT line, min(line) OVER (PARTITION BY code) AS first FROM families WHERE code <> ''
) WHERE line > first
"""
_SAME_CHILD_CODE = """
SELECT line, code, first FROM (
    SELECT line, code, min(line) OVER (PARTITION BY family, normal_code) AS first FROM children
) WHERE line > first
"""
_CHILD_CODE_AS_PAYER_CODE = """
SELECT DISTINCT families.line FROM families JOIN children ON children.normal_code = families.code
AND children.family = families.id
"""
_ANOTHER_CHILD = """
SELECT later.line, later.id, min(earlier.line) FROM children AS later JOIN children AS earlier
ON later.id = earlier.id AND later.rank > earlier.rank
WHERE (later.first_name, later.last_name, later.school) <> (earlier.first_name, earlier.last_name, earlier.school)
GROUP BY later.line, later.id
"""
_TOLD_OTHERWISE = """
SELECT later.line, later.id, min(earlier.line) FROM children AS later JOIN children AS earlier
ON later.id = earlier.id AND later.rank > earlier.rank
WHERE CASE ? WHEN 'naissance' THEN later.birth <> earlier.birth WHEN 'regime' THEN later.diet <> earlier.diet
ELSE later.pai <> earlier.pai END
GROUP BY later.line, later.id
"""
"""What a column says of one child in two families."""
_EMPTY = """
SELECT 'familles.csv' WHERE NOT EXISTS (SELECT 1 FROM families) AND EXISTS (SELECT 1 FROM children)
UNION ALL
SELECT 'enfants.csv' WHERE NOT EXISTS (SELECT 1 FROM children) AND EXISTS (SELECT 1 FROM enrolments)
UNION ALL
SELECT 'inscriptions.csv' WHERE NOT EXISTS (SELECT 1 FROM enrolments) AND EXISTS (SELECT 1 FROM events)
"""
"""Empty lists that another list needs."""


def check_lists(database: sqlite3.Connection, town: Town | None, past: Past, faults: Faults) -> None:
    """Note the faults that no single row shows. Raises Unavailable when ``past`` has to be asked."""
    _check_empty(database, faults)
    for line, family, follows in database.execute(_UNKNOWN_FAMILY):
        wrong = f"la famille « {family} » n'existe pas ; attendu : une famille de familles.csv"
        add_or_mute(faults, FileLine(CHILDREN, line), wrong, follows=follows, needs=(FAMILIES,))
    for line, child, follows in database.execute(_UNKNOWN_ENROLLED):
        wrong = f"l'enfant « {child} » n'existe pas ; attendu : un enfant d'enfants.csv"
        add_or_mute(faults, FileLine(ENROLMENTS, line), wrong, follows=follows, needs=(CHILDREN,))
    check_codes(database, faults)
    for line, child, earlier in database.execute(_ANOTHER_CHILD):
        faults.add(
            FileLine(CHILDREN, line),
            f"l'identifiant « {child} » est celui d'un autre enfant ligne {earlier} ; "
            "attendu : le même prénom, le même nom et la même école pour un même enfant",
        )
    for column in OF_A_CHILD:
        for line, child, earlier in database.execute(_TOLD_OTHERWISE, (column,)):
            faults.add(
                FileLine(CHILDREN, line),
                f"« {column} » de l'enfant « {child} » n'est pas ce que dit la ligne {earlier} ; "
                "attendu : la même chose pour un même enfant",
            )
    check_past(database, town, past, faults)


def _check_empty(database: sqlite3.Connection, faults: Faults) -> None:
    """Note one fault for an empty list, not one for each line that needs it. A list of which every row is wrong is not
    empty."""
    for (file,) in database.execute(_EMPTY).fetchall():
        wrong_rows = database.execute("SELECT 1 FROM set_aside WHERE file = ?", (file,)).fetchone()
        if file not in faults.unread and not wrong_rows:
            faults.add_unread(
                FileLine(file, 1),
                "la liste est vide, mais d'autres listes en ont besoin ; attendu : des lignes sous les titres",
            )


def check_codes(database: sqlite3.Connection, faults: Faults) -> None:
    """One payer code opens one family; one child code opens one of its children. A fault never shows a payer code."""
    for line, earlier in database.execute(_SAME_PAYER_CODE):
        faults.add(
            FileLine(FAMILIES, line),
            f"le code payeur est déjà celui de la famille de la ligne {earlier} ; attendu : un code par famille",
        )
    for (line,) in database.execute(_CHILD_CODE_AS_PAYER_CODE):
        faults.add(
            FileLine(FAMILIES, line),
            "le code payeur est le code d'un enfant de la famille ; attendu : un code que la famille seule connaît",
        )
    for line, code, earlier in database.execute(_SAME_CHILD_CODE):
        faults.add(
            FileLine(CHILDREN, line),
            f"le code enfant « {code} » est déjà ligne {earlier}, dans la même famille ; "
            "attendu : deux codes qui ne désignent qu'un enfant",
        )
