"""Our envelopes against the service's schema, by a SOAP library that knows nothing of ours."""

from pathlib import Path

import pytest
from lxml import etree
from zeep import Client, Settings
from zeep.exceptions import Fault

from chalicelib.adapters.payfip import ENVELOPE, SERVICE_NAMESPACE, envelope
from chalicelib.adapters.payfip_order import order_of
from tests.adapters.test_payfip import ATTEMPT, WHERE
from tests.local.bank_visits import pay, serving_bank

WSDL = Path(__file__).parent / "paiement.wsdl"
ORDER = {**order_of(ATTEMPT, "T"), "urlnotif": WHERE["notify"], "urlredirect": f"{WHERE['back']}?a=1&b=2"}
CALLS = {
    "creerPaiementSecurise": ORDER,
    "recupererDetailPaiementSecurise": {"idOp": "cc0cb210-1cd4-11ea-8cca-0213ad91a103"},
    "recupererDetailClient": {"numCli": "006382"},
}


@pytest.fixture(scope="module")
def client() -> Client:
    return Client(str(WSDL), settings=Settings(strict=True, xml_huge_tree=False))


def schema() -> etree.XMLSchema:
    found = etree.parse(WSDL).find(".//{http://www.w3.org/2001/XMLSchema}schema")
    assert found is not None
    return etree.XMLSchema(found)


def body_of(text: bytes) -> etree._Element:
    return etree.fromstring(text).find(f"{{{ENVELOPE}}}Body")[0]


def flat(element: etree._Element) -> list[tuple[str, str | None]]:
    """Qualified names and texts, in order: all but the prefixes, which each writer chooses."""
    return [(str(one.tag), one.text) for one in element.iter()]


@pytest.mark.parametrize("call", CALLS)
def test_an_envelope_is_what_the_schema_wants_and_what_zeep_writes(client: Client, call: str) -> None:
    ours = body_of(envelope(call, CALLS[call]))
    schema().assertValid(ours)
    theirs = client.create_message(client.service, call, arg0=CALLS[call]).find(f"{{{ENVELOPE}}}Body")[0]
    assert flat(ours) == flat(theirs)


def test_a_wrong_envelope_is_caught() -> None:
    wrong = envelope("creerPaiementSecurise", {**ORDER, "idClient": "1"})
    assert not schema().validate(body_of(wrong))


def test_the_simulator_speaks_to_a_soap_library(client: Client) -> None:
    """So that what stands in for the treasury is held to the same schema as we are."""
    with serving_bank(notify="lost") as (bank, url):
        service = client.create_service(
            f"{{{SERVICE_NAMESPACE}}}PaiementSecuriseServiceSoapBinding", f"{url}/tpa/services/securite"
        )
        idop = service.creerPaiementSecurise(arg0=ORDER)
        pay(bank, idop)
        told = service.recupererDetailPaiementSecurise(arg0={"idOp": idop})
        assert (told.resultrans, told.montant, told.refdet) == ("P", "424", "2013T50026000335")
        assert service.recupererDetailClient(arg0={"numCli": "006382"}).libelleN1 == "Ville de démo"
        with pytest.raises(Fault) as fault:
            service.recupererDetailPaiementSecurise(arg0={"idOp": "x"})
        assert fault.value.detail.findtext(".//code") == "P1"
