"""A town deployed on the stand-in from its own zip and template, by the code that deploys towns; how to visit it."""

import contextlib
import http.client
import json
import os
import platform
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from chalicelib.adapters.clock import clock_for
from infra.build.__main__ import package
from infra.local import stand_in
from infra.local.bank.site import Bank
from infra.local.gateway import Request, Response
from infra.local.server import Server
from infra.local.stage import ROOT
from infra.ops.deploy import deploy
from infra.ops.operator import Operator
from infra.ops.stage import Stage
from tests.ops.towns import tag_bucket

VERSION = f"{sys.version_info.major}.{sys.version_info.minor}"
ARCHITECTURE = {"aarch64": "arm64", "arm64": "arm64"}.get(platform.machine(), "x86_64")
PREFIX = "portail-essai"
NOT_STOOD_IN = {
    # No stand-in deploys gradually or knows budgets; the template's own tests look at these.
    "AWS::CodeDeploy::Application",
    "AWS::CodeDeploy::DeploymentGroup",
    "AWS::Budgets::Budget",
}
SERVICES = {
    "SERVICES": "",
    "LAMBDA_EXECUTOR": "local",
    # The functions' Python must have the zip's libraries and no others.
    "PATH": f"{Path(sys._base_executable).parent}{os.pathsep}/usr/bin{os.pathsep}/bin",  # type: ignore[attr-defined]
}


@dataclass
class Town:
    """``origin``: the portal's address, in front of the stand-in's API Gateway."""

    stage: Stage
    built: Path
    origin: str
    bank: Bank
    said: list[str] = field(default_factory=list)

    @property
    def operator(self) -> Operator:
        return Operator(self.said.append, lambda _question: True, lambda _seconds: None)

    def job(self, name: str) -> None:
        """Run a scheduled function once, as EventBridge does."""
        event = {
            "version": "0",
            "account": "1",
            "region": self.stage.region,
            "detail": {},
            "detail-type": "",
            "source": "",
        }
        event |= {"time": "2026-11-23T07:00:00Z", "id": "1", "resources": []}
        answer = self.stage.client("lambda").invoke(
            FunctionName=f"{self.stage.prefix}-{name}", Payload=json.dumps(event).encode()
        )
        assert "FunctionError" not in answer, answer["Payload"].read()[:2000]


@contextlib.contextmanager
def a_town(folder: Path) -> Iterator[Town]:
    """Build, deploy, import the demo town; the bank is the simulator."""
    built = folder / "built"
    package("prod", VERSION, ARCHITECTURE, built)
    _without_what_no_stand_in_does(built / "template.json")
    with (
        stand_in.start(folder / "aws", changed=SERVICES) as aws,
        _listener() as door,
        _listener() as counter,
        _bank(_origin(counter)) as bank,
    ):
        parameters = {
            "TablePrefix": PREFIX,
            "Sender": "portail@ville.example",
            "SenderDomain": "ville.example",
            "AlarmEmail": "exploitation@ville.example",
            "PayFipUrl": _origin(counter),
            "PayFipTest": "1",
            "StandInEndpoint": aws.endpoint,
        }
        town = Town(Stage("prod", "eu-west-3", parameters, aws.endpoint), built, _origin(door), bank)
        deploy(town.stage, built, town.operator)
        # The address in front of it is known now, as a town's own name would be.
        town = replace(town, stage=replace(town.stage, parameters={**parameters, "PublicOrigin": town.origin}))
        deploy(town.stage, built, town.operator)
        tag_bucket(town.stage)
        town.stage.client("sesv2").create_email_identity(EmailIdentity="portail@ville.example")
        import_demo(town, folder / "town")
        front = Front(aws.endpoint, town.stage.outputs()["RestAPIId"])
        with _serving(front, door), _serving(bank, counter):
            yield town


def import_demo(town: Town, folder: Path) -> None:
    environment = {
        **os.environ,
        **town.stage.environment(),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    for arguments in (
        ["infra.local.demo", "--out", str(folder), "--today", f"{clock_for('').now():%Y-%m-%d}", "--families", "2"],
        ["chalicelib.commands", "import", str(folder)],
    ):
        ended = subprocess.run(
            [sys.executable, "-m", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def _without_what_no_stand_in_does(path: Path) -> None:
    template = json.loads(path.read_text())
    for name, resource in list(template["Resources"].items()):
        resource.pop("UpdatePolicy", None)
        if resource["Type"] in NOT_STOOD_IN:
            del template["Resources"][name]
    path.write_text(json.dumps(template))


class Front:
    """What the town's own name does: every request goes to the stage of its API, by API Gateway's own host name."""

    def __init__(self, endpoint: str, api: str) -> None:
        self._address = urlsplit(endpoint).netloc
        self._host = f"{api}.execute-api.localhost"

    def __call__(self, request: Request) -> Response:
        connection = http.client.HTTPConnection(self._address, timeout=60)
        headers = {name: value for name, value in request.headers if name.lower() not in {"host", "connection"}}
        connection.request(request.method, request.target, request.body, {**headers, "Host": self._host})
        answer = connection.getresponse()
        body = answer.read()
        connection.close()
        skipped = {"content-length", "connection", "transfer-encoding", "date", "server"}
        return Response(
            answer.status, [(name, value) for name, value in answer.getheaders() if name.lower() not in skipped], body
        )

    def refusal(self, status: int) -> Response:
        return Response(status, [("Content-Type", "text/plain")], b"")


@dataclass
class Visitor:
    """A browser without JavaScript: cookies, forms, redirections."""

    origin: str
    cookie: str = ""
    page: str = ""
    address: str = ""

    def get(self, target: str) -> int:
        return self._send("GET", target, b"")

    def post(self, path: str, *fields: tuple[str, str], **more: str) -> int:
        return self._send("POST", path, urlencode([*fields, *more.items()]).encode())

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, (name, self.page[:3000])
        return found.group(1)

    def _send(self, method: str, target: str, body: bytes) -> int:
        """Follow redirections inside the portal; the last address is kept, also when it leads elsewhere."""
        for _ in range(6):
            status, headers, self.page = self._once(method, target, body)
            self.address = target
            if status != 303:
                return status
            target, method, body = headers["Location"], "GET", b""
            if target.startswith("http"):
                self.address = target
                return status
        raise AssertionError("too many redirections")

    def _once(self, method: str, target: str, body: bytes) -> tuple[int, http.client.HTTPMessage, str]:
        connection = http.client.HTTPConnection(urlsplit(self.origin).netloc, timeout=60)
        headers = {"Accept": "text/html", "Cookie": self.cookie}
        if method == "POST":
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, target, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        if answer.headers["Set-Cookie"]:
            self.cookie = answer.headers["Set-Cookie"].partition(";")[0]
        return answer.status, answer.headers, text


def _listener() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def _origin(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _bank(origin: str) -> Bank:
    return Bank(origin, stage="local", clock=clock_for(""))


@contextlib.contextmanager
def _serving(site: Front | Bank, listener: socket.socket) -> Iterator[None]:
    server = Server(site, listener, threads=6)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()
