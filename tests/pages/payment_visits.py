"""What tests do to pay an invoice online: walk to the bank, and hear from it."""

from chalicelib.rules.ids import InvoiceNumber
from tests.builders import BOND
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World

NUMBER = "2013-026-000335"
PROGRESS = f"/factures/{NUMBER}/paiement"


def recap_of(parent: PageClient, email: str = "jamie.bond@server.fr") -> Opened:
    csrf = parent.get("/factures").hidden("csrf")
    return parent.follow(parent.post("/factures", csrf=csrf, facture=NUMBER, email=email))


def link(page: Opened, label: str) -> str:
    (href,) = {e.attrs["href"] for e in page.page.all("a") if label in e.text.replace("’", "'")}
    return href


def to_bank(parent: PageClient, email: str = "jamie.bond@server.fr") -> Opened:
    return parent.get(link(recap_of(parent, email), "Payer en ligne"))


def paid(world: World) -> int:
    invoice = world.invoices.find(BOND, InvoiceNumber(NUMBER))
    assert invoice is not None
    return int(invoice.paid)


def receipts(world: World) -> list[str]:
    return [mail.to for mail in world.outbox.mails.values() if mail.kind == "payment-receipt"]


def notified(world: World, body: bytes = b"idop=idop-1", **how: str) -> Opened:
    return world.visitor().post_raw("/payfip/notification", body, **how)
