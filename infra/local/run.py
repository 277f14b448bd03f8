"""``make run``: an AWS stand-in, the demo town and the portal, on this machine until Ctrl-C."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from types import FrameType

import boto3

from chalicelib.rules.school_calendar import paris_day
from infra.local import scheduler, stand_in
from infra.local.bank.site import Bank
from infra.local.drop_folder import DropFolder
from infra.local.errors import house_errors
from infra.local.gateway import Gateway, Request
from infra.local.leaving import when_parent_ends
from infra.local.mailbox import Files, KeepingSender, Mailbox
from infra.local.server import Server
from infra.local.stage import ROOT, SENDER, STATE, announce, local_environment
from infra.local.tables import create_buckets, create_tables
from infra.local.threads import for_threads

PARIS_FORMAT = "%Y-%m-%dT%H:%M"
LAST_PORT = 65535
ENDS_WITH_PARENT = "RUN_ENDS_WITH_PARENT"
"""Variable that a test sets: the run stops once its standard input closes. A shell's may be closed from the start."""


class CannotRun(RuntimeError):
    """The message says what is in the way, and what to do."""


@dataclass(frozen=True)
class RunOptions:
    """``demo_now`` is a Paris wall time (``2015-12-22T14:54``); empty means the real time. ``families`` is how many are
    generated."""

    port: int = 8000
    demo_now: str = ""
    families: int = 200

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> "RunOptions":
        port, demo_now = environ.get("PORT") or "8000", environ.get("DEMO_NOW", "")
        families = environ.get("DEMO_FAMILIES") or "200"
        if not port.isdecimal() or not 1 <= int(port) <= LAST_PORT:
            raise CannotRun(f"PORT={port} is not a port: give a number from 1 to 65535")
        if not families.isdecimal():
            raise CannotRun(f"DEMO_FAMILIES={families} is not a number of families")
        try:
            if demo_now:
                datetime.strptime(demo_now, PARIS_FORMAT)  # noqa: DTZ007 - a wall time, only checked here
        except ValueError:
            raise CannotRun(f"DEMO_NOW={demo_now} is not like 2015-12-22T14:54") from None
        return cls(int(port), demo_now, int(families))


