"""What a régie does with money, over stores in memory."""

from chalicelib.services.addresses import ConcernedAddresses
from chalicelib.services.mail_ports import NoticeStore
from chalicelib.services.money_desk import MoneyDesk, money_desk
from chalicelib.services.ports import Clock, FamilyStore
from tests.fakes.attempts import MemoryAttempts
from tests.fakes.book import MemoryBook


def memory_money(book: MemoryBook, families: FamilyStore, notices: NoticeStore, clock: Clock) -> MoneyDesk:
    """Over ``book`` and its stores; e-mails wait in the book's outbox."""
    addresses = ConcernedAddresses(families=families, notices=notices, outbox=book.outbox)
    return money_desk(book=book, attempts=book.attempts, invoices=book.invoices, addresses=addresses, clock=clock)


def memory_book(attempts: MemoryAttempts) -> MemoryBook:
    """The journal of these attempts' town."""
    return MemoryBook(attempts.invoices, attempts, attempts.outbox)
