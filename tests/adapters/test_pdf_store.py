"""PDFs in S3, on the stand-in: what a signed link gives, and what happens without bucket or S3."""

import urllib.error
import urllib.request
from collections.abc import Callable

import pytest
from botocore.exceptions import ConnectTimeoutError

from chalicelib.adapters.pdf_store import S3PdfStore
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import InvoiceNumber
from chalicelib.settings import Settings
from tests.aws_calls import Answer, Attempt, intercepted
from tests.builders import BOND

NUMBER = InvoiceNumber("2013-026-000335")
PDF = b"%PDF-1.7 \xff\x00 %%EOF"


@pytest.fixture
def store(ministack_settings: Settings) -> S3PdfStore:
    return S3PdfStore(
        region=ministack_settings.region, bucket=ministack_settings.bucket, endpoint=ministack_settings.endpoint
    )


def test_a_link_gives_the_pdf_to_who_holds_it(store: S3PdfStore) -> None:
    assert not store.exists(BOND, NUMBER)
    store.put(BOND, NUMBER, PDF)
    assert store.exists(BOND, NUMBER)
    link = store.link(BOND, NUMBER)
    assert "X-Amz-Expires=60" in link
    with urllib.request.urlopen(link) as answer:
        assert answer.read() == PDF
        assert answer.headers["Content-Type"] == "application/pdf"


def test_a_link_is_signed_for_our_bucket_and_says_how_to_show_it(store: S3PdfStore) -> None:
    link = store.link(BOND, NUMBER)
    assert f"/{store.bucket}/factures/{BOND}/{NUMBER}.pdf?" in link
    assert "X-Amz-Algorithm=AWS4-HMAC-SHA256" in link
    assert "response-content-disposition=inline" in link


def test_a_missing_pdf_gives_nothing(store: S3PdfStore) -> None:
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(store.link(BOND, NUMBER))


def test_a_town_without_bucket_has_no_pdf() -> None:
    store = S3PdfStore(region="eu-west-3", bucket="")
    assert not store.exists(BOND, NUMBER)
    with pytest.raises(Unavailable, match="PORTAL_BUCKET"):
        store.put(BOND, NUMBER, PDF)


def test_when_s3_is_down_it_is_said(store: S3PdfStore) -> None:
    def down(attempt: Attempt, send: Callable[[], Answer]) -> Answer:
        return None, ConnectTimeoutError(endpoint_url=attempt.request.url)

    with intercepted(down):
        for ask in (lambda: store.exists(BOND, NUMBER), lambda: store.put(BOND, NUMBER, PDF)):
            with pytest.raises(Unavailable, match="ConnectTimeoutError"):
                ask()
