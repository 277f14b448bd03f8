"""Who is told by e-mail that an invoice is online."""

from collections.abc import Iterable
from dataclasses import replace
from enum import Enum

from chalicelib.values import Value

MOST_EXTRA = 3


class AddressState(Enum):
    PENDING = "pending"
    """The parent added it and its owner has not confirmed it yet: nothing personal is sent to it."""
    CONFIRMED = "confirmed"
    STOPPED = "stopped"
    """Its owner unsubscribed, or it bounced or complained."""


class Address(Value):
    email: str
    """The address as the parent typed it; upper and lower case are the same address."""
    state: AddressState


class NoticeSettings(Value):
    """*Etre averti par mail de la mise en ligne de mes factures*. ``version`` guards against two tabs.

    ``town_stopped``: the town's own address unsubscribed or bounced.
    """

    wanted: bool = False
    extra: tuple[Address, ...] = ()
    town_stopped: bool = False
    version: int = 0

    def recipients(self, town_email: str) -> tuple[str, ...]:
        """Addresses to write to, each once even if typed in another case; none when the family does not want
        notices."""
        if not self.wanted:
            return ()
        listed = [] if self.town_stopped or not town_email else [town_email]
        listed += [address.email for address in self.extra if address.state is AddressState.CONFIRMED]
        return tuple({email.casefold(): email for email in reversed(listed)}.values())[::-1]

    def concerned(self, town_email: str) -> tuple[str, ...]:
        """Addresses for what a family must know, even if it does not want notices: theirs, else the town's for it."""
        asked = self.recipients(town_email)
        if asked or self.town_stopped or not town_email:
            return asked
        return (town_email,)


def edited(settings: NoticeSettings, *, wanted: bool, emails: Iterable[str], town_email: str) -> NoticeSettings:
    """The settings after the parent's form. An address that was there keeps its state, a new one waits, the others go.

    Empty fields, repeats (in any case) and the town's own address are left out. ``emails`` are valid addresses. A
    stopped address stays stopped, because every save sends it again: only its owner can start it, see ``confirmed``.
    Raises ValueError for more than three.
    """
    known = {address.email.casefold(): address for address in settings.extra}
    kept: dict[str, Address] = {}
    for email in emails:
        key = email.strip().casefold()
        if not key or key == town_email.casefold() or key in kept:
            continue
        kept[key] = known.get(key) or Address(email.strip(), AddressState.PENDING)
    if len(kept) > MOST_EXTRA:
        raise ValueError(f"{len(kept)} addresses; {MOST_EXTRA} at most")
    return replace(settings, wanted=wanted, extra=tuple(kept.values()))


def confirmed(settings: NoticeSettings, email: str, town_email: str) -> NoticeSettings:
    """The settings after the owner of ``email`` agreed; unchanged for an address that is not there."""
    return _with_state(settings, email, town_email, AddressState.CONFIRMED)


def stopped(settings: NoticeSettings, email: str, town_email: str) -> NoticeSettings:
    """The settings after the owner of ``email`` refused more notices; unchanged for an address that is not there."""
    return _with_state(settings, email, town_email, AddressState.STOPPED)


def state_of(settings: NoticeSettings, email: str, town_email: str) -> AddressState | None:
    """State of one address; None when the family has no such address any more."""
    key = email.casefold()
    if key == town_email.casefold():
        return AddressState.STOPPED if settings.town_stopped else AddressState.CONFIRMED
    return next((one.state for one in settings.extra if one.email.casefold() == key), None)


def _with_state(settings: NoticeSettings, email: str, town_email: str, state: AddressState) -> NoticeSettings:
    key = email.casefold()
    if key == town_email.casefold():
        return replace(settings, town_stopped=state is AddressState.STOPPED)
    extra = tuple(replace(one, state=state) if one.email.casefold() == key else one for one in settings.extra)
    return replace(settings, extra=extra)
