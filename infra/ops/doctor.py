"""``make doctor``: is a live stage whole, and what does it lack? It only looks, and changes nothing."""

import socket
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.payfip import PayFip
from chalicelib.rules.errors import Unavailable
from chalicelib.services.payment_ports import OrderRefused
from chalicelib.storage.database import Database
from chalicelib.storage.town import DynamoTownStore
from infra.declared import tables_of
from infra.ops.secret_turns import NAMES
from infra.ops.stage import Stage

FEW = 100
"""With fewer Lambda invocations at once, requests are refused on a busy evening; a new account may have ten."""

IN_ONE_QUESTION = 100
"""How many names of alarms CloudWatch takes at once."""


@dataclass(frozen=True)
class Finding:
    """``good``: there is nothing to do. ``words``: what was found, and what to do if it is not good."""

    what: str
    good: bool
    words: str


def findings(stage: Stage) -> Iterator[Finding]:
    """Each check in turn; a check that fails to run is a finding too."""
    for what, check in CHECKS.items():
        try:
            good, words = check(stage)
        except (BotoCoreError, ClientError, OSError, Unavailable) as error:
            good, words = False, f"could not be checked: {error}"
        yield Finding(what, good, words)


def _stack(stage: Stage) -> tuple[bool, str]:
    there = stage.stack()
    if there is None:
        return False, "missing: make deploy"
    if not there.get("EnableTerminationProtection"):
        return False, f"{there['StackStatus']}, and anybody may delete it: make deploy protects it"
    return there["StackStatus"] in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}, there["StackStatus"]


def _tables(stage: Stage) -> tuple[bool, str]:
    names = list(tables_of(stage.prefix))
    unkept = [name for name in names if not _is_kept(stage, name)]
    if unkept:
        return False, f"no point-in-time recovery, or no protection against deletion: {', '.join(unkept)}"
    return True, f"{len(names)}, each kept"


