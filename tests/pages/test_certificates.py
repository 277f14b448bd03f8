"""A family finds its tax certificates under its invoices, opens its own, and reads what they are."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from chalicelib.rules import retention
from chalicelib.rules.families import MadeCertificate
from tests.builders import BOND
from tests.fakes import MemoryCertificateFiles
from tests.pages.client import PageClient, plain
from tests.pages.conftest import STRANGERS, World

MADE = MadeCertificate(2014, "0123456789abcdef", 1, datetime(2015, 1, 2, 3, tzinfo=UTC), 38_400)
AGAIN = replace(MADE, year=2013, version=2, made_at=datetime(2014, 2, 3, 3, tzinfo=UTC))


@pytest.fixture
def certified(world: World) -> PageClient:
    """A parent whose family has two certificates, as strangers have one."""
    for family, made in ((BOND, (MADE, AGAIN)), (STRANGERS, (replace(MADE, year=2012),))):
        world.families.families[family] = replace(world.families.families[family], certificates=made)
        for one in made:
            world.certificates.put(family, one.year, b"%PDF")
    return world.parent()


def test_the_invoices_page_has_a_link_to_each_and_says_what_they_are(certified: PageClient) -> None:
    page = certified.get("/factures")
    assert "Mes attestations fiscales" in page.main
    assert "la garde de mes enfants de moins de six ans" in page.main
    assert "Mon attestation fiscale 2014 (PDF, 38 Ko)" in page.main
    assert "Mon attestation fiscale 2013 (PDF, 38 Ko, refaite le 03/02/2014)" in page.main
    assert page.main.index("2014 (PDF") < page.main.index("2013 (PDF")
    assert "2012" not in page.main.partition("Mes attestations fiscales")[2]


def test_a_family_without_any_reads_nothing_of_them(world: World) -> None:
    assert "attestation" not in world.parent().get("/factures").main


def test_its_link_leads_to_the_pdf_for_a_minute(certified: PageClient) -> None:
    opened = certified.get("/attestations/2014")
    assert opened.status == 303
    assert opened.headers["Location"] == f"https://documents.example/attestations/{BOND}/2014.pdf?signed"


@pytest.mark.parametrize("year", ["2012", "2015", "20145", "abcd", "factures"])
def test_what_the_family_does_not_have_does_not_exist(certified: PageClient, year: str) -> None:
    assert certified.get(f"/attestations/{year}").status == 404


def test_who_is_not_signed_in_is_asked_to_and_comes_back(world: World) -> None:
    opened = world.visitor().get("/attestations/2014")
    assert opened.status == 303
    assert "documents.example" not in opened.headers["Location"]


def test_a_pdf_that_is_lost_is_said_with_who_helps(certified: PageClient, world: World) -> None:
    world.certificates.pdfs.clear()
    page = certified.get("/attestations/2014")
    assert page.status == 404
    assert "Cette attestation n'est pas disponible" in page.main
    assert "01 00 00 00 00" in page.main


def test_a_bucket_that_does_not_answer_is_no_missing_certificate(certified: PageClient, world: World) -> None:
    assert isinstance(world.certificates, MemoryCertificateFiles)
    world.certificates.down = True
    assert certified.get("/attestations/2014").status == 503


def test_the_help_explains_it(world: World) -> None:
    said = world.visitor().get("/aide").main
    assert "Mon attestation fiscale" in said
    assert "C'est le jour du paiement qui compte" in said


def test_the_privacy_page_says_what_they_are_and_how_long_they_stay(world: World) -> None:
    said = world.visitor().get("/donnees-personnelles").main
    assert "vos attestations fiscales : pour chaque année, ce qui a été payé pour la garde de chaque enfant" in plain(
        said
    )
    assert retention.CERTIFICATE_YEARS == 4
    assert "Les attestations fiscales : quatre ans après la fin de leur année." in plain(said)
