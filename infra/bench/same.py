"""``make same AGAINST=<revision>``: the pages of an earlier revision and of this tree, byte for byte.

It is for a move, or any change that no parent should see. Each tree serves its own demo town at the same frozen hour,
and one parent walks through both. What is signed or drawn anew at each visit is left out of the comparison.
"""

import argparse
import contextlib
import difflib
import http.cookiejar
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from infra.local.run import ENDS_WITH_PARENT
from infra.local.stage import ROOT

NOW = "2015-12-22T14:54"
"""The hour of the user manual's screens, in Paris."""
CODES = {"enfant": "007", "payeur": "GOLDENEYE7"}
INVOICE = "2013-026-000335"
GUEST = ("/", "/aide", "/contact", "/accessibilite", "/mentions-legales", "/donnees-personnelles", "/nulle-part")
MACHINES = ("/portail.js", "/healthz", "/nulle-part.css")
OWN = ("/planning", "/modifications", "/factures", "/factures/2013-026-000335", "/notifications")
"""Pages of a family: each is also asked for by a guest, who is led to the sign-in."""
FAMILY = ("/", *OWN, "/aide", "/contact", "/deconnexion")
PATIENCE = 240
"""Seconds to wait until a town answers."""

Shown = dict[str, str]
"""A step of the walk -> status, headers and body of what it showed."""


class CannotCompare(RuntimeError):
    """The message says what is in the way."""


def main() -> int:
    parser = argparse.ArgumentParser(description="Compare the pages of this tree with an earlier revision's.")
    parser.add_argument("revision")
    revision = parser.parse_args().revision
    with _checkout(revision) as before, _town(before) as old, _town(ROOT) as new:
        first, second = walk(old), walk(new)
    changed = [step for step in {**first, **second} if first.get(step) != second.get(step)]
    for step in changed:
        print(f"\n{step}")
        print("\n".join(differences(first.get(step, ""), second.get(step, ""))))
    print(f"\n{len(first | second)} answers compared with {revision}: {len(changed)} differ.")
    return 1 if changed else 0


@contextlib.contextmanager
def _checkout(revision: str) -> Iterator[Path]:
    """That revision in a folder of its own, with this tree's virtual environment."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "before"
        _git("worktree", "add", "--detach", str(place), revision)
        try:
            (place / ".venv").symlink_to(ROOT / ".venv")
            yield place
        finally:
            _git("worktree", "remove", "--force", str(place))


def _git(*words: str) -> None:
    ended = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise CannotCompare(ended.stderr.strip())


@contextlib.contextmanager
def _town(tree: Path) -> Iterator[str]:
    """The demo town of a tree, served as ``make run`` does; gives its address."""
    port = _free_port()
    environment = {**os.environ, "PORT": str(port), "DEMO_NOW": NOW, "DEMO_FAMILIES": "20", ENDS_WITH_PARENT: "1"}
    with tempfile.TemporaryFile() as said:
        run = subprocess.Popen(
            [sys.executable, "-m", "infra.local.run"],
            cwd=tree,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=said,
        )
        try:
            origin = f"http://127.0.0.1:{port}"
            if not _answers(origin, run):
                said.seek(0)
                raise CannotCompare(f"no town of {tree}: {said.read().decode(errors='replace')[-2000:]}")
            yield origin
        finally:
            run.terminate()
            run.wait()


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _answers(origin: str, run: subprocess.Popen[bytes]) -> bool:
    until = time.monotonic() + PATIENCE
    while run.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{origin}/healthz").close()
            return True
        time.sleep(0.2)
    return False


class _Browser:
    """Keeps cookies, follows no redirect: an answer is compared as it comes."""

    def __init__(self, origin: str, shown: Shown) -> None:
        self._origin, self._shown = origin, shown
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _Stays)
        self.page, self.to = "", ""

    def get(self, path: str, note: str = "") -> None:
        self._open(f"GET {note or path}", path, None)

    def post(self, path: str, *fields: tuple[str, str]) -> None:
        self._open(f"POST {path} {dict(fields).keys() - {'csrf', 'vu'}}", path, urlencode(fields).encode())

    def follow(self) -> None:
        self.get(self.to.removeprefix(self._origin), f"{steady(self.to)} after a form")

    def field(self, name: str) -> tuple[str, str]:
        """A hidden field of the page that is shown."""
        found = re.search(f'name="{name}" value="([^"]*)"', self.page)
        if found is None:
            raise CannotCompare(f"the page has no field {name}: {self.page[:500]}")
        return name, unescape(found[1])

    def _open(self, step: str, path: str, body: bytes | None) -> None:
        asked = urllib.request.Request(self._origin + path, body)
        try:
            answer = self._opener.open(asked, timeout=30)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            self.page = answer.read().decode()
            self.to = answer.headers.get("Location", "")
            sent = {name: value for name, value in answer.headers.items() if name not in {"Date", "Server"}}
            told = _as_text(answer.status, sent, self.page)
            self._shown[f"{len(self._shown):03} {step}"] = steady(told, self._origin)


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


def _as_text(status: int, headers: Mapping[str, str], body: str) -> str:
    told = "\n".join(f"{name}: {value}" for name, value in sorted(headers.items()))
    return f"{status}\n{told}\n\n{body}"


def steady(text: str, origin: str = "") -> str:
    """The text without what is signed or drawn anew for each visit, and without the town's port."""
    if origin:
        text = text.replace(origin, "").replace(origin.rpartition(":")[2], "PORT")
    text = re.sub(r"[\w.%-]{40,}", "SIGNED", text)
    text = re.sub(r'(data-fin|data-reste)="\d+"|Content-Length: \d+', r"\1", text)
    text = re.sub(r"\d\d:\d\d:\d\d(\.\d+)?|\d\d h \d\d", "HOUR", text)
    return re.sub(r"portail\.js\?v=\w+|nonce-[\w+/=-]+|idop=[\w-]+|\bref=\w+", "DRAWN", text)


