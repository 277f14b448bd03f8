"""Many writers of one book at once, while transactions take the time that they take: no number is missing or double."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from chalicelib.rules.book import BookHead, broken_links
from chalicelib.rules.invoices import Invoice
from chalicelib.storage.book import DynamoBook
from chalicelib.storage.database import Database
from chalicelib.storage.invoices import DynamoInvoiceStore
from tests.builders import a_payment, an_invoice
from tests.conflicts import conflicts
from tests.money import NOW, receive
from tests.present import present

WRITERS = 40


def test_forty_payments_at_once_are_forty_numbers(ministack_database: Database) -> None:
    book, invoices = DynamoBook(ministack_database), DynamoInvoiceStore(ministack_database)
    due = [an_invoice(f"2013-026-{number:06}") for number in range(WRITERS)]
    for invoice in due:
        invoices.put(invoice, ())
    together = Barrier(WRITERS)

    def pay(invoice: Invoice) -> str:
        together.wait()
        (line,) = receive(book, invoice, a_payment(424))
        return line.name

    with conflicts() as met, ThreadPoolExecutor(WRITERS) as threads:
        names = list(threads.map(pay, due))
    lines = list(book.lines(NOW.date().replace(day=1)))
    assert met, "nobody met anybody: nothing was tried"
    assert sorted(names) == [line.name for line in lines] == [f"2026-{n:06}" for n in range(1, WRITERS + 1)]
    assert list(broken_links(lines, BookHead(2026))) == []
    assert book.head(2026).hash == lines[-1].hash
    read = [present(invoices.find(invoice.family, invoice.number)) for invoice in due]
    assert [one.payments[0].line for one in read] == names
