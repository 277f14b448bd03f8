"""``[attestation]`` of town.toml: what tax certificates say of the town."""

from chalicelib.intake.files.toml_tables import Table
from chalicelib.rules.town import CertificateFacts


def read_certificates(table: Table) -> CertificateFacts:
    certificates = table.table("attestation", needed=False)
    if certificates is None:
        return CertificateFacts()
    read = CertificateFacts(certificates.text("signataire", needed=False), certificates.text("lieu", needed=False))
    certificates.close()
    return read