def main() -> int:
    for number in (signal.SIGINT, signal.SIGTERM):  # A shell makes its background jobs ignore the first.
        signal.signal(number, _as_ctrl_c)
    if os.environ.get(ENDS_WITH_PARENT):
        when_parent_ends(lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        _run(RunOptions.from_environ(os.environ))
    except (CannotRun, stand_in.StandInFailed) as trouble:
        print(f"make run: {trouble}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # Before the portal was served; from then on its server ends by it.
        pass
    print("\nStopped.")
    return 0


def _as_ctrl_c(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(options: RunOptions) -> None:
    with (
        _listener(options.port) as listener,
        _listener_near(options.port + 1) as mailbox_listener,
        _listener_near(options.port + 2) as bank_listener,
        _folder() as folder,
        stand_in.start(folder) as aws,
    ):
        mailbox = f"{_origin(mailbox_listener)}/"
        environment = {
            **local_environment(aws.endpoint, options.demo_now),
            "PORTAL_ORIGIN": f"http://127.0.0.1:{options.port}",
            "PORTAL_MAILBOX": mailbox,
            "PORTAL_PAYFIP_URL": _origin(bank_listener),
        }
        # The stand-in's clients below, and the portal itself, read these as they would on Lambda.
        os.environ.clear()
        os.environ.update(environment)
        print("AWS stand-in started; importing the demo town...", flush=True)
        prepare(environment, folder, options.families)
        gateway, files = _portal(), Files()
        with (
            _serving(Mailbox(aws.endpoint, files), mailbox_listener),
            _bank(environment) as bank,
            _serving(bank, bank_listener),
            scheduler.running(_jobs(files)),
            # In a thread of its own: an import takes longer than e-mails should wait.
            scheduler.running([_drops(options)]),
            _announced(environment, options.port),
        ):
            print(_welcome(options, mailbox, environment["PORTAL_PAYFIP_URL"]), flush=True)
            Server(gateway, listener).serve_forever()


def _listener(port: int) -> socket.socket:
    """Take the port before anything slow, so that a port in use is noticed at once."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
        listener.listen()
    except PermissionError:
        listener.close()
        raise CannotRun(f"port {port} is not allowed for you: choose one from 1024 up, PORT=8001 make run") from None
    except OSError:
        listener.close()
        raise CannotRun(
            f"port {port} is already in use: stop what listens there, or PORT={port + 1} make run"
        ) from None
    return listener


def _listener_near(port: int) -> socket.socket:
    """Take that port, or any other when it is in use: nobody asked for this one."""
    if port <= LAST_PORT:
        with contextlib.suppress(CannotRun):
            return _listener(port)
    return _listener(0)


def _origin(listener: socket.socket) -> str:
    return f"http://127.0.0.1:{listener.getsockname()[1]}"


def _bank(environment: Mapping[str, str]) -> Bank:
    """The simulator of the treasury's site, whose clock starts where the portal's does."""
    from chalicelib.wiring import build_clock  # noqa: PLC0415 - as the app: the environment exists only now

    clock = build_clock(environment["DEMO_NOW"])
    return Bank(environment["PORTAL_PAYFIP_URL"], stage=environment["PORTAL_STAGE"], clock=clock)


@contextlib.contextmanager
def _serving(site: Mailbox | Bank, listener: socket.socket) -> Iterator[None]:
    """Serve a site in a thread as long as the block lasts."""
    # The bank asks the portal while it answers a parent, and the portal asks the bank before it answers.
    server = Server(site, listener, threads=6)
    thread = threading.Thread(target=server.serve_forever, name=type(site).__name__.lower())
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


def _jobs(files: Files) -> list[scheduler.Job]:
    """What AWS would run by a schedule. ``files`` gets those of the e-mails."""
    from chalicelib.settings import Settings  # noqa: PLC0415 - as the app: the settings exist only now
    from chalicelib.wiring_certificates import build_certificates  # noqa: PLC0415
    from chalicelib.wiring_jobs import build_jobs  # noqa: PLC0415

    settings = Settings.from_environ(os.environ)
    jobs = build_jobs(settings)
    jobs.send_outbox.sender = KeepingSender(jobs.send_outbox.sender, files)
    nightly = scheduler.each_night(jobs.write_exports, jobs.write_exports.clock)
    # Whatever the day, a reader of the demo finds those of last year; then they are made as on AWS.
    certificates = build_certificates(settings)
    certificates.of_year(paris_day(certificates.clock.now()).year - 1, lambda: scheduler.A_LAMBDAS_LIFE)
    return [jobs.notify_invoices, jobs.send_orders, jobs.send_outbox, jobs.reconcile_payments, nightly, certificates]


def _drops(options: RunOptions) -> DropFolder:
    """The handler of the import's function, over a plain folder of this machine."""
    from chalicelib.settings import Settings  # noqa: PLC0415 - as the app: the settings exist only now
    from chalicelib.wiring_drops import receive_drops  # noqa: PLC0415

    settings = Settings.from_environ(os.environ)
    return DropFolder(dropped_in(options.port), settings.bucket, lambda left: receive_drops(settings, left))


def dropped_in(port: int) -> Path:
    """Where a clerk of the local town drops files, and finds their reports."""
    return STATE / f"fichiers-{port}"


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A folder for this run alone: nothing of an earlier run is read again."""
    STATE.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="run-", dir=STATE))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def _announced(environment: Mapping[str, str], port: int) -> Iterator[None]:
    path = announce(environment, port)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def prepare(environment: dict[str, str], folder: Path, families: int) -> None:
    """Tables, bucket, the sender's address, and the demo town through the import that any town uses."""
    create_tables(environment["PORTAL_AWS_ENDPOINT"], environment["PORTAL_TABLES"])
    create_buckets(environment["PORTAL_AWS_ENDPOINT"], environment["PORTAL_TABLES"])
    mail = boto3.client("sesv2", endpoint_url=environment["PORTAL_AWS_ENDPOINT"])
    mail.create_email_identity(EmailIdentity=SENDER)
    town = folder / "town"
    today = environment["DEMO_NOW"][:10] or date.today().isoformat()  # noqa: DTZ011 - a default for the demo's days
    _child(["infra.local.demo", "--out", str(town), "--today", today, "--families", str(families)], environment)
    _child(["chalicelib.commands", "import", str(town)], environment)


def _child(arguments: list[str], environment: dict[str, str]) -> None:
    """Run one of our modules to its end, quietly; its words are shown when it fails."""
    process = subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        said, _ = process.communicate()
    except BaseException:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise
    if process.returncode:
        raise CannotRun(f"python -m {' '.join(arguments)} failed:\n{said}")


def _portal() -> Gateway:
    """The portal behind its gateway. Its first page is asked for here, so that a broken portal is noticed at once."""
    from app import app  # noqa: PLC0415 - the app reads its settings when imported, and they exist only now

    routes = dict(app.routes)
    handler = for_threads(app)
    gateway = Gateway(handler, routes, house_errors(handler))
    first = gateway(Request("GET", "/", [("Host", "127.0.0.1"), ("Accept", "text/html")], b"", "127.0.0.1"))
    if first.status != 200:
        raise CannotRun(f"the sign-in page answered {first.status}: {first.body[:500]!r}")
    return gateway


def _welcome(options: RunOptions, mailbox: str, bank: str) -> str:
    clock = (
        f", where it was {options.demo_now.replace('T', ' ')} in Paris when you started it" if options.demo_now else ""
    )
    return f"""
Ville de démo is on http://127.0.0.1:{options.port}{clock}

    Code enfant   007           James BOND (Aline is 008)
    Code payeur   GOLDENEYE7

E-mails that it sends: {mailbox}
The bank, simulated:   {bank}/_sim
Drop the town's files: {dropped_in(options.port) / "depot"}, reports come back beside it
Ctrl-C stops everything."""


if __name__ == "__main__":
    sys.exit(main())
