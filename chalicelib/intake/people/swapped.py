"""Columns of enfants.csv that seem to be swapped. The list is judged as a whole: a town may write all names alike."""

import sqlite3
from collections import Counter
from collections.abc import Iterator

from chalicelib.intake.files.faults import FileLine, plain
from chalicelib.intake.people.lists import CHILDREN
from chalicelib.rules.town import Town

Said = Iterator[tuple[FileLine, str]]
STRAIGHT, SWAPPED, ALIKE, INITIALS = range(4)
LEAST_LETTERS = 2
"""Initials say nothing."""
LEAST_SIBLINGS = 2
"""How many families are needed to say that brothers and sisters share the name that should be their own."""
_NAMES = "SELECT line, first_name, last_name FROM children ORDER BY line"
_SHARED = """
SELECT count(*) FILTER (WHERE first_names = 1 AND last_names > 1), count(*) FILTER (WHERE last_names = 1) FROM (
    SELECT count(DISTINCT first_name) AS first_names, count(DISTINCT last_name) AS last_names, count(*) AS children
    FROM children GROUP BY family HAVING children > 1
)
"""


def of_columns(lists: sqlite3.Connection, town: Town) -> Said:
    """Where, and the sentence."""
    yield from _names(lists)
    schools = {plain(label): label for label in _names_of_schools(town)}
    for line, class_name in lists.execute("SELECT line, class_name FROM children ORDER BY line"):
        if label := schools.get(plain(class_name)):
            yield (
                FileLine(CHILDREN, line),
                f"« classe » vaut « {class_name} », qui est une école (« {label} ») ; attendu : la classe de l'enfant",
            )


def _names_of_schools(town: Town) -> Iterator[str]:
    for school in town.schools.values():
        yield from (str(school.id), school.label)


def _names(lists: sqlite3.Connection) -> Said:
    """Surnames in capitals and first names that are not: a list that writes most names so shows which rows are swapped,
    or that all are."""
    order: Counter[int] = Counter()
    first_line = 0
    for line, first_name, last_name in lists.execute(_NAMES):
        seen = _order(first_name, last_name)
        order[seen] += 1
        first_line = first_line or (line if seen == SWAPPED else 0)
    judged = order.total() - order[INITIALS]
    shared_first_names, shared_last_names = lists.execute(_SHARED).fetchone()
    if shared_first_names >= LEAST_SIBLINGS and shared_first_names > shared_last_names:
        yield FileLine(CHILDREN, 1), _whole("des frères et sœurs ont le même prénom, et pas le même nom")
    elif 2 * order[SWAPPED] > judged:
        yield FileLine(CHILDREN, first_line), _whole("les prénoms sont en capitales, et pas les noms")
    elif 2 * order[STRAIGHT] > judged:
        yield from _rows(lists)


def _whole(why: str) -> str:
    return f"les colonnes « prenom » et « nom » semblent échangées : {why} ; attendu : le nom de famille dans « nom »"


def _rows(lists: sqlite3.Connection) -> Said:
    for line, first_name, last_name in lists.execute(_NAMES):
        if _order(first_name, last_name) == SWAPPED:
            yield (
                FileLine(CHILDREN, line),
                f"le prénom « {first_name} » et le nom « {last_name} » semblent échangés ; "
                "attendu : le nom de famille dans « nom », en capitales comme ailleurs dans la liste",
            )


def _order(first_name: str, last_name: str) -> int:
    """What capitals say of the two names."""
    if min(_letters(first_name), _letters(last_name)) < LEAST_LETTERS:
        return INITIALS
    if last_name.isupper() == first_name.isupper():
        return ALIKE
    return STRAIGHT if last_name.isupper() else SWAPPED


def _letters(name: str) -> int:
    return sum(letter.isalpha() for letter in name)
