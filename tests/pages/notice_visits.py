"""What tests do with the settings of « Mes e-mails »: save them, give them, read them back."""

from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from tests.builders import BOND
from tests.pages.client import Opened, PageClient
from tests.pages.conftest import World

TOWN, EXTRA = "jamie.bond@server.fr", "BOND@server.fr"
PENDING, CONFIRMED, STOPPED = AddressState.PENDING, AddressState.CONFIRMED, AddressState.STOPPED


def save(parent: PageClient, *emails: str, wanted: bool = True, page: Opened | None = None) -> Opened:
    page = page or parent.get("/notifications")
    fields = {f"adresse{n}": email for n, email in enumerate(emails, 1)} | ({"avertir": "oui"} if wanted else {})
    return parent.post("/notifications", csrf=page.hidden("csrf"), version=page.hidden("version"), **fields)


def states(world: World) -> dict[str, AddressState]:
    return {address.email: address.state for address in world.notices.settings(BOND).extra}


def given(world: World, *extra: Address, **changes: bool) -> None:
    world.notices.save(BOND, NoticeSettings(wanted=True, extra=extra, **changes))
