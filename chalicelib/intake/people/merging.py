"""What a family becomes when the town's lists are laid over what the portal has of it: a pure decision."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date

from chalicelib.rules.families import Child, Family
from chalicelib.rules.ids import ChildId, SchoolId
from chalicelib.rules.school_calendar import Calendar
from chalicelib.values import Value


class Unsaid(Value):
    """Fields about which the lists say nothing, because they have no such column: they stay as they are."""

    of_families: frozenset[str] = frozenset()
    of_children: frozenset[str] = frozenset()


ALL_SAID = Unsaid()


def merged(
    wanted: Family,
    on_portal: Family,
    elsewhere: Collection[ChildId],
    today: date,
    unsaid: Unsaid = ALL_SAID,
    *,
    calendar: Calendar,
) -> Family:
    """``wanted`` (from the lists) laid over ``on_portal``. ``elsewhere`` are the children that the lists give to other
    families.

    A child that is no longer in the lists stays, without enrolments, for its history and its codes. A child that the
    lists give to another family becomes a former child of this one, and stays so. A child that lost an enrolment, or
    some days of one, or went to a school or class with other days, is unsettled: it may have future bookings there.
    """
    before = {child.id: child for child in (*on_portal.children, *on_portal.former)}
    listed = {child.id for child in wanted.children}
    gone = [child for child in before.values() if child.id not in listed]
    former = {child.id for child in on_portal.former} | set(elsewhere)
    return replace(
        wanted,
        **{name: getattr(on_portal, name) for name in unsaid.of_families},
        session_epoch=on_portal.session_epoch,
        children=(
            *(_listed(child, before.get(child.id), unsaid, calendar) for child in wanted.children),
            *(_left(child, today) for child in gone if child.id not in former),
        ),
        former=tuple(_moved(child, today) for child in gone if child.id in former),
    )


def _listed(wanted: Child, before: Child | None, unsaid: Unsaid, calendar: Calendar) -> Child:
    if before is None:
        return wanted
    kept = {name: getattr(before, name) for name in unsaid.of_children}
    moved = _days_of(before, calendar) != _days_of(wanted, calendar)
    return replace(wanted, **kept, unsettled=before.unsettled or before.has_lost_to(wanted) or moved)


def _days_of(child: Child, calendar: Calendar) -> tuple[SchoolId, str]:
    """Children of whom this is the same have the same days."""
    return child.school, calendar.group_of(child.class_name)


def _left(child: Child, today: date) -> Child:
    """The child without enrolments. What it already has stays: the day when it left, and whether its bookings were
    looked at."""
    return child if child.left else _moved(child, today)


def _moved(child: Child, today: date) -> Child:
    """What it eats and whether it has a health plan is known for as long as it is served, and no longer."""
    return replace(child, enrolments=(), left=child.left or today, unsettled=True, diet=None, pai=False)
