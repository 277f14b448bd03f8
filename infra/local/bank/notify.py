"""Telling the portal: a thread posts what is due on the virtual clock, to this machine and nowhere else."""

import http.client
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from infra.local.bank.operations import TECHNICAL, Ledger, Operation, next_night
from infra.local.bank.soap import told

HOST = "127.0.0.1"
PAUSE = 0.2
"""Seconds between two looks at the clock, because a test may move it."""
PATIENCE = 15
AGAIN = timedelta(hours=2)


@dataclass(frozen=True)
class Notification:
    """One notification to send; ``tries`` is how often it was sent already."""

    key: str
    due_at: datetime
    tries: int = 0


class _NoDetour(urllib.request.HTTPRedirectHandler):
    """Follows no redirection, which could lead away from this machine: it counts as an answer that is not 200."""

    def redirect_request(self, *_: Any) -> None:
        return None


_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoDetour())


class Notifier:
    """Tells every outcome as the options say. After an answer other than 200 it tries again 2 hours later, and a last
    time in the night."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._lock = threading.Lock()
        self._waiting: list[Notification] = []
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        ledger.on_outcome = self.tell

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="bank-notifier", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread:
            self._thread.join()

    def clear(self) -> None:
        with self._lock:
            self._waiting.clear()

    def waiting(self, key: str) -> bool:
        """Whether a notification of this operation is still to be sent."""
        with self._lock:
            return any(notification.key == key for notification in self._waiting)

    def tell(self, operation: Operation) -> None:
        """An operation ended: send what the options ask for, now or later."""
        options, outcome = self._ledger.options, operation.outcome
        if options.notify == "lost":
            self._ledger.note(operation.key, "notification perdue (option)")
        elif outcome is None or options.notify == "after":
            return
        elif options.notify == "before" and outcome.at <= self._ledger.now():
            for _ in range(options.notify_copies):
                self._send(Notification(operation.key, outcome.at))
        else:
            self._put(operation.key, outcome.at)

    def on_return(self, key: str) -> None:
        """The parent goes back to the portal."""
        if self._ledger.options.notify == "after":
            self._put(key, self._ledger.now())

    def replay(self, key: str) -> None:
        """Send once more, whatever the options."""
        with self._lock:
            self._waiting.append(Notification(key, self._ledger.now()))

    def send_due(self) -> None:
        """Send what is due by the virtual clock."""
        now = self._ledger.now()
        with self._lock:
            due = [notification for notification in self._waiting if notification.due_at <= now]
            self._waiting = [notification for notification in self._waiting if notification.due_at > now]
        for notification in due:
            self._send(notification)

    def _put(self, key: str, at: datetime) -> None:
        options = self._ledger.options
        due_at = at + timedelta(seconds=options.notify_delay)
        with self._lock:
            self._waiting += [Notification(key, due_at)] * options.notify_copies

    def _run(self) -> None:
        while not self._stopping.wait(PAUSE):
            self.send_due()

    def _send(self, notification: Notification) -> None:
        operation = next((one for one in self._ledger.all() if one.key == notification.key), None)
        if operation is None or operation.outcome is None:
            return
        if operation.order.mode == "url" and operation.outcome.letter == TECHNICAL:
            return  # Without a letter there is nothing to write in this form.
        said = post(operation.order.notify, self._fields(operation), self._ledger.options.notify_method)
        self._ledger.note(notification.key, f"notification envoyée, essai {notification.tries + 1} : {said}")
        if said != "200" and notification.tries < 2:
            now = self._ledger.now()
            due_at = next_night(now) if notification.tries else now + AGAIN
            with self._lock:
                self._waiting.append(replace(notification, due_at=due_at, tries=notification.tries + 1))

    def _fields(self, operation: Operation) -> Mapping[str, str]:
        options = self._ledger.options
        if operation.order.mode == "ws" or operation.outcome is None:
            return {options.notify_name: operation.key}
        fields = told(self._ledger.as_told(operation), operation.outcome)
        return {name.upper(): value for name, value in fields.items()} if options.url_uppercase else fields


def post(address: str, fields: Mapping[str, str], method: str) -> str:
    """Send a form; the answer's status, or in French why there is none."""
    if urlsplit(address).hostname != HOST:
        return f"refusée, l'adresse n'est pas sur {HOST}"
    form = urlencode(fields)
    if method == "GET":
        request = urllib.request.Request(f"{address}{'&' if urlsplit(address).query else '?'}{form}")
    else:
        request = urllib.request.Request(address, form.encode(), method="POST")
    try:
        with _opener.open(request, timeout=PATIENCE) as answer:
            return str(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return str(error.code)
    except (OSError, http.client.HTTPException) as error:
        return f"sans réponse ({type(error).__name__})"
