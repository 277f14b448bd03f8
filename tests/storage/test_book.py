"""The régie's journal, on every backend: numbers without a gap, a chain, and money that enters with its line only."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from chalicelib.rules.book import BookHead, EntryKind, broken_links
from chalicelib.rules.errors import StaleWrite
from chalicelib.rules.ids import AttemptId
from chalicelib.rules.invoices import Invoice, Means, Payment
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import Attempt, AttemptState, Doubt
from chalicelib.rules.points import Point, PointKind, code_of
from chalicelib.services.book_ports import MoneyEvent, Moved, PaymentOn
from chalicelib.services.mails import payment_receipt
from tests.builders import BOND, a_payment, an_attempt, an_invoice
from tests.clock import paris
from tests.money import NOW, an_entry, an_event, receive
from tests.present import present
from tests.storage.conftest import Stores

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
INVOICE = an_invoice()
OTHER = an_invoice("2013-026-000336")
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def invoice(stores: Stores) -> Invoice:
    stores.invoices.put(INVOICE, ())
    return INVOICE


def read(stores: Stores, invoice: Invoice) -> Invoice:
    return present(stores.invoices.find(invoice.family, invoice.number))


def begun(stores: Stores, invoice: Invoice) -> Attempt:
    attempt = an_attempt(invoice, NOW)
    stores.attempts.begin(attempt, invoice, None)
    return stores.attempts.opened(attempt, "idop-1", NOW)


def a_point(attempt: Attempt, opened_at: datetime = NOW, **facts: object) -> Point:
    point = Point(PointKind.TO_CHECK, attempt.invoice, attempt.family, opened_at, attempt.amount, attempt=attempt.id)
    return replace(point, **facts)  # type: ignore[arg-type]


def test_lines_are_numbered_and_chained(stores: Stores, invoice: Invoice) -> None:
    (first,) = receive(stores.book, invoice, a_payment(100))
    second, third = receive(
        stores.book, read(stores, invoice), a_payment(50, id="p-2"), a_payment(50, id="p-3"), at=LATER
    )
    assert [first.name, second.name, third.name] == ["2026-000001", "2026-000002", "2026-000003"]
    assert list(stores.book.lines(NOVEMBER)) == [first, second, third]
    assert list(stores.book.lines(DECEMBER)) == []
    assert list(broken_links([first, second, third], BookHead(2026))) == []
    assert stores.book.head(2026) == BookHead(2026, 3, third.hash, LATER)
    assert stores.book.head(2027) == BookHead(2027)


def test_a_payment_knows_its_line(stores: Stores, invoice: Invoice) -> None:
    receive(stores.book, invoice, a_payment(100), a_payment(50, id="p-2"))
    assert [(one.id, one.line) for one in read(stores, invoice).payments] == [
        ("p-1", "2026-000001"),
        ("p-2", "2026-000002"),
    ]
    assert read(stores, invoice).paid == 150


@pytest.mark.parametrize("line", [{"amount": 99}, {"payment": "p-2"}, {"invoice": OTHER.number}])
def test_no_money_enters_without_its_line(stores: Stores, invoice: Invoice, line: dict[str, object]) -> None:
    entry = an_entry(invoice, a_payment(100), **line)
    with pytest.raises(ValueError, match="has no line of its amount"):
        stores.book.write(MoneyEvent(NOW, (entry,), (PaymentOn(invoice, a_payment(100)),)))
    assert read(stores, invoice) == invoice


def test_every_fact_of_a_line_is_kept(stores: Stores, invoice: Invoice) -> None:
    payment = a_payment(100, means=Means.ONLINE)
    more: dict[str, object] = {
        "exercice": "2013",
        "transmitted": "2013T50026000335",
        "letter": "P",
        "bank_at": NOW,
        "authorisation": "A55A",
        "client_number": "006382",
        "idop": "idop-1",
        "saisie": "T",
        "attempt": AttemptId("a-1"),
        "takes_back": "2026-000001",
        "reason": "chèque sans provision",
    }
    entry = an_entry(invoice, payment, kind=EntryKind.REVERSAL, **more)
    (line,) = stores.book.write(MoneyEvent(NOW, (entry,)))
    assert [one.entry for one in stores.book.lines(NOVEMBER)] == [entry]
    assert [one.hash for one in stores.book.lines(NOVEMBER)] == [line.hash]


def test_a_year_begins_at_one(stores: Stores, invoice: Invoice) -> None:
    eve, new_year = paris("jeudi 2026-12-31 23:59"), paris("vendredi 2027-01-01 00:00")
    (last,) = receive(stores.book, invoice, a_payment(1), at=eve)
    (first,) = receive(stores.book, read(stores, invoice), a_payment(1, id="p-2"), at=new_year)
    assert (last.name, first.name, first.before) == ("2026-000001", "2027-000001", "")
    assert list(stores.book.lines(date(2027, 1, 1))) == [first]


def test_a_line_is_never_older_than_the_one_before_it(stores: Stores, invoice: Invoice) -> None:
    receive(stores.book, invoice, a_payment(1), at=LATER)
    (line,) = receive(stores.book, read(stores, invoice), a_payment(1, id="p-2"), at=NOW)
    assert line.at == LATER


@pytest.mark.parametrize("again", ["p-1", "p-2"])
def test_an_invoice_that_changed_refuses_the_event(stores: Stores, invoice: Invoice, again: str) -> None:
    receive(stores.book, invoice, a_payment(100))
    before = read(stores, invoice)
    with pytest.raises(StaleWrite):
        receive(stores.book, invoice, a_payment(100, id=again), at=LATER)
    assert read(stores, invoice) == before
    assert stores.book.head(2026).number == 1


def test_money_that_came_and_went_meanwhile_is_a_change(stores: Stores, invoice: Invoice) -> None:
    receive(stores.book, invoice, a_payment(100), a_payment(-100, id="p-2", takes_back="p-1"))
    with pytest.raises(StaleWrite):
        receive(stores.book, invoice, a_payment(100, id="p-3"), at=LATER)


def test_an_invoice_cancelled_meanwhile_refuses_the_event(stores: Stores, invoice: Invoice) -> None:
    stores.book.write(MoneyEvent(NOW, cancelled=(invoice,)))
    assert read(stores, invoice).cancelled_on == date(2026, 11, 23)
    with pytest.raises(StaleWrite):
        receive(stores.book, invoice, a_payment(100), at=LATER)


def test_one_of_several_invoices_that_changed_refuses_all(stores: Stores, invoice: Invoice) -> None:
    stores.invoices.put(OTHER, ())
    receive(stores.book, OTHER, a_payment(1))
    both = (an_event(invoice, a_payment(2)), an_event(OTHER, a_payment(3, id="p-2")))
    event = MoneyEvent(LATER, both[0].entries + both[1].entries, both[0].payments + both[1].payments)
    with pytest.raises(StaleWrite):
        stores.book.write(event)
    assert (read(stores, invoice).paid, read(stores, OTHER).paid) == (0, 1)
    both = (both[0], an_event(read(stores, OTHER), a_payment(3, id="p-2")))
    lines = stores.book.write(replace(event, payments=both[0].payments + both[1].payments))
    assert [line.number for line in lines] == [2, 3]
    assert (read(stores, invoice).paid, read(stores, OTHER).paid) == (2, 4)


def test_what_was_received_too_much_is_a_point_by_itself(stores: Stores, invoice: Invoice) -> None:
    code = code_of(invoice.number)
    receive(stores.book, invoice, a_payment(400))
    assert list(stores.book.points()) == []
    receive(stores.book, read(stores, invoice), a_payment(100, id="p-2"))
    point = Point(PointKind.OVERPAID, invoice.number, BOND, NOW, Cents(424), Cents(500))
    assert list(stores.book.points()) == [point]
    receive(stores.book, read(stores, invoice), a_payment(-6, id="p-3"), at=LATER)
    assert stores.book.point(code) == replace(point, received=Cents(494)), "it keeps its age"
    receive(stores.book, read(stores, invoice), a_payment(-70, id="p-4"), at=LATER)
    assert (stores.book.point(code), list(stores.book.points())) == (None, [])


def test_what_was_paid_for_a_cancelled_invoice_is_a_point(stores: Stores, invoice: Invoice) -> None:
    receive(stores.book, invoice, a_payment(400))
    stores.book.write(MoneyEvent(LATER, cancelled=(read(stores, invoice),)))
    (point,) = stores.book.points()
    assert (point.kind, point.asked, point.received, point.opened_at) == (PointKind.OVERPAID, 0, 400, LATER)
    assert stores.invoices.latest(BOND, 1)[0].is_paid


def test_a_credit_note_is_never_a_point(stores: Stores) -> None:
    note = replace(INVOICE, total=Cents(-500))
    stores.invoices.put(note, ())
    receive(stores.book, note, a_payment(-100, means=Means.CREDIT_NOTE))
    assert (read(stores, note).overpaid, list(stores.book.points())) == (400, [])


def test_a_person_s_word_wins_over_what_follows_from_the_invoice(stores: Stores, invoice: Invoice) -> None:
    receive(stores.book, invoice, a_payment(500))
    stores.book.write(MoneyEvent(NOW, closes=(code_of(invoice.number),)))
    assert list(stores.book.points()) == []


def settled(attempt: Attempt, **changes: object) -> Attempt:
    return replace(attempt, state=AttemptState.TO_CHECK, settled_at=LATER, **changes)  # type: ignore[arg-type]


def test_an_attempt_moves_with_its_point_and_without_a_line(stores: Stores, invoice: Invoice) -> None:
    attempt = begun(stores, invoice)
    after, point = settled(attempt, doubt=Doubt.SILENT), a_point(attempt, doubt=Doubt.SILENT)
    event = MoneyEvent(LATER, moved=Moved(attempt, after, LATER), opens=(point,))
    assert stores.book.write(event) == ()
    kept = present(stores.attempts.find(attempt.id))
    assert kept == replace(after, version=attempt.version + 1, look_at=LATER)
    assert stores.attempts.to_look_at(LATER, 9) == (kept,)
    assert (list(stores.book.points()), stores.book.head(2026).number) == ([point], 0)
    with pytest.raises(StaleWrite):
        stores.book.write(replace(event, moved=Moved(attempt, replace(after, why="otherwise"))))


def test_an_attempt_that_moved_refuses_the_event(stores: Stores, invoice: Invoice) -> None:
    attempt = begun(stores, invoice)
    stores.attempts.settle(attempt, attempt, None)
    event = an_event(read(stores, invoice), a_payment(424), moved=Moved(attempt, settled(attempt)))
    with pytest.raises(StaleWrite):
        stores.book.write(event)
    assert (read(stores, invoice).paid, stores.book.head(2026).number) == (0, 0)


def test_an_attempt_knows_the_line_of_money_that_no_invoice_explains(stores: Stores, invoice: Invoice) -> None:
    attempt = begun(stores, invoice)
    after = settled(attempt, doubt=Doubt.DIFFERS)
    payment = a_payment(400, means=Means.ONLINE)
    entry = an_entry(invoice, payment, kind=EntryKind.UNCLASSIFIED, payment="", attempt=attempt.id)
    (line,) = stores.book.write(MoneyEvent(LATER, (entry,), moved=Moved(attempt, after)))
    kept = present(stores.attempts.find(attempt.id))
    assert (kept.unclassified, line.entry.amount) == (line.name, 400)
    back = replace(entry, amount=Cents(-400), takes_back=line.name)
    stores.book.write(MoneyEvent(LATER, (back,), moved=Moved(kept, kept)))
    assert present(stores.attempts.find(attempt.id)).unclassified == ""


def test_points_are_listed_by_age_and_keep_it(stores: Stores, invoice: Invoice) -> None:
    older, newer = (an_attempt(invoice, NOW, id=AttemptId(name)) for name in ("a-old", "a-new"))
    first, second = (
        a_point(newer, LATER, authorisation="A55A", bank_at=NOW, letter="P", differs=("amount", "saisie")),
        a_point(older),
    )
    stores.book.write(MoneyEvent(LATER, opens=(first, second)))
    assert list(stores.book.points()) == [second, first]
    more = replace(second, opened_at=LATER, received=Cents(400), doubt=Doubt.DIFFERS)
    stores.book.write(MoneyEvent(LATER, opens=(more,)))
    assert stores.book.point(second.code) == replace(more, opened_at=NOW)
    stores.book.write(MoneyEvent(LATER, closes=(second.code, second.code)))
    stores.book.write(MoneyEvent(LATER, closes=(second.code,)))
    assert list(stores.book.points()) == [first]


def test_mails_wait_with_the_line(stores: Stores, invoice: Invoice) -> None:
    mail = payment_receipt(replace(an_attempt(invoice, NOW), state=AttemptState.PAID), invoice, NOW)
    stores.book.write(an_event(invoice, a_payment(424), mails=(mail,)))
    assert list(stores.outbox.due(NOW, 9)) == [mail]


def test_as_many_payments_as_an_event_may_hold(stores: Stores) -> None:
    invoices = [an_invoice(f"2013-026-{number:06}") for number in range(20)]
    for one in invoices:
        stores.invoices.put(one, ())
    payments: list[Payment] = [a_payment(500) for _ in invoices]
    both = list(zip(invoices, payments, strict=True))
    event = MoneyEvent(
        NOW, tuple(an_entry(*one) for one in both), tuple(PaymentOn(invoice, payment) for invoice, payment in both)
    )
    assert len(stores.book.write(event)) == len(list(stores.book.points())) == 20
