"""In-memory stores that keep the ports' promises, conditions included: ``tests/storage`` checks that they do."""

from tests.fakes.acting import memory_acting
from tests.fakes.attempts import MemoryAttempts
from tests.fakes.book import MemoryBook
from tests.fakes.certificates import MemoryCertificateFiles, MemoryCertificates
from tests.fakes.directory import MemoryDirectory
from tests.fakes.families import MemoryFamilies, MemoryLogins, MemoryThrottle
from tests.fakes.intake import MemoryIntake
from tests.fakes.invoices import MemoryInvoices, MemoryPdfs
from tests.fakes.mails import MemoryActs, MemoryNotices, MemoryOutbox
from tests.fakes.money import memory_book, memory_money
from tests.fakes.orders import MemoryOrders
from tests.fakes.outgoing import MemoryBillingBook, MemoryCursors, MemoryShelf
from tests.fakes.plannings import MemoryPlannings
from tests.fakes.town import MemoryTown

__all__ = [
    "MemoryActs",
    "MemoryAttempts",
    "MemoryBillingBook",
    "MemoryBook",
    "MemoryCertificateFiles",
    "MemoryCertificates",
    "MemoryCursors",
    "MemoryDirectory",
    "MemoryFamilies",
    "MemoryIntake",
    "MemoryInvoices",
    "MemoryLogins",
    "MemoryNotices",
    "MemoryOrders",
    "MemoryOutbox",
    "MemoryPdfs",
    "MemoryPlannings",
    "MemoryShelf",
    "MemoryThrottle",
    "MemoryTown",
    "memory_acting",
    "memory_book",
    "memory_money",
]
