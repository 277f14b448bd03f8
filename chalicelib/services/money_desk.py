"""What a régie does with money after it was counted: one use case for each of its acts."""

from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.book_ports import Book
from chalicelib.services.crediting import GiveCredit
from chalicelib.services.deciding import Decide
from chalicelib.services.invoice_ports import InvoiceStore
from chalicelib.services.late_payments import RecordLatePayment
from chalicelib.services.payment_ports import AttemptStore
from chalicelib.services.ports import Clock
from chalicelib.services.refunding import RecordRefund
from chalicelib.services.taking_back import TakeBack
from chalicelib.values import Value


class MoneyDesk(Value):
    book: Book
    invoices: InvoiceStore
    clock: Clock
    record: RecordLatePayment
    take_back: TakeBack
    refund: RecordRefund
    decide: Decide
    credit: GiveCredit


def money_desk(
    *, book: Book, attempts: AttemptStore, invoices: InvoiceStore, addresses: ConcernedAddresses, clock: Clock
) -> MoneyDesk:
    return MoneyDesk(
        book=book,
        invoices=invoices,
        clock=clock,
        record=RecordLatePayment(book=book, clock=clock),
        take_back=TakeBack(book=book, attempts=attempts, invoices=invoices, addresses=addresses, clock=clock),
        refund=RecordRefund(book=book, attempts=attempts, invoices=invoices, addresses=addresses, clock=clock),
        decide=Decide(book=book, attempts=attempts, invoices=invoices, clock=clock),
        credit=GiveCredit(book=book, invoices=invoices, attempts=attempts, clock=clock),
    )
