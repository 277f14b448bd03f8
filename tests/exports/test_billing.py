"""The billing of a month: one line for each child and day, closed by name, then corrected and never rewritten."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.exports.billed import is_over
from chalicelib.exports.billing import AlreadyClosed, MonthNotOver
from chalicelib.exports.billing_file import kept_copy, lines_of
from chalicelib.rules.billing import Billing, BillingCode, JudgedMove, code_of, quantity
from chalicelib.rules.directory import ListedChild
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.planning import Slot
from chalicelib.rules.school_calendar import paris_instant
from tests.builders import CANTEEN, JAMES, SCHOOL, a_town
from tests.clock import FixedClock, day, paris
from tests.exports.billing_desk import (
    DECEMBER,
    FATHER,
    FRIDAY,
    MOTHER,
    NOVEMBER,
    OCTOBER,
    THURSDAY,
    Desk,
    Listed,
)
from tests.exports.reading import cells_of
from tests.fakes import MemoryBillingBook, MemoryShelf


def test_each_day_has_its_code() -> None:
    desk = Desk()
    for on in (THURSDAY, FRIDAY, day("lundi 2026-11-09"), day("mardi 2026-11-10")):
        desk.change(on)
    desk.clock.set("jeudi 2026-11-05 10:00")
    desk.change(FRIDAY, booked=False)
    desk.change(day("vendredi 2026-11-06"), family=FATHER)
    desk.clock.set("lundi 2026-11-09 12:00")
    desk.change(day("mardi 2026-11-10"), booked=False, reason="Grève")
    desk.clock.forward(minutes=5)
    assert desk.lines() == [
        ['="f-mother"', '="c-007"', "cantine", "05/11/2026", "oui", "1", "à l'heure"],
        ['="f-father"', '="c-007"', "cantine", "06/11/2026", "oui", "1", "hors délai"],
        ['="f-mother"', '="c-007"', "cantine", "06/11/2026", "non", "1", "annulé hors délai"],
        ['="f-mother"', '="c-007"', "cantine", "09/11/2026", "oui", "1", "à l'heure"],
        ['="f-mother"', '="c-007"', "cantine", "10/11/2026", "non", "0", "annulé par la mairie"],
    ]


def test_the_file_says_as_of_when_and_later_changes_are_not_in_it() -> None:
    desk = Desk()
    desk.change(THURSDAY)
    desk.clock.forward(minutes=5)
    desk.change(FRIDAY)
    desk.clock.forward(seconds=30)
    assert desk.told() == [("05/11/2026", "1", "à l'heure")]
    assert [row[-1] for row in cells_of(desk.shelf.files["facturation-2026-11.csv"])[1:]] == ["26/10/2026 12:04:30"]


def test_the_towns_columns_and_words() -> None:
    columns = (("Famille", "payeur"), ("Nom", "nom"), ("Classe", "classe"), ("Service", "libelle"), ("Tarif", "code"))
    desk = Desk(town=a_town(billing=Billing(columns, {BillingCode.ON_TIME: "-N"})))
    desk.listed = Listed(ListedChild(JAMES, "James", "BOND", SCHOOL, "3-4"))
    desk.change(THURSDAY)
    desk.clock.forward(minutes=5)
    (name,) = desk.export(NOVEMBER, desk.shelf)
    assert cells_of(desk.shelf.files[name]) == [
        [title for title, _ in columns],
        ['="f-mother"', "BOND", '="3-4"', "Cantine", '="-N"'],
    ]


def test_a_closed_month_is_the_same_for_ever() -> None:
    desk = Desk()
    desk.change(THURSDAY)
    desk.clock.set("mardi 2026-12-01 09:00")
    first = desk.told(by="Mme Petit")
    content = desk.shelf.files["facturation-2026-11.csv"]
    desk.change(THURSDAY, booked=False)
    desk.clock.forward(days=3)
    desk.town = a_town(billing=Billing((("x", "jour"),), {}))
    desk.export(NOVEMBER, desk.shelf)
    assert first == [("05/11/2026", "1", "à l'heure")]
    assert desk.shelf.files["facturation-2026-11.csv"] == content
    (closed,) = desk.book.closed()
    assert (closed.month, closed.by, closed.closed_at) == (NOVEMBER, "Mme Petit", paris("mardi 2026-12-01 09:00"))
    with pytest.raises(AlreadyClosed) as raised:
        desk.export(NOVEMBER, desk.shelf, "M. Roux")
    assert raised.value.closed == closed


def test_a_month_that_is_not_over_is_not_closed() -> None:
    desk = Desk(clock=FixedClock(paris("lundi 2026-11-30 23:59")))
    with pytest.raises(MonthNotOver):
        desk.told(by="Mme Petit")
    assert desk.archive.files == {}
    desk.clock.forward(minutes=2)
    assert desk.told(by="Mme Petit") == []


def test_what_changes_after_closing_is_taken_back_and_put_again_in_the_next_file() -> None:
    desk = Desk()
    for on in (THURSDAY, FRIDAY, day("lundi 2026-11-09")):
        desk.change(on)
    desk.clock.set("mardi 2026-12-01 09:00")
    desk.told(by="Mme Petit")
    desk.change(THURSDAY, booked=False)
    desk.change(FRIDAY, booked=False, reason="Grève")
    desk.change(day("mardi 2026-11-10"))
    desk.change(day("lundi 2026-11-09"), booked=False)
    desk.change(day("lundi 2026-11-09"))
    desk.clock.forward(minutes=5)
    expected = [
        ("05/11/2026", "-1", "à l'heure"),
        ("05/11/2026", "1", "annulé hors délai"),
        ("06/11/2026", "-1", "à l'heure"),
        ("06/11/2026", "0", "annulé par la mairie"),
        ("10/11/2026", "1", "hors délai"),
    ]
    assert desk.told(DECEMBER) == expected
    assert desk.told(DECEMBER) == expected, "as long as December is open"
    desk.clock.set("vendredi 2027-01-01 09:00")
    assert desk.told(DECEMBER, by="Mme Petit") == expected
    desk.change(day("mardi 2026-11-10"), booked=False)
    desk.clock.forward(minutes=5)
    assert desk.told(date(2027, 1, 1)) == [("10/11/2026", "-1", "hors délai")]


class Interrupted(MemoryShelf):
    """A shelf on which the process ends at its ``at``-th write."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self.left = at

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt
        super().put(name, chunks)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_closing_that_ends_anywhere_closes_whole_or_not_at_all(at: int) -> None:
    desk = Desk(archive=Interrupted(at))
    desk.change(THURSDAY)
    desk.clock.set("mardi 2026-12-01 09:00")
    if at < 2:
        with pytest.raises(KeyboardInterrupt):
            desk.told(by="Mme Petit")
        assert desk.book.closed() == ()
        desk.archive = MemoryShelf()
        desk.clock.forward(hours=1)
    assert desk.told(by="Mme Petit") == [("05/11/2026", "1", "à l'heure")]
    assert len(desk.book.closed()) == 1


