"""New invoices are told of once, mails leave at the service's pace, and nobody's trouble is somebody else's."""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.mail_ports import Mail, MailRejected, MailThrottled, RenderedMail
from chalicelib.services.notifying import (
    BATCH,
    IN_A_ROW,
    LEASE,
    LONGEST_WAIT,
    MARGIN,
    MOST_ATTEMPTS,
    PAUSES,
    NotifyInvoices,
    Sendings,
    SendOutbox,
)
from tests import builders
from tests.builders import BOND, a_family, a_payment
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies, MemoryInvoices, MemoryNotices, MemoryOutbox
from tests.faults import Killed

MOST_IN_ONE = 90
NOW = "lundi 2026-11-23 08:00"
TOWN_EMAIL, EXTRA = "jamie.bond@server.fr", "BOND@server.fr"
WANTED = NoticeSettings(
    wanted=True, extra=(Address(EXTRA, AddressState.CONFIRMED), Address("new@server.fr", AddressState.PENDING))
)


def an_invoice(number: str = "2026-019-000345", family: str = BOND, **changes: Any) -> Invoice:
    facts = {
        "issued_on": date(2026, 11, 20),
        "due_on": date(2026, 12, 15),
        "label": "CANTINE ET GARDERIE OCTOBRE 2026",
        "total": Cents(123_456),
        "published_at": paris("vendredi 2026-11-20 10:00"),
    }
    return builders.an_invoice(number, family=FamilyId(family), **{**facts, **changes})


def a_mail(number: int = 0, **changes: Any) -> Mail:
    mail = Mail(
        id=f"mail-{number:05}",
        to=f"parent{number}@server.fr",
        kind="invoice-online",
        facts={"stop_link": f"https://portail.example/stop/{number}"},
        family=BOND,
        subject_id="2026-019-000345",
        due_at=paris(NOW),
    )
    return replace(mail, **changes)


class Links:
    def invoices(self) -> str:
        return "https://portail.example/factures"

    def stop(self, family: FamilyId, email: str) -> str:
        return f"https://portail.example/stop/{family}/{email}"


class Renderer:
    def render(self, mail: Mail) -> RenderedMail:
        if mail.kind != "invoice-online":
            raise LookupError(mail.kind)
        return RenderedMail(f"about {mail.subject_id}", "text", "html")


@dataclass
class Post:
    """A mail service. ``moods``: what it does with the next mails, an error or None; then it takes everything."""

    clock: FixedClock
    moods: list[Exception | None] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    at: list[Any] = field(default_factory=list)

    def send(self, *, to: str, subject: str, text: str, html: str, unsubscribe: str = "") -> str:
        self.at.append(self.clock.now())
        mood = self.moods.pop(0) if self.moods else None
        if mood:
            raise mood
        self.sent.append({"to": to, "subject": subject, "text": text, "html": html, "unsubscribe": unsubscribe})
        return f"id-{len(self.sent)}"

    @property
    def recipients(self) -> list[str]:
        return [mail["to"] for mail in self.sent]


