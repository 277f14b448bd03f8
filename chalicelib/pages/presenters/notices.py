"""Notice settings -> the fields and states of « Mes e-mails », in words."""

from collections.abc import Iterator, Mapping, Sequence

from chalicelib.french.words import typeset
from chalicelib.rules.families import Family
from chalicelib.rules.notices import MOST_EXTRA, Address, AddressState
from chalicelib.services.notices import Notices
from chalicelib.values import Value

STATES = {
    AddressState.PENDING: "en attente de confirmation",
    AddressState.CONFIRMED: "confirmée",
    AddressState.STOPPED: "arrêtée, à la demande de son propriétaire",
}
UNREACHABLE = "arrêtée : nos messages reviennent, ou ont été signalés comme indésirables. Téléphonez à la mairie."
FIELDS = tuple(f"adresse{number}" for number in range(1, MOST_EXTRA + 1))


class Mine(Value):
    """The family's address that the town knows; ``state`` is empty as long as nothing is wrong with it."""

    email: str
    state: str


class Field(Value):
    id: str
    label: str
    typed: str
    state: str
    fault: str

    @property
    def described(self) -> str:
        """Ids of the texts that a screen reader says with the field."""
        said = (("etat", self.state), ("faux", self.fault))
        return " ".join(f"{self.id}-{name}" for name, words in said if words)


def mine_of(notices: Notices, family: Family) -> Mine:
    if family.email in notices.unreachable:
        return Mine(family.email, typeset(UNREACHABLE))
    return Mine(family.email, STATES[AddressState.STOPPED] if notices.settings.town_stopped else "")


def fields_of(notices: Notices, typed: Sequence[str], faults: Mapping[int, str]) -> list[Field]:
    """One field for each address that may be added; ``faults`` are sentences by rank, from 0."""
    states = {address.email.casefold(): state for address, state in _states(notices)}
    padded = [*typed, *[""] * MOST_EXTRA][:MOST_EXTRA]
    return [
        Field(
            id=FIELDS[rank],
            label=f"Adresse {rank + 1}",
            typed=text,
            state=states.get(text.strip().casefold(), ""),
            fault=faults.get(rank, ""),
        )
        for rank, text in enumerate(padded)
    ]


def to_ask(notices: Notices, family: Family) -> list[str]:
    """Addresses to which another confirmation may be sent."""
    stopped = [family.email] if notices.settings.town_stopped and family.email else []
    waiting = [address.email for address in notices.settings.extra if address.state is not AddressState.CONFIRMED]
    return [email for email in stopped + waiting if email not in notices.unreachable]


def lines_of(notices: Notices, family: Family) -> list[str]:
    """Every address with its state: « BOND@server.fr : confirmée »."""
    mine = mine_of(notices, family)
    first = [f"{mine.email} : {mine.state or 'enregistrée par la mairie'}"] if mine.email else []
    return [typeset(line) for line in first + [f"{address.email} : {state}" for address, state in _states(notices)]]


def _states(notices: Notices) -> Iterator[tuple[Address, str]]:
    for address in notices.settings.extra:
        gone = address.email in notices.unreachable
        yield address, typeset(UNREACHABLE) if gone else STATES[address.state]
