"""Invoice PDFs in S3, one folder for each family."""

from collections.abc import Callable

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import MISSING, answering, code_of, documents_client
from chalicelib.rules.errors import Unavailable
from chalicelib.rules.ids import FamilyId, InvoiceNumber

LINK_SECONDS = 60
"""How long a link is valid: enough to follow a redirect, too short to pass it on."""


class S3PdfStore:
    """``PdfStore``. With an empty ``bucket`` the town has no PDFs online: none exists, and ``put`` raises
    Unavailable.

    ``guard`` is called before each write, and raises what forbids it.
    """

    def __init__(
        self, *, region: str, bucket: str, endpoint: str = "", guard: Callable[[], None] = lambda: None
    ) -> None:
        self.bucket = bucket
        self.guard = guard
        self.client = documents_client(region=region, endpoint=endpoint, signature_version="s3v4")

    def put(self, family: FamilyId, number: InvoiceNumber, pdf: bytes) -> None:
        if not self.bucket:
            raise Unavailable("pdfs.put: PORTAL_BUCKET is not set")
        self.guard()
        with answering("pdfs.put"):
            self.client().put_object(
                Bucket=self.bucket, Key=_key(family, number), Body=pdf, ContentType="application/pdf"
            )

    def exists(self, family: FamilyId, number: InvoiceNumber) -> bool:
        if not self.bucket:
            return False
        with answering("pdfs.exists"):
            try:
                self.client().head_object(Bucket=self.bucket, Key=_key(family, number))
            except ClientError as error:
                if code_of(error) in MISSING:
                    return False
                raise
        return True

    def link(self, family: FamilyId, number: InvoiceNumber) -> str:
        asked = {
            "Bucket": self.bucket,
            "Key": _key(family, number),
            "ResponseContentType": "application/pdf",
            "ResponseContentDisposition": f'inline; filename="{number}.pdf"',
            "ResponseCacheControl": "no-store",
        }
        with answering("pdfs.link"):
            address: str = self.client().generate_presigned_url("get_object", asked, ExpiresIn=LINK_SECONDS)
        return address


def folder_of(family: FamilyId) -> str:
    return f"factures/{family}/"


def _key(family: FamilyId, number: InvoiceNumber) -> str:
    return f"{folder_of(family)}{number}.pdf"
