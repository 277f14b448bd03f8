"""Every AWS call of the notification and of the outbox fails in every way: no mail is lost, at most one goes twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from chalicelib.adapters.mailer import SesMailSender
from chalicelib.services.mail_ports import Mail
from chalicelib.services.notifying import NotifyInvoices
from chalicelib.services.sending import LEASE_SECONDS, SendOutbox
from chalicelib.settings import Settings
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from tests.builders import BOND, a_family, a_town
from tests.clock import FixedClock, paris
from tests.faults import Case, survives
from tests.services.mail_world import EXTRA, NOW, TOWN_EMAIL, WANTED, Links, Renderer, an_invoice
from tests.stand_in import PEPPER, REGION, database_for, seeded, settings_for, verify_sender

INVOICES = [an_invoice()]
SES = SesMailSender(region=REGION, sender=settings_for().sender)
"""Shared by every run: making a client takes longer than using it."""


@dataclass
class World:
    clock: FixedClock
    invoices: DynamoInvoiceStore
    outbox: DynamoOutbox
    notify: NotifyInvoices
    sender: SendOutbox

    def run_notification(self) -> None:
        self.notify(lambda: 300.0)

    def run_outbox(self) -> None:
        self.sender(lambda: 300.0)

    def waiting(self) -> list[Mail]:
        return list(self.outbox.due(self.clock.now() + timedelta(days=1), 100))

    def sent(self) -> Counter[str]:
        """Mails that SES took, by address and subject."""
        taken = ses_backends[DEFAULT_ACCOUNT_ID][REGION].sent_messages
        return Counter(f"{message.destinations['ToAddresses'][0]}: {message.subject}" for message in taken)


def _bill(settings: Settings) -> None:
    verify_sender(settings)
    database = database_for(settings)
    intake, invoices = DynamoIntakeStore(database), DynamoInvoiceStore(database)
    intake.put_town(a_town(), paris(NOW))
    intake.put_families([a_family(email=TOWN_EMAIL)])
    DynamoNoticeStore(database).save(BOND, WANTED)
    for invoice in INVOICES:
        invoices.put(invoice, ())


def world_of(settings: Settings) -> World:
    database, clock = database_for(settings), FixedClock(paris(NOW))
    invoices, outbox = DynamoInvoiceStore(database), DynamoOutbox(database, PEPPER)
    notify = NotifyInvoices(
        invoices=invoices,
        families=DynamoFamilyStore(database),
        notices=DynamoNoticeStore(database),
        outbox=outbox,
        links=Links(),
        clock=clock,
        report=_report,
    )
    sender = SendOutbox(
        outbox=outbox,
        renderer=Renderer(),
        sender=SES,
        clock=clock,
        report=_report,
        per_second=14,
        sleep=lambda seconds: clock.forward(seconds=seconds),
    )
    return World(clock, invoices, outbox, notify, sender)


def _report(event: str, **facts: object) -> None:
    """Nobody reads what is told."""


def _tell(settings: Settings) -> None:
    _bill(settings)
    world_of(settings).run_notification()


billed, notified = seeded(_bill), seeded(_tell)


@contextmanager
def fresh() -> Iterator[World]:
    """An invoice online, nobody told yet."""
    with billed() as settings:
        yield world_of(settings)


@contextmanager
def told() -> Iterator[World]:
    """A mail for each of the family's addresses waits in the outbox."""
    with notified() as settings:
        yield world_of(settings)


def everybody_is_told_once(world: World) -> None:
    assert world.invoices.to_notify(10) == ()
    mails = Counter((mail.to, mail.subject_id) for mail in world.waiting())
    assert mails == {(email, invoice.number): 1 for email in (TOWN_EMAIL, EXTRA) for invoice in INVOICES}


def everything_left(world: World) -> None:
    assert world.waiting() == []
    sent = world.sent()
    wanted = {f"{email}: about {invoice.number}" for email in (TOWN_EMAIL, EXTRA) for invoice in INVOICES}
    assert sent.keys() == wanted, "a mail is lost"
    assert sum(sent.values()) <= len(wanted) + 1, "more than one mail went twice"


def next_runs(world: World) -> None:
    """What the schedule does after an accident: leases end, waits end, the job comes back."""
    for wait in (timedelta(seconds=LEASE_SECONDS), timedelta(hours=1)):
        world.clock.at += wait
        world.run_outbox()


def test_the_notification_survives_everything() -> None:
    tried = survives(
        Case(fresh=fresh, run=World.run_notification, recover=World.run_notification, check=everybody_is_told_once)
    )
    assert {"dynamodb:Query", "dynamodb:TransactWriteItems"} <= {fault.call for fault in tried}


def test_the_outbox_survives_everything() -> None:
    tried = survives(
        Case(
            fresh=told,
            run=World.run_outbox,
            recover=next_runs,
            check=everything_left,
            # A service that asks for a pause, again and again, is obeyed: the mail waits for the next run.
            tolerates=frozenset({"sesv2:SendEmail"}),
        )
    )
    assert {"dynamodb:Query", "sesv2:SendEmail"} <= {fault.call for fault in tried}
