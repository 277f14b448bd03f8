"""The service that portals call: three SOAP 1.1 operations, and its faults."""

import time
import uuid
from collections.abc import Mapping, Sequence
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

import defusedxml.ElementTree as DefusedET
from defusedxml.common import DefusedXmlException

from chalicelib.rules.school_calendar import PARIS
from infra.local.bank.operations import BankOutcome, Ledger, Operation, Unusable
from infra.local.bank.orders import LABELS, BadOrder, read_order
from infra.local.gateway import Response
from infra.local.server import Gone

PATH = "/tpa/services/securite"
TNS = "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
XML = "text/xml; charset=utf-8"
MOST_REQUEST = 64 * 1024
DTD = '<!DOCTYPE s [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_BEFORE = {"999", "502", "503", "html", "reset"}
Clients = Mapping[str, Sequence[str]]


class Unreadable(ValueError):
    """The request is not one of the three calls."""


class Service:
    """Answers SOAP requests from ``ledger``. ``clients`` maps each number to its three labels."""

    def __init__(self, ledger: Ledger, clients: Clients) -> None:
        self._ledger = ledger
        self._clients = clients

    def __call__(self, body: bytes) -> Response:
        """Answer one request. Raises Gone when the connection is to be cut."""
        try:
            call, fields = _read(body)
        except Unreadable as error:
            return _xml(500, _plain_fault(str(error)))
        fault = self._ledger.strike(call, fields.get("idOp", ""))
        if fault in _BEFORE:
            return _struck(fault)
        time.sleep(self._ledger.options.latency + (self._ledger.options.slow_seconds if fault == "slow" else 0))
        return _spoiled(fault, self._answer(call, fields))

    def _answer(self, call: str, fields: Mapping[str, str]) -> Response:
        try:
            return _xml(200, _wrapped(call, CALLS[call](self, fields)))
        except (BadOrder, Unusable) as refused:
            return _xml(500, fault_of(refused.args[0]))

    def _create(self, fields: Mapping[str, str]) -> dict[str, str]:
        operation = self._ledger.create(read_order(fields, "ws", self._ledger, self._clients))
        return {self._ledger.options.answer_name: operation.key}

    def _detail(self, fields: Mapping[str, str]) -> dict[str, str]:
        key = fields.get("idOp", "")
        try:
            operation, outcome = self._ledger.result(key)
        except Unusable as unusable:
            self._ledger.note(key, f"résultat demandé : {unusable.args[0]}")
            raise
        self._ledger.note(key, f"résultat demandé : {outcome.letter}")
        found = told(operation, outcome)
        if self._ledger.options.short_exer:
            found["exer"] = found["exer"][:2]
        return {**found, self._ledger.options.answer_name: str(uuid.uuid1()) if operation.wrong == "idop" else key}

    def _client(self, fields: Mapping[str, str]) -> dict[str, str]:
        number = fields.get("numCli", "")
        if not (number.isascii() and number.isdecimal() and len(number) == 6):
            raise BadOrder("T1")
        if number not in self._clients:
            raise BadOrder("T2")
        labels = {f"libelleN{place}": text for place, text in enumerate(self._clients[number], 1)}
        return {**labels, "numcli": number}


CALLS = {
    "creerPaiementSecurise": Service._create,
    "recupererDetailPaiementSecurise": Service._detail,
    "recupererDetailClient": Service._client,
}


def told(operation: Operation, outcome: BankOutcome) -> dict[str, str]:
    """What the service tells of a result, without the ``idop``; the time is Paris's. It is bent by what is wrong."""
    at, order = outcome.at.astimezone(PARIS), operation.order
    known = {
        "dattrans": f"{at:%d%m%Y}",
        "exer": order.exer,
        "heurtrans": f"{at:%H%M}",
        "mel": order.mel,
        "montant": str(outcome.montant),
        "numauto": outcome.numauto,
        "numcli": order.numcli,
        "objet": order.objet,
        "refdet": order.refdet,
        "resultrans": outcome.letter,
        "saisie": order.saisie,
    }
    bent = known | _bent(operation.wrong, operation, outcome)
    return {name: value for name, value in bent.items() if value}


