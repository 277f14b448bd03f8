"""The treasury's web service (PayFiP): three SOAP 1.1 calls with flat fields, written and read by hand.

The operations and their fields come from its published WSDL; ``tests/adapters/test_payfip_schema.py`` compares the
envelopes with it. A SOAP library would cost every process that pays more CPU than the whole page.
"""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

import urllib3

from chalicelib.adapters.payfip_answer import answer_of
from chalicelib.adapters.payfip_order import TEST, checked_address, order_of
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import idop
from chalicelib.rules.payments import Attempt, BankAnswer
from chalicelib.services.payment_ports import NotYetKnown, OrderRefused, UnknownOperation

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

SERVICE_NAMESPACE = "http://securite.service.tpa.cp.finances.gouv.fr/services/mas_securite/contrat_paiement_securise/PaiementSecuriseService"
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
SERVICE, PAGE = "/tpa/services/securite", "/tpa/paiementws.web"
LIVE_LETTERS = frozenset("XW")
TIMEOUT = urllib3.Timeout(connect=3, read=12)
"""Seconds. API Gateway waits 29: the rest is for our own tables before and after."""
MOST_ANSWER_BYTES = 64 * 1024
"""Largest answer that is read, in bytes; an answer of the treasury has less than two thousand."""
PARENTS_FAULTS = frozenset({"A1", "A2"})


class PayFipRefused(RuntimeError):
    """The treasury's *FonctionnelleErreur*: it refuses what was asked. ``code`` is its own."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class PayFip:
    """``PaymentProvider`` for the web-service contract. ``base_url`` is ``https://www.payfip.gouv.fr``.

    ``test`` says whether test payments (``T``) are allowed. They take no money and would still settle invoices.
    """

    def __init__(self, base_url: str, *, test: bool) -> None:
        self.base_url = base_url
        self._letters = LIVE_LETTERS | {TEST} if test else LIVE_LETTERS
        self._http = urllib3.PoolManager(retries=False, timeout=TIMEOUT, maxsize=8)

    def create(self, attempt: Attempt, *, notify: str, back: str) -> str:
        order = order_of(attempt, self._letters)
        order |= {"urlnotif": checked_address(notify, "N1"), "urlredirect": checked_address(back, "D1")}
        try:
            told = self._call("creerPaiementSecurise", order)
        except PayFipRefused as refused:
            raise OrderRefused(refused.code, parent=refused.code in PARENTS_FAULTS) from refused
        try:
            return idop(told.get("idop", ""))
        except ValueError as fault:
            raise Unavailable("payfip.creerPaiementSecurise: an answer without operation") from fault

    def page(self, attempt: Attempt) -> str:
        return f"{self.base_url}{PAGE}?idop={attempt.idop}"

    def result_of(self, idop: str) -> BankAnswer:
        try:
            told = self._call("recupererDetailPaiementSecurise", {"idOp": idop})
        except PayFipRefused as refused:
            if refused.code == "P5":
                raise NotYetKnown(idop) from refused
            if refused.code == "P1":
                raise UnknownOperation(idop) from refused
            # It is neither paid nor failed: it is asked again, and the operator is told the code.
            raise Unavailable(f"payfip.recupererDetailPaiementSecurise: {refused.code}") from refused
        try:
            return answer_of(told)
        except ValueError as error:
            raise Unavailable(f"payfip.recupererDetailPaiementSecurise: {error}") from error

    def declared(self, told: Mapping[str, str]) -> BankAnswer:
        """The return of this contract names an operation and gives no result: the treasury must be asked."""
        del told
        raise ValueError("no return of this contract says what became of an operation")

    def client(self, number: str) -> tuple[str, ...]:
        """What the treasury prints for a client number: up to three lines. Raises OrderRefused, Unavailable."""
        try:
            told = self._call("recupererDetailClient", {"numCli": number})
        except PayFipRefused as refused:
            raise OrderRefused(refused.code) from refused
        return tuple(line for name in ("libellen1", "libellen2", "libellen3") if (line := told.get(name, "")))

    def _call(self, operation: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The fields of the answer; their names are in lower case. Raises PayFipRefused, Unavailable."""
        status, body = self._post(operation, envelope(operation, fields))
        told = _body_of(body)
        if told is None:
            raise Unavailable(f"payfip.{operation}: HTTP {status}, no SOAP answer")
        if _local(told) == "fault":
            raise _fault(told, operation)
        return {_local(child): (child.text or "").strip() for wrapped in told for child in wrapped}

    def _post(self, operation: str, body: bytes) -> tuple[int, bytes]:
        headers = {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        try:
            answer: Any = self._http.request(
                "POST", self.base_url + SERVICE, body=body, headers=headers, redirect=False, preload_content=False
            )
            try:
                content = answer.read(MOST_ANSWER_BYTES + 1)
            finally:
                answer.close()
        except urllib3.exceptions.HTTPError as error:
            raise Unavailable(f"payfip.{operation}: {type(error).__name__}") from error
        if len(content) > MOST_ANSWER_BYTES:
            raise Unavailable(f"payfip.{operation}: an answer of more than {MOST_ANSWER_BYTES} bytes")
        return answer.status, content


def envelope(operation: str, fields: Mapping[str, str]) -> bytes:
    """A SOAP 1.1 request, document/literal wrapped. The schema wants its fields in alphabetical order."""
    inner = "".join(f"<{name}>{escape(fields[name], quote=False)}</{name}>" for name in sorted(fields))
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}"><s:Body><p:{operation} xmlns:p="{SERVICE_NAMESPACE}"><arg0>{inner}</arg0>'
        f"</p:{operation}></s:Body></s:Envelope>"
    ).encode()


def _body_of(content: bytes) -> "Element | None":
    """The element in the envelope's body; None for anything that is no SOAP answer."""
    # Loaded by the first payment only, because no other page reads XML.
    from xml.etree.ElementTree import ParseError  # noqa: PLC0415

    from defusedxml import DefusedXmlException  # noqa: PLC0415
    from defusedxml.ElementTree import fromstring  # noqa: PLC0415

    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return None
    body = next((child for child in root if _local(child) == "body"), ())
    return next(iter(body), None) if _local(root) == "envelope" else None


def _fault(fault: "Element", operation: str) -> Exception:
    """PayFipRefused for what the treasury decided; Unavailable for its breakdowns, and for faults that say nothing."""
    detail = next((child for child in fault if _local(child) == "detail"), ())
    for error in detail:
        codes = [(child.text or "").strip() for child in error if _local(child) == "code"]
        code = codes[0][:20] if codes else ""
        if code and _local(error) == "fonctionnelleerreur":
            return PayFipRefused(code)
        return Unavailable(f"payfip.{operation}: {_local(error)} {code}")
    return Unavailable(f"payfip.{operation}: a fault without detail")


def _local(element: "Element") -> str:
    """The name without its namespace, in lower case: the treasury does not always use the same case."""
    return str(element.tag).rpartition("}")[2].lower()
