"""Many knock at the addresses that anybody may use, at once and over HTTP: the treasury is asked once or twice."""

import http.client
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest

from chalicelib.rules.errors import Unavailable
from chalicelib.rules.payments import BankAnswer
from chalicelib.services.reconciling import Reconcile
from infra.local.gateway import Gateway, Response
from infra.local.threads import for_threads
from tests.fake_bank import Treasury, nobody_reads
from tests.local.test_server import serving
from tests.pages.conftest import World
from tests.pages.payment_visits import paid, receipts, to_bank

CLIENTS = 8
NOTIFY, RETURN, DECLARE = "/payfip/notification", "/payfip/retour", "/payfip/notification/{}"


class Busy(Treasury):
    """Answers after the others had time to come."""

    def result_of(self, idop: str) -> BankAnswer:
        threading.Event().wait(0.02)
        return super().result_of(idop)


class Crowd:
    """Requests of several clients. The portal's clock moves on by the same time after each of them."""

    def __init__(self, world: World, port: int, lasts: timedelta, requests: int) -> None:
        self.world, self.port = world, port
        self.step, self.left = lasts / requests, requests
        self.turn = threading.Lock()
        self.statuses: list[int] = []

    def knocks(self, paths: Sequence[str]) -> list[int]:
        clients = [threading.Thread(target=self._client, args=(paths,)) for _ in range(CLIENTS)]
        for one in clients:
            one.start()
        for one in clients:
            one.join()
        return self.statuses

    def _client(self, paths: Sequence[str]) -> None:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)) as connection:
            while (number := self._next()) is not None:
                path = paths[number % len(paths)].format("idop-1")
                connection.request("POST", path, "idop=idop-1&resultrans=R&montant=1")
                answer = connection.getresponse()
                answer.read()
                self.statuses.append(answer.status)

    def _next(self) -> int | None:
        with self.turn:
            if not self.left:
                return None
            self.left -= 1
            self.world.clock.at += self.step
            return self.left


@contextmanager
def served(world: World) -> Iterator[int]:
    routes = dict(world.app.routes)
    gateway = Gateway(for_threads(world.app), routes, lambda status: Response(status, [], b""))
    with serving(gateway, threads=CLIENTS) as port:
        yield port


@pytest.fixture
def world() -> World:
    town = World()
    to_bank(town.parent())
    town.treasury.__class__ = Busy
    return town


@pytest.mark.parametrize(
    ("paths", "requests", "seconds", "most"),
    [
        pytest.param([NOTIFY], 200, 1.99, 2, id="200 notifications in two seconds"),
        pytest.param([RETURN], 60, 1.99, 1, id="60 returns"),
        pytest.param([DECLARE], 200, 1.99, 2, id="200 unsigned returns of the other contract"),
        pytest.param([NOTIFY, RETURN, DECLARE], 200, 1.99, 2, id="all of them"),
        pytest.param([NOTIFY, RETURN, DECLARE], 200, 9.99, 10, id="for ten seconds"),
    ],
)
def test_the_treasury_is_asked_no_more_often_than_that(
    world: World, paths: list[str], requests: int, seconds: float, most: int
) -> None:
    with served(world) as port:
        statuses = Crowd(world, port, timedelta(seconds=seconds), requests).knocks(paths)
    assert set(statuses) <= {HTTPStatus.OK, HTTPStatus.SEE_OTHER}
    assert len(statuses) == requests
    assert 1 <= world.treasury.looked["idop-1"] <= most


def test_the_bank_s_own_word_is_heard_in_the_noise(world: World) -> None:
    """Its notification comes a moment after a look that a stranger caused, and it tells only once."""
    with served(world) as port:
        Crowd(world, port, timedelta(seconds=1), 100).knocks([NOTIFY, RETURN])
        world.treasury.says("idop-1", "P")
        Crowd(world, port, timedelta(milliseconds=100), 1).knocks([NOTIFY])
    asked: dict[str, Any] = {"attempts": world.attempts, "settle": world.portal.payments.settle}
    world.clock.forward(minutes=5)
    Reconcile(**asked, clock=world.clock, report=nobody_reads)(lambda: 300.0)
    assert (paid(world), len(receipts(world))) == (424, 1)


def test_a_treasury_that_is_down_is_asked_no_more_often(world: World) -> None:
    world.treasury.down = True
    with served(world) as port:
        statuses = Crowd(world, port, timedelta(seconds=1.99), 200).knocks([NOTIFY])
    assert 1 <= world.treasury.looked["idop-1"] <= 2
    assert HTTPStatus.SERVICE_UNAVAILABLE in statuses, "the bank is told to come again"
    world.clock.forward(seconds=5)
    with pytest.raises(Unavailable):
        world.portal.payments.settle.by_idop("idop-1")
