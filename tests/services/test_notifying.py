"""New invoices are told of once, and nobody's trouble is somebody else's."""

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId, InvoiceNumber
from chalicelib.rules.invoices import Invoice, Means
from chalicelib.rules.money import Cents
from chalicelib.rules.notices import NoticeSettings
from chalicelib.services.mail_ports import MailRejected
from chalicelib.services.notifying import INVOICES_A_RUN, MARGIN_SECONDS
from tests.builders import BOND, a_payment
from tests.clock import paris
from tests.money import at_the_desk, memory_book
from tests.services.mail_world import EXTRA, NOW, TOWN_EMAIL, WANTED, World, an_invoice


@pytest.fixture
def world() -> World:
    return World()


def told_of(world: World, *invoices: Invoice, settings: NoticeSettings | None = WANTED) -> None:
    if settings:
        world.notices.save(BOND, settings)
    for invoice in invoices:
        world.invoices.put(invoice, ())


def test_each_address_that_agreed_gets_one_mail(world: World) -> None:
    told_of(world, an_invoice())
    assert world.notify() == 2
    mails = world.waiting()
    assert sorted(mail.to for mail in mails) == sorted([TOWN_EMAIL, EXTRA])
    assert {mail.kind for mail in mails} == {"invoice-online"}
    assert {mail.subject_id for mail in mails} == {"2026-019-000345"}
    assert len({mail.id for mail in mails}) == 2
    assert world.invoices.to_notify(10) == ()
    assert world.notify() == 0
    assert len(world.waiting()) == 2


def test_a_mail_says_what_is_due_and_when_and_names_no_child(world: World) -> None:
    told_of(world, an_invoice(), settings=replace(WANTED, extra=()))
    world.notify()
    [mail] = world.waiting()
    assert mail.facts == {
        "number": "2026-019-000345",
        "label": "CANTINE ET GARDERIE OCTOBRE 2026",
        "regie": "REGIE PERISCOLAIRE",
        "total": "1\u202f234,56\u00a0€",
        "due_on": "15/12/2026",
        "invoices_link": "https://portail.example/factures",
        "stop_link": f"https://portail.example/stop/{BOND}/{TOWN_EMAIL}",
    }
    assert (mail.family, mail.due_at, mail.attempts) == (BOND, world.clock.now(), 0)


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(None, id="never asked"),
        pytest.param(replace(WANTED, wanted=False), id="does not want it"),
        pytest.param(replace(WANTED, extra=(), town_stopped=True), id="every address stopped"),
    ],
)
def test_who_wants_no_mail_gets_none_and_is_asked_no_more(world: World, settings: NoticeSettings | None) -> None:
    told_of(world, an_invoice(), settings=settings)
    assert world.notify() == 0
    assert world.waiting() == []
    assert world.invoices.to_notify(10) == ()


def test_nobody_is_told_of_an_invoice_that_is_paid(world: World) -> None:
    told_of(world, an_invoice())
    at_the_desk(memory_book(world.invoices), world.invoices, an_invoice().number, a_payment(123_456))
    assert world.notify() == 0
    assert world.invoices.to_notify(10) == ()


def test_an_address_that_bounced_is_left_out(world: World) -> None:
    told_of(world, an_invoice())
    world.outbox.suppress(TOWN_EMAIL.upper(), "bounce", world.clock.now())
    assert world.notify() == 1
    assert [mail.to for mail in world.waiting()] == [EXTRA]


def test_an_invoice_of_nobody_is_taken_off_and_told_to_the_operator(world: World) -> None:
    told_of(world, an_invoice(family="f-gone"))
    assert world.notify() == 0
    assert world.invoices.to_notify(10) == ()
    assert world.named("notice.family_unknown") == [
        {"level": "error", "invoice": "2026-019-000345", "family": "f-gone"}
    ]


