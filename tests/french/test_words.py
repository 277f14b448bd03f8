"""French words: days, hours, deadlines, refusals."""

from datetime import date
from typing import get_args

import pytest

from chalicelib.french import words
from chalicelib.pages.presenters.changes import ChangeLine, changes_of
from chalicelib.pages.presenters.deadlines import deadline_phrase, rule_words
from chalicelib.pages.presenters.recap import recap_of
from chalicelib.rules.deadlines import (
    CalendarDaysBefore,
    DatedRules,
    Deadline,
    FixedDates,
    NeverOnline,
    OpenDaysBefore,
    WeekdayOfEarlierWeek,
    WeekdayTable,
    WorkingDaysBefore,
)
from chalicelib.rules.ids import ActivityId, EntryId
from chalicelib.rules.openings import Advance
from chalicelib.rules.planning import Reason, RefusedWish, Wish
from chalicelib.rules.school_calendar import Period
from chalicelib.services.planning import PastChange
from chalicelib.services.ports import JournalEntry
from tests.builders import ALINE, a_child, a_family, a_slot, a_town, an_activity
from tests.clock import paris
from tests.pages.client import plain

FIRST, LAST = date(2026, 9, 7), date(2026, 9, 11)
BEFORE, AFTER = CalendarDaysBefore(1, 600), CalendarDaysBefore(2, 720)


@pytest.mark.parametrize(
    ("instant", "said"),
    [
        ("lundi 2026-09-07 10:00", "avant lundi 7 septembre à 10 h"),
        ("lundi 2026-09-07 10:02", "avant lundi 7 septembre à 10 h 02"),
        ("mardi 2026-09-01 09:30", "avant mardi 1er septembre à 9 h 30"),
        ("vendredi 2026-09-04 00:00", "avant la fin du jeudi 3 septembre"),
        ("jeudi 2026-01-01 00:00", "avant la fin du mercredi 31 décembre"),
        ("dimanche 2026-03-29 03:00", "avant dimanche 29 mars à 3 h"),
    ],
)
def test_deadlines_are_said_in_paris(instant: str, said: str) -> None:
    assert plain(words.before_words(paris(instant))) == said


@pytest.mark.parametrize(
    ("typed", "typeset"),
    [
        ("Quoi ?", "Quoi\u202f?"),
        ("a : b ; c !", "a\u202f: b\u202f; c\u202f!"),
        ("« l'école »", "«\u202fl’école\u202f»"),
        ("10:02", "10:02"),
        ("ATTENTION!", "ATTENTION!"),
    ],
)
def test_french_spacing(typed: str, typeset: str) -> None:
    assert words.typeset(typed) == typeset
    assert words.typeset(typeset) == typeset


@pytest.mark.parametrize(
    ("deadline", "said"),
    [
        (CalendarDaysBefore(0, 18 * 60), "le jour même avant 18 h"),
        (CalendarDaysBefore(1, 600), "la veille avant 10 h"),
        (CalendarDaysBefore(4, 1440), "4 jours avant, jusqu'à minuit"),
        (WorkingDaysBefore(1, 570), "le jour ouvré d'avant, avant 9 h 30"),
        (WorkingDaysBefore(3, 1440), "3 jours ouvrés avant, jusqu'à minuit"),
        (OpenDaysBefore(1, 660), "le jour d'ouverture d'avant, avant 11 h"),
        (OpenDaysBefore(2, 660), "2 jours d'ouverture avant, avant 11 h"),
        (WeekdayOfEarlierWeek(4, 1, 1440), "le jeudi de la semaine d'avant, jusqu'à minuit"),
        (WeekdayOfEarlierWeek(1, 0, 540), "le lundi de la même semaine, avant 9 h"),
        (WeekdayOfEarlierWeek(5, 2, 540), "le vendredi 2 semaines avant, avant 9 h"),
        (
            WeekdayTable({1: (5, 540), 2: (5, 540), 4: (2, 540), 5: (2, 540)}),
            "pour lundi et mardi le vendredi d'avant, avant 9 h ; pour jeudi et vendredi le mardi d'avant, avant 9 h",
        ),
        (FixedDates(((Period("", FIRST, LAST), date(2026, 6, 15), 1440),)), "jusqu'à minuit le 15/06/2026"),
        (FixedDates(((Period("", date(2027, 1, 1), date(2027, 2, 1)), LAST, 1440),)), "auprès de la mairie"),
        (NeverOnline(), "auprès de la mairie"),
        (DatedRules(BEFORE, ((date(2026, 9, 1), AFTER),)), "2 jours avant, avant 12 h"),
        (DatedRules(BEFORE, ((date(2026, 10, 1), AFTER),)), "la veille avant 10 h"),
        (
            DatedRules(BEFORE, ((date(2026, 9, 10), AFTER),)),
            "la veille avant 10 h (du jeudi 10/09 au vendredi 11/09 : 2 jours avant, avant 12 h)",
        ),
        (
            DatedRules(
                BEFORE, (), ((Period("", FIRST, FIRST), AFTER), (Period("", date(2026, 9, 9), LAST), NeverOnline()))
            ),
            "auprès de la mairie (lundi 07/09 : 2 jours avant, avant 12 h ; mardi 08/09 : la veille avant 10 h)",
        ),
        (
            DatedRules(
                BEFORE, (), ((Period("", FIRST, FIRST), AFTER), (Period("", date(2026, 9, 9), date(2026, 9, 9)), AFTER))
            ),
            "la veille avant 10 h (lundi 07/09 et mercredi 09/09 : 2 jours avant, avant 12 h)",
        ),
    ],
)
def test_every_kind_of_deadline_has_words(deadline: Deadline, said: str) -> None:
    assert plain(deadline_phrase(deadline, FIRST, LAST)) == said


