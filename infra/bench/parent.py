"""A parent without a browser: builds the Lambda events of what a browser would send, and reads the pages' forms."""

from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

from infra.local.gateway import Context, Request, event_of

Event = dict[str, Any]
Handler = Callable[[Event, Any], dict[str, Any]]


class Inputs(HTMLParser):
    """The fields of a page: ``fields`` are hidden or typed ones; ``boxes`` maps each checkbox's value to whether it is
    ticked."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.boxes: dict[str, bool] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag != "input":
            return
        if given.get("type") == "checkbox" and given.get("name") == "c":
            self.boxes[given.get("value") or ""] = "checked" in given
        else:
            self.fields[given.get("name") or ""] = given.get("value") or ""


def call(handler: Handler, event: Event, expected: int) -> dict[str, Any]:
    """The answer of a handler. Raises RuntimeError for another status: a fast error page is not a fast page."""
    answer = handler(event, Context())
    if answer["statusCode"] != expected:
        raise RuntimeError(f"{event['path']} answered {answer['statusCode']}, not {expected}: {answer['body'][:300]}")
    return answer


class Parent:
    """Signed in once, then asking for pages."""

    def __init__(self, handler: Handler, child_code: str, payer_code: str) -> None:
        self.handler = handler
        self.codes = {"enfant": child_code, "payeur": payer_code}
        self.cookie = ""
        cookies = call(handler, self.sign_in_event(), 303)["multiValueHeaders"]["Set-Cookie"]
        self.cookie = "; ".join(cookie.partition(";")[0] for cookie in cookies)

    def sign_in_event(self) -> Event:
        return self.event("/", self.codes.items())

    def event(self, target: str, form: Iterable[tuple[str, str]] | None = None) -> Event:
        path, _, query = target.partition("?")
        headers = [("Host", "127.0.0.1"), ("Accept", "text/html")]
        if self.cookie:
            headers.append(("Cookie", self.cookie))
        if form is None:
            return event_of(Request("GET", target, headers, b"", "127.0.0.1"), path, query, path, {})
        headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        body = urlencode(list(form)).encode()
        return event_of(Request("POST", target, headers, body, "127.0.0.1"), path, query, path, {})

    def page(self, target: str) -> str:
        return str(call(self.handler, self.event(target), 200)["body"])

    def save_event(self, planning: str, ticked: Iterable[str]) -> Event:
        """The POST of a planning page on which exactly ``ticked`` are ticked."""
        fields = Inputs(planning).fields
        return self.event("/planning", [("vu", fields["vu"]), ("csrf", fields["csrf"]), *(("c", c) for c in ticked)])
