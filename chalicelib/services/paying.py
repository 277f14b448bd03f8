"""Paying online: its use cases, each of which has a module of its own."""

from chalicelib.services.declaring import DeclarePayment
from chalicelib.services.settling import SettlePayment
from chalicelib.services.showing import ShowPayment
from chalicelib.services.starting import StartPayment
from chalicelib.services.ticket_ports import TicketRenderer
from chalicelib.services.ticketing import FindTickets
from chalicelib.values import Value


class PaymentUseCases(Value):
    """Paying online: a payment is opened, looked at, settled by what the treasury tells, and
    printed."""

    start: StartPayment
    show: ShowPayment
    settle: SettlePayment
    declare: DeclarePayment
    tickets: FindTickets
    print_ticket: TicketRenderer