def test_no_kind_of_deadline_is_forgotten() -> None:
    assert set(get_args(Deadline)) - set(deadline_phrase.registry) == set()


def test_a_kind_without_words_is_a_fault_of_ours() -> None:
    with pytest.raises(TypeError):
        deadline_phrase(object(), FIRST, LAST)


def test_booking_and_cancelling_may_differ() -> None:
    activity = an_activity(booking=CalendarDaysBefore(4, 1440), cancelling=CalendarDaysBefore(1, 720))
    said = "à réserver 4 jours avant, jusqu'à minuit, à annuler la veille avant 12 h"
    assert plain(rule_words(activity, FIRST, LAST)) == said
    assert plain(rule_words(an_activity(), FIRST, LAST)) == "à changer la veille avant 10 h"


@pytest.mark.parametrize(
    ("advance", "said"),
    [
        (Advance(3, 0, 0), "3 mois avant"),
        (Advance(1, 0, 480), "1 mois avant, à 8 h"),
        (Advance(0, 42, 0), "6 semaines avant"),
        (Advance(0, 7, 0), "1 semaine avant"),
        (Advance(0, 45, 510), "45 jours avant, à 8 h 30"),
    ],
)
def test_how_long_before_a_day_opens_is_said(advance: Advance, said: str) -> None:
    words_of_rule = plain(rule_words(an_activity(advance=advance), FIRST, LAST))
    assert words_of_rule == f"à changer la veille avant 10 h ; réservation ouverte {said}"


AT = paris("lundi 2026-09-07 10:02")
TOWN = a_town(an_activity("cantine", label="Cantine"), an_activity("garderie", label="Garderie"))


def refused_line(wish: Wish, reason: Reason, **facts: object) -> str:
    entry = JournalEntry(EntryId("x"), AT, "internet", (), (RefusedWish(wish, reason, **facts),))  # type: ignore[arg-type]
    (line,) = recap_of(entry, a_family(), TOWN).refused
    return plain(f"{line.slot} : {line.wanted}. {line.why} {line.consequence}")


MEAL = a_slot(date(2026, 9, 8))
CARE = a_slot(date(2026, 9, 8), "garderie")
LOST_MEAL, KEPT_MEAL = "Le repas n'est pas réservé.", "Le repas reste réservé et sera facturé."
LOST_PLACE, KEPT_PLACE = "La place n'est pas réservée.", "La place reste réservée et sera facturée."
ASKED, GIVEN_UP = "vous vouliez inscrire.", "vous vouliez annuler."


@pytest.mark.parametrize(
    ("wish", "reason", "facts", "said"),
    [
        (
            Wish(MEAL, False),
            Reason.TOO_LATE,
            {"closed_at": paris("lundi 2026-09-07 10:00")},
            f"{GIVEN_UP} Il fallait valider avant lundi 7 septembre à 10 h ; "
            f"votre demande est arrivée à 10 h 02. {KEPT_MEAL}",
        ),
        (
            Wish(CARE, True),
            Reason.TOO_LATE,
            {"closed_at": paris("samedi 2026-09-05 00:00")},
            f"{ASKED} Il fallait valider avant la fin du vendredi 4 septembre ; "
            f"votre demande est arrivée lundi 7 septembre à 10 h 02. {LOST_PLACE}",
        ),
        (
            Wish(MEAL, True),
            Reason.NOT_YET,
            {"closed_at": paris("mardi 2026-09-08 08:00")},
            f"{ASKED} Les inscriptions ouvrent mardi 8 septembre à 8 h. {LOST_MEAL}",
        ),
        (Wish(MEAL, True), Reason.FULL, {}, f"{ASKED} C'est complet : la dernière place a été prise. {LOST_MEAL}"),
        (Wish(CARE, False), Reason.CLOSED, {}, f"{GIVEN_UP} L'activité est fermée ce jour-là. {KEPT_PLACE}"),
        (Wish(MEAL, True), Reason.PAST, {}, f"{ASKED} Ce jour est passé. {LOST_MEAL}"),
        (
            Wish(MEAL, True),
            Reason.UNKNOWN,
            {},
            f"{ASKED} James n'a pas d'inscription à cette activité. {LOST_MEAL}",
        ),
        (
            Wish(MEAL, True),
            Reason.REQUIRES,
            {"other": "garderie"},
            f"{ASKED} Il faut aussi réserver « Garderie » ce jour-là. {LOST_MEAL}",
        ),
        (
            Wish(MEAL, False),
            Reason.REQUIRES,
            {"other": "garderie"},
            f"{GIVEN_UP} « Garderie » est réservé ce jour-là, et ne va pas sans cette activité. {KEPT_MEAL}",
        ),
        (
            Wish(MEAL, True),
            Reason.EXCLUDES,
            {"other": "garderie"},
            f"{ASKED} « Garderie » est réservé ce jour-là, et les deux ne vont pas ensemble. {LOST_MEAL}",
        ),
    ],
)
def test_a_refusal_says_what_why_and_what_follows(
    wish: Wish, reason: Reason, facts: dict[str, object], said: str
) -> None:
    label = "Cantine" if wish.slot == MEAL else "Garderie"
    assert refused_line(wish, reason, **facts) == f"{label}, mardi 8 septembre : {said}"


