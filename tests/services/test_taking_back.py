"""A payment that is not there is taken back once, beside the first, and its payer hears what is due now."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.rules.ids import InvoiceNumber
from chalicelib.rules.invoices import Means
from chalicelib.rules.money import Cents
from chalicelib.rules.payments import AttemptState
from chalicelib.rules.taking_back import NotThere, Unfound
from chalicelib.services.taking_back import Cause, NotTakenBack, TakingBack, Unfit
from tests.builders import a_payment
from tests.services.money_desk import CHEQUE, NUMBER, TODAY, MoneyDesk

BOUNCED = TakingBack(NUMBER, Cause.BOUNCED, NotThere(TODAY, "12345"), "sans provision")
DEBIT = replace(BOUNCED, row=NotThere(TODAY, "a55a"))
NEGATIVE = TakingBack(NUMBER, Cause.WITHDRAWN, NotThere(TODAY, "12345R", Cents(1000), Means.CHEQUE), "ligne négative")


@pytest.fixture
def desk() -> MoneyDesk:
    return MoneyDesk()


@pytest.mark.parametrize("asked", [BOUNCED, NEGATIVE, replace(NEGATIVE, payment="town-1")])
def test_the_first_payment_stays_and_a_second_one_takes_it_back(desk: MoneyDesk, asked: TakingBack) -> None:
    desk.receive(CHEQUE)
    assert desk.take_back.check(asked)
    assert desk.take_back(asked)
    invoice = desk.invoice()
    assert (invoice.remaining, sorted(one.amount for one in invoice.payments)) == (1000, [-1000, 1000])
    assert desk.told() == [("payment", 1000), ("reversal", -1000)]
    first, second = desk.book.told
    assert second.entry.takes_back == first.name == "2026-000001"
    assert second.entry.reason == asked.why
    assert desk.mails() == ["payment-reversed"]
    assert not desk.take_back(asked)
    assert not desk.take_back.check(asked)
    desk.adds_up()


def test_a_debit_goes_by_its_authorisation_and_can_be_paid_again(desk: MoneyDesk) -> None:
    attempt = desk.paid_online("V")
    assert desk.take_back(DEBIT)
    assert desk.invoice().remaining == 1000
    after = desk.attempts.kept[attempt.id]
    assert (after.state, after.why) == (AttemptState.REVERSED, "sans provision")
    (mail,) = desk.outbox.due(desk.clock.now(), 9)
    assert (mail.to, mail.facts["due"], mail.facts["means"]) == (attempt.email, "10,00\xa0€", "prélèvement en ligne")
    assert not desk.take_back(DEBIT)
    desk.adds_up()


def test_a_bounce_of_what_was_paid_twice_asks_for_nothing(desk: MoneyDesk) -> None:
    desk.paid_online("V")
    desk.receive(CHEQUE)
    assert len(desk.book.open) == 1
    assert desk.take_back(DEBIT)
    (mail,) = desk.outbox.due(desk.clock.now(), 9)
    assert mail.facts["due"] == ""
    assert desk.invoice().is_paid
    assert not desk.book.open


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        (replace(BOUNCED, invoice=InvoiceNumber("2026-026-000999")), Unfit.NO_INVOICE),
        (replace(BOUNCED, row=NotThere(TODAY, "54321")), Unfound.NOTHING),
        (replace(BOUNCED, row=NotThere(date(2026, 11, 19), "12345")), Unfound.EARLIER),
        (replace(BOUNCED, row=NotThere(TODAY, "77")), Unfit.NO_BANK),
        (DEBIT, Unfit.CARD),
        (replace(BOUNCED, row=NotThere(TODAY, "C77C")), Unfit.CARD),
        (replace(NEGATIVE, payment="online-a-1"), Unfit.ONLINE),
        (replace(NEGATIVE, payment="town-9"), Unfound.NOTHING),
    ],
)
def test_what_is_not_taken_back(desk: MoneyDesk, asked: TakingBack, why: Unfit | Unfound) -> None:
    desk.receive(CHEQUE, a_payment(100, id="town-2", means=Means.CASH, reference="77"))
    desk.receive(a_payment(100, id="town-3", means=Means.ONLINE, authorisation="C77C"))
    desk.paid_online("P")
    before = desk.told()
    with pytest.raises(NotTakenBack) as refused:
        desk.take_back(asked)
    assert refused.value.why is why
    assert (desk.told(), desk.mails()) == (before, [])