def test_two_who_close_at_once_close_once() -> None:
    desk = Desk()
    desk.change(THURSDAY)
    desk.clock.set("mardi 2026-12-01 09:00")
    other = desk.export
    book = desk.book

    class Slow(MemoryBillingBook):
        def closed(self) -> tuple[()]:
            return ()

        def close(self, month: object) -> None:
            other(NOVEMBER, MemoryShelf(), "M. Roux")
            desk.book = book
            book.close(month)  # type: ignore[arg-type]

    export = desk.export
    export.book = Slow()
    desk.clock.forward(seconds=1)
    with pytest.raises((AlreadyClosed, StopIteration)):
        export(NOVEMBER, desk.shelf, "Mme Petit")
    assert [one.by for one in book.closed()] == ["M. Roux"]


def test_the_kept_copy_comes_back() -> None:
    desk = Desk()
    for number in range(40):
        desk.change(FRIDAY, family=FamilyId(f"f;{number}\u2028é"))
    desk.clock.set("mardi 2026-12-01 09:00")
    desk.told(by="Mme Petit")
    (closed,) = desk.book.closed()
    kept = list(lines_of(desk.archive.read(f"{closed.file}.lignes.gz")))
    assert len(kept) == 40
    assert list(lines_of(kept_copy(kept))) == kept
    whole = b"".join([*kept_copy(kept[:20]), *kept_copy(kept[20:])])
    assert list(lines_of(whole[at : at + 7] for at in range(0, len(whole), 7))) == kept


