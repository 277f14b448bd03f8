"""The local HTTP server, over real sockets."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from chalice.app import Chalice

from infra.local.gateway import Context, Gateway
from infra.local.server import Server
from infra.local.threads import for_threads
from tests.local.test_gateway import a_page


@contextlib.contextmanager
def serving(gateway: Gateway, threads: int = 2) -> Iterator[int]:
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    server = Server(gateway, listener, threads)
    port = listener.getsockname()[1]
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield port
    finally:
        server.stop()
        thread.join(5)
        assert not thread.is_alive()


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server that answers each request with its method and body."""

    def echo(event: dict[str, Any], context: Context) -> dict[str, Any]:
        if event["path"] == "/panne":
            raise RuntimeError("a fault")
        return {"statusCode": 200, "headers": {"Content-Type": "text/plain"}, "body": event["body"] or "rien"}

    with serving(Gateway(echo, {"/": ["GET", "POST"], "/panne": ["GET"]}, a_page)) as port:
        yield port


def raw(port: int, sent: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(sent)
        received = b""
        while piece := sock.recv(65536):
            received += piece
        return received


def test_one_connection_serves_many_requests(port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    sockets = set()
    for _ in range(5):
        client.request("GET", "/")
        assert client.getresponse().read() == b"rien"
        sockets.add(client.sock)
    client.close()
    assert len(sockets) == 1


def test_pipelined_requests_are_all_answered(port: int) -> None:
    answer = raw(port, b"GET / HTTP/1.1\r\n\r\n" * 2 + b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200 OK") == 3


def test_idle_connections_do_not_hold_the_threads(port: int) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(20):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=5))
        assert b"200 OK" in raw(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")


def test_a_body_of_ten_megabytes_goes_through_and_one_more_byte_does_not(port: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    client.request("POST", "/", b"x" * (10 * 1024 * 1024), {"Content-Type": "text/plain"})
    assert len(client.getresponse().read()) == 10 * 1024 * 1024
    client.close()
    too_long = f"POST / HTTP/1.1\r\nContent-Length: {10 * 1024 * 1024 + 1}\r\n\r\n".encode()
    assert raw(port, too_long).startswith(b"HTTP/1.1 413 ")


def test_a_body_in_chunks_goes_through_as_far_as_one_with_a_length(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    assert raw(port, head + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").endswith(b"\r\n\r\nabcde")
    too_long = 10 * 1024 * 1024 + 1
    assert raw(port, head + f"{too_long:x}\r\n".encode() + b"x" * too_long).startswith(b"HTTP/1.1 413 ")


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        pytest.param(b"GARBAGE\r\n\r\n", b"400", id="not HTTP"),
        pytest.param(b"GET / HTTP/1.1\r\nno colon\r\n\r\n", b"400", id="a header without a colon"),
        pytest.param(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"400", id="a negative length"),
        pytest.param(b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", b"501", id="an unknown encoding"),
        pytest.param(b"GET / HTTP/1.1\r\nA: " + b"x" * 11000, b"431", id="endless headers"),
        pytest.param(b"GET /inconnu HTTP/1.1\r\nConnection: close\r\n\r\n", b"404", id="an unknown page"),
    ],
)
def test_what_is_refused(port: int, sent: bytes, status: bytes) -> None:
    answer = raw(port, sent)
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert answer.endswith(b"page " + status)


def test_head_sends_the_length_and_no_body(port: int) -> None:
    answer = raw(port, b"HEAD / HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert b"Content-Length: 8" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_fault_drops_one_connection_and_not_the_server(port: int, caplog: pytest.LogCaptureFixture) -> None:
    assert raw(port, b"GET /panne HTTP/1.1\r\n\r\n") == b""
    assert "could not be answered" in caplog.text
    assert b"200 OK" in raw(port, b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n")


def test_threads_do_not_mix_requests_up() -> None:
    app = Chalice("both")
    both = threading.Barrier(2, timeout=5)

    @app.route("/{who}")
    def greet(who: str) -> str:
        both.wait()
        assert app.current_request
        assert app.current_request.uri_params
        return str(app.current_request.uri_params["who"]) + who

    with serving(Gateway(for_threads(app), app.routes, a_page)) as port:
        clients = [http.client.HTTPConnection("127.0.0.1", port, timeout=5) for _ in range(2)]
        for client, who in zip(clients, "ab", strict=True):
            client.request("GET", f"/{who}")
        answers = [client.getresponse().read() for client in clients]
        for client in clients:
            client.close()
    assert answers == [b"aa", b"bb"]