def walk(origin: str) -> Shown:
    """Every kind of page once: a guest's, a family's, what each form answers."""
    shown: Shown = {}
    browser = _Browser(origin, shown)
    for path in (*MACHINES, *GUEST, *OWN):
        browser.get(path)
    browser.post("/", ("enfant", "007"), ("payeur", "FAUX"))
    browser.post("/", ("enfant", ""), ("payeur", ""))
    browser.post("/", *CODES.items())
    browser.follow()
    for path in FAMILY:
        browser.get(path)
    _planning(browser)
    _invoices(browser)
    _mails(browser)
    browser.get("/contact")
    browser.post("/contact", browser.field("csrf"), ("message", ""))
    browser.post("/planning", ("csrf", "forged"))
    browser.post("/nulle-part")
    browser.get("/deconnexion")
    browser.post("/deconnexion", browser.field("csrf"))
    browser.get("/planning")
    return shown


def _planning(browser: _Browser) -> None:
    browser.get("/planning")
    boxes = re.findall(r'name="c" value="([^"]+)"[^>]*?( checked)?>', browser.page)
    ticked = [("c", value) for value, checked in boxes if checked]
    new = next(("c", value) for value, checked in boxes if not checked)
    fields = [browser.field("csrf"), browser.field("vu"), *ticked]
    browser.post("/planning", *fields, new)
    browser.follow()
    browser.post("/planning", *fields, ("c", "nonsense"))
    browser.get("/modifications")


def _invoices(browser: _Browser) -> None:
    browser.get("/factures")
    fields = [browser.field("csrf"), ("facture", INVOICE)]
    browser.post("/factures", *fields, ("email", "nobody"))
    browser.post("/factures", *fields, ("email", "jamie.bond@server.fr"))
    browser.get(f"/factures/{INVOICE}/paiement")


def _mails(browser: _Browser) -> None:
    browser.get("/notifications")
    for email in ("", "nobody", "jamie.bond@server.fr"):
        browser.post("/notifications", browser.field("csrf"), ("email", email))
        browser.get("/notifications")


def differences(first: str, second: str) -> Iterator[str]:
    before, now = (re.sub("(<)", r"\n\1", text).splitlines() for text in (first, second))
    return difflib.unified_diff(before, now, "before", "now", lineterm="", n=0)


if __name__ == "__main__":
    sys.exit(main())
