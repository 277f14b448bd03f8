"""What differs between deployments, read once from the environment."""

from collections.abc import Mapping

from chalicelib.values import Value


class MissingSetting(RuntimeError):
    """A setting is missing; the message names it for the operator."""


class Settings(Value):
    """``stage`` is ``local`` or the name of a deployment. ``tables`` is the prefix of every table's name.

    ``endpoint`` is the address of the AWS stand-in; empty on AWS. ``demo_now`` starts the local clock at a Paris wall
    time.
    """

    stage: str
    region: str
    tables: str
    session_secret: str
    """Signs cookies, links and forms. While it is being changed there are several, with spaces between them: the first
    one signs."""
    pepper: str
    sender: str
    """Address from which the portal's e-mails are sent."""
    endpoint: str = ""
    base_path: str = ""
    """``/api`` on a bare API Gateway stage address, empty on a domain of its own."""
    origin: str = ""
    """``https://portail.ville.fr``: what the Origin header of a POST must be. Empty means the host of the request."""
    demo_now: str = ""
    bucket: str = ""
    """S3 bucket of the invoice PDFs; empty for a town that puts none online."""
    payfip: str = "https://www.payfip.gouv.fr"
    """Base address of the treasury's payment service; on the local stage, of its simulator."""
    payfip_test: bool = False
    """Whether a deployed stage may send test payments to the treasury: they would mark real invoices as paid."""
    mail_configuration: str = ""
    """SES configuration set whose events tell of bounces; empty for none."""
    mails_per_second: float = 14.0
    """How many mails a second SES allows the account; 14 once it is out of the sandbox."""

    drop_megabytes: int = 300
    """The biggest file that may be dropped for the import; five times as much once unpacked."""

    @property
    def local(self) -> bool:
        return self.stage == "local"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings. Raises MissingSetting, so that nothing starts with half of them."""

        def need(name: str) -> str:
            value = environ.get(name, "")
            if not value:
                raise MissingSetting(f"the environment variable {name} is missing or empty")
            return value

        settings = cls(
            stage=need("PORTAL_STAGE"),
            region=need("AWS_REGION"),
            tables=need("PORTAL_TABLES"),
            session_secret=need("PORTAL_SESSION_SECRET"),
            pepper=need("PORTAL_PEPPER"),
            sender=need("PORTAL_SENDER"),
            endpoint=environ.get("PORTAL_AWS_ENDPOINT", ""),
            base_path=environ.get("PORTAL_BASE_PATH", ""),
            origin=environ.get("PORTAL_ORIGIN", ""),
            demo_now=environ.get("DEMO_NOW", ""),
            bucket=environ.get("PORTAL_BUCKET", ""),
            payfip=(environ.get("PORTAL_PAYFIP_URL") or cls.payfip).rstrip("/"),
            mail_configuration=environ.get("PORTAL_MAIL_CONFIGURATION", ""),
            payfip_test=environ.get("PORTAL_PAYFIP_TEST") == "1",
            mails_per_second=_rate(environ.get("PORTAL_MAILS_PER_SECOND") or "14"),
            drop_megabytes=_megabytes(environ.get("PORTAL_DROP_MEGABYTES") or "300"),
        )
        if settings.demo_now and not settings.local:
            raise MissingSetting("DEMO_NOW is for the local stage only; unset it")
        if not (settings.local or settings.endpoint or settings.payfip.startswith("https://")):
            raise MissingSetting("PORTAL_PAYFIP_URL must begin with https:// on AWS")
        return settings


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError as error:
        raise MissingSetting(f"PORTAL_MAILS_PER_SECOND={text} is not a number") from error
    if not 0 < rate <= 1000:
        raise MissingSetting(f"PORTAL_MAILS_PER_SECOND={text} is not between 0 and 1000")
    return rate


def _megabytes(text: str) -> int:
    if not (text.isdecimal() and 0 < int(text) <= 900):
        raise MissingSetting(f"PORTAL_DROP_MEGABYTES={text} is not a number from 1 to 900")
    return int(text)
