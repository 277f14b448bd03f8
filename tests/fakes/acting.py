"""What an import needs to act for the town, over stores in memory."""

from chalicelib.services.telling import TownActing, acting
from tests.fakes.intake import MemoryIntake
from tests.fakes.mails import MemoryActs, MemoryNotices, MemoryOutbox


def memory_acting(store: MemoryIntake, notices: MemoryNotices, outbox: MemoryOutbox | None = None) -> TownActing:
    """Its e-mails wait in ``outbox``, or where nobody looks."""
    put = outbox or MemoryOutbox()
    return acting(acts=MemoryActs(put), plannings=store.plannings, families=store.families, notices=notices, outbox=put)