DAYS = [day("mardi 2026-10-27"), day("vendredi 2026-10-30"), THURSDAY, FRIDAY, day("jeudi 2026-12-03")]
steps = st.lists(
    st.tuples(st.just("change"), st.sampled_from(DAYS), st.sampled_from([MOTHER, FATHER]), st.booleans())
    | st.tuples(st.just("wait"), st.sampled_from([1, 30, 24 * 60, 9 * 24 * 60]))
    | st.tuples(st.just("close"), st.sampled_from([OCTOBER, NOVEMBER])),
    max_size=25,
)


@given(steps)
def test_all_that_was_told_adds_up_to_what_is(steps: list[tuple[object, ...]]) -> None:
    """Closed files with their corrections, and the files of the months that are open: whatever was closed when, their
    sum for a child and a day is what one judgement of all its changes says."""
    desk = Desk()
    moves: dict[tuple[FamilyId, date], list[JudgedMove]] = {}
    delivered: Counter[tuple[str, str]] = Counter()
    for step in steps:
        if step[0] == "wait":
            desk.clock.forward(minutes=step[1])  # type: ignore[arg-type]
        elif step[0] == "close":
            _close(desk, step[1], delivered)  # type: ignore[arg-type]
        else:
            _change(desk, moves, *step[1:])  # type: ignore[arg-type]
    desk.clock.forward(minutes=5)
    closed = {one.month for one in desk.book.closed()}
    for number, month in enumerate(sorted({OCTOBER, NOVEMBER, DECEMBER} - closed)):
        _add(delivered, (row for row in desk.lines(month) if number == 0 or _month(row) == month))
    expected = {
        (f'="{family}"', f"{on:%d/%m/%Y}"): quantity(code)
        for (family, on), told in moves.items()
        if (code := code_of(told)) and quantity(code)
    }
    assert {key: number for key, number in delivered.items() if number} == expected


def _change(
    desk: Desk, moves: dict[tuple[FamilyId, date], list[JudgedMove]], on: date, family: FamilyId, act: bool
) -> None:
    booked = (family, Slot(JAMES, CANTEEN, on)) not in desk.as_of(on, desk.clock.now())
    reason = "Grève" if act and not booked else ""
    desk.change(on, booked=booked, reason=reason, family=family)
    late = desk.clock.now() >= paris_instant(on - timedelta(days=1), 600)
    moves.setdefault((family, on), []).append(JudgedMove(booked, late and on.month != 10, bool(reason)))


def _close(desk: Desk, month: date, delivered: Counter[tuple[str, str]]) -> None:
    closed = {one.month for one in desk.book.closed()}
    if month not in closed and is_over(month, desk.clock.now() - timedelta(minutes=1)):
        _add(delivered, desk.lines(month, by="Mme Petit"))


def _add(delivered: Counter[tuple[str, str]], rows: Iterable[list[str]]) -> None:
    for row in rows:
        delivered[row[0], row[3]] += int(row[5])


def _month(row: list[str]) -> date:
    return datetime.strptime(row[3], "%d/%m/%Y").date().replace(day=1)  # noqa: DTZ007 - a day alone
