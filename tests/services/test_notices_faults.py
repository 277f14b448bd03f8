"""Every AWS call of the notice settings fails in every way: no address without its question, none asked twice."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from chalicelib.rules.notices import Address, AddressState, NoticeSettings
from chalicelib.services.notices import AskAddresses, AskAgain, ConfirmAddress, EditNotices, StopNotices
from chalicelib.settings import Settings
from chalicelib.storage.families import DynamoFamilyStore
from chalicelib.storage.intake import DynamoIntakeStore
from chalicelib.storage.notices import DynamoNoticeStore
from chalicelib.storage.outbox import DynamoOutbox
from chalicelib.storage.throttle import DynamoThrottleStore
from tests.builders import BOND
from tests.clock import FixedClock, paris
from tests.faults import Case, survives
from tests.services.test_notices import CONFIRMED, EXTRA, FAMILY, PENDING, STOPPED, TOWN, Links
from tests.stand_in import PEPPER, database_for, seeded

ALINE = "aline@server.fr"
BOTH = (EXTRA, ALINE)


@dataclass
class World:
    notices: DynamoNoticeStore
    outbox: DynamoOutbox
    edit: EditNotices
    again: AskAgain
    confirm: ConfirmAddress
    stop: StopNotices
    clock: FixedClock

    def save(self) -> None:
        self.edit(FAMILY, wanted=True, emails=BOTH, version=self.notices.settings(BOND).version)

    def mails(self) -> Counter[str]:
        return Counter(mail.to for mail in self.outbox.due(self.clock.now(), 100))

    def states(self) -> dict[str, AddressState]:
        return {address.email: address.state for address in self.notices.settings(BOND).extra}


def _know_the_family(settings: Settings) -> None:
    DynamoIntakeStore(database_for(settings)).put_families([FAMILY])


known = seeded(_know_the_family)


@contextmanager
def fresh() -> Iterator[World]:
    with known() as settings:
        database, clock = database_for(settings), FixedClock(paris("lundi 2026-09-14 08:00"))
        notices, families = DynamoNoticeStore(database), DynamoFamilyStore(database)
        ask = AskAddresses(
            notices=notices, throttle=DynamoThrottleStore(database), links=Links(), clock=clock, pepper="p"
        )
        yield World(
            notices=notices,
            outbox=DynamoOutbox(database, PEPPER),
            edit=EditNotices(notices=notices, ask=ask),
            again=AskAgain(notices=notices, ask=ask),
            confirm=ConfirmAddress(notices=notices, families=families),
            stop=StopNotices(notices=notices, families=families),
            clock=clock,
        )


def _nothing(_world: World) -> None:
    """Nobody comes back."""


def holding(state: AddressState) -> Callable[[], AbstractContextManager[World]]:
    @contextmanager
    def held() -> Iterator[World]:
        with fresh() as world:
            world.notices.save(
                BOND, NoticeSettings(wanted=True, extra=(Address(EXTRA, state), Address(ALINE, PENDING)))
            )
            yield world

    return held


def is_now(state: AddressState) -> Callable[[World], None]:
    """This address changed, the other did not, and it was written once."""

    def check(world: World) -> None:
        assert world.states() == {EXTRA: state, ALINE: PENDING}
        assert world.notices.settings(BOND).version == 2

    return check


def test_every_new_address_is_asked_once_with_its_settings() -> None:
    def check(world: World) -> None:
        assert world.states() == dict.fromkeys(BOTH, PENDING)
        assert world.mails() == dict.fromkeys(BOTH, 1)

    survives(Case(fresh=fresh, run=World.save, recover=World.save, check=check))


def test_settings_and_questions_go_together_even_when_the_parent_never_comes_back() -> None:
    def check(world: World) -> None:
        assert world.mails() == dict.fromkeys(world.states(), 1)

    survives(Case(fresh=fresh, run=World.save, recover=_nothing, check=check))


def test_an_owner_agrees_once() -> None:
    def agree(world: World) -> None:
        world.confirm(BOND, EXTRA)

    survives(Case(fresh=holding(PENDING), run=agree, recover=agree, check=is_now(CONFIRMED)))


def test_an_owner_stops_once() -> None:
    def stop(world: World) -> None:
        world.stop(BOND, EXTRA)

    survives(Case(fresh=holding(CONFIRMED), run=stop, recover=stop, check=is_now(STOPPED)))


def test_the_town_s_address_stops() -> None:
    def stop(world: World) -> None:
        world.stop(BOND, TOWN)

    def check(world: World) -> None:
        assert world.notices.settings(BOND).town_stopped

    survives(Case(fresh=holding(CONFIRMED), run=stop, recover=stop, check=check))


def test_asking_again_changes_no_state() -> None:
    def ask(world: World) -> None:
        world.again(FAMILY, EXTRA)

    def check(world: World) -> None:
        assert world.states() == {EXTRA: STOPPED, ALINE: PENDING}
        assert world.mails()[EXTRA] <= 1

    survives(Case(fresh=holding(STOPPED), run=ask, recover=_nothing, check=check))
