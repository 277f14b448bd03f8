"""A town's mails, in memory: families, an outbox, and a mail service with moods."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from chalicelib.rules.ids import FamilyId
from chalicelib.rules.invoices import Invoice
from chalicelib.rules.money import Cents
from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.mail_ports import Attachment, Mail, RenderedMail
from chalicelib.services.notifying import NotifyInvoices
from chalicelib.services.sending import Sendings, SendOutbox
from tests import builders
from tests.builders import BOND, a_family
from tests.clock import FixedClock, paris
from tests.fakes import MemoryFamilies, MemoryInvoices, MemoryNotices, MemoryOutbox
from tests.faults import Killed

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

    def confirm(self, family: FamilyId, email: str, until: datetime) -> str:
        return f"https://portail.example/confirm/{family}/{email}/{until:%Y-%m-%d}"


class Renderer:
    def render(self, mail: Mail) -> RenderedMail:
        if mail.kind not in {"invoice-online", "contact"}:
            raise LookupError(mail.kind)
        return RenderedMail(f"about {mail.subject_id}", "text", "html")


@dataclass
class Post:
    """A mail service. ``moods``: what it does with the next mails, an error or None; then it takes everything."""

    clock: FixedClock
    moods: list[Exception | None] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    attached: list[Sequence[Attachment]] = field(default_factory=list)
    at: list[Any] = field(default_factory=list)

    def send(
        self,
        *,
        to: str,
        subject: str,
        text: str,
        html: str = "",
        unsubscribe: str = "",
        reply_to: str = "",
        attachments: Sequence[Attachment] = (),
    ) -> str:
        self.at.append(self.clock.now())
        mood = self.moods.pop(0) if self.moods else None
        if mood:
            raise mood
        headers = {"unsubscribe": unsubscribe} | ({"reply_to": reply_to} if reply_to else {})
        self.sent.append({"to": to, "subject": subject, "text": text, "html": html, **headers})
        self.attached.append(attachments)
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
