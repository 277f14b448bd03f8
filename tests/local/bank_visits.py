"""What tests do with the bank simulator: call its service, walk its pages, press its buttons."""

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import defusedxml.ElementTree as DefusedET

from chalicelib.services.ports import Clock
from infra.local.bank.cards import STEM
from infra.local.bank.site import Bank
from infra.local.bank.soap import ENVELOPE, PATH, TNS
from infra.local.gateway import Request, Response
from infra.local.server import Server
from tests.clock import FixedClock, paris

ORIGIN = "http://127.0.0.1:8002"
NOON = "vendredi 2026-03-27 12:00"
CREATE = "creerPaiementSecurise"
ORDER = {
    "exer": "2026",
    "mel": "jamie.bond@server.fr",
    "montant": "424",
    "numcli": "006382",
    "objet": "CANTINE ET GARDERIE",
    "refdet": "2013T50026000335",
    "saisie": "T",
    "urlnotif": "http://127.0.0.1:1/payfip/notification",
    "urlredirect": "http://127.0.0.1:1/payfip/retour",
}
BY_ADDRESS = {
    **{name: ORDER[name] for name in ("numcli", "exer", "refdet", "objet", "montant", "mel", "saisie")},
    "urlcl": "http://127.0.0.1:1/payfip/retour",
}


def new_bank(**options: Any) -> Bank:
    bank = Bank(ORIGIN, stage="local", clock=FixedClock(paris(NOON)))
    bank.ledger.set_options(options)
    return bank


def send(bank: Bank, method: str, target: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Response:
    return bank(Request(method, target, list((headers or {}).items()), body, "127.0.0.1"))


def envelope(call: str, fields: Mapping[str, str]) -> bytes:
    inner = "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><p:{call} xmlns:p="{TNS}"><arg0>{inner}</arg0></p:{call}>'
        "</s:Body></s:Envelope>"
    ).encode()


def soap(bank: Bank, call: str, fields: Mapping[str, str]) -> tuple[int, Element]:
    answer = send(bank, "POST", PATH, envelope(call, fields))
    return answer.status, DefusedET.fromstring(answer.body)


def create(bank: Bank, **changes: str) -> str:
    status, root = soap(bank, CREATE, {**ORDER, **changes})
    assert status == 200
    return root.findtext(".//idOp") or root.findtext(".//idop") or ""


def create_by_address(bank: Bank, **changes: str) -> str:
    answer = send(bank, "GET", "/tpa/paiement.web?" + urlencode({**BY_ADDRESS, **changes}))
    return location(answer).partition("?op=")[2]


def refusal(bank: Bank, call: str, fields: Mapping[str, str]) -> str:
    """The code of the fault that a call meets."""
    status, root = soap(bank, call, fields)
    assert status == 500
    return root.findtext(".//code") or ""


def detail(bank: Bank, idop: str) -> dict[str, str]:
    """What a look-up tells, or only ``code``."""
    status, root = soap(bank, "recupererDetailPaiementSecurise", {"idOp": idop})
    if status == 500:
        return {"code": root.findtext(".//code") or ""}
    found = root.find(".//return")
    assert found is not None
    return {child.tag: child.text or "" for child in found}


def press(bank: Bank, path: str, **fields: str) -> Response:
    return send(bank, "POST", path, urlencode(fields).encode())


def pay(bank: Bank, key: str, ending: str = "00", code: str = "1234") -> Response:
    """Pay by the card with that ending, from its form to the last page."""
    asked = press(bank, "/tpa/carte", op=key, numero=STEM + ending, mois="12", annee="2027", cvv="123")
    assert location(asked) == f"/tpa/authentification?op={key}&essai={ending}"
    done = press(bank, "/tpa/authentification", op=key, essai=ending, code=code)
    assert location(done) == f"/tpa/fin?op={key}"
    return send(bank, "GET", location(done))


def location(answer: Response) -> str:
    assert answer.status == 303
    return dict(answer.headers)["Location"]


def api(bank: Bank, path: str, **fields: Any) -> Any:
    """A command in JSON; the state that it leaves."""
    return json.loads(send(bank, "POST", f"/_sim/api/{path}", json.dumps(fields).encode()).body)


def text_of(answer: Response) -> str:
    return re.sub(r"\s+", " ", answer.body.decode())


class Portal:
    """A portal that writes down what the bank posts, and answers ``status``."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 200
        self.heard: list[tuple[str, dict[str, list[str]]]] = []


@contextmanager
def listening() -> Iterator[Portal]:
    portal = Portal("")

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer("POST", form)

        def do_GET(self) -> None:
            self._answer("GET", self.path.partition("?")[2])

        def _answer(self, method: str, form: str) -> None:
            portal.heard.append((method, parse_qs(form)))
            self.send_response(portal.status)
            if portal.status == 302:
                self.send_header("Location", f"{portal.url}/ailleurs")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing among the tests' words."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        portal.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield portal
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def serving_bank(clock: Clock | None = None, **options: Any) -> Iterator[tuple[Bank, str]]:
    """A bank over real HTTP, and its address. It tells the portal by itself."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with Bank(url, stage="local", clock=clock or FixedClock(paris(NOON))) as bank:
        bank.ledger.set_options(options)
        server = Server(bank, listener, threads=4)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield bank, url
        finally:
            server.stop()
            thread.join()


def eventually(happened: Callable[[], bool]) -> None:
    """Wait for another thread; fail when it never comes."""
    for _ in range(200):
        if happened():
            return
        time.sleep(0.05)
    raise AssertionError("it never happened")