def _bent(wrong: str, operation: Operation, outcome: BankOutcome) -> dict[str, str]:
    """Fields in place of those that should be told; empty when nothing in them is wrong."""
    order, next_year = operation.order, outcome.at.astimezone(PARIS).year + 1
    bends = {
        "numcli": {"numcli": f"{(int(order.numcli) + 1) % 1_000_000:06}"},
        "refdet": {"refdet": f"{order.refdet[:-1]}{'X' if order.refdet[-1] != 'X' else 'Y'}"},
        "saisie": {"saisie": "W" if order.saisie != "W" else "T"},
        "montant": {"montant": str(outcome.montant + 100)},
        "letter": {"resultrans": "Q"},
        "future": {"dattrans": f"0101{next_year}"},
        "unreadable": {"dattrans": "99992026", "heurtrans": "2599"},
        "dateless": {"dattrans": "", "heurtrans": ""},
    }
    return bends.get(wrong, {})


def fault_of(code: str) -> str:
    """The fault of a code, in the shape that was recorded from the real service."""
    kind, severity = ("TechDysfonctionnementErreur", 3) if code == "999" else ("FonctionnelleErreur", 2)
    return (
        f'<S:Fault xmlns:S="{ENVELOPE}"><faultcode>S:Server</faultcode>'
        f"<faultstring>fr.gouv.finances.cp.tpa.webservice.exceptions.{kind}</faultstring>"
        f'<detail><ns2:{kind} xmlns:ns2="{TNS}"><code>{code}</code><descriptif/>'
        f"<libelle>{escape(LABELS[code])}</libelle><severite>{severity}</severite></ns2:{kind}></detail></S:Fault>"
    )


def _plain_fault(text: str) -> str:
    return (
        f'<S:Fault xmlns:S="{ENVELOPE}"><faultcode>S:Client</faultcode>'
        f"<faultstring>{escape(text)}</faultstring></S:Fault>"
    )


def _read(body: bytes) -> tuple[str, dict[str, str]]:
    """The call's name, and the children of its ``arg0`` by their exact names. Raises Unreadable."""
    if len(body) > MOST_REQUEST:
        raise Unreadable("too long")
    try:
        root = DefusedET.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(f"not XML: {error}") from error
    calls = list(root.find(f"{{{ENVELOPE}}}Body") if root.tag == f"{{{ENVELOPE}}}Envelope" else ()) or []
    if len(calls) != 1:
        raise Unreadable("not a SOAP 1.1 envelope with one call")
    return _call(calls[0])


def _call(call: Element) -> tuple[str, dict[str, str]]:
    name = call.tag.removeprefix(f"{{{TNS}}}")
    argument = call.find("arg0")
    if name not in CALLS or argument is None:
        raise Unreadable(f"no such operation: {call.tag}")
    return name, {child.tag: (child.text or "") for child in argument}


def _wrapped(call: str, fields: Mapping[str, str]) -> str:
    """The answer's element, its fields in the schema's order: alphabetical."""
    inner = "".join(f"<{name}>{escape(fields[name])}</{name}>" for name in sorted(fields, key=str.lower))
    return f'<ns2:{call}Response xmlns:ns2="{TNS}"><return>{inner}</return></ns2:{call}Response>'


def _xml(status: int, element: str) -> Response:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    text = f'{head}<S:Envelope xmlns:S="{ENVELOPE}"><S:Body>{element}</S:Body></S:Envelope>'
    return Response(status, [("Content-Type", XML)], text.encode())


def _struck(fault: str) -> Response:
    """The answer of a fault that happens before the request is done."""
    if fault == "reset":
        raise Gone
    if fault == "999":
        return _xml(500, fault_of("999"))
    status = 200 if fault == "html" else int(fault)
    page = b"<html><head><title>Service indisponible</title></head><body>Maintenance en cours</body></html>"
    return Response(status, [("Content-Type", "text/html; charset=utf-8")], page)


def _spoiled(fault: str, answer: Response) -> Response:
    """The answer as a fault changes it, after the request was done."""
    if fault == "reset_after":
        raise Gone
    if fault == "truncated":
        return Response(answer.status, answer.headers, answer.body[: len(answer.body) * 2 // 3])
    if fault == "dtd":
        head, end, rest = answer.body.decode().partition("?>")
        return Response(answer.status, answer.headers, f"{head}{end}{DTD}{rest}".encode())
    return answer
