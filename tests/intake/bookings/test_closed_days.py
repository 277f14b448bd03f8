"""A configuration that closes days on which something is booked: told at every import, cancelled when it is asked."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from chalicelib.intake.bookings.touched import HOW_TO_CANCEL, touched
from chalicelib.intake.progress import Silence
from chalicelib.intake.validating import validated
from chalicelib.rules.ids import ActivityId, EntryId, FamilyId
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.rules.planning import Slot, Wish
from chalicelib.services.ports import JournalEntry
from tests.clock import paris
from tests.intake.folder import LISTS, TOWN, a_folder, town_with, with_line
from tests.intake.living import F1, F2, LivingTown, quick_hashes
from tests.intake.people.leaving import ALINE, JAMES, MEALS, NO_BOOKINGS, WEDNESDAY, WEDNESDAYS_END
from tests.present import present

TUESDAY = Slot(JAMES, ActivityId("cantine"), date(2026, 12, 1))
THURSDAY = TUESDAY._replace(day=date(2026, 12, 3))
STRIKE = 'fermetures = [{ motif = "Grève", jour = 2026-12-01 }]\n'
CANCELLING = STRIKE.replace(" }]", ", annuler = true }]")
STAYS = [
    "Réservation sur un jour fermé, qui reste réservée : 1 (1 famille)",
    "  Cantine, MALLERIN PRIMAIRE, le 01/12/2026 : 1 réservation (Grève)",
    f"  {HOW_TO_CANCEL}",
]


@pytest.fixture(autouse=True, scope="module")
def hashes() -> Iterator[None]:
    with quick_hashes():
        yield


@pytest.fixture
def town(tmp_path: Path) -> LivingTown:
    town = LivingTown()
    town.load(a_folder(tmp_path))
    return town


def closing(lines: str) -> dict[str, str]:
    return {"town": TOWN + lines}


def queries(town: LivingTown, monkeypatch: pytest.MonkeyPatch) -> list[date]:
    """The days of which the index is asked from now on."""
    asked: list[date] = []
    read = town.store.plannings.bookings_on

    def bookings_on(day: date) -> Iterator[tuple[FamilyId, Slot]]:
        asked.append(day)
        return read(day)

    monkeypatch.setattr(town.store.plannings, "bookings_on", bookings_on)
    return asked


def mails(town: LivingTown) -> list[tuple[str, str]]:
    return sorted((mail.to, mail.facts["bookings"]) for mail in town.outbox.mails.values())


def test_a_strike_on_a_booked_day_is_told_at_every_import(town: LivingTown, tmp_path: Path) -> None:
    for _ in range(2):
        said = town.load(a_folder(tmp_path, **closing(STRIKE))).lines()
        assert [line for line in said if line in STAYS] == STAYS
        assert "annuler ou garder les réservations sur un jour fermé" in said[-1]
    assert TUESDAY in town.booked()
    assert mails(town) == []


@pytest.mark.parametrize(
    ("lines", "word"), [(CANCELLING, False), (STRIKE, True)], ids=["asked in town.toml", "asked by the operator"]
)
def test_the_act_cancels_it_with_its_reason_and_tells_the_family_once(
    town: LivingTown, tmp_path: Path, lines: str, word: bool
) -> None:
    report = town.load(a_folder(tmp_path, **closing(lines)), cancel_departed=word)
    assert town.booked() == {THURSDAY, WEDNESDAY}
    act = town.journal()[-1]
    assert (act.channel, act.reason, act.changes) == ("mairie", "Grève", (Wish(TUESDAY, False),))
    assert mails(town) == [("jamie.bond@server.fr", "Cantine, mardi 1er\u00a0décembre 2026 (Grève)")]
    assert (
        report.lines()[-3:-1]
        == [
            "  Cantine, MALLERIN PRIMAIRE, le 01/12/2026 : 1 réservation (Grève)",
            "Avertie par e-mail de ces annulations : 1 famille",
        ]
        or "Avertie par e-mail de ces annulations : 1 famille" in report.lines()
    )
    again = town.load(a_folder(tmp_path, **closing(lines)), cancel_departed=word)
    assert again.nothing_changed
    assert (again.told, again.standing, len(town.journal())) == (0, [], len(town.journal()))
    assert len(mails(town)) == 1


def test_the_parent_reads_who_cancelled_and_why(town: LivingTown, tmp_path: Path) -> None:
    town.load(a_folder(tmp_path, **closing(CANCELLING)))
    changes = town.parent().get("/modifications?enfant=c-7").main
    assert "Ma 01-12-2026 annulé — par la mairie (Grève) le Lu 23-11-2026 à 08:00" in changes


def test_without_a_change_no_planning_is_read(
    town: LivingTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = queries(town, monkeypatch)
    town.load(a_folder(tmp_path))
    assert asked == []
    town.load(a_folder(tmp_path, **closing(CANCELLING)))
    assert asked == [TUESDAY.day] * 2, "for the preview, and when every page has read the town"
    town.load(a_folder(tmp_path, **closing(CANCELLING)))
    assert asked == [TUESDAY.day] * 2, "nothing stands there any more"


def test_a_day_with_bookings_is_read_once_an_import(
    town: LivingTown, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = queries(town, monkeypatch)
    for times in (1, 2):
        town.load(a_folder(tmp_path, **closing(STRIKE)))
        assert asked == [TUESDAY.day] * (1 + times), "and once more for the preview of the import that closes it"


def test_only_a_change_lets_a_minute_pass(town: LivingTown, tmp_path: Path) -> None:
    """Until every page has read the town, parents may book what it closes: then it is looked at, and told."""
    late = Slot(ALINE, ActivityId("cantine"), TUESDAY.day)

    def meanwhile(seconds: float) -> None:
        town.waited.append(seconds)
        entry = JournalEntry(EntryId("x"), paris("lundi 2026-11-23 08:00"), "internet", (Wish(late, True),))
        town.store.plannings.save(F1, entry)

    town.run.places.pause = meanwhile
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **closing(STRIKE)))
        assert {one.slot for one in report.standing} == {TUESDAY, late}
    assert len(town.waited) == 1


def test_an_outing_cancels_for_its_class_alone(town: LivingTown, tmp_path: Path) -> None:
    aline = "f-1;c-8;cantine;2026-12-01;;mairie;2026-11-02 10:30"
    lists = with_line("reservations", aline)
    town.load(a_folder(tmp_path, **lists))
    outing = CANCELLING.replace("Grève", "Sortie").replace("annuler", 'classes = ["cp"], annuler')
    town.load(a_folder(tmp_path, **closing(outing), **lists))
    assert town.booked() == MEALS | {WEDNESDAY}, "Aline is in CP, James in CE1"
    assert town.journal()[-1].reason == "Sortie"


CHANGES = {
    "a public holiday": closing('feries-ajoutes = [{ nom = "Saint patron", jour = 2026-12-01 }]\n'),
    "a weekday dropped": {"town": TOWN.replace('["lundi", "mardi", "jeudi"', '["lundi", "jeudi"')},
    "dates shortened": {"town": TOWN.replace("repas = true", "repas = true\nau = 2026-12-02")},
    "a calendar shortened": {"town": TOWN.replace("2027-07-02", "2026-11-30"), **NO_BOOKINGS},
    "another school's": {"town": TOWN.replace("repas = true", 'repas = true\necoles = ["prevert"]')},
    "the child's school": {
        "town": TOWN.replace("repas = true", 'repas = true\necoles = ["mallerin"]'),
        "enfants": LISTS["enfants.csv"].replace("James;BOND;mallerin", "James;BOND;prevert"),
    },
}


@pytest.mark.parametrize("change", CHANGES)
def test_whatever_closes_a_booked_day_is_told_and_cancelled_when_asked(
    town: LivingTown, tmp_path: Path, change: str
) -> None:
    folder = a_folder(tmp_path, **CHANGES[change])
    for _ in range(2):
        told = {one.slot for one in town.load(folder).standing}
        assert told & MEALS
    left = town.booked() - told
    town.load(folder, cancel_departed=True)
    assert town.booked() == left
    assert town.load(folder, cancel_departed=True).nothing_changed


def test_a_school_that_closes_for_those_who_come_to_it(town: LivingTown, tmp_path: Path) -> None:
    """No day of the configuration changes: the child does."""
    only = {"town": TOWN.replace("repas = true", 'repas = true\necoles = ["mallerin"]')}
    town.load(a_folder(tmp_path, **only))
    moves = LISTS["enfants.csv"].replace("James;BOND;mallerin", "James;BOND;prevert")
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **only, enfants=moves))
        assert {one.slot for one in report.standing} == MEALS
    town.load(a_folder(tmp_path, **only, enfants=moves), cancel_departed=True)
    assert town.booked() == {WEDNESDAY}
    assert not town.family().child(JAMES).unsettled


def test_what_the_office_books_on_a_closed_day_is_told(town: LivingTown, tmp_path: Path) -> None:
    lists = with_line("reservations", "f-1;c-7;cantine;2026-12-02;;guichet;2026-11-20 09:00")
    for _ in range(2):
        report = town.load(a_folder(tmp_path, **lists))
        assert [(one.slot.day, one.why) for one in report.standing] == [(date(2026, 12, 2), "jour fermé")]
    town.load(a_folder(tmp_path, **lists), cancel_departed=True)
    assert town.booked() == MEALS | {WEDNESDAY}
    assert town.load(a_folder(tmp_path, **lists)).standing == [], "the line stays in the list, and is history"


def test_today_is_cancelled_only_when_the_file_says_so(town: LivingTown, tmp_path: Path) -> None:
    today = Slot(JAMES, ActivityId("cantine"), date(2026, 11, 23))
    entry = JournalEntry(EntryId("x"), paris("dimanche 2026-11-22 08:00"), "internet", (Wish(today, True),))
    town.store.plannings.save(F1, entry)
    strike = STRIKE.replace("2026-12-01", "2026-11-23")
    assert town.load(a_folder(tmp_path, **closing(strike)), cancel_departed=True).standing == []
    assert today in town.booked()
    town.load(a_folder(tmp_path, **closing(strike.replace(" }]", ", annuler = true }]"))))
    assert today not in town.booked()


def test_departures_and_closed_days_are_told_in_one_e_mail(town: LivingTown, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **closing(CANCELLING), **WEDNESDAYS_END)
    town.load(folder, cancel_departed=True)
    (told,) = mails(town)
    assert told[1].splitlines() == [
        "Cantine, mardi 1er\u00a0décembre 2026 (Grève)",
        "Accueil du mercredi, mercredi 2\u00a0décembre 2026 (l’inscription est terminée)",
    ]


def test_every_address_that_wants_notices_is_told(town: LivingTown, tmp_path: Path) -> None:
    confirmed = Address("mother@server.fr", AddressState.CONFIRMED)
    waiting = Address("father@server.fr", AddressState.PENDING)
    town.notices.saved[F1] = NoticeSettings(wanted=True, extra=(confirmed, waiting))
    town.load(a_folder(tmp_path, **closing(CANCELLING)))
    assert [to for to, _ in mails(town)] == ["jamie.bond@server.fr", "mother@server.fr"]


def test_a_family_without_address_is_named_to_the_office(town: LivingTown, tmp_path: Path) -> None:
    noe = "f-2;c-9;mercredi;2026-12-09;;mairie;2026-11-02 10:30"
    lists = with_line("reservations", noe)
    town.load(a_folder(tmp_path, **lists))
    closed = closing(CANCELLING.replace("2026-12-01", "2026-12-09"))
    report = town.load(a_folder(tmp_path, **closed, **lists))
    assert (report.told, report.untold) == (0, [F2])
    assert "Sans adresse e-mail, à prévenir de ces annulations : « f-2 »" in report.lines()
    assert town.taken("mercredi", "mercredi 2026-12-09") == 0


def test_opening_again_books_nothing_and_says_so(town: LivingTown, tmp_path: Path) -> None:
    town.load(a_folder(tmp_path, **closing(CANCELLING)))
    report = town.load(a_folder(tmp_path))
    assert TUESDAY not in town.booked()
    said = "\n".join(report.lines())
    assert "Jours rouverts (le 01/12/2026) : ce que la mairie y avait annulé n'est pas réservé de nouveau" in said
    assert [str(one) for one in report.acted_on] == [
        "reservations.csv:2: « Cantine » le 01/12/2026 pour l'enfant « c-7 » : la mairie l'a annulé "
        "le 23/11/2026 à 08:00 (Grève), et cela reste ; pour le réserver de nouveau : une ligne saisie depuis"
    ]


def test_a_smaller_capacity_is_told_and_cancels_nothing(town: LivingTown, tmp_path: Path) -> None:
    lists = with_line("reservations", "f-2;c-9;mercredi;2026-12-02;;mairie;2026-11-02 10:30")
    town.load(a_folder(tmp_path, town=town_with(places="places = 2"), **lists))
    report = town.load(a_folder(tmp_path), cancel_departed=True)
    assert "  Accueil du mercredi, le 02/12/2026 : 2 réservations, 1 place" in report.lines()
    assert WEDNESDAY in town.booked()


def test_a_deadline_that_moves_is_told_with_the_days_that_it_just_missed(town: LivingTown, tmp_path: Path) -> None:
    report = town.load(a_folder(tmp_path, town=TOWN.replace("la veille à 10:00", "2 jours avant à 10:00")))
    (said,) = [line for line in report.lines() if line.startswith("Délai changé")]
    assert said.endswith("jours à venir ; il vient de passer le 24/11/2026 ; rien n'est annulé")


def test_what_an_import_would_do_is_said_before_it_does_it(town: LivingTown, tmp_path: Path) -> None:
    folder = a_folder(tmp_path, **closing(STRIKE))
    before = present(town.store.current_town())
    with validated(folder, town.clock.now(), Silence()) as files:
        would = touched(
            before,
            files.town.after(before),
            lists=files.lists,
            bookings=town.store.plannings,
            note=town.store.closed_noted(),
            now=town.clock.now(),
        )
    assert would.lines() == STAYS
    assert town.store.closed_noted().days == frozenset()
    assert town.load(folder).touched == would


def test_a_class_in_which_nobody_is_is_remarked(town: LivingTown, tmp_path: Path) -> None:
    outing = STRIKE.replace("Grève", "Sortie").replace(" }]", ', classes = ["CP", "CM2"] }]')
    said = [line for line in town.load(a_folder(tmp_path, **closing(outing))).lines() if "la classe" in line]
    assert said == [
        "  town.toml:38: aucun enfant n'est dans la classe « cm2 » ; attendu : une classe comme dans enfants.csv"
    ]
