"""waitress in front of a site of this machine: the town behind its gateway, the mailbox, the bank's simulator.

waitress reads HTTP, limits it and holds the threads; the site answers whole requests. An idle connection holds no
thread.
"""

import logging
import socket
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any, Protocol

from waitress import wasyncore
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from infra.local.gateway import MOST_BODY, SECONDS_TO_ANSWER, Request, Response

log = logging.getLogger("portal.http")
logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # More requests than threads is no news: they wait.
MOST_HEAD = 10 * 1024
"""Bytes of request line and headers: API Gateway's own limit."""
IDLE = 60
"""Seconds after which a silent connection is closed, also in the middle of a request."""
MOST_CONNECTIONS = 500

Gone = ClientDisconnected
"""A site raises it to close the connection without an answer."""
StartResponse = Callable[[str, list[tuple[str, str]]], object]


class Site(Protocol):
    """What a server serves: it answers each request, and also those that are refused before they are complete."""

    def __call__(self, request: Request, /) -> Response: ...

    def refusal(self, status: int, /) -> Response: ...


class _Application:
    """A site in the form that WSGI needs."""

    def __init__(self, site: Site) -> None:
        self.site = site

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            response = self.site(_request(environ))
        except Gone:
            raise
        except Exception as fault:  # A fault in one answer must not end the server; the connection is dropped.
            log.exception("the request could not be answered")
            raise Gone from fault
        length = ("Content-Length", str(len(response.body)))
        start_response(_status_line(response.status), [*response.headers, length])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [response.body]


class _Refused(ErrorTask):  # type: ignore[misc]  # waitress has no types.
    """A request that waitress refuses: the site gives the answer."""

    def execute(self) -> None:
        response = self.channel.server.application.site.refusal(self.request.error.code)
        self.version = "1.1"  # Of a request that is not understood, waitress supposes 1.0.
        self.status = _status_line(response.status)
        self.response_headers.extend(response.headers)
        self.set_close_on_finish()
        self.content_length = len(response.body)
        self.write(response.body)


class _Channel(HTTPChannel):  # type: ignore[misc]
    error_task_class = _Refused


class Server:
    """Serves ``site`` on ``listener`` until ``stop`` or Ctrl-C. The listener is already bound, so that a port in use is
    noticed first."""

    def __init__(self, site: Site, listener: socket.socket, threads: int = 8) -> None:
        self._sockets: dict[int, Any] = {}
        self._server = create_server(
            _Application(site),
            map=self._sockets,
            sockets=[listener],
            threads=threads,
            ident=None,
            clear_untrusted_proxy_headers=False,  # The gateway writes what the portal reads of them.
            max_request_header_size=MOST_HEAD,
            max_request_body_size=MOST_BODY + 1,  # waitress refuses what is as long as that.
            inbuf_overflow=MOST_BODY,
            channel_timeout=IDLE,
            connection_limit=MOST_CONNECTIONS,
            asyncore_use_poll=True,
        )
        self._server.channel_class = _Channel

    def serve_forever(self) -> None:
        """Serve until the end. A KeyboardInterrupt ends it like ``stop``, and is not raised again."""
        try:
            self._server.run()
        finally:
            self._end()

    def stop(self) -> None:
        """Stop; any thread may call it. Answers under way are finished first."""
        self._server.trigger.pull_trigger(self._end)

    def _end(self) -> None:
        self._server.task_dispatcher.shutdown(timeout=SECONDS_TO_ANSWER)
        wasyncore.close_all(self._sockets)


def _request(environ: dict[str, Any]) -> Request:
    """Header names are WSGI's, ``Content-Type`` for ``content-type``; repeats of one are joined by commas."""
    headers = [
        (name.removeprefix("HTTP_").replace("_", "-").title(), value)
        for name, value in environ.items()
        if name.startswith("HTTP_") or name in ("CONTENT_TYPE", "CONTENT_LENGTH")
    ]
    body = environ["wsgi.input"].read()
    return Request(environ["REQUEST_METHOD"], environ["REQUEST_URI"], headers, body, environ["REMOTE_ADDR"])


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} "
