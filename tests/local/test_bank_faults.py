"""The bank simulator's faults on purpose, and calls that are none."""

import json
import socket
import threading
import urllib.error
import urllib.request
from http.client import RemoteDisconnected
from xml.etree.ElementTree import ParseError

import defusedxml.ElementTree as DefusedET
import pytest
from defusedxml.common import DTDForbidden

from infra.local.bank.site import Bank
from infra.local.bank.soap import PATH, TNS
from infra.local.server import Gone, Server
from tests.clock import FixedClock, paris
from tests.local.bank_visits import CREATE, NOON, ORDER, create, detail, envelope, new_bank, send


@pytest.mark.parametrize("fault", ["502", "503", "html"])
def test_a_site_that_is_down_does_nothing(fault: str) -> None:
    bank = new_bank(fault=fault)
    answer = send(bank, "POST", PATH, envelope(CREATE, ORDER))
    assert answer.status == (200 if fault == "html" else int(fault))
    assert answer.body.startswith(b"<html>")
    assert bank.ledger.all() == []


@pytest.mark.parametrize(("fault", "error"), [("truncated", ParseError), ("dtd", DTDForbidden)])
def test_an_answer_that_is_spoiled_on_its_way(fault: str, error: type[Exception]) -> None:
    bank = new_bank(fault=fault)
    answer = send(bank, "POST", PATH, envelope(CREATE, ORDER))
    with pytest.raises(error):
        DefusedET.fromstring(answer.body, forbid_dtd=True)
    assert len(bank.ledger.all()) == 1


@pytest.mark.parametrize(("fault", "created"), [("reset", 0), ("reset_after", 1)])
def test_a_connection_that_is_cut(fault: str, created: int) -> None:
    bank = new_bank(fault=fault)
    with pytest.raises(Gone):
        send(bank, "POST", PATH, envelope(CREATE, ORDER))
    assert len(bank.ledger.all()) == created


def test_a_slow_answer_waits_as_long_as_told(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("infra.local.bank.soap.time.sleep", waited.append)
    create(new_bank(fault="slow", latency=0.5))
    assert waited == [20.5]


def test_a_fault_strikes_where_and_as_often_as_told() -> None:
    bank = new_bank(fault="503", fault_on="recupererDetailPaiementSecurise", fault_times=2)
    idop = create(bank)
    body = envelope("recupererDetailPaiementSecurise", {"idOp": idop})
    assert [send(bank, "POST", PATH, body).status for _ in range(3)] == [503, 503, 500]
    assert detail(bank, idop) == {"code": "P5"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<a",
        b"{}",
        b"<a/>",
        b"\xff\xfe",
        envelope("autre", {}),
        b'<!DOCTYPE a [<!ENTITY b "c">]>' + envelope(CREATE, ORDER),
        envelope(CREATE, ORDER).replace(TNS.encode(), b"urn:other"),
        envelope(CREATE, {**ORDER, "objet": "A" * 70_000}),
        b'<?xml version="1.0" encoding="klingon"?><a/>',
    ],
)
def test_what_is_not_a_call_is_the_client_s_fault(body: bytes) -> None:
    bank = new_bank()
    answer = send(bank, "POST", PATH, body)
    assert answer.status == 500
    assert DefusedET.fromstring(answer.body).findtext(".//faultcode") == "S:Client"
    assert bank.ledger.all() == []


def test_over_http_a_cut_connection_has_no_answer() -> None:
    """The whole of it on the local server: an order, its page, and a connection that ends without a word."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    bank = Bank(url, stage="local", clock=FixedClock(paris(NOON)))
    server = Server(bank, listener)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with urllib.request.urlopen(url + PATH, data=envelope(CREATE, ORDER)) as answer:
            idop = DefusedET.fromstring(answer.read()).findtext(".//idOp")
        with urllib.request.urlopen(f"{url}/tpa/paiementws.web?idop={idop}") as page:
            assert "SIMULATEUR" in page.read().decode()
        changed = json.dumps({"fault": "reset"}).encode()
        with urllib.request.urlopen(f"{url}/_sim/api/options", data=changed) as state:
            assert json.load(state)["options"]["fault"] == "reset"
        with pytest.raises((RemoteDisconnected, ConnectionResetError, urllib.error.URLError)):
            urllib.request.urlopen(url + PATH, data=envelope(CREATE, ORDER))
    finally:
        server.stop()
        thread.join()
