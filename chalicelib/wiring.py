"""The one place that knows every concrete class."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.adapters.clock import clock_for
from chalicelib.adapters.logs import report
from chalicelib.adapters.mailer import SesMailer
from chalicelib.adapters.payfip import PayFip
from chalicelib.adapters.payfip_url import PayFipUrl
from chalicelib.adapters.pdf_store import S3PdfStore
from chalicelib.adapters.secret_store import read_secrets
from chalicelib.rules.payments import BY_URL, WEB_SERVICE
from chalicelib.services.accounts import EndOthers, EndSession, OpenSession, SignIn
from chalicelib.services.contact import WriteToOffice
from chalicelib.services.invoice_ports import InvoiceStore, MailLinks, NoticeStore, Outbox, PdfStore
from chalicelib.services.invoicing import ChooseInvoice, OpenPdf, ShowInvoices
from chalicelib.services.notices import AskAddresses, AskAgain, ConfirmAddress, EditNotices, ShowNotices, StopNotices
from chalicelib.services.paying import PaymentLinks, ShowPayment, StartPayment
from chalicelib.services.payment_ports import AttemptStore, PaymentProvider
from chalicelib.services.planning import LastChanges, ShowPlanning
from chalicelib.services.ports import (
    Clock,
    FamilyStore,
    LoginStore,
    Mailer,
    PlanningStore,
    Report,
    ThrottleStore,
    TownStore,
)
from chalicelib.services.reconciling import DeclarePayment
from chalicelib.services.saving import SavePlanning, ShowRecap, UndoSave
from chalicelib.services.settling import SettlePayment
from chalicelib.settings import Settings
from chalicelib.storage.attempts import DynamoAttemptStore
from chalicelib.storage.database import Database
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.invoices import DynamoInvoiceStore
from chalicelib.storage.logins import DynamoLoginStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.planning import DynamoPlanningStore
from chalicelib.storage.throttle import DynamoThrottleStore
from chalicelib.storage.town import DynamoTownStore
from chalicelib.web.links import SignedLinks

if TYPE_CHECKING:
    from chalicelib.intake.importing import Importer
    from chalicelib.services.bounces import NoteSesEvent
    from chalicelib.services.notifying import NotifyInvoices, SendOutbox
    from chalicelib.services.reconciling import Reconcile
    from chalicelib.services.recounting import CountPlaces, RecountPlaces


@dataclass(frozen=True)
class Portal:
    """Every use case, ready to call, and the stores and clock behind them."""

    settings: Settings
    clock: Clock
    report: Report
    town: TownStore
    families: FamilyStore
    plannings: PlanningStore
    sign_in: SignIn
    open_session: OpenSession
    end_session: EndSession
    end_others: EndOthers
    show_planning: ShowPlanning
    save_planning: SavePlanning
    undo_save: UndoSave
    show_recap: ShowRecap
    last_changes: LastChanges
    write_to_office: WriteToOffice
    show_invoices: ShowInvoices
    choose_invoice: ChooseInvoice
    open_pdf: OpenPdf
    show_notices: ShowNotices
    edit_notices: EditNotices
    ask_again: AskAgain
    confirm_address: ConfirmAddress
    stop_notices: StopNotices
    start_payment: StartPayment
    show_payment: ShowPayment
    settle_payment: SettlePayment
    declare_payment: DeclarePayment


@dataclass(frozen=True)
class Jobs:
    """What runs by itself, ready to call."""

    notify_invoices: "NotifyInvoices"
    send_outbox: "SendOutbox"
    note_ses_event: "NoteSesEvent"
    reconcile_payments: "Reconcile"
    recount_places: "RecountPlaces"


def assemble(
    *,
    settings: Settings,
    clock: Clock,
    town: TownStore,
    families: FamilyStore,
    logins: LoginStore,
    throttle: ThrottleStore,
    plannings: PlanningStore,
    mailer: Mailer,
    invoices: InvoiceStore,
    pdfs: PdfStore,
    notices: NoticeStore,
    outbox: Outbox,
    links: MailLinks,
    attempts: AttemptStore,
    providers: Mapping[str, PaymentProvider],
    payment_links: PaymentLinks,
) -> Portal:
    """Put the use cases on any set of ports: the real ones below, in-memory ones in tests."""
    saving = SavePlanning(town=town, plannings=plannings, clock=clock)
    recap = ShowRecap(plannings=plannings)
    ask = AskAddresses(notices=notices, throttle=throttle, links=links, clock=clock, pepper=settings.pepper)
    settle = SettlePayment(attempts=attempts, invoices=invoices, providers=providers, clock=clock, report=report)
    return Portal(
        settings=settings,
        clock=clock,
        report=report,
        town=town,
        families=families,
        plannings=plannings,
        sign_in=SignIn(
            logins=logins, families=families, throttle=throttle, clock=clock, pepper=settings.pepper, report=report
        ),
        open_session=OpenSession(families=families, clock=clock),
        end_session=EndSession(families=families),
        end_others=EndOthers(families=families, clock=clock),
        show_planning=ShowPlanning(town=town, plannings=plannings, clock=clock),
        save_planning=saving,
        undo_save=UndoSave(saving=saving, recap=recap),
        show_recap=recap,
        last_changes=LastChanges(plannings=plannings),
        write_to_office=WriteToOffice(town=town, throttle=throttle, mailer=mailer, clock=clock, pepper=settings.pepper),
        show_invoices=ShowInvoices(invoices=invoices, attempts=attempts, clock=clock),
        choose_invoice=ChooseInvoice(invoices=invoices, attempts=attempts, clock=clock),
        open_pdf=OpenPdf(invoices=invoices, pdfs=pdfs),
        show_notices=ShowNotices(notices=notices, outbox=outbox),
        edit_notices=EditNotices(notices=notices, ask=ask),
        ask_again=AskAgain(notices=notices, ask=ask),
        confirm_address=ConfirmAddress(notices=notices, families=families),
        stop_notices=StopNotices(notices=notices, families=families),
        start_payment=StartPayment(settle=settle, town=town, links=payment_links),
        show_payment=ShowPayment(settle=settle),
        settle_payment=settle,
        declare_payment=DeclarePayment(settle=settle),
    )


def database_of(settings: Settings) -> Database:
    return Database(region=settings.region, prefix=settings.tables, endpoint=settings.endpoint)


def providers_of(settings: Settings, links: SignedLinks) -> Mapping[str, PaymentProvider]:
    """The treasury, by each contract that a town may have with it, or had when a payment was opened."""
    test = settings.local or settings.payfip_test
    return {
        WEB_SERVICE: PayFip(settings.payfip, test=test),
        BY_URL: PayFipUrl(settings.payfip, links.returned, test=test),
    }


def _mails_of(settings: Settings) -> dict[str, str]:
    return {
        "region": settings.region,
        "sender": settings.sender,
        "configuration": settings.mail_configuration,
        "endpoint": settings.endpoint,
    }


def settings_of(environ: Mapping[str, str]) -> Settings:
    """The settings of a process: its environment, and the secrets that a deployed stage keeps elsewhere.

    Raises MissingSetting, Unavailable.
    """
    kept = environ.get("PORTAL_SECRETS", "")
    if not kept:
        return Settings.from_environ(environ)
    found = read_secrets(kept, region=environ["AWS_REGION"], endpoint=environ.get("PORTAL_AWS_ENDPOINT", ""))
    return Settings.from_environ(
        {
            **environ,
            "PORTAL_SESSION_SECRET": found.get("session-secret", ""),
            "PORTAL_PEPPER": found.get("pepper", ""),
        }
    )


def build_portal(settings: Settings) -> Portal:
    """The portal on AWS, or on its stand-in when the settings name one."""
    database, links = database_of(settings), SignedLinks(settings)
    return assemble(
        settings=settings,
        clock=clock_for(settings.demo_now),
        town=DynamoTownStore(database),
        families=DynamoFamilyStore(database),
        logins=DynamoLoginStore(database),
        throttle=DynamoThrottleStore(database),
        plannings=DynamoPlanningStore(database),
        mailer=SesMailer(**_mails_of(settings)),
        invoices=DynamoInvoiceStore(database),
        pdfs=S3PdfStore(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint),
        notices=DynamoNoticeStore(database),
        outbox=DynamoOutbox(database, settings.pepper),
        links=links,
        attempts=DynamoAttemptStore(database),
        providers=providers_of(settings, links),
        payment_links=links,
    )


def build_intake(settings: Settings) -> "Importer":
    """The import of a town's files. Its modules are loaded here only: no page needs them."""
    from chalicelib.adapters.invoice_pdf import InvoicePdf  # noqa: PLC0415
    from chalicelib.intake.importing import Importer  # noqa: PLC0415
    from chalicelib.intake.invoices.writer import InvoiceDesk  # noqa: PLC0415
    from chalicelib.services.reversing import ReversePayment  # noqa: PLC0415
    from chalicelib.storage.intake import DynamoIntakeStore  # noqa: PLC0415

    database = database_of(settings)
    return Importer(
        store=DynamoIntakeStore(database),
        plannings=DynamoPlanningStore(database),
        places=_count_of(database),
        desk=InvoiceDesk(
            invoices=DynamoInvoiceStore(database),
            pdfs=S3PdfStore(region=settings.region, bucket=settings.bucket, endpoint=settings.endpoint),
            renderer=InvoicePdf(f"{settings.origin}{settings.base_path}"),
            families=DynamoFamilyStore(database),
            attempts=DynamoAttemptStore(database),
            clock=build_clock(settings.demo_now),
        ),
        notices=DynamoNoticeStore(database),
        reverse=ReversePayment(
            attempts=DynamoAttemptStore(database),
            invoices=DynamoInvoiceStore(database),
            clock=build_clock(settings.demo_now),
            report=_unheard,
        ),
        clock=build_clock(settings.demo_now),
        pepper=settings.pepper,
    )


