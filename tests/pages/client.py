"""A visitor of the portal that checks every page it opens, whatever the test is about."""

import re
from base64 import b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from urllib.parse import urlencode

from chalice.app import Chalice
from chalice.test import Client

from chalicelib.web.sessions import DEVICE

FORM = "application/x-www-form-urlencoded"
HOST = "127.0.0.1:8000"
VOID = {"meta", "link", "input", "br", "img", "use", "path"}
NEEDS_NO_TOKEN = {"/", "/contact", "/notifications/confirmer", "/desinscription", "/commande"}
"""Forms that anybody may send, without a session to bind a token to."""


@dataclass
class Element:
    tag: str
    attrs: dict[str, str]
    parents: tuple[str, ...]
    text: str = ""


class Document(HTMLParser):
    """The elements of a page, in order, with the text inside each."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[Element] = []
        self._open: list[Element] = []
        self.feed(html)
        assert self._open == [], f"never closed: {[element.tag for element in self._open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parents = tuple(element.tag for element in self._open)
        element = Element(tag, {name: value or "" for name, value in attrs}, parents)
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}, ()))

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1].tag == tag, f"</{tag}> closes {self._open[-1:]}"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for element in self._open:
            element.text += data

    def all(self, *tags: str) -> list[Element]:
        return [element for element in self.elements if element.tag in tags]

    def one(self, tag: str) -> Element:
        (element,) = self.all(tag)
        return element

    @property
    def ids(self) -> list[str]:
        return [element.attrs["id"] for element in self.elements if "id" in element.attrs]


@dataclass
class Opened:
    """One answer: status, headers, and its document when it is a page."""

    status: int
    headers: dict[str, str]
    body: str
    document: Document | None = None
    is_from_an_email: bool = False
    """Its address holds a token, and so it may name an address."""

    @property
    def page(self) -> Document:
        assert self.document is not None, self.body
        return self.document

    @property
    def cookies(self) -> list[str]:
        """What it sets. Chalice's test client gives this header alone as a list."""
        return list(self.headers.get("Set-Cookie", ()))

    @property
    def heading(self) -> str:
        return plain(self.page.one("h1").text)

    @property
    def main(self) -> str:
        return plain(self.page.one("main").text)

    def hidden(self, name: str) -> str:
        values = {e.attrs["value"] for e in self.page.all("input") if e.attrs.get("name") == name}
        assert len(values) == 1, f"{name}: {values}"
        return values.pop()

    def ticked(self) -> list[str]:
        return [e.attrs["value"] for e in self.page.all("input") if e.attrs.get("name") == "c" and "checked" in e.attrs]

    def boxes(self) -> list[str]:
        return [e.attrs["value"] for e in self.page.all("input") if e.attrs.get("name") == "c"]


