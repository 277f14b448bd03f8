"""``wiring`` of the tax certificates: their function has a zip of its own, with fonts and paper."""

from chalicelib.adapters.certificate_pdf import CertificatePdf
from chalicelib.adapters.logs import report
from chalicelib.services.certifying import MakeCertificates
from chalicelib.settings import Settings
from chalicelib.storage.certificates import DynamoCertificateStore
from chalicelib.wiring import database_of, ports_on_aws


def build_certificates(settings: Settings) -> MakeCertificates:
    ports = ports_on_aws(settings)
    return MakeCertificates(
        town=ports.town,
        store=DynamoCertificateStore(database_of(settings)),
        invoices=ports.invoices,
        files=ports.certificates,
        renderer=CertificatePdf(),
        notices=ports.notices,
        outbox=ports.outbox,
        links=ports.links,
        clock=ports.clock,
        report=report,
    )
