"""The portal that the pages get: its use cases, in the groups that are declared beside their services.

``wiring`` gives the ports; pages never import it.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from chalicelib.services.accounts import AccountUseCases, EndOthers, EndSession, OpenSession, SignIn
from chalicelib.services.acknowledging import AcknowledgeOrder, KitchenUseCases, ShowOrder
from chalicelib.services.certificate_ports import CertificateFiles
from chalicelib.services.contact import WriteToOffice
from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.invoice_ports import InvoiceStore, PdfStore
from chalicelib.services.invoicing import ChooseInvoice, InvoiceUseCases, OpenPdf, ShowInvoices, ShowPaidBefore
from chalicelib.services.mail_ports import MailLinks, NoticeStore, Outbox
from chalicelib.services.notices import (
    AskAddresses,
    AskAgain,
    ConfirmAddress,
    EditNotices,
    NoticeUseCases,
    ShowNotices,
    StopNotices,
)
from chalicelib.services.opening import OpenCertificate
from chalicelib.services.order_ports import OrderStore
from chalicelib.services.paying import PaymentUseCases
from chalicelib.services.payment_ports import AttemptStore, PaymentProvider
from chalicelib.services.planning import LastChanges, PlanningUseCases, ShowPlanning
from chalicelib.services.ports import (
    Clock,
    FamilyStore,
    LoginStore,
    PlanningStore,
    Report,
    ThrottleStore,
    TownStore,
)
from chalicelib.services.saving import SavePlanning, ShowRecap, UndoSave
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import PaymentLinks, StartPayment
from chalicelib.services.ticket_ports import TicketRenderer
from chalicelib.services.ticketing import FindTickets
from chalicelib.settings import Settings
from chalicelib.values import Value

if TYPE_CHECKING:
    from chalicelib.services.book_ports import Book


class Portal(Value):
    """Every use case, ready to call; and what every page reads: the settings, the clock, the log, the town."""

    settings: Settings
    clock: Clock
    report: Report
    town: TownStore
    accounts: AccountUseCases
    planning: PlanningUseCases
    invoices: InvoiceUseCases
    notices: NoticeUseCases
    payments: PaymentUseCases
    kitchen: KitchenUseCases
    write_to_office: WriteToOffice


class Ports(Value):
    """What the use cases need: ``wiring`` makes the ports on AWS, tests make them in memory."""

    settings: Settings
    clock: Clock
    report: Report
    town: TownStore
    families: FamilyStore
    logins: LoginStore
    throttle: ThrottleStore
    plannings: PlanningStore
    invoices: InvoiceStore
    pdfs: PdfStore
    certificates: CertificateFiles
    notices: NoticeStore
    outbox: Outbox
    links: MailLinks
    attempts: AttemptStore
    book: "Book"
    providers: Mapping[str, PaymentProvider]
    """Payment providers by contract: an attempt keeps the contract under which it was opened, even if the town has
    another now."""
    payment_links: PaymentLinks
    orders: OrderStore
    print_ticket: TicketRenderer


def assemble(ports: Ports) -> Portal:
    """Build the use cases on any set of ports."""
    return Portal(
        settings=ports.settings,
        clock=ports.clock,
        report=ports.report,
        town=ports.town,
        accounts=_accounts(ports),
        planning=_planning(ports),
        invoices=_invoices(ports),
        notices=_notices(ports),
        payments=_payments(ports),
        kitchen=_kitchen(ports),
        write_to_office=_write_to_office(ports),
    )


def _accounts(ports: Ports) -> AccountUseCases:
    families, clock = ports.families, ports.clock
    return AccountUseCases(
        sign_in=SignIn(
            logins=ports.logins,
            families=families,
            throttle=ports.throttle,
            clock=clock,
            pepper=ports.settings.pepper,
            report=ports.report,
        ),
        open_session=OpenSession(families=families, clock=clock),
        end_session=EndSession(families=families),
        end_others=EndOthers(families=families, clock=clock),
    )


def _planning(ports: Ports) -> PlanningUseCases:
    town, plannings, clock = ports.town, ports.plannings, ports.clock
    saving = SavePlanning(town=town, plannings=plannings, clock=clock)
    recap = ShowRecap(plannings=plannings)
    return PlanningUseCases(
        show=ShowPlanning(town=town, plannings=plannings, clock=clock),
        save=saving,
        undo=UndoSave(saving=saving, recap=recap),
        recap=recap,
        changes=LastChanges(plannings=plannings, town=town),
    )


def _invoices(ports: Ports) -> InvoiceUseCases:
    invoices, attempts, clock = ports.invoices, ports.attempts, ports.clock
    return InvoiceUseCases(
        show=ShowInvoices(invoices=invoices, attempts=attempts, clock=clock),
        show_paid_before=ShowPaidBefore(invoices=invoices),
        choose=ChooseInvoice(invoices=invoices, attempts=attempts, clock=clock),
        open_pdf=OpenPdf(invoices=invoices, pdfs=ports.pdfs),
        open_certificate=OpenCertificate(files=ports.certificates),
    )


def _notices(ports: Ports) -> NoticeUseCases:
    notices, families = ports.notices, ports.families
    ask = AskAddresses(
        notices=notices,
        throttle=ports.throttle,
        links=ports.links,
        clock=ports.clock,
        pepper=ports.settings.pepper,
    )
    return NoticeUseCases(
        show=ShowNotices(notices=notices, outbox=ports.outbox),
        edit=EditNotices(notices=notices, ask=ask),
        ask_again=AskAgain(notices=notices, ask=ask),
        confirm=ConfirmAddress(notices=notices, families=families),
        stop=StopNotices(notices=notices, families=families),
    )


def _payments(ports: Ports) -> PaymentUseCases:
    attempts, invoices, settle = ports.attempts, ports.invoices, settling(ports)
    clock, report = ports.clock, ports.report
    return PaymentUseCases(
        start=StartPayment(
            attempts=attempts,
            invoices=invoices,
            providers=ports.providers,
            settle=settle,
            town=ports.town,
            links=ports.payment_links,
            clock=clock,
            report=report,
        ),
        show=ShowPayment(attempts=attempts, invoices=invoices, settle=settle, clock=clock, report=report),
        settle=settle,
        declare=DeclarePayment(
            attempts=attempts, book=ports.book, providers=ports.providers, settle=settle, clock=clock, report=report
        ),
        tickets=FindTickets(invoices=invoices, attempts=attempts),
        print_ticket=ports.print_ticket,
    )


def settling(ports: Ports) -> SettlePayment:
    """What settles payments, for the pages and for the reconciliation."""
    return SettlePayment(
        attempts=ports.attempts,
        invoices=ports.invoices,
        book=ports.book,
        providers=ports.providers,
        clock=ports.clock,
        report=ports.report,
    )


def _kitchen(ports: Ports) -> KitchenUseCases:
    return KitchenUseCases(
        show=ShowOrder(orders=ports.orders),
        acknowledge=AcknowledgeOrder(orders=ports.orders, clock=ports.clock, report=ports.report),
    )


def _write_to_office(ports: Ports) -> WriteToOffice:
    return WriteToOffice(
        town=ports.town,
        throttle=ports.throttle,
        outbox=ports.outbox,
        clock=ports.clock,
        pepper=ports.settings.pepper,
    )