@dataclass
class PageClient:
    app: Chalice
    cookie: str = ""
    device: str = ""
    """What this browser is known by once it has signed in; it stays when the session goes."""
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._http = Client(self.app).http

    def get(self, path: str) -> Opened:
        return self._request("GET", path, b"", {})

    def post(self, path: str, *fields: tuple[str, str], **more: str) -> Opened:
        return self.post_raw(path, urlencode([*fields, *more.items()]).encode())

    def post_raw(self, path: str, body: bytes, content_type: str = FORM) -> Opened:
        return self._request("POST", path, body, {"content-type": content_type})

    def post_base64(self, path: str, body: str) -> Opened:
        """A body as API Gateway hands it over when it thinks that it is binary."""
        event = {
            "requestContext": {"httpMethod": "POST", "resourcePath": path, "path": path, "identity": {}},
            "headers": {"content-type": FORM, "cookie": self.cookie},
            "multiValueQueryStringParameters": None,
            "pathParameters": {},
            "stageVariables": None,
            "body": body,
            "isBase64Encoded": True,
        }
        answer = self.app(event, None)
        return Opened(answer["statusCode"], answer["headers"], answer["body"], Document(answer["body"]))

    def follow(self, answer: Opened) -> Opened:
        assert answer.status == 303, (answer.status, answer.body[:2000])
        return self.get(answer.headers["Location"])

    def sign_in(self, child: str = "007", payer: str = "GOLDENEYE7") -> Opened:
        return self.post("/", enfant=child, payeur=payer)

    def save(self, page: Opened, *cells: str) -> Opened:
        """Post the planning form of ``page`` with exactly these cells ticked."""
        fields = [("csrf", page.hidden("csrf")), ("vu", page.hidden("vu")), *(("c", cell) for cell in cells)]
        return self.post("/planning", *fields)

    def _request(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> Opened:
        sent = {"host": HOST, "origin": f"http://{HOST}", **headers, **self.headers}
        if self.cookie or self.device:
            sent["cookie"] = "; ".join(filter(None, (self.cookie, self.device)))
        answer = self._http.request(method, path, headers=sent, body=body)
        for cookie in answer.headers.get("Set-Cookie", ()):
            pair, _, attributes = cookie.partition(";")
            if pair.split("=")[0].endswith(DEVICE):
                self.device = pair
            else:
                self.cookie = "" if "Max-Age=0" in attributes else pair
        text = answer.body.decode()
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            return Opened(answer.status_code, answer.headers, text)
        opened = Opened(answer.status_code, answer.headers, text, Document(text), "jeton=" in path)
        check_page(opened)
        return opened


def plain(text: str) -> str:
    """Words as a keyboard types them: ordinary spaces and apostrophes."""
    return re.sub(r"\s+", " ", text.replace("’", "'")).strip()


def check_page(opened: Opened) -> None:
    """Everything that every page must be."""
    page = opened.page
    assert page.html.startswith("<!DOCTYPE html>")
    assert page.one("html").attrs["lang"] == "fr"
    assert re.fullmatch(r".+ – .+", page.one("title").text)
    assert len(page.all("h1")) == 1
    assert len(page.ids) == len(set(page.ids)), "ids are not unique"
    check_headings(page)
    check_labels(page)
    check_references(page)
    check_forms(page)
    check_nothing_is_restored(page)
    check_nothing_inline(page)
    check_french(page)
    check_headers(opened)


def check_headings(page: Document) -> None:
    """Levels go down one at a time; an error summary may come before the h1."""
    levels = [int(e.tag[1]) for e in page.all("h1", "h2", "h3", "h4")]
    after = levels[levels.index(1) :]
    assert all(lower - upper <= 1 for upper, lower in pairwise(after)), levels


def check_labels(page: Document) -> None:
    labelled = {e.attrs.get("for") for e in page.all("label")}
    for element in page.all("input", "select", "textarea"):
        attrs = element.attrs
        if attrs.get("type") == "hidden" or attrs.get("aria-hidden") == "true":
            continue
        assert attrs.get("id") in labelled or attrs.get("aria-labelledby"), f"no label: {attrs}"
    for button in page.all("button", "summary", "a"):
        assert button.text.strip(), f"no words: {button}"


def check_references(page: Document) -> None:
    ids = set(page.ids)
    for element in page.elements:
        for name in ("for", "aria-labelledby", "aria-describedby"):
            assert set(element.attrs.get(name, "").split()) <= ids, f"{name} of {element}"
        href = element.attrs.get("href", "")
        if href.startswith("#"):
            assert href[1:] in ids, f"{href} leads nowhere"


def check_forms(page: Document) -> None:
    for chunk in re.findall(r"<form.*?</form>", page.html, re.DOTALL):
        action = re.search(r'action="([^"?]*)', chunk)
        if 'method="post"' in chunk and (action is None or action.group(1) not in NEEDS_NO_TOKEN):
            assert re.search(r'name="csrf" value="[\w-]{20,}"', chunk), f"no token: {chunk[:200]}"


def check_nothing_is_restored(page: Document) -> None:
    """A form that shows a state asks browsers not to put an older one back.

    They restore boxes, radios and choices by their place in the form (Firefox: by their path in the page), so when a
    box has gone meanwhile, another day, invoice or child gets its tick.
    """
    for form in re.findall(r"<form.*?</form>", page.html, re.DOTALL):
        if re.search(r'type="(?:checkbox|radio)"|<select', form):
            assert ' autocomplete="off"' in form.partition(">")[0], f"restored by place: {form[:200]}"
    for stray in re.findall(r"<(?:input|select)[^>]*>", re.sub(r"<form.*?</form>", "", page.html, flags=re.DOTALL)):
        assert " disabled" in stray, f"no form says what becomes of {stray}"


def check_nothing_inline(page: Document) -> None:
    for element in page.elements:
        assert "style" not in element.attrs, element
        assert not [name for name in element.attrs if name.startswith("on")], element
        assert element.tag != "script" or (element.attrs["src"] and not element.text), element
        for name in ("src", "href", "action"):
            assert not re.match(r"(?:https?:)?//", element.attrs.get(name, "")) or element.tag == "a", element


def check_french(page: Document) -> None:
    words = page.one("body").text
    wrong = re.search(r".{0,30}(?:[ \u00a0][;:!?»]|«[ \u00a0]|\w'\w).{0,10}", words)
    assert wrong is None, f"typography: {wrong and wrong.group()!r}"
    assert "None" not in words
    assert "{{" not in words


def check_headers(opened: Opened) -> None:
    headers = opened.headers
    digest = b64encode(sha256(opened.page.one("style").text.encode()).digest()).decode()
    policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": f"'sha256-{digest}'",
        "img-src": "data:",
        "connect-src": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
        "base-uri": "'none'",
    }
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert "camera=()" in headers["Permissions-Policy"]
    personal = '/deconnexion"' in opened.body or opened.is_from_an_email
    assert headers["Cache-Control"] == ("no-store" if personal or opened.status != 200 else "no-cache")
