"""An HTTP/1.1 server for one machine: a fixed pool of threads, and no thread held by an idle connection.

Chalice's own local server writes unbuffered, meets delayed acknowledgements and answers 22 requests a second on a
connection that is kept; this one writes each answer at once, with Nagle's algorithm off.
"""

import contextlib
import logging
import queue
import selectors
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Protocol

from infra.local.gateway import MOST_BODY, Headers, Request, Response

log = logging.getLogger("portal.http")
MOST_HEAD = 10 * 1024
"""Bytes of request line and headers: API Gateway's own limit."""
PATIENCE = 10.0
"""Seconds that a client may take between two pieces of one request."""
IDLE = 60.0


class Gone(ConnectionError):
    """The client closed its end, or was too slow."""


class Refused(ValueError):
    """A request that is answered without reading the rest of it. ``args[0]`` is the status."""


class Site(Protocol):
    """What a server serves: an answer to each request, and to those that are refused before they are whole."""

    def __call__(self, request: Request, /) -> Response: ...

    def refusal(self, status: int, /) -> Response: ...


class Connection:
    """One client's connection: bytes in, requests out, whole answers back."""

    def __init__(self, sock: socket.socket, address: str) -> None:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(PATIENCE)
        self.sock = sock
        self.address = address
        self.idle_since = time.monotonic()
        self._buffer = bytearray()

    @property
    def has_more(self) -> bool:
        """Bytes of a next request are already here."""
        return bool(self._buffer)

    def exchange(self, site: Site) -> bool:
        """Serve one request; True when the connection may serve another. Raises Gone."""
        try:
            request, keep = self._read()
        except Refused as refused:
            self._write(site.refusal(refused.args[0]), keep=False)
            return False
        response = site(request)
        self._write(response, keep, with_body=request.method != "HEAD")
        self.idle_since = time.monotonic()
        return keep

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.sock.shutdown(socket.SHUT_RDWR)
        self.sock.close()

    def _read(self) -> tuple[Request, bool]:
        head = self._until_blank_line()
        method, target, keep, headers = _parse(head)
        request = Request(method, target, headers, b"", self.address)
        if request.header("transfer-encoding"):
            raise Refused(411)
        length = request.header("content-length") or "0"
        if not (length.isascii() and length.isdigit()):
            raise Refused(400)
        if int(length) > MOST_BODY:
            raise Refused(413)
        if request.header("expect").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        connection = request.header("connection").lower()
        keep = (keep or "keep-alive" in connection) and "close" not in connection
        return Request(method, target, headers, self._exactly(int(length)), self.address), keep

    def _until_blank_line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n\r\n")) < 0:
            if len(self._buffer) > MOST_HEAD:
                raise Refused(431)
            self._fill()
        head = bytes(self._buffer[:end])
        del self._buffer[: end + 4]
        return head

    def _exactly(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._fill()
        body = bytes(self._buffer[:length])
        del self._buffer[:length]
        return body

    def _fill(self) -> None:
        try:
            piece = self.sock.recv(256 * 1024)
        except OSError as error:
            raise Gone from error
        if not piece:
            raise Gone
        self._buffer += piece

    def _write(self, response: Response, keep: bool, with_body: bool = True) -> None:
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}", f"Date: {formatdate(usegmt=True)}"]
        lines += [f"{name}: {value}" for name, value in response.headers]
        lines += [f"Content-Length: {len(response.body)}", f"Connection: {'keep-alive' if keep else 'close'}"]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")
        try:
            self.sock.sendall(head + (response.body if with_body else b""))
        except OSError as error:
            raise Gone from error


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def _parse(head: bytes) -> tuple[str, str, bool, Headers]:
    """Method, target, whether HTTP/1.1 keeps the connection, headers. Raises Refused."""
    first, *lines = head.decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or words[2] not in ("HTTP/1.0", "HTTP/1.1") or not words[1].startswith("/"):
        raise Refused(400)
    headers: Headers = []
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or not name or name != name.strip():
            raise Refused(400)
        headers.append((name, value.strip()))
    return words[0], words[1], words[2] == "HTTP/1.1", headers


class Server:
    """Serves ``site`` on ``listener`` (bound already, so that a port in use is known first) until ``stop``."""

    def __init__(self, site: Site, listener: socket.socket, threads: int = 8) -> None:
        self._site = site
        self._listener = listener
        self._listener.listen(128)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="http")
        self._selector = selectors.DefaultSelector()
        self._returned: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._waker, self._alarm = socket.socketpair()
        self._waker.setblocking(False)
        self._stopping = threading.Event()

    def serve_forever(self) -> None:
        self._selector.register(self._listener, selectors.EVENT_READ, self._accept)
        self._selector.register(self._waker, selectors.EVENT_READ, self._take_back)
        try:
            while not self._stopping.is_set():
                for key, _ in self._selector.select(timeout=IDLE):
                    self._on_readable(key.data)
                self._close_idle()
        finally:
            self._close()

    def stop(self) -> None:
        """May be called from any thread, or a signal's handler."""
        self._stopping.set()
        self._wake()

    def _on_readable(self, what: Connection | Callable[[], None]) -> None:
        if isinstance(what, Connection):
            self._selector.unregister(what.sock)
            self._pool.submit(self._serve, what)
        else:
            what()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            sock, address = self._listener.accept()
            connection = Connection(sock, address[0])
            self._selector.register(sock, selectors.EVENT_READ, connection)

    def _take_back(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._waker.recv(4096)
        while not self._returned.empty():
            connection = self._returned.get()
            self._selector.register(connection.sock, selectors.EVENT_READ, connection)

    def _serve(self, connection: Connection) -> None:
        """In a thread of the pool: answer what the client sent, then hand the connection back to be waited on."""
        try:
            keep = connection.exchange(self._site)
            while keep and connection.has_more:
                keep = connection.exchange(self._site)
        except Gone:
            keep = False
        except Exception:  # A fault in one answer must not end the server; its connection is dropped, as a crash does.
            log.exception("the request could not be answered")
            keep = False
        if keep:
            self._returned.put(connection)
            self._wake()
        else:
            connection.close()

    def _wake(self) -> None:
        with contextlib.suppress(OSError):
            self._alarm.send(b".")

    def _idle_connections(self, longer_than: float) -> list[Connection]:
        now = time.monotonic()
        waiting: list[Any] = [key.data for key in self._selector.get_map().values()]
        return [c for c in waiting if isinstance(c, Connection) and now - c.idle_since > longer_than]

    def _close_idle(self) -> None:
        for connection in self._idle_connections(IDLE):
            self._selector.unregister(connection.sock)
            connection.close()

    def _close(self) -> None:
        """Answer what was being answered, then close every connection, those that came back meanwhile included."""
        self._pool.shutdown(wait=True)
        self._take_back()
        for connection in self._idle_connections(-1.0):
            connection.close()
        self._listener.close()
        self._selector.close()
        self._waker.close()
        self._alarm.close()
