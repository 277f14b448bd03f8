"""What the office wrote down without an hour stands at the end of its day; a line that loses to a parent is named."""

from datetime import date
from pathlib import Path

import pytest

from chalicelib.rules.planning import Slot
from tests.clock import paris
from tests.intake.folder import LISTS, a_folder, with_line
from tests.intake.living import LivingTown, quick_hashes
from tests.intake.memory_portal import MONDAY_MEAL, Portal

FRIDAY_MEAL = MONDAY_MEAL._replace(day=date(2026, 12, 4))


def a_line(written: str, action: str = "inscription", day: str = "2026-12-04") -> dict[str, str]:
    return with_line("reservations", f"f-1;c-7;cantine;{day};{action};guichet;{written}")


def test_the_office_has_the_last_word_of_its_day(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    portal.online("vendredi 2026-11-20 20:00", booked=[FRIDAY_MEAL])
    portal.online("vendredi 2026-11-20 21:00", cancelled=[FRIDAY_MEAL])
    report = portal.load(a_folder(tmp_path, **a_line("20/11/2026")))
    assert (report.bookings.added, report.lost) == (1, [])
    assert FRIDAY_MEAL in portal.booked()


def test_with_its_hour_it_loses_to_a_later_change_and_is_named(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    portal.online("vendredi 2026-11-20 20:00", booked=[FRIDAY_MEAL])
    portal.online("vendredi 2026-11-20 21:00", cancelled=[FRIDAY_MEAL])
    report = portal.load(a_folder(tmp_path, **a_line("20/11/2026 09:00")))
    assert (report.bookings.added, report.overtaken) == (0, 1)
    assert [str(one) for one in report.lost] == [
        "reservations.csv:5: « Cantine » le 04/12/2026 pour l'enfant « c-7 » : la famille l'a changé elle-même "
        "le 20/11/2026 à 21:00, après cette saisie ; cela reste"
    ]
    assert "1 saisie dépassée par la famille" in "\n".join(report.lines())
    assert report.all_taken


def test_what_the_list_itself_overtakes_is_only_counted(portal: Portal, tmp_path: Path) -> None:
    portal.load(a_folder(tmp_path))
    portal.load(a_folder(tmp_path, **a_line("20/11/2026 11:00", "annulation", "2026-12-01")))
    report = portal.load(a_folder(tmp_path, **a_line("20/11/2026 10:00", day="2026-12-01")))
    assert (report.overtaken, report.lost) == (2, [])


def test_many_lines_that_lose_are_one_line(portal: Portal, tmp_path: Path) -> None:
    days = [date(2026, 12, on) for on in (4, 7, 8, 10, 11)]
    portal.load(a_folder(tmp_path))
    slots = [Slot(MONDAY_MEAL.child, MONDAY_MEAL.activity, day) for day in days]
    portal.online("vendredi 2026-11-20 20:00", booked=slots)
    portal.online("vendredi 2026-11-20 21:00", cancelled=slots)
    lines = "\n".join(f"f-1;c-7;cantine;{day};;guichet;20/11/2026 09:00" for day in days)
    said = portal.load(a_folder(tmp_path, **with_line("reservations", lines))).lines()
    assert "5 saisies dépassées par les familles (rien à faire si les familles ont raison) :" in said
    assert next(line for line in said if "5 fois" in line).endswith("(lignes 5, 6, 7, 8, 9)")


def test_a_line_of_today_is_no_fault_and_enters_once(portal: Portal, tmp_path: Path) -> None:
    """Its day is not over: it stands at the instant of the import, and is the same line at every later one."""
    folder = a_folder(tmp_path, **a_line("23/11/2026"))
    assert portal.load(folder).bookings.added == 4
    portal.online("lundi 2026-11-23 10:00", cancelled=[FRIDAY_MEAL])
    for later in ("lundi 2026-11-23 12:00", "mardi 2026-11-24 08:00"):
        portal.clock.at = paris(later)
        assert portal.load(folder).nothing_changed
    assert FRIDAY_MEAL not in portal.booked()


def test_a_line_of_tomorrow_is_a_fault(portal: Portal, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 fault"):
        portal.load(a_folder(tmp_path, **a_line("24/11/2026")))


def test_the_parent_reads_the_day_without_an_hour(tmp_path: Path) -> None:
    with quick_hashes():
        town = LivingTown()
        town.load(a_folder(tmp_path))
        changes = town.parent().get("/modifications?enfant=c-8").main
    assert "Me 02-12-2026 inscrit — par téléphone le Ma 03-11-2026" in changes
    assert "00:00" not in changes


def test_a_line_before_the_calendar_is_history(portal: Portal, tmp_path: Path) -> None:
    """Last year's lines, that the office's software goes on exporting: neither a fault nor to be mended."""
    lines = "f-1;c-7;cantine;2026-06-01;;mairie;2026-05-02\nf-9;c-99;cantine;2026-06-02;;mairie;2026-05-02"
    report = portal.load(a_folder(tmp_path, **with_line("reservations", lines)))
    assert (report.history, report.bookings.added, report.all_taken) == (2, 3, True)
    assert "2 lignes d'avant le premier jour du calendrier : laissées de côté" in report.lines()


def test_a_line_after_a_calendar_that_grew_shorter_is_set_aside(portal: Portal, tmp_path: Path) -> None:
    june = "f-1;c-7;cantine;2027-06-01;;mairie;2026-11-02"
    portal.load(a_folder(tmp_path, **with_line("reservations", june)))
    text = (tmp_path / "town.toml").read_text().replace("2027-07-02", "2026-12-18")
    lines = f"{june}\nf-1;c-7;cantine;2027-06-03;;mairie;2026-11-02"
    report = portal.accept(a_folder(tmp_path, town=text, **with_line("reservations", lines)))
    assert [str(one) for one in report.refused] == [
        "reservations.csv:6: le 03/06/2027 est après le dernier jour du calendrier (18/12/2026) ; "
        "attendu : ôter cette ligne"
    ]


def test_a_line_after_every_calendar_is_a_fault(portal: Portal, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 fault"):
        portal.load(a_folder(tmp_path, **a_line("20/11/2026", day="2028-01-04")))


def test_no_line_of_the_list_is_lost_from_the_count(portal: Portal, tmp_path: Path) -> None:
    report = portal.load(a_folder(tmp_path, **a_line("20/11/2026")))
    assert report.bookings.added + report.bookings.unchanged + report.overtaken == LISTS["reservations.csv"].count("\n")
