"""``/_sim``: the simulator's own page, and the same in JSON for tests."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

from infra.local.bank import pages
from infra.local.bank.book import days_of, total_of
from infra.local.bank.cards import CARDS, LABELS
from infra.local.bank.notify import Notifier
from infra.local.bank.operations import Ledger, Operation, Unusable
from infra.local.bank.options import BadOption
from infra.local.bank.words import CHOICES, OPTIONS
from infra.local.gateway import Request, Response

API = "/_sim/api/"
MOST_MINUTES = 60 * 24 * 800
Fields = Mapping[str, Any]


class BadCommand(ValueError):
    """It is no command of the simulator, or lacks what the command needs."""


class Admin:
    """Reads the books, and changes them by hand. ``origin`` is the simulator's own, ``http://127.0.0.1:8002``."""

    def __init__(self, ledger: Ledger, notifier: Notifier, origin: str) -> None:
        self._ledger = ledger
        self._notifier = notifier
        self._origin = origin
        self._commands: Mapping[str, Callable[[Fields], None]] = {
            "clock": self._advance,
            "night": lambda _: self._ledger.night(),
            "reset": self._reset,
            "options": self._ledger.set_options,
            "debts": self._debt,
            "outcome": self._force,
            "notify": self._replay,
            "bend": self._bend,
        }

    def __call__(self, request: Request) -> Response | None:
        """The answer, or None when there is no such page."""
        path = request.target.partition("?")[0]
        if not self._is_ours(request):
            return pages.oops(403, "Refusé", "Cette demande vient d'un autre site.")
        if path.startswith(API):
            return self._api(request, unquote(path.removeprefix(API)))
        if path != "/_sim" or request.method not in {"GET", "POST"}:
            return None
        if request.method == "GET":
            return self._page()
        try:
            self._press(pages.form(request))
        except (BadCommand, BadOption, Unusable) as error:
            return self._page(422, str(error))
        return pages.see("/_sim")

    def _is_ours(self, request: Request) -> bool:
        """Refuse requests of other sites: they may not press these buttons, and not read them under another name of
        this machine."""
        host, origin = request.header("host"), request.header("origin")
        return host in {"", self._origin.partition("://")[2]} and origin in {"", self._origin}

    def _page(self, status: int = 200, trouble: str = "") -> Response:
        ledger = self._ledger
        days = days_of(ledger.all(), ledger.now())
        return pages.page(
            "admin.html",
            status,
            trouble=trouble,
            now=ledger.now(),
            operations=ledger.all(),
            options=asdict(ledger.options),
            help=OPTIONS,
            choices=CHOICES,
            cards={number: LABELS[fate] for number, fate in CARDS.items()},
            days=days,
            total=total_of(days),
            emails=ledger.emails(),
        )

    def _press(self, fields: Mapping[str, str]) -> None:
        """Do what one button of the page says. Raises BadCommand, BadOption, Unusable."""
        name, _, value = fields.get("do", "").partition(":")
        if name == "advance" and value.isdecimal():
            self._do("clock", {"minutes": int(value)})
        elif name == "options":
            known = {option: text for option, text in fields.items() if option != "do"}
            self._do("options", {option: self._ledger.options.read(option, text) for option, text in known.items()})
        else:
            self._do(name, {**fields, "key": fields.get("key", ""), "resultrans": value})

    def _api(self, request: Request, path: str) -> Response:
        try:
            if request.method == "GET":
                return _json(200, self._read(path))
            self._do(*self._command(request, path))
        except (BadCommand, BadOption) as error:
            return _json(422, {"error": str(error)})
        except Unusable:
            return _json(404, {"error": "unknown operation"})
        return _json(200, self._state())

    def _read(self, path: str) -> object:
        """Raises Unusable, BadCommand."""
        if path == "state":
            return self._state()
        if path == "operations":
            return [self._told(one) for one in self._ledger.all()]
        if path == "book":
            return self._book()
        if path == "emails":
            return self._ledger.emails()
        what, _, key = path.partition("/")
        if what != "operations":
            raise BadCommand(path)
        return self._told(self._ledger.get(key))

    def _command(self, request: Request, path: str) -> tuple[str, Fields]:
        """``operations/KEY/outcome`` or ``clock``, with the JSON object that came. Raises BadCommand."""
        try:
            fields = json.loads(request.body or b"{}")
        except ValueError as error:
            raise BadCommand("not JSON") from error
        if request.method != "POST" or not isinstance(fields, dict):
            raise BadCommand("POST an object")
        match path.split("/"):
            case ["operations", key, ("outcome" | "notify" | "bend") as name]:
                return name, {**fields, "key": key}
            case [name] if name not in {"outcome", "notify", "bend"}:
                return name, fields
        raise BadCommand(path)

    def _do(self, name: str, fields: Fields) -> None:
        """Raises BadCommand, BadOption, Unusable."""
        command = self._commands.get(name)
        if command is None:
            raise BadCommand(f"no command {name!r}")
        command(fields)

    def _advance(self, fields: Fields) -> None:
        minutes = fields.get("minutes")
        if not isinstance(minutes, int | float) or not 0 <= minutes <= MOST_MINUTES:
            raise BadCommand(f"minutes={minutes!r}")
        self._ledger.advance(timedelta(minutes=minutes))

    def _reset(self, _: Fields) -> None:
        self._ledger.reset()
        self._notifier.clear()

    def _debt(self, fields: Fields) -> None:
        numcli, refdet, due = fields.get("numcli"), fields.get("refdet"), fields.get("montant")
        if not (isinstance(numcli, str) and isinstance(refdet, str) and isinstance(due, int)):
            raise BadCommand("numcli and refdet are texts, montant is cents")
        self._ledger.set_debt(numcli, refdet, due)

    def _force(self, fields: Fields) -> None:
        letter, montant = fields.get("resultrans"), fields.get("montant")
        if not (isinstance(letter, str) and len(letter) == 1) or not isinstance(montant, int | None):
            raise BadCommand("resultrans is one letter, montant is cents")
        self._ledger.force(fields["key"], letter, montant, tell=bool(fields.get("notify", True)))

    def _replay(self, fields: Fields) -> None:
        self._notifier.replay(self._ledger.get(fields["key"]).key)

    def _bend(self, fields: Fields) -> None:
        self._ledger.bend(fields["key"], fields.get("fault", ""), fields.get("wrong", ""))

    def _book(self) -> dict[str, object]:
        days = days_of(self._ledger.all(), self._ledger.now())
        told = [{**asdict(one), "day": one.day.isoformat()} for one in days]
        return {"days": told, "total": total_of(days)}

    def _state(self) -> dict[str, object]:
        return {
            "now": self._ledger.now().isoformat(),
            "options": asdict(self._ledger.options),
            "operations": [self._told(one) for one in self._ledger.all()],
            "emails": self._ledger.emails(),
        }

    def _told(self, operation: Operation) -> dict[str, object]:
        outcome = operation.outcome
        return {
            "key": operation.key,
            "created_at": operation.created_at.isoformat(),
            "order": asdict(operation.order),
            "outcome": {**asdict(outcome), "at": outcome.at.isoformat()} if outcome else None,
            "fault": operation.fault,
            "wrong": operation.wrong,
            "notification_waiting": self._notifier.waiting(operation.key),
            "log": [{"at": at.isoformat(), "text": text} for at, text in operation.log],
        }


def _json(status: int, value: object) -> Response:
    headers = [("Content-Type", "application/json; charset=utf-8"), ("Cache-Control", "no-store")]
    return Response(status, headers, json.dumps(value, ensure_ascii=False).encode())