@pytest.mark.parametrize("error", [Unavailable, KeyError, ValueError], ids=lambda error: error.__name__)
def test_one_family_in_trouble_holds_back_no_other(
    world: World, error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More invoices in trouble than a batch holds, and they come first: the last one is told of all the same."""
    troubled = [
        an_invoice(f"2026-001-{n:06}", "f-trouble", published_at=paris(NOW)) for n in range(1, INVOICES_A_RUN + 6)
    ]
    told_of(world, *troubled, an_invoice(published_at=paris("lundi 2026-11-23 09:00")))
    find = world.families.find

    def trouble(family: FamilyId) -> Family | None:
        if family == "f-trouble":
            raise error("on purpose")
        return find(family)

    monkeypatch.setattr(world.families, "find", trouble)
    with pytest.raises(Unavailable, match=f"{INVOICES_A_RUN + 5} invoices"):
        world.notify()
    assert sorted(mail.to for mail in world.waiting()) == sorted([TOWN_EMAIL, EXTRA])
    assert len(world.invoices.to_notify(1000)) == INVOICES_A_RUN + 5
    failed = world.named("notice.failed")
    assert len(failed) == INVOICES_A_RUN + 5
    assert {(facts["level"], facts["kind"]) for facts in failed} == {("error", error.__name__)}

    monkeypatch.undo()
    assert world.notify() == 0, "f-trouble is unknown to the town: taken off without mail"
    assert world.invoices.to_notify(1000) == ()


def test_the_notification_stops_before_its_time_is_over_and_goes_on_later(world: World) -> None:
    told_of(world, *(an_invoice(f"2026-001-{n:06}") for n in range(1, 11)))
    left = iter([300.0, 300.0, 300.0, 300.0, *[MARGIN_SECONDS] * 100])
    assert world.notify(lambda: next(left)) == 6
    assert len(world.invoices.to_notify(100)) == 7
    assert world.notify() == 14


def test_what_is_logged_names_nobody(world: World) -> None:
    told_of(world, an_invoice())
    world.notify()
    world.outbox.suppress(EXTRA, "bounce", world.clock.now())
    world.post.moods = [MailRejected(f"{TOWN_EMAIL} is no address")]
    world.send()
    said = str(world.events).lower()
    assert "mail.set_aside" in said
    for secret in (TOWN_EMAIL, EXTRA, "jamie", "bond@"):
        assert secret.lower() not in said


def test_an_invoice_on_direct_debit_invites_nobody_to_pay(world: World) -> None:
    told_of(world, an_invoice(means=Means.DIRECT_DEBIT), settings=replace(WANTED, extra=()))
    assert world.notify() == 1
    [mail] = world.waiting()
    assert (mail.kind, mail.facts["total"], mail.facts["due_on"]) == (
        "invoice-debited",
        "1\u202f234,56\u00a0€",
        "15/12/2026",
    )


def test_a_credit_note_says_that_credit_came(world: World) -> None:
    told_of(world, an_invoice(total=Cents(-424), corrects=InvoiceNumber("2026-018-000001")))
    at_the_desk(
        memory_book(world.invoices), world.invoices, an_invoice().number, a_payment(-200, means=Means.CREDIT_NOTE)
    )
    assert world.notify() == 2
    mail = world.waiting()[0]
    assert mail.kind == "credit-note"
    assert (mail.facts["total"], mail.facts["corrects"], mail.facts["left"]) == (
        "4,24\u00a0€",
        "2026-018-000001",
        "2,24\u00a0€",
    )


@pytest.mark.parametrize(
    "invoice",
    [
        pytest.param(an_invoice(cancelled_on=date(2026, 11, 21)), id="cancelled"),
        pytest.param(an_invoice(cancelled_on=date(2026, 11, 21), total=Cents(-424)), id="a cancelled credit note"),
        pytest.param(an_invoice(cancelled_on=date(2026, 11, 21), means=Means.DIRECT_DEBIT), id="debited, cancelled"),
    ],
)
def test_nobody_is_told_of_an_invoice_that_is_cancelled(world: World, invoice: Invoice) -> None:
    told_of(world, invoice)
    assert world.notify() == 0
    assert world.invoices.to_notify(10) == ()
