"""What differs between deployments, read once from the environment."""

from collections.abc import Mapping

from chalicelib.values import Value


class MissingSetting(RuntimeError):
    """A setting is not there; the message names it for the operator."""


class Settings(Value):
    """``stage`` is ``local`` or a deployment's name. ``tables`` is the prefix of every table's name.

    ``endpoint`` is the AWS stand-in's address, empty on AWS. ``demo_now`` starts the local clock at a Paris wall time.
    """

    stage: str
    region: str
    tables: str
    session_secret: str
    """Signs cookies, links and forms. Several, apart by spaces, while it is being changed: the first one signs."""
    pepper: str
    sender: str
    """Address from which the portal's e-mails leave."""
    endpoint: str = ""
    base_path: str = ""
    """``/api`` on a bare API Gateway stage address, empty on a domain of its own."""
    origin: str = ""
    """``https://portail.ville.fr``: what a POST's Origin header must be; empty: the request's own host."""
    demo_now: str = ""
    bucket: str = ""
    """S3 bucket of the invoice PDFs; empty: a town that puts none online."""
    payfip: str = "https://www.payfip.gouv.fr"
    """Base address of the treasury's payment service; the simulator's on the local stage."""
    payfip_test: bool = False
    """Whether a deployed stage may send the treasury test payments: they would mark real invoices as paid."""
    mail_configuration: str = ""
    """SES configuration set whose events tell of bounces; empty: none."""
    mails_per_second: float = 14.0
    """What SES grants the account; 14 once it is out of the sandbox."""

    @property
    def local(self) -> bool:
        return self.stage == "local"

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings; raises MissingSetting rather than start half-configured."""

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
