"""« Mes dernières modifications » -> its lines, in the manual's words."""

from collections.abc import Iterable
from datetime import timedelta

from chalicelib.french.words import brief_day, dashed, paris_clock, typeset
from chalicelib.rules.ids import ActivityId
from chalicelib.rules.school_calendar import monday_of, paris_day
from chalicelib.rules.town import Town
from chalicelib.services.planning import PastChange
from chalicelib.services.saving import ONLINE
from chalicelib.values import Value

CHANNELS = {
    "internet": "par internet",
    "mairie": "par la mairie",
    "telephone": "par téléphone",
    "courrier": "par courrier",
}
"""Words of the channels that the town may use; any other channel is shown as it is."""


class ChangeLine(Value):
    """« Je 24-12-2015 annulé — par internet le Ma 22-12-2015 à 15:52 », cut where it may go to the next line.

    ``of`` and ``days`` are empty, except for a week: « semaine du » before ``day``, its days behind.
    """

    of: str
    day: str
    days: str
    what: str
    """« annulé — par internet le »."""
    at: str


def changes_of(
    change_lists: Iterable[tuple[ActivityId, tuple[PastChange, ...]]], town: Town
) -> list[tuple[str, list[ChangeLine]]]:
    """Label of each activity, in the town's order, and its lines."""
    order = {activity: rank for rank, activity in enumerate(town.activities)}
    sorted_lists = sorted(change_lists, key=lambda pair: (order.get(pair[0], len(order)), pair[0]))
    return [(town.label_of(activity), [_line(change) for change in changes]) for activity, changes in sorted_lists]


def _line(change: PastChange) -> ChangeLine:
    """What the office wrote down without an hour stands at the end of its day, and is shown without an hour."""
    state = "inscrit" if change.booked else "annulé"
    channel = CHANNELS.get(change.channel, f"par {change.channel}")
    channel += typeset(f" ({change.reason})") if change.reason else ""
    ended = paris_day(change.at - timedelta(microseconds=1))
    at = f"{dashed(paris_day(change.at))} à {paris_clock(change.at)}"
    if change.channel != ONLINE and ended != paris_day(change.at):
        at = dashed(ended)
    first, is_week = change.slots[0].day, len(change.slots) > 1
    return ChangeLine(
        of="semaine du " if is_week else "",
        day=dashed(monday_of(first) if is_week else first),
        days=f" ({', '.join(brief_day(slot.day) for slot in change.slots)})" if is_week else "",
        what=f"{state} — {channel} le",
        at=at,
    )