def _unheard(event: str, **facts: object) -> None:
    """The import's own words tell the clerk, who reads no log."""


def _count_of(database: Database) -> "CountPlaces":
    from chalicelib.services.recounting import CountPlaces  # noqa: PLC0415

    return CountPlaces(plannings=DynamoPlanningStore(database), families=DynamoFamilyStore(database), pause=time.sleep)


def build_jobs(settings: Settings) -> Jobs:
    """What runs by itself. Its modules are loaded here only: no page needs them."""
    from chalicelib.adapters.mail_templates import TemplateMails  # noqa: PLC0415
    from chalicelib.adapters.mailer import SesMailSender  # noqa: PLC0415
    from chalicelib.services.bounces import NoteSesEvent  # noqa: PLC0415
    from chalicelib.services.notifying import NotifyInvoices, SendOutbox  # noqa: PLC0415
    from chalicelib.services.reconciling import Reconcile  # noqa: PLC0415
    from chalicelib.services.recounting import RecountPlaces  # noqa: PLC0415

    database, links = database_of(settings), SignedLinks(settings)
    clock, outbox = build_clock(settings.demo_now), DynamoOutbox(database, settings.pepper)
    return Jobs(
        notify_invoices=NotifyInvoices(
            invoices=DynamoInvoiceStore(database),
            families=DynamoFamilyStore(database),
            notices=DynamoNoticeStore(database),
            outbox=outbox,
            links=links,
            clock=clock,
            report=report,
        ),
        send_outbox=SendOutbox(
            outbox=outbox,
            renderer=TemplateMails(DynamoTownStore(database)),
            sender=SesMailSender(**_mails_of(settings)),
            clock=clock,
            report=report,
            per_second=settings.mails_per_second,
            sleep=time.sleep,
        ),
        note_ses_event=NoteSesEvent(
            outbox=outbox, clock=clock, report=report, configuration=settings.mail_configuration
        ),
        reconcile_payments=Reconcile(
            settle=SettlePayment(
                attempts=DynamoAttemptStore(database),
                invoices=DynamoInvoiceStore(database),
                providers=providers_of(settings, links),
                clock=clock,
                report=report,
            )
        ),
        recount_places=RecountPlaces(
            count=_count_of(database),
            town=DynamoTownStore(database),
            clock=clock,
            report=report,
        ),
    )


def build_exports(settings: Settings) -> AttemptStore:
    """What the exports read."""
    return DynamoAttemptStore(database_of(settings))


def build_clock(demo_now: str = "") -> Clock:
    """The clock alone, for what needs no deployment: checking a town's files."""
    return clock_for(demo_now)
