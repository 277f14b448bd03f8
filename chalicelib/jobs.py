"""What runs by itself: the notification of new invoices, the outbox, the kitchen's orders, the look at payments, the
recount of limited places, the night's files, what SES says of its mails.

Each job is a Lambda of its own, and its handler is a function of this module. Only Chalice is imported until a job
runs, because the API's Lambda imports this module too, to register it.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint, CloudWatchEvent, Cron, Rate

if TYPE_CHECKING:
    from chalicelib.wiring_jobs import Jobs

jobs = Blueprint(__name__)
UNDELIVERED = {"source": ["aws.ses"], "detail-type": ["Email Bounced", "Email Complaint Received"]}


@jobs.schedule(Rate(10, unit=Rate.MINUTES), description="New invoices: their e-mails go into the outbox")
def notify_invoices(event: CloudWatchEvent) -> None:
    _jobs().notify_invoices(_seconds_left(event))


# Its time-out is the time between two runs: only one at a time keeps to SES's rate.
@jobs.schedule(Rate(1, unit=Rate.MINUTES), description="The outbox's e-mails leave by SES")
def send_outbox(event: CloudWatchEvent) -> None:
    _jobs().send_outbox(_seconds_left(event))


# EventBridge knows UTC or cron lines, and neither knows the hours of a town's own words: the job works them out.
@jobs.schedule(Rate(1, unit=Rate.MINUTES), description="The kitchen's orders leave at the hours of town.toml")
def send_orders(event: CloudWatchEvent) -> None:
    _jobs().send_orders(_seconds_left(event))


@jobs.schedule(Rate(5, unit=Rate.MINUTES), description="The treasury is asked about payments that nobody told us of")
def reconcile_payments(event: CloudWatchEvent) -> None:
    _jobs().reconcile_payments(_seconds_left(event))


# UTC: it is night in Paris in summer and in winter.
@jobs.schedule(Cron(30, 1, "*", "*", "?", "*"), description="Limited places are counted again from the bookings")
def recount_places(_event: CloudWatchEvent) -> None:
    _jobs().recount_places()


# After the recount and long before the office opens. A run that left something is run again by AWS, and goes on.
@jobs.schedule(Cron(30, 2, "*", "*", "?", "*"), description="The night's files are written for the town's software")
def write_exports(event: CloudWatchEvent) -> None:
    _jobs().write_exports(_seconds_left(event))


@jobs.on_cw_event(UNDELIVERED)
def note_ses_event(event: CloudWatchEvent) -> None:
    _jobs().note_ses_event(event.to_dict())


def _seconds_left(event: CloudWatchEvent) -> Callable[[], float]:
    context: Any = event.context  # Chalice says a dict; Lambda gives an object.
    return lambda: context.get_remaining_time_in_millis() / 1000


@cache
def _jobs() -> "Jobs":
    from chalicelib.wiring import settings_of  # noqa: PLC0415
    from chalicelib.wiring_jobs import build_jobs  # noqa: PLC0415

    return build_jobs(settings_of(os.environ))
