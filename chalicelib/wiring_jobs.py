"""``wiring`` of what runs by itself: no page needs its classes."""

import time

from chalicelib.adapters.logs import report
from chalicelib.adapters.mail_templates import TemplateMails
from chalicelib.adapters.mailer import SesMailSender
from chalicelib.adapters.order_pdf import OrderPdf
from chalicelib.adapters.ses_events import SesEvents
from chalicelib.exports.nightly import WriteExports
from chalicelib.exports.orders import order_csv
from chalicelib.portal import Ports, settling
from chalicelib.services.bounces import NoteSesEvent
from chalicelib.services.notifying import NotifyInvoices
from chalicelib.services.order_mails import OrderTroubles, RenderMails
from chalicelib.services.ordering import SendOrders
from chalicelib.services.reconciling import Reconcile
from chalicelib.services.recounting import RecountPlaces
from chalicelib.services.sending import SendOutbox
from chalicelib.settings import Settings
from chalicelib.values import Value
from chalicelib.web.links import SignedLinks
from chalicelib.wiring import count_of, directory_of, ports_on_aws
from chalicelib.wiring_exports import build_nightly, build_orders


class Jobs(Value):
    """What runs by itself, ready to call."""

    notify_invoices: NotifyInvoices
    send_outbox: SendOutbox
    send_orders: SendOrders
    note_ses_event: NoteSesEvent
    reconcile_payments: Reconcile
    recount_places: RecountPlaces
    write_exports: WriteExports


def build_jobs(settings: Settings) -> Jobs:
    """What runs by itself."""
    ports = ports_on_aws(settings)
    clock, outbox = ports.clock, ports.outbox
    return Jobs(
        notify_invoices=NotifyInvoices(
            invoices=ports.invoices,
            families=ports.families,
            notices=ports.notices,
            outbox=outbox,
            links=ports.links,
            clock=clock,
            report=report,
        ),
        send_outbox=_sending(settings, ports),
        send_orders=SendOrders(
            town=ports.town,
            orders=ports.orders,
            make=build_orders(settings),
            links=SignedLinks(settings),
            clock=clock,
            report=report,
        ),
        note_ses_event=NoteSesEvent(
            outbox=outbox, events=SesEvents(settings.mail_configuration), town=ports.town, clock=clock, report=report
        ),
        reconcile_payments=Reconcile(attempts=ports.attempts, settle=settling(ports), clock=clock, report=report),
        recount_places=RecountPlaces(count=count_of(settings), town=ports.town, clock=clock, report=report),
        write_exports=build_nightly(settings),
    )


def _sending(settings: Settings, ports: Ports) -> SendOutbox:
    return SendOutbox(
        outbox=ports.outbox,
        renderer=RenderMails(
            words=TemplateMails(ports.town),
            orders=ports.orders,
            directory=directory_of(settings),
            csv=order_csv,
            pdf=OrderPdf(),
            town=ports.town,
        ),
        sender=_mail_sender(settings),
        clock=ports.clock,
        report=report,
        per_second=settings.mails_per_second,
        sleep=time.sleep,
        trouble=OrderTroubles(town=ports.town, report=report),
    )


def _mail_sender(settings: Settings) -> SesMailSender:
    return SesMailSender(
        region=settings.region,
        sender=settings.sender,
        configuration=settings.mail_configuration,
        endpoint=settings.endpoint,
    )
