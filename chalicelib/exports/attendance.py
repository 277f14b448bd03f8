"""The attendance lists of a day as files: one list for a spreadsheet, its numbers, and a PDF for the wall of each
activity at each school."""

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from chalicelib.exports.csv_out import Bare, Reference, csv_bytes, day_of, minute_of, minute_read
from chalicelib.rules.attendance import AttendanceList, Attendee, attendance
from chalicelib.rules.ids import ActivityId, SchoolId
from chalicelib.rules.town import Town
from chalicelib.services.attendance_ports import AttendanceRenderer
from chalicelib.services.attendance_words import diet_counts, school_words, sheet_of
from chalicelib.services.day_bookings import BookingsAsOf
from chalicelib.services.outgoing_ports import DirectoryStore
from chalicelib.services.ports import TownStore

WHERE = ("jour", "activite", "ecole", "classe")
PEOPLE = (*WHERE, "enfant", "nom", "prenom", "regime", "pai", "changement", "familles", "etat_au")
NUMBERS = (*WHERE, "regime", "enfants", "etat_au")
NEW, TAKEN_OUT = "arrivé", "retiré"
NOBODY = "hors-liste"
"""In the name of a file, the place of a school for children who are in no list of the town."""


class NamedFile(NamedTuple):
    name: str
    content: bytes


class ExportAttendance:
    """Makes the files of a day."""

    def __init__(
        self, *, bookings: BookingsAsOf, directory: DirectoryStore, town: TownStore, render: AttendanceRenderer
    ) -> None:
        self.bookings = bookings
        self.directory = directory
        self.town = town
        self.render = render

    def __call__(self, day: date, instant: datetime, before: datetime | None = None) -> Iterator[NamedFile]:
        """The lists of ``day`` as of ``instant``, compared with what they were at ``before``: the instant of the list
        that was given out last, None when there was none.

        Without bookings, now and before, there are the two lists for a spreadsheet and no PDF. Raises Unavailable.
        """
        town, stamp = self.town.current(), day.isoformat()
        earlier, now = self.bookings.at_both(day, before or instant, instant)
        lists = attendance(now, earlier if before else None, self.directory.read(), town)
        yield NamedFile(people_name(day), csv_bytes(PEOPLE, _people(lists, day, instant, town)))
        yield NamedFile(f"effectifs-{stamp}.csv", csv_bytes(NUMBERS, _numbers(lists, day, instant, town)))
        for (activity, school), some in groupby(lists, key=_activity_and_school):
            sheet = sheet_of(town, day, list(some), instant, before)
            name = f"presences-{stamp}-{activity}-{school or NOBODY}.pdf"
            yield NamedFile(name, self.render(sheet, town.name, instant))


def people_name(day: date) -> str:
    """``presences-2026-11-03.csv``: who is expected."""
    return f"presences-{day.isoformat()}.csv"


def instant_of_list(content: bytes) -> datetime | None:
    """The instant (aware UTC, its minute) that a list of names tells; None when nobody is on it, or it is no list."""
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig", errors="replace")), delimiter=";")
    try:
        return minute_read(next((row.get("etat_au") or "" for row in rows), ""))
    except csv.Error:
        return None


def _activity_and_school(one: AttendanceList) -> tuple[ActivityId, SchoolId | None]:
    return one.place.activity, one.place.school


def _people(lists: Sequence[AttendanceList], day: date, instant: datetime, town: Town) -> Iterator[Sequence[str]]:
    for one in lists:
        for who in one.present:
            yield (*_where(one, day, town), *_who(who, town, NEW if who.arrived else ""), minute_of(instant))
        for who in one.gone:
            yield (*_where(one, day, town), *_who(who, town, TAKEN_OUT), minute_of(instant))


def _who(who: Attendee, town: Town, change: str) -> Sequence[str]:
    families = Reference(" ".join(who.families))
    listed = who.listed
    if listed is None:
        return Reference(who.child), "", "", "", "", change, families
    diet = town.diet_label(listed.diet) if listed.diet else ""
    pai = "oui" if listed.pai else ""
    return Reference(who.child), listed.last_name, listed.first_name, diet, pai, change, families


def _numbers(lists: Sequence[AttendanceList], day: date, instant: datetime, town: Town) -> Iterator[Sequence[str]]:
    """The rows of an activity add up to the children that are booked for it."""
    for one in lists:
        for diet, count in diet_counts(town, one):
            yield (*_where(one, day, town), diet, Bare(count), minute_of(instant))


def _where(one: AttendanceList, day: date, town: Town) -> Sequence[str]:
    place = one.place
    return day_of(day), town.label_of(place.activity), school_words(town, place), place.class_name
