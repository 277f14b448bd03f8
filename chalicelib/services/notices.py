"""Who is told of a family's new invoices: the parent chooses, each added address must agree, and everybody can stop."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from chalicelib.rules.errors import BadForm, NotFound, StaleWrite, Throttled, Unavailable
from chalicelib.rules.families import Family
from chalicelib.rules.ids import FamilyId
from chalicelib.rules.notices import AddressState, NoticeSettings, confirmed, edited, state_of, stopped
from chalicelib.services.emails import is_email
from chalicelib.services.keyed_hashes import subject
from chalicelib.services.mail_ports import Mail, MailLinks, NoticeStore, Outbox
from chalicelib.services.mails import CONFIRM_ADDRESS, confirm_address
from chalicelib.services.ports import Clock, FamilyStore, Limit, ThrottleStore
from chalicelib.values import Value

LINK_LASTS = timedelta(days=7)
ASKED_PER_FAMILY_AN_HOUR = 6
"""Confirmations that a family may cause in an hour: for its three addresses, and once more for each."""
ASKED_PER_ADDRESS_A_DAY = 3
"""Confirmations that one address may get in a day, whatever the families: it did not ask for them."""
MOST_TRIES = 6


class Notices(Value):
    """The family's settings. ``unreachable`` are its addresses that bounced or complained; they are never written
    to."""

    settings: NoticeSettings
    unreachable: frozenset[str]


class ShowNotices:
    def __init__(self, *, notices: NoticeStore, outbox: Outbox) -> None:
        self.notices = notices
        self.outbox = outbox

    def __call__(self, family: Family) -> Notices:
        settings = self.notices.settings(family.id)
        emails = [address.email for address in settings.extra] + [family.email] * bool(family.email)
        return Notices(settings, frozenset(self.outbox.suppressed(emails) if emails else ()))


class AskAddresses:
    """Save settings and ask the owners of some addresses whether they agree, in one transaction."""

    def __init__(
        self, *, notices: NoticeStore, throttle: ThrottleStore, links: MailLinks, clock: Clock, pepper: str
    ) -> None:
        self.notices = notices
        self.throttle = throttle
        self.pepper = pepper
        self.links = links
        self.clock = clock

    def __call__(self, family: FamilyId, settings: NoticeSettings, emails: Sequence[str]) -> None:
        """``settings`` carries the version over which it is written. Raises StaleWrite, and Throttled when there are
        too many confirmations: then nothing is saved and nothing is counted."""
        now = self.clock.now()
        mails = [self._mail(family, settings, rank, email, now) for rank, email in enumerate(emails)]
        counted: list[tuple[Limit, Limit]] = []
        try:
            for email in emails:
                counted.append(self._count(family, email, now))
            self.notices.save(family, settings, mails)
        except Exception:
            for limits in counted:
                self.throttle.give_back(limits, now)
            raise

    def _count(self, family: FamilyId, email: str, now: datetime) -> tuple[Limit, Limit]:
        limits = _limits(self.pepper, family, email)
        if not self.throttle.take(limits, now):
            raise Throttled(CONFIRM_ADDRESS)
        return limits

    def _mail(self, family: FamilyId, settings: NoticeSettings, rank: int, email: str, now: datetime) -> Mail:
        until, version = now + LINK_LASTS, settings.version + 1
        confirm = self.links.confirm(family, email, until)
        return confirm_address(family, email, rank, version=version, confirm=confirm, until=until, now=now)


class EditNotices:
    def __init__(self, *, notices: NoticeStore, ask: AskAddresses) -> None:
        self.notices = notices
        self.ask = ask

    def __call__(self, family: Family, *, wanted: bool, emails: Sequence[str], version: int) -> NoticeSettings:
        """Save the parent's form, made from ``version`` of the settings; each new address is asked whether it agrees.

        Raises BadForm (args: ranks of the wrong addresses, from 0), StaleWrite when somebody saved something else in
        between, Throttled.
        """
        faults = [rank for rank, email in enumerate(emails) if email.strip() and not is_email(email.strip())]
        if faults:
            raise BadForm(*faults)
        now_there = self.notices.settings(family.id)
        wished = edited(now_there, wanted=wanted, emails=emails, town_email=family.email)
        if wished == now_there and now_there.version:
            return now_there  # The same form again: somebody pressed the button twice.
        if now_there.version != version:
            raise StaleWrite("notices")
        before = {address.email for address in now_there.extra}
        self.ask(family.id, wished, [address.email for address in wished.extra if address.email not in before])
        return wished


class AskAgain:
    """Write once more to an address that did not agree yet, or that stopped."""

    def __init__(self, *, notices: NoticeStore, ask: AskAddresses) -> None:
        self.notices = notices
        self.ask = ask

    def __call__(self, family: Family, email: str) -> None:
        """Does nothing for an address that agreed. Raises NotFound for an address of another family, Throttled,
        StaleWrite."""
        settings = self.notices.settings(family.id)
        state = state_of(settings, email, family.email)
        if state is None:
            raise NotFound("address")
        if state is not AddressState.CONFIRMED:
            self.ask(family.id, settings, [email])


class _Deciding:
    """What the owner of an address decides from an e-mail's link, without signing in. It is tried again while others
    write."""

    def __init__(self, *, notices: NoticeStore, families: FamilyStore) -> None:
        self.notices = notices
        self.families = families

    def decide(
        self, family: FamilyId, email: str, change: Callable[[NoticeSettings, str, str], NoticeSettings]
    ) -> AddressState | None:
        """The state in which the address was found; None when it is not the family's any more."""
        found = self.families.find(family)
        if found is None:
            return None
        for _ in range(MOST_TRIES):
            settings = self.notices.settings(family)
            wished = change(settings, email, found.email)
            try:
                if wished != settings:
                    self.notices.save(family, wished)
            except StaleWrite:
                continue
            return state_of(settings, email, found.email)
        raise Unavailable("notices: every try met another write")


class ConfirmAddress(_Deciding):
    def __call__(self, family: FamilyId, email: str) -> None:
        """The owner agrees; repeats change nothing. Raises NotFound for an address that the family removed in
        between."""
        if self.decide(family, email, confirmed) is None:
            raise NotFound("address")


class StopNotices(_Deciding):
    def __call__(self, family: FamilyId, email: str) -> None:
        """This address gets no more notices; the other addresses of the family still do. Nothing happens when it is
        repeated, or when the address is gone."""
        self.decide(family, email, stopped)


def _limits(pepper: str, family: FamilyId, email: str) -> tuple[Limit, Limit]:
    return (
        Limit(subject(pepper, f"{CONFIRM_ADDRESS}-family", family), ASKED_PER_FAMILY_AN_HOUR, 3600),
        Limit(subject(pepper, f"{CONFIRM_ADDRESS}-address", email.casefold()), ASKED_PER_ADDRESS_A_DAY, 24 * 3600),
    )


class NoticeUseCases(Value):
    """E-mails about new invoices: what the family chose, what the owner of an address decides."""

    show: ShowNotices
    edit: EditNotices
    ask_again: AskAgain
    confirm: ConfirmAddress
    stop: StopNotices
