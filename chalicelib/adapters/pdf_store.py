"""Invoices and tax certificates as PDFs in S3: of each kind, one folder for each family."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import MISSING, answering, code_of, documents_client
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId, InvoiceNumber

LINK_SECONDS = 60
"""How long a link is valid: enough to follow a redirect, too short to pass it on."""
INVOICES, CERTIFICATES = "factures", "attestations"
"""The folders of the bucket that hold a family's PDFs."""


class _Documents:
    """PDFs of the town's bucket. With an empty ``bucket`` the town has none online: none exists, and keeping one raises
    Unavailable.

    ``guard`` is called before each write, and raises what forbids it.
    """

    def __init__(
        self, *, region: str, bucket: str, endpoint: str = "", guard: Callable[[], None] = lambda: None
    ) -> None:
        self.bucket = bucket
        self.guard = guard
        self.client = documents_client(region=region, endpoint=endpoint, signature_version="s3v4")

    def _put(self, operation: str, key: str, pdf: bytes) -> None:
        if not self.bucket:
            raise Unavailable(f"{operation}: PORTAL_BUCKET is not set")
        self.guard()
        with answering(operation):
            self.client().put_object(Bucket=self.bucket, Key=key, Body=pdf, ContentType="application/pdf")

    def _exists(self, operation: str, key: str) -> bool:
        if not self.bucket:
            return False
        with answering(operation):
            try:
                self.client().head_object(Bucket=self.bucket, Key=key)
            except ClientError as error:
                if code_of(error) in MISSING:
                    return False
                raise
        return True

    def _link(self, operation: str, key: str, name: str) -> str:
        """The browser shows the PDF under ``name``."""
        asked = {
            "Bucket": self.bucket,
            "Key": key,
            "ResponseContentType": "application/pdf",
            "ResponseContentDisposition": f'inline; filename="{name}.pdf"',
            "ResponseCacheControl": "no-store",
        }
        with answering(operation):
            address: str = self.client().generate_presigned_url("get_object", asked, ExpiresIn=LINK_SECONDS)
        return address


class S3PdfStore(_Documents):
    """``PdfStore``."""

    def put(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> None:
        self._put("pdfs.put", _key(family, number), pdf)

    def exists(self, family: FamilyId, number: InvoiceNumber) -> bool:
        return self._exists("pdfs.exists", _key(family, number))

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        return self._link("pdfs.link", _key(family, number), number)


class S3CertificateFiles(_Documents):
    """``CertificateFiles``."""

    def put(self, family: FamilyId, year: int, pdf: bytes) -> None:
        self._put("certificates.put", _certificate_key(family, year), pdf)

    def exists(self, family: FamilyId, year: int) -> bool:
        return self._exists("certificates.exists", _certificate_key(family, year))

    def link(self, family: FamilyId, year: int) -> str:
        return self._link("certificates.link", _certificate_key(family, year), f"attestation-fiscale-{year}")


def folders_of(family: FamilyId) -> tuple[str, ...]:
    """Every folder that holds PDFs of the family."""
    return tuple(f"{kind}/{family}/" for kind in (INVOICES, CERTIFICATES))


def _key(family: FamilyId, number: InvoiceNumber) -> str:
    return f"{INVOICES}/{family}/{number}.pdf"


def _certificate_key(family: FamilyId, year: int) -> str:
    return f"{CERTIFICATES}/{family}/{year}.pdf"