def _is_kept(stage: Stage, table: str) -> bool:
    database = stage.client("dynamodb")
    if not database.describe_table(TableName=table)["Table"].get("DeletionProtectionEnabled"):
        return False
    told = database.describe_continuous_backups(TableName=table)["ContinuousBackupsDescription"]
    return bool(told["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED")


def _secrets(stage: Stage) -> tuple[bool, str]:
    path = f"/{stage.prefix}/secrets"
    there = stage.client("ssm").get_parameters_by_path(Path=path)["Parameters"]
    missing = set(NAMES) - {one["Name"].rpartition("/")[2] for one in there}
    return not missing, f"missing under {path}: {', '.join(sorted(missing))}" if missing else "both there"


def _mails(stage: Stage) -> tuple[bool, str]:
    account = stage.client("sesv2").get_account()
    if not account.get("SendingEnabled"):
        return False, "SES suspended this account's sending: see infra/README.md, « SES suspended »"
    if not account.get("ProductionAccessEnabled"):
        return False, "SES is in its sandbox: ask for production access, or parents get nothing"
    rate = account.get("SendQuota", {}).get("MaxSendRate", 0)
    return True, f"sending, {rate:g} a second (MailsPerSecond is {stage.parameters.get('MailsPerSecond', '14')})"


def _domain_of_mails(stage: Stage) -> tuple[bool, str]:
    told = stage.client("sesv2").get_email_identity(EmailIdentity=stage.parameters["SenderDomain"])
    if told.get("VerifiedForSendingStatus"):
        return True, "verified"
    tokens = told.get("DkimAttributes", {}).get("Tokens", [])
    domain = stage.parameters["SenderDomain"]
    records = "; ".join(f"{token}._domainkey.{domain} CNAME {token}.dkim.amazonses.com" for token in tokens)
    return False, f"not verified yet: put these records in its DNS: {records}"


def _name(stage: Stage) -> tuple[bool, str]:
    name = stage.parameters.get("DomainName", "")
    if not name:
        return True, "none of its own: API Gateway's address is used"
    target = stage.outputs().get("DomainTarget", "")
    ours = {info[4][0] for info in socket.getaddrinfo(target, 443)}
    seen = {info[4][0] for info in socket.getaddrinfo(name, 443)}
    return bool(ours & seen), f"{name} -> {target}" if ours & seen else f"{name} must be a CNAME of {target}"


def _portal(stage: Stage) -> tuple[bool, str]:
    variables = stage.environment()
    address = f"{variables.get('PORTAL_ORIGIN', '')}{variables.get('PORTAL_BASE_PATH', '')}/"
    if urlsplit(address).scheme not in {"http", "https"}:
        return False, "PublicOrigin is empty: make deploy once more"
    began = time.monotonic()
    with urllib.request.urlopen(address, timeout=29) as answer:
        page = answer.read()
        drift = abs(time.time() - parsedate_to_datetime(answer.headers["Date"]).timestamp())
    seconds = time.monotonic() - began
    if b"Code enfant" not in page:
        return False, f"{address} does not show the sign-in page"
    if drift > 60 + seconds:
        return False, f"{address} answers, but its clock and this machine's differ by {drift:.0f} s"
    return True, f"{address} answered in {seconds:.1f} s, clocks agree"


def _treasury(stage: Stage) -> tuple[bool, str]:
    variables = stage.environment()
    database = Database(region=stage.region, prefix=stage.prefix, endpoint=stage.endpoint)
    payment = DynamoTownStore(database).current().payment
    if not payment.online:
        return True, "the town takes no online payment ([paiement] en-ligne)"
    try:
        lines = PayFip(variables["PORTAL_PAYFIP_URL"], test=False).client(payment.client_number)
    except OrderRefused as refused:
        return False, f"the treasury does not know client {payment.client_number} by web service: {refused.code}"
    if payment.saisie == "T" and variables.get("PORTAL_PAYFIP_TEST") != "1":
        return False, "[paiement] saisie is T (test), which this stage refuses: X to activate, W to be live"
    return True, f"knows client {payment.client_number} as {' / '.join(lines)}; saisie {payment.saisie}"


def _alarms(stage: Stage) -> tuple[bool, str]:
    """Whether an alarm of the stack rings. Only its own are asked: another town's may begin with the same name."""
    names = [name for _, name in stage.resources("AWS::CloudWatch::Alarm")]
    watch = stage.client("cloudwatch")
    ringing: list[str] = []
    for start in range(0, len(names), IN_ONE_QUESTION):
        asked = names[start : start + IN_ONE_QUESTION]
        told = watch.describe_alarms(AlarmNames=asked, StateValue="ALARM", MaxRecords=IN_ONE_QUESTION)
        ringing += [one["AlarmName"] for one in told["MetricAlarms"]]
    return not ringing, f"ringing: {', '.join(ringing)}" if ringing else f"none of {len(names)} rings"


def _told(stage: Stage) -> tuple[bool, str]:
    topic = stage.outputs()["AlarmTopic"]
    listed = stage.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    confirmed = [one for one in listed if one["SubscriptionArn"].startswith("arn:")]
    return bool(confirmed), "somebody is" if confirmed else "nobody: confirm the subscription in AlarmEmail's mailbox"


def _dead_letters(stage: Stage) -> tuple[bool, str]:
    queues = stage.client("sqs")
    url = queues.get_queue_url(QueueName=f"{stage.prefix}-dead-letters")["QueueUrl"]
    told = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])["Attributes"]
    waiting = int(told["ApproximateNumberOfMessages"])
    return not waiting, f"{waiting} jobs were given up: see their logs, then empty the queue" if waiting else "none"


def _room(stage: Stage) -> tuple[bool, str]:
    limits: dict[str, Any] = stage.client("lambda").get_account_settings()["AccountLimit"]
    most = limits.get("UnreservedConcurrentExecutions", limits.get("ConcurrentExecutions", 0))
    return most >= FEW, f"{most} at once" if most >= FEW else f"{most} at once: ask AWS for more (Service Quotas)"


CHECKS: dict[str, Callable[[Stage], tuple[bool, str]]] = {
    "stack": _stack,
    "tables": _tables,
    "secrets": _secrets,
    "portal and clock": _portal,
    "own name (DNS)": _name,
    "e-mails": _mails,
    "e-mails' domain": _domain_of_mails,
    "treasury (PayFiP)": _treasury,
    "alarms": _alarms,
    "who is told of alarms": _told,
    "dead letters": _dead_letters,
    "functions at once": _room,
}