@dataclass
class World:
    """A town whose families may be told of invoices; time passes only while something waits."""

    clock: FixedClock = field(default_factory=lambda: FixedClock(paris(NOW)))
    events: list[tuple[str, dict[str, object]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox()
        self.families = MemoryFamilies([a_family(email=TOWN_EMAIL)])
        self.notices = MemoryNotices(outbox=self.outbox)
        self.invoices = MemoryInvoices(outbox=self.outbox)
        self.post = Post(self.clock)
        self.sender = self._sender()

    def report(self, event: str, **facts: object) -> None:
        self.events.append((event, facts))

    def named(self, event: str) -> list[dict[str, object]]:
        return [facts for name, facts in self.events if name == event]

    def notify(self, seconds_left: Callable[[], float] = lambda: 300.0) -> int:
        job = NotifyInvoices(
            invoices=self.invoices,
            families=self.families,
            notices=self.notices,
            outbox=self.outbox,
            links=Links(),
            clock=self.clock,
            report=self.report,
        )
        return job(seconds_left)

    def _sender(self, outbox: Any = None, post: Any = None) -> SendOutbox:
        return SendOutbox(
            outbox=outbox or self.outbox,
            renderer=Renderer(),
            sender=post or self.post,
            clock=self.clock,
            report=self.report,
            per_second=14,
            sleep=lambda seconds: self.clock.forward(seconds=seconds),
        )

    def mortal_sender(self, fate: "Fate") -> SendOutbox:
        return self._sender(Mortal(self.outbox, fate), Mortal(self.post, fate))

    def send(self, seconds_left: Callable[[], float] = lambda: 300.0) -> Sendings:
        return self.sender(seconds_left)

    def waiting(self) -> list[Mail]:
        """Everything in the outbox, held or not yet due included."""
        return list(self.outbox.due(self.clock.now() + timedelta(days=30), 100_000))


class Fate:
    """Decides at which calls the process dies, before or after the call took effect."""

    def __init__(self, seed: int, chance: float) -> None:
        self.random = random.Random(seed)  # noqa: S311 - the same deaths each time
        self.chance = chance
        self.kills = 0

    def met(self) -> bool:
        dies = self.random.random() < self.chance
        self.kills += dies
        return dies


class Mortal:
    """``target`` in a process that may die at each of its calls."""

    def __init__(self, target: object, fate: Fate) -> None:
        self._target = target
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._target, name)

        def mortal(*arguments: Any, **named: Any) -> Any:
            if self._fate.met():
                raise Killed
            answer = call(*arguments, **named)
            if self._fate.met():
                raise Killed
            return answer

        return mortal


@pytest.fixture
def world() -> World:
    return World()


def told_of(world: World, *invoices: Invoice, settings: NoticeSettings | None = WANTED) -> None:
    if settings:
        world.notices.save(BOND, settings)
    for invoice in invoices:
        world.invoices.put(invoice, ())


# The notification of new invoices.


def test_each_address_that_agreed_gets_one_mail(world):
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


def test_a_mail_says_what_is_due_and_when_and_names_no_child(world):
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
def test_who_wants_no_mail_gets_none_and_is_asked_no_more(world, settings):
    told_of(world, an_invoice(), settings=settings)
    assert world.notify() == 0
    assert world.waiting() == []
    assert world.invoices.to_notify(10) == ()


def test_nobody_is_told_of_an_invoice_that_is_paid(world):
    told_of(world, an_invoice())
    world.invoices.record(BOND, an_invoice().number, a_payment(123_456))
    assert world.notify() == 0
    assert world.invoices.to_notify(10) == ()


def test_an_address_that_bounced_is_left_out(world):
    told_of(world, an_invoice())
    world.outbox.suppress(TOWN_EMAIL.upper(), "bounce", world.clock.now())
    assert world.notify() == 1
    assert [mail.to for mail in world.waiting()] == [EXTRA]


def test_an_invoice_of_nobody_is_taken_off_and_told_to_the_operator(world):
    told_of(world, an_invoice(family="f-gone"))
    assert world.notify() == 0
    assert world.invoices.to_notify(10) == ()
    assert world.named("notice.family_unknown") == [
        {"level": "error", "invoice": "2026-019-000345", "family": "f-gone"}
    ]


@pytest.mark.parametrize("error", [Unavailable, KeyError, ValueError], ids=lambda error: error.__name__)
def test_one_family_in_trouble_holds_back_no_other(world, error):
    """More invoices in trouble than a batch holds, and they come first: the last one is told of all the same."""
    troubled = [an_invoice(f"2026-001-{n:06}", "f-trouble", published_at=paris(NOW)) for n in range(1, BATCH + 6)]
    told_of(world, *troubled, an_invoice(published_at=paris("lundi 2026-11-23 09:00")))
    find = world.families.find

    def trouble(family: FamilyId) -> Any:
        if family == "f-trouble":
            raise error("on purpose")
        return find(family)

    world.families.find = trouble
    with pytest.raises(Unavailable, match=f"{BATCH + 5} invoices"):
        world.notify()
    assert sorted(mail.to for mail in world.waiting()) == sorted([TOWN_EMAIL, EXTRA])
    assert len(world.invoices.to_notify(1000)) == BATCH + 5
    failed = world.named("notice.failed")
    assert len(failed) == BATCH + 5
    assert {(facts["level"], facts["kind"]) for facts in failed} == {("error", error.__name__)}

    world.families.find = find
    assert world.notify() == 0, "f-trouble is unknown to the town: taken off without mail"
    assert world.invoices.to_notify(1000) == ()


def test_the_notification_stops_before_its_time_is_over_and_goes_on_later(world):
    told_of(world, *(an_invoice(f"2026-001-{n:06}") for n in range(1, 11)))
    left = iter([300.0, 300.0, 300.0, 300.0, *[MARGIN] * 100])
    assert world.notify(lambda: next(left)) == 6
    assert len(world.invoices.to_notify(100)) == 7
    assert world.notify() == 14


def test_what_is_logged_names_nobody(world):
    told_of(world, an_invoice())
    world.notify()
    world.outbox.suppress(EXTRA, "bounce", world.clock.now())
    world.post.moods = [MailRejected(f"{TOWN_EMAIL} is no address")]
    world.send()
    said = str(world.events).lower()
    assert "mail.set_aside" in said
    for secret in (TOWN_EMAIL, EXTRA, "jamie", "bond@"):
        assert secret.lower() not in said


# The outbox.


def fill(world: World, count: int, **changes: Any) -> list[Mail]:
    return post(world, *(a_mail(n, **changes) for n in range(count)))


def post(world: World, *mails: Mail) -> list[Mail]:
    """Put mails in the outbox, as many at once as a transaction holds."""
    for start in range(0, len(mails), MOST_IN_ONE):
        world.notices.save(BOND, world.notices.settings(BOND), mails[start : start + MOST_IN_ONE])
    return list(mails)


def test_a_mail_leaves_with_its_words_and_its_one_click_address(world):
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


def test_a_mail_without_one_click_address_leaves_too(world):
    fill(world, 1, facts={})
    world.send()
    assert world.post.sent[0]["unsubscribe"] == ""


def test_more_mails_than_a_batch_leave_in_one_run_at_the_services_pace(world):
    count = 2 * BATCH + 50
    mails = fill(world, count)
    assert world.send() == Sendings(sent=count)
    assert sorted(world.post.recipients) == sorted(mail.to for mail in mails)
    for first, fifteenth in zip(world.post.at, world.post.at[14:], strict=False):
        assert fifteenth - first >= timedelta(seconds=0.9999)
    assert world.post.at[-1] - world.post.at[0] <= timedelta(seconds=count / 14 + 1), "no slower than it may"


def test_a_mail_that_is_not_due_waits(world):
    fill(world, 1, due_at=paris("lundi 2026-11-23 09:00"))
    assert world.send() == Sendings()
    world.clock.forward(hours=1)
    assert world.send() == Sendings(sent=1)


def test_a_mail_that_somebody_holds_is_left_alone_until_the_lease_ends(world):
    [mail] = fill(world, 1)
    assert world.outbox.lease(mail, world.clock.now(), LEASE)
    assert world.send() == Sendings()
    world.clock.forward(seconds=LEASE + 1)
    assert world.send() == Sendings(sent=1)


def test_a_mail_that_is_slow_to_leave_is_not_sent_by_the_next_run_too(world):
    """Every pause taken and every answer at its time-out: still ours."""
    fill(world, 1)
    others = []
    send = world.post.send

    def slow(**mail: str) -> str:
        world.clock.forward(seconds=sum(PAUSES) + 3 * 6 * len(PAUSES))
        others.append(world._sender(post=Post(world.clock))(lambda: 300.0))
        return send(**mail)

    world.post.send = slow
    assert world.send() == Sendings(sent=1)
    assert others == [Sendings()]


def test_a_pause_that_the_service_asks_for_is_taken(world):
    fill(world, 2)
    world.post.moods = [MailThrottled(), MailThrottled()]
    assert world.send() == Sendings(sent=2)
    assert world.post.at[1] - world.post.at[0] >= timedelta(seconds=1)
    assert world.post.at[2] - world.post.at[1] >= timedelta(seconds=2)


def test_a_service_that_keeps_asking_for_a_pause_ends_the_run_and_costs_no_attempt(world):
    fill(world, 3)
    world.post.moods = [MailThrottled()] * 5
    assert world.send() == Sendings(unfinished=True)
    assert len(world.post.at) == 5
    assert len(world.named("mail.throttled")) == 1
    world.clock.forward(seconds=LEASE)
    assert world.send() == Sendings(sent=3)


def test_no_pause_is_longer_than_the_time_that_is_left(world):
    fill(world, 1)
    world.post.moods = [MailThrottled()] * 5
    started = world.clock.now()
    assert world.send(lambda: MARGIN + 3.0) == Sendings(unfinished=True)
    assert world.clock.now() - started < timedelta(seconds=4)


def test_a_mail_that_fails_is_tried_again_later_and_later_then_set_aside(world):
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
def test_a_poison_mail_is_set_aside_and_the_next_ones_leave(world, changes, moods):
    post(world, a_mail(0, **changes), a_mail(1))
    world.post.moods = moods
    assert world.send() == Sendings(sent=1, aside=1)
    assert world.post.recipients == ["parent1@server.fr"]
    assert [facts["mail"] for facts in world.named("mail.set_aside")] == ["mail-00000"]


def test_a_suppressed_address_is_not_written_to_and_alarms_nobody(world):
    fill(world, 2)
    world.outbox.suppress("PARENT0@server.fr", "complaint", world.clock.now())
    assert world.send() == Sendings(sent=1, aside=1)
    assert world.post.recipients == ["parent1@server.fr"]
    assert world.named("mail.set_aside") == []
    assert world.waiting() == []


def test_a_service_that_is_down_ends_the_run_and_spends_few_attempts(world):
    fill(world, 50)
    world.post.moods = [Unavailable("mailer.send: ConnectTimeoutError")] * 50
    with pytest.raises(Unavailable, match="in a row"):
        world.send()
    assert len(world.post.at) == IN_A_ROW
    assert Counter(mail.attempts for mail in world.waiting()) == {0: 50 - IN_A_ROW, 1: IN_A_ROW}


def test_a_service_that_refuses_everything_is_not_believed(world):
    """It does so when the sender's own address is not verified: the outbox must not be emptied for that."""
    fill(world, 50)
    world.post.moods = [MailRejected("MessageRejected")] * 50
    with pytest.raises(Unavailable, match="in a row"):
        world.send()
    assert len(world.waiting()) == 50 - IN_A_ROW


def test_the_outbox_stops_before_its_time_is_over(world):
    fill(world, 10)
    left = iter([300.0, 300.0, 300.0, *[MARGIN] * 100])
    assert world.send(lambda: next(left)) == Sendings(sent=3)
    assert world.send() == Sendings(sent=7)


@pytest.mark.parametrize(("seed", "count", "chance"), [(1, 10_000, 0.002), (2, 300, 0.05), (3, 300, 0.15)])
def test_ten_thousand_mails_survive_kills_with_at_most_one_duplicate_each(seed, count, chance):
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
            world.clock.forward(seconds=LEASE)
    sent = Counter(world.post.recipients)
    assert fate.kills >= 50, "the test meant to kill often"
    assert sent.keys() == {mail.to for mail in mails}, "no mail is lost"
    assert sum(sent.values()) - count <= fate.kills, "at most one duplicate for each kill"
    assert sum(sent.values()) > count, "some kill came between sending and noting it: otherwise nothing was tried"
