"""The simulator as a site that ``infra.local.server`` serves."""

from collections.abc import Mapping, Sequence
from types import TracebackType

from chalicelib.services.ports import Clock
from infra.local.bank import pages
from infra.local.bank.admin import Admin
from infra.local.bank.notify import Notifier
from infra.local.bank.operations import Ledger
from infra.local.bank.soap import PATH, Service
from infra.local.bank.walk import Walk
from infra.local.gateway import Request, Response

CLIENTS: Mapping[str, Sequence[str]] = {"006382": ("Ville de démo", "REGIE PERISCOLAIRE", "")}


class NotHere(RuntimeError):
    """The simulator is for the local stage alone."""


class Bank:
    """The treasury's payment site, simulated. Within ``with``, it also tells the portal what happens.

    ``clients`` maps each client number to up to three labels. ``clock`` is the portal's; the simulator's own may run
    ahead of it. Raises NotHere when ``stage`` is not ``local``, or when ``origin`` is not an address of this machine.
    """

    def __init__(
        self, origin: str, *, stage: str, clock: Clock, clients: Mapping[str, Sequence[str]] = CLIENTS
    ) -> None:
        if stage != "local" or not origin.startswith("http://127.0.0.1:"):
            raise NotHere(f"the bank simulator does not start on stage {stage!r} at {origin}")
        labels = {number: (*texts, "", "", "")[:3] for number, texts in clients.items()}
        self.ledger = Ledger(clock)
        self.notifier = Notifier(self.ledger)
        self._service = Service(self.ledger, labels)
        self._walk = Walk(self.ledger, self.notifier, labels)
        self._admin = Admin(self.ledger, self.notifier, origin)

    def __enter__(self) -> "Bank":
        self.notifier.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.notifier.stop()

    def __call__(self, request: Request) -> Response:
        """Raises Gone when a fault cuts the connection."""
        path = request.target.partition("?")[0]
        if path == PATH:
            return self._service(request.body) if request.method == "POST" else self.refusal(405)
        found = self._admin(request) if path.startswith("/_sim") else self._walk(request)
        return found or self.refusal(404)

    def refusal(self, status: int) -> Response:
        return pages.oops(status, f"Erreur {status}", "Il n'y a rien ici.")
