"""What an import would change of what is online, said before anything is written."""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice

from chalicelib.intake.files.faults import number, several
from chalicelib.intake.people.there import CHANGES, STOPS
from chalicelib.intake.report import NotTaken
from chalicelib.rules.town import Town
from chalicelib.values import Value

MOST_NAMED = 6
MOST_MORE = 10
_NEW_FAMILIES = "SELECT count(*) FROM families WHERE id NOT IN (SELECT id FROM families_there)"
_LEAVING_FAMILIES = """
SELECT DISTINCT family FROM existing_children WHERE family NOT IN (SELECT id FROM families) ORDER BY family
"""
_NEW_CHILDREN = """
SELECT count(DISTINCT id) FROM children WHERE id NOT IN (SELECT child FROM existing_children)
"""
_LEAVING_CHILDREN = """
SELECT DISTINCT first_name || ' ' || last_name || ' (' || child || ')' FROM existing_children AS portal
WHERE NOT EXISTS (SELECT 1 FROM children WHERE family = portal.family AND id = portal.child) ORDER BY 1
"""
_CHANGED_CHILDREN = """
SELECT count(DISTINCT children.id) FROM children
JOIN existing_children AS portal ON portal.family = children.family AND portal.child = children.id
WHERE (children.first_name, children.last_name, children.school)
<> (portal.first_name, portal.last_name, portal.school)
"""
_CODES = """
SELECT count(*) FILTER (WHERE secret IS NOT NULL AND there), count(*) FILTER (WHERE secret IS NOT NULL AND NOT there),
       count(*) FILTER (WHERE secret IS NULL)
FROM (
    SELECT mine.secret, EXISTS (
        SELECT 1 FROM existing_logins AS portal WHERE portal.family = mine.family AND portal.key = mine.key
    ) AS there FROM logins_to_write AS mine
)
"""
_ENROLMENTS = "SELECT count(*) FROM existing_enrolments WHERE becomes = ?"
_NEW_ENROLMENTS = """
SELECT count(*) FROM enrolments JOIN children ON children.id = enrolments.child
WHERE NOT EXISTS (
    SELECT 1 FROM existing_enrolments AS portal WHERE portal.family = children.family
    AND portal.child = enrolments.child AND portal.activity = enrolments.activity
) AND (enrolments.last IS NULL OR enrolments.last >= ?)
"""


class Preview(Value):
    """Sentences, in the order in which they are shown; none when nothing would change."""

    sentences: tuple[str, ...]

    def with_more(self, sentences: Iterable[str]) -> "Preview":
        """The same, and the first ``MOST_MORE`` of these sentences."""
        return Preview((*self.sentences, *islice(sentences, MOST_MORE)))

    def with_all(self, sentences: Iterable[str]) -> "Preview":
        """The same, and all of these sentences."""
        return Preview((*self.sentences, *sentences))

    def lines(self) -> list[str]:
        """What a clerk reads before the import writes."""
        if not self.sentences:
            return ["Par rapport au portail : familles, enfants, codes et inscriptions ne changent pas."]
        return ["Par rapport au portail :", *(f"  {sentence}" for sentence in self.sentences)]


class Looked(Value):
    """What an import would change, what would stop it, and what the files alone show."""

    preview: Preview
    stopped_by: list[str]
    remarks: list[str]
    waiting: list[NotTaken]


class OnClosedDays(Value):
    """How many bookings would fall on a closed day: those that would stay, and those that its closure cancels."""

    stay: int
    cancelled: int


def preview(lists: sqlite3.Connection, before: Town | None, town: Town, closed: OnClosedDays, today: str) -> Preview:
    """``lists`` has what the portal has (``stage_portal``, ``LoginWriter.compare``); ``today`` is an ISO day."""
    said = (
        _families(lists),
        _children(lists),
        _codes(lists),
        _enrolments(lists, today),
        _sentence("Réservations", _closed(closed)),
        _sentence("Ville", _town(before, town)),
    )
    return Preview(tuple(sentence for sentence in said if sentence))


def _families(lists: sqlite3.Connection) -> str:
    leaving = _all(lists, _LEAVING_FAMILIES)
    parts = [_part(_count(lists, _NEW_FAMILIES), "ajoutée", "ajoutées"), _leave(leaving)]
    return _sentence("Familles", parts)


def _children(lists: sqlite3.Connection) -> str:
    leaving = _all(lists, _LEAVING_CHILDREN)
    changed = _part(_count(lists, _CHANGED_CHILDREN), "change de nom ou d'école", "changent de nom ou d'école")
    return _sentence("Enfants", [_part(_count(lists, _NEW_CHILDREN), "ajouté", "ajoutés"), _leave(leaving), changed])


def _codes(lists: sqlite3.Connection) -> str:
    changed, added, removed = lists.execute(_CODES).fetchone()
    parts = [_part(changed, "change", "changent"), _part(added, "ajouté", "ajoutés")]
    return _sentence("Codes d'accès", [*parts, _part(removed, "supprimé", "supprimés")])


def _enrolments(lists: sqlite3.Connection, today: str) -> str:
    new = lists.execute(_NEW_ENROLMENTS, (today,)).fetchone()[0]
    (stops,), (changes,) = (lists.execute(_ENROLMENTS, (what,)).fetchone() for what in (STOPS, CHANGES))
    parts = [_part(new, "ajoutée", "ajoutées"), _part(stops, "s'arrête", "s'arrêtent")]
    return _sentence("Inscriptions", [*parts, _part(changes, "change de dates", "changent de dates")])


def _closed(bookings: OnClosedDays) -> list[str]:
    words = "annulée par la mairie, la famille prévenue", "annulées par la mairie, les familles prévenues"
    return [
        _part(bookings.stay, "tomberait sur un jour fermé", "tomberaient sur un jour fermé"),
        _part(bookings.cancelled, f"serait {words[0]}", f"seraient {words[1]}"),
    ]


def _town(before: Town | None, town: Town) -> Iterator[str]:
    if before is None:
        return
    if before.name != town.name:
        yield f"s'appellera « {town.name} » et non « {before.name} »"
    if before.calendar.last != town.calendar.last:
        yield f"son calendrier finira le {town.calendar.last:%d/%m/%Y} et non le {before.calendar.last:%d/%m/%Y}"
    if before.brakes != town.brakes:
        was, will = before.brakes, town.brakes
        yield (
            f"ses freins seront, dès l'import suivant, à {will.count} et {will.percent}\xa0% "
            f"(ils sont à {was.count} et {was.percent}\xa0%)"
        )


def _leave(names: list[str]) -> str:
    if not names:
        return ""
    more = len(names) - MOST_NAMED
    others = f" et {several(more, 'autre')}" if more > 0 else ""
    return f"{_part(len(names), 'part', 'partent')} ({', '.join(names[:MOST_NAMED])}{others})"


def _part(count: int, one: str, many: str) -> str:
    return f"{number(count)} {many if count > 1 else one}" if count else ""


def _sentence(what: str, parts: Iterable[str]) -> str:
    said = ", ".join(part for part in parts if part)
    return f"{what} : {said}" if said else ""


def _count(lists: sqlite3.Connection, sql: str) -> int:
    (found,) = lists.execute(sql).fetchone()
    return int(found)


def _all(lists: sqlite3.Connection, sql: str) -> list[str]:
    return [text for (text,) in lists.execute(sql)]