@pytest.mark.parametrize(
    ("closed", "arrived", "said"),
    [
        pytest.param("lundi 2026-09-07 10:00", "lundi 2026-09-07 10:00", "à 10 h 00 min 00 s", id="sharp"),
        pytest.param("lundi 2026-09-07 10:00", "lundi 2026-09-07 10:00:02", "à 10 h 00 min 02 s", id="two seconds"),
        pytest.param("lundi 2026-09-07 10:00", "lundi 2026-09-07 10:01", "à 10 h 01", id="a minute"),
        pytest.param(
            "mardi 2026-09-08 00:00", "mardi 2026-09-08 00:00:02", "mardi 8 septembre à 0 h 00 min 02 s", id="midnight"
        ),
    ],
)
def test_the_hour_of_arrival_is_never_that_of_the_deadline(closed: str, arrived: str, said: str) -> None:
    refusal = RefusedWish(Wish(MEAL, True), Reason.TOO_LATE, closed_at=paris(closed))
    entry = JournalEntry(EntryId("x"), paris(arrived), "internet", (), (refusal,))
    (line,) = recap_of(entry, a_family(), TOWN).refused
    assert plain(line.why).endswith(f"; votre demande est arrivée {said}.")


def test_what_was_saved_by_the_first_of_two_clicks_is_not_said_to_be_lost() -> None:
    full = RefusedWish(Wish(CARE, True), Reason.FULL)
    again = JournalEntry(EntryId("x"), AT, "internet", (), (full,), already=(Wish(MEAL, True),))
    assert plain(recap_of(again, a_family(), TOWN).title) == "C'était déjà enregistré"
    alone = JournalEntry(EntryId("x"), AT, "internet", (), (full,))
    assert plain(recap_of(alone, a_family(), TOWN).title) == "Rien n'a été enregistré"


@pytest.mark.parametrize("reason", list(Reason))
@pytest.mark.parametrize("booked", [True, False])
def test_every_reason_has_words_without_its_facts(reason: Reason, booked: bool) -> None:
    assert refused_line(Wish(MEAL, booked), reason).count(".") >= 2


def test_a_recap_of_two_children_names_them() -> None:
    entry = JournalEntry(
        EntryId("x"), AT, "internet", (Wish(MEAL, True), Wish(a_slot(date(2026, 9, 8), child=ALINE), False))
    )
    recap = recap_of(entry, a_family(a_child(), a_child(ALINE, first_name="Aline")), TOWN)
    assert recap.people == "James BOND et Aline BOND"
    assert recap.saved == ("inscription, 08/09/2026, Cantine (James)", "annulation, 08/09/2026, Cantine (Aline)")


def test_changes_of_a_removed_activity_and_an_unknown_channel_are_still_shown() -> None:
    change = PastChange((a_slot(date(2015, 12, 24), "judo"),), False, paris("mardi 2015-12-22 15:52"), "pigeon")
    phoned = PastChange((MEAL,), True, paris("mardi 2015-12-22 15:52"), "telephone")
    shown = changes_of({ActivityId("judo"): (change,), ActivityId("cantine"): (phoned,)}.items(), TOWN)
    assert shown == [
        ("Cantine", [ChangeLine("", "Ma 08-09-2026", "", "inscrit — par téléphone le", "Ma 22-12-2015 à 15:52")]),
        ("judo", [ChangeLine("", "Je 24-12-2015", "", "annulé — par pigeon le", "Ma 22-12-2015 à 15:52")]),
    ]
