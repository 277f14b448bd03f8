"""What tests do with the page of invoices: choose one, read its fields and its links."""

from tests.pages.client import Opened, PageClient, plain

JUNE, SEPTEMBER, MARCH, APRIL = "2013-019-000345", "2013-026-000335", "2012-003-000314", "2012-004-000313"
THEIRS = "2013-026-000999"
HERE = "jamie.bond@server.fr"


def choose(parent: PageClient, **fields: str) -> Opened:
    csrf = parent.get("/factures").hidden("csrf")
    return parent.post("/factures", csrf=csrf, **fields)


def field(page: Opened, name: str) -> dict[str, str]:
    (found,) = [e.attrs for e in page.page.all("input") if e.attrs.get("id") == name]
    return found


def links(page: Opened) -> dict[str, str]:
    return {plain(e.text): e.attrs["href"] for e in page.page.all("a")}
