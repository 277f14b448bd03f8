"""Mails leave at the service's pace, whoever dies on the way, and a poison mail holds back no other."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.services.mail_ports import Mail, MailRejected, MailThrottled
from chalicelib.services.sending import (
    LEASE_SECONDS,
    LONGEST_WAIT,
    MAILS_A_RUN,
    MARGIN_SECONDS,
    MOST_ATTEMPTS,
    MOST_FAILURES_IN_A_ROW,
    PAUSES_SECONDS,
    Sendings,
)
from tests.builders import BOND
from tests.clock import paris
from tests.faults import Killed
from tests.services.mail_world import Fate, Post, World, a_mail

MOST_IN_ONE = 90


@pytest.fixture
def world() -> World:
    return World()


def fill(world: World, count: int, **changes: Any) -> list[Mail]:
    return post(world, *(a_mail(n, **changes) for n in range(count)))


def post(world: World, *mails: Mail) -> list[Mail]:
    """Put mails in the outbox, as many at once as a transaction holds."""
    for start in range(0, len(mails), MOST_IN_ONE):
        world.notices.save(BOND, world.notices.settings(BOND), mails[start : start + MOST_IN_ONE])
    return list(mails)


def test_a_mail_leaves_with_its_words_and_its_one_click_address(world: World) -> None:
    fill(world, 1)
    assert world.send() == Sendings(sent=1)
    assert world.post.sent == [
        {
            "to": "parent0@server.fr",
            "subject": "about 2026-019-000345",
            "text": "text",
            "html": "html",
            "unsubscribe": "https://portail.example/stop/0",
        }
    ]
    assert world.waiting() == []
    assert world.send() == Sendings()


def test_a_mail_without_one_click_address_leaves_too(world: World) -> None:
    fill(world, 1, facts={})
    world.send()
    assert world.post.sent[0]["unsubscribe"] == ""


def test_more_mails_than_a_batch_leave_in_one_run_at_the_services_pace(world: World) -> None:
    count = 2 * MAILS_A_RUN + 50
    mails = fill(world, count)
    assert world.send() == Sendings(sent=count)
    assert sorted(world.post.recipients) == sorted(mail.to for mail in mails)
    for first, fifteenth in zip(world.post.at, world.post.at[14:], strict=False):
        assert fifteenth - first >= timedelta(seconds=0.9999)
    assert world.post.at[-1] - world.post.at[0] <= timedelta(seconds=count / 14 + 1), "no slower than it may"


def test_a_mail_that_is_not_due_waits(world: World) -> None:
    fill(world, 1, due_at=paris("lundi 2026-11-23 09:00"))
    assert world.send() == Sendings()
    world.clock.forward(hours=1)
    assert world.send() == Sendings(sent=1)


def test_a_mail_that_somebody_holds_is_left_alone_until_the_lease_ends(world: World) -> None:
    [mail] = fill(world, 1)
    assert world.outbox.lease(mail, world.clock.now(), LEASE_SECONDS)
    assert world.send() == Sendings()
    world.clock.forward(seconds=LEASE_SECONDS + 1)
    assert world.send() == Sendings(sent=1)


def test_a_mail_that_is_slow_to_leave_is_not_sent_by_the_next_run_too(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every pause taken and every answer at its time-out: still ours."""
    fill(world, 1)
    others = []
    send = world.post.send

    def slow(**mail: Any) -> str:
        world.clock.forward(seconds=sum(PAUSES_SECONDS) + 3 * 6 * len(PAUSES_SECONDS))
        others.append(world._sender(post=Post(world.clock))(lambda: 300.0))
        return send(**mail)

    monkeypatch.setattr(world.post, "send", slow)
    assert world.send() == Sendings(sent=1)
    assert others == [Sendings()]


def test_a_pause_that_the_service_asks_for_is_taken(world: World) -> None:
    fill(world, 2)
    world.post.moods = [MailThrottled(), MailThrottled()]
    assert world.send() == Sendings(sent=2)
    assert world.post.at[1] - world.post.at[0] >= timedelta(seconds=1)
    assert world.post.at[2] - world.post.at[1] >= timedelta(seconds=2)


def test_a_service_that_keeps_asking_for_a_pause_ends_the_run_and_costs_no_attempt(world: World) -> None:
    fill(world, 3)
    world.post.moods = [MailThrottled()] * 5
    assert world.send() == Sendings(unfinished=True)
    assert len(world.post.at) == 5
    assert len(world.named("mail.throttled")) == 1
    world.clock.forward(seconds=LEASE_SECONDS)
    assert world.send() == Sendings(sent=3)


def test_no_pause_is_longer_than_the_time_that_is_left(world: World) -> None:
    fill(world, 1)
    world.post.moods = [MailThrottled()] * 5
    started = world.clock.now()
    assert world.send(lambda: MARGIN_SECONDS + 3.0) == Sendings(unfinished=True)
    assert world.clock.now() - started < timedelta(seconds=4)


