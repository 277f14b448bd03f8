"""A family opens its tax certificate."""

from chalicelib.rules.errors import NotFound
from chalicelib.rules.families import Family
from chalicelib.services.certificate_ports import CertificateFiles


class CertificateMissing(LookupError):
    """The portal has noted the certificate, and its PDF is not there. ``args[0]`` is the year."""


class OpenCertificate:
    def __init__(self, *, files: CertificateFiles) -> None:
        self.files = files

    def __call__(self, family: Family, year: int) -> str:
        """A link to the family's own PDF of that year, valid for a minute. Raises NotFound, CertificateMissing."""
        if family.certificate(year) is None:
            raise NotFound("certificate")
        if not self.files.exists(family.id, year):
            raise CertificateMissing(year)
        return self.files.link(family.id, year)
