"""Figures that are read from the functions' own log lines, and the values above which each is an alarm."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

API, OUTBOX, RECONCILE = "APIHandler", "SendOutbox", "ReconcilePayments"
RECOUNT, ORDERS, BOUNCES = "RecountPlaces", "SendOrders", "NoteSesEvent"
IMPORT = "ImportFiles"
EXPORTS = "WriteExports"
CERTIFICATES = "MakeCertificates"


@dataclass(frozen=True)
class Metric:
    """``event`` is the line's own (see ``report`` in the code). ``value`` is the measured field; when it is empty,
    lines are counted.

    ``above`` is an alarm when ``periods`` times ``seconds`` are above it; with None the figure is only shown on the
    dashboard. ``zero`` names a field: only lines where it is 0 are read.
    """

    name: str
    event: str
    functions: tuple[str, ...]
    words: str = ""
    value: str = ""
    above: float | None = None
    periods: int = 1
    seconds: int = 300
    zero: str = ""

    def counts(self, facts: Mapping[str, object]) -> bool:
        """Whether a line of this event is read."""
        return not self.zero or facts[self.zero] == 0

    def filter(self, log: Any) -> dict[str, Any]:
        only = f" && $.{self.zero} = 0" if self.zero else ""
        return {
            "Type": "AWS::Logs::MetricFilter",
            "Properties": {
                "LogGroupName": log,
                "FilterPattern": f'{{ $.event = "{self.event}"{only} }}',
                "MetricTransformations": [
                    {
                        "MetricNamespace": {"Ref": "TablePrefix"},
                        "MetricName": self.name,
                        "MetricValue": f"$.{self.value}" if self.value else "1",
                    }
                ],
            },
        }


METRICS = (
    Metric("payments-opened", "payment.opened", (API,)),
    Metric("payments-settled", "payment.settled", (API, RECONCILE)),
    Metric(
        "payments-to-check",
        "payment.to_check",
        (API, RECONCILE),
        "The treasury's answer is not what was asked: make export lists it in a-verifier.csv. Tell the régisseur.",
        above=0,
    ),
    Metric(
        "payments-overpaid",
        "payment.overpaid",
        (API, RECONCILE),
        "An invoice was paid twice: make export lists what is to be refunded in a-verifier.csv. Tell the régisseur.",
        above=0,
    ),
    Metric(
        "payments-not-opened",
        "payment.not_opened",
        (API,),
        "The treasury does not open payments. make doctor says whether it answers; parents are told to try later.",
        above=3,
        seconds=3600,
    ),
    Metric(
        "payments-not-reconciled",
        "payment.reconciled",
        (RECONCILE,),
        "The treasury does not answer the job that asks what became of payments. It asks again by itself.",
        value="unanswered",
        above=0,
        periods=2,
        seconds=900,
    ),
    Metric(
        "reconciliation-backlog",
        "payment.reconciled",
        (RECONCILE,),
        "More payments wait for an answer of the treasury than one run can ask about.",
        value="left",
        zero="silent",
        above=0,
        periods=3,
    ),
    Metric("sign-ins", "signin.ok", (API,)),
    Metric(
        "sign-ins-wrong",
        "signin.wrong",
        (API,),
        "Many wrong codes: somebody may be trying them. infra/README.md, « Somebody tries codes », says what to see.",
        above=200,
    ),
    Metric(
        "sign-ins-locked",
        "signin.locked",
        (API,),
        "Tries go on after the limits of codes or addresses are reached. infra/README.md, « Somebody tries codes ».",
        above=50,
    ),
    Metric("mails-sent", "outbox.run", (OUTBOX,), value="sent"),
    Metric(
        "mails-set-aside",
        "mail.set_aside",
        (OUTBOX,),
        "E-mails were given up. The outbox's log names them and why; SES may have suspended the account.",
        above=2,
    ),
    Metric(
        "outbox-seconds",
        "outbox.run",
        (OUTBOX,),
        "E-mails wait for more than an hour. SES throttles, or grants too little for this town.",
        value="waited",
        above=3600,
    ),
    Metric("orders-sent", "order.sent", (ORDERS,)),
    Metric(
        "orders-not-sent",
        "order.not_sent",
        (OUTBOX,),
        "SES does not take an order of the kitchen. It leaves as soon as SES does; so does an e-mail to the office.",
        above=0,
    ),
    Metric(
        "orders-failed",
        "order.failed",
        (ORDERS,),
        "An order of the kitchen cannot be made. The log of send-orders says why; it tries again for a day.",
        above=2,
    ),
    Metric(
        "orders-missed",
        "order.missed",
        (ORDERS,),
        "An order of the kitchen was a day late and is not sent any more. The office was told by e-mail.",
        above=0,
    ),
    Metric(
        "orders-unacknowledged",
        "order.unacknowledged",
        (ORDERS,),
        "Nobody at the kitchen acknowledged an order in time. The office was told by e-mail.",
        above=0,
    ),
    Metric("orders-bounced", "order.bounced", (BOUNCES,)),
    Metric("drops-accepted", "drop.run", (IMPORT,), value="accepted"),
    Metric("drops-refused", "drop.run", (IMPORT,), value="refused"),
    Metric(
        "drop-seconds",
        "drop.run",
        (IMPORT,),
        "Dropped files lie in depot/ for more than two hours: runs do not end, or do not begin. The log says why.",
        value="waited",
        above=7200,
    ),
    Metric("exports-written", "exports.written", (EXPORTS,)),
    Metric("certificates-made", "certificate.run", (CERTIFICATES,), value="made"),
    Metric(
        "certificates-failed",
        "certificate.failed",
        (CERTIFICATES,),
        "A family's tax certificate cannot be made. The log of make-certificates says why; it tries again every night.",
        above=0,
    ),
    Metric("places-recounted", "places.recounted", (RECOUNT,), value="wrong"),
    Metric(
        "pages-failed",
        "page.failed",
        (API,),
        "A page failed in a way that nobody foresaw. The API's log has its trace under page.failed.",
        above=0,
    ),
)