def test_a_mail_that_fails_is_tried_again_later_and_later_then_set_aside(world: World) -> None:
    fill(world, 1)
    waits = []
    for attempt in range(1, MOST_ATTEMPTS):
        world.post.moods = [Unavailable("mailer.send: InternalServerError")]
        assert world.send() == Sendings(later=1)
        [mail] = world.waiting()
        assert mail.attempts == attempt
        waits.append(mail.due_at - world.clock.now())
        world.clock.at = mail.due_at
    assert timedelta(seconds=45) <= waits[0] <= timedelta(seconds=75)
    assert waits[:6] == sorted(waits[:6]), "three times longer each time, give or take a quarter"
    assert LONGEST_WAIT * 0.75 <= waits[-1] <= LONGEST_WAIT
    world.post.moods = [Unavailable("mailer.send: InternalServerError")]
    assert world.send() == Sendings(aside=1)
    assert world.waiting() == []
    assert world.named("mail.set_aside") == [
        {"level": "error", "mail": "mail-00000", "kind": "invoice-online", "family": BOND}
    ]


@pytest.mark.parametrize(
    ("changes", "moods"),
    [
        pytest.param({}, [MailRejected("no such address")], id="the service refuses it for good"),
        pytest.param({"kind": "unknown"}, [], id="no template tells its words"),
    ],
)
def test_a_poison_mail_is_set_aside_and_the_next_ones_leave(
    world: World, changes: dict[str, str], moods: list[Exception | None]
) -> None:
    post(world, a_mail(0, **changes), a_mail(1))
    world.post.moods = moods
    assert world.send() == Sendings(sent=1, aside=1)
    assert world.post.recipients == ["parent1@server.fr"]
    assert [facts["mail"] for facts in world.named("mail.set_aside")] == ["mail-00000"]


def test_a_suppressed_address_is_not_written_to_and_alarms_nobody(world: World) -> None:
    fill(world, 2)
    world.outbox.suppress("PARENT0@server.fr", "complaint", world.clock.now())
    assert world.send() == Sendings(sent=1, aside=1)
    assert world.post.recipients == ["parent1@server.fr"]
    assert world.named("mail.set_aside") == []
    assert world.waiting() == []


def test_the_office_gets_every_message_of_a_parent_and_the_answer_goes_to_her(world: World) -> None:
    """A bounce of the office's mailbox, or a click on *spam* there, must silence no parent."""
    facts = {"reply_to": "eve@server.fr"}
    fill(world, 1, kind="contact", family=None, to="enfance@ville.fr", facts=facts)
    world.outbox.suppress("enfance@ville.fr", "complaint", world.clock.now())
    assert world.send() == Sendings(sent=1)
    (sent,) = world.post.sent
    assert (sent["to"], sent["reply_to"], sent["unsubscribe"]) == ("enfance@ville.fr", "eve@server.fr", "")


def test_a_service_that_is_down_ends_the_run_and_spends_few_attempts(world: World) -> None:
    fill(world, 50)
    world.post.moods = [Unavailable("mailer.send: ConnectTimeoutError")] * 50
    with pytest.raises(Unavailable, match="in a row"):
        world.send()
    assert len(world.post.at) == MOST_FAILURES_IN_A_ROW
    assert Counter(mail.attempts for mail in world.waiting()) == {
        0: 50 - MOST_FAILURES_IN_A_ROW,
        1: MOST_FAILURES_IN_A_ROW,
    }


def test_a_service_that_refuses_everything_is_not_believed(world: World) -> None:
    """It does so when the sender's own address is not verified: the outbox must not be emptied for that."""
    fill(world, 50)
    world.post.moods = [MailRejected("MessageRejected")] * 50
    with pytest.raises(Unavailable, match="in a row"):
        world.send()
    assert len(world.waiting()) == 50 - MOST_FAILURES_IN_A_ROW


def test_the_outbox_stops_before_its_time_is_over(world: World) -> None:
    fill(world, 10)
    left = iter([300.0, 300.0, 300.0, *[MARGIN_SECONDS] * 100])
    assert world.send(lambda: next(left)) == Sendings(sent=3)
    assert world.send() == Sendings(sent=7)


@pytest.mark.parametrize(("seed", "count", "chance"), [(1, 10_000, 0.002), (2, 300, 0.05), (3, 300, 0.15)])
def test_ten_thousand_mails_survive_kills_with_at_most_one_duplicate_each(seed: int, count: int, chance: float) -> None:
    """The process dies at random calls of the outbox and of the mail service, before them or after their effect."""
    world, fate = World(), Fate(seed, chance)
    mails = fill(world, count)
    runs = 0
    while world.waiting():
        runs += 1
        assert runs < 10 * count, "no progress"
        try:
            world.mortal_sender(fate)(lambda: 300.0)
        except Killed:
            world.clock.forward(seconds=LEASE_SECONDS)
    sent = Counter(world.post.recipients)
    assert fate.kills >= 50, "the test meant to kill often"
    assert sent.keys() == {mail.to for mail in mails}, "no mail is lost"
    assert sum(sent.values()) - count <= fate.kills, "at most one duplicate for each kill"
    assert sum(sent.values()) > count, "some kill came between sending and noting it: otherwise nothing was tried"
