"""The server of a class, over real connections: many at a time, connections that drip, and bodies without end."""

import concurrent.futures
import contextlib
import http.client
import json
import os
import socket
import threading
import time

import pytest
from digits.drawpad import addresses, server, turns, webapp

VISITORS, DRAWINGS, DRIPPING = 40, 5, 60


def read(picture):
    """A quick stand-in for a network, whose answer depends on the picture."""
    time.sleep(0.005)
    return [{"digit": sum(picture) % 10, "picture": picture.decode("latin-1")}]


@pytest.fixture
def serve():
    """A function that serves an app on a free port, until the test's end, and gives the running server."""
    with contextlib.ExitStack() as ends:

        def call(reading=read):
            sockets = addresses.listen("127.0.0.1", 0)
            app = webapp.create_app(reading, {}, addresses.names("127.0.0.1", sockets))
            running = server.create_server(app, sockets)
            thread = threading.Thread(target=running.run, daemon=True)
            thread.start()
            ends.callback(thread.join, 10)
            ends.callback(running.close)
            ends.callback(running.task_dispatcher.shutdown)
            ends.callback(app.extensions["turns"].end)
            return running

        yield call


@pytest.fixture
def connect():
    """A function that opens a connection to a running server, and may send something."""
    with contextlib.ExitStack() as opened:

        def call(running, *pieces: bytes) -> socket.socket:
            connection = socket.create_connection(("127.0.0.1", running.effective_port), 10)
            opened.enter_context(connection)
            for piece in pieces:
                connection.sendall(piece)
            return connection

        yield call


def start_of(method="POST", path="/api/read", **headers) -> bytes:
    """The first lines of a request, up to the body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def answer_on(connection: socket.socket):
    """Status, headers and JSON of the next answer."""
    answer = http.client.HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.headers, json.loads(answer.read())


def is_closed(connection: socket.socket) -> bool:
    """Whether the server closes the connection, soon or already, without an answer."""
    connection.settimeout(10)
    with contextlib.suppress(ConnectionError):
        return connection.recv(1) == b""
    return True


# ---------------------------------------------------------------- many at a time


def visit(port: int, number: int, everybody: threading.Barrier) -> list[tuple[int, float, bool]]:
    """One visitor with a browser's three connections: status, seconds and rightness of each answer."""
    answers = []
    connections = [http.client.HTTPConnection("127.0.0.1", port, timeout=60) for _ in range(3)]
    for connection in connections:
        connection.connect()
    for drawing in range(DRAWINGS):
        picture, status = f"picture {number} {drawing}".encode(), 0
        while status != 200:
            started = time.monotonic()
            connections[drawing % 3].request("POST", "/api/read", picture)
            answer = connections[drawing % 3].getresponse()
            status, content = answer.status, json.loads(answer.read())
            seconds = time.monotonic() - started
            is_right = content == {"digits": read(picture)} or status == 503
            answers.append((status, seconds, is_right))
            if status == 503:
                time.sleep(int(answer.headers["Retry-After"]))
    everybody.wait(60)  # a browser keeps its connections
    for connection in connections:
        connection.close()
    return answers


def test_class_draws_while_other_connections_drip(serve, connect):
    """A browser holds three connections: thirty-three of them, or a hundred that do nothing, would shut out others."""
    running = serve()
    for _ in range(DRIPPING):
        connect(running, b"P")
    pages, everybody = [], threading.Barrier(VISITORS)
    with concurrent.futures.ThreadPoolExecutor(VISITORS) as pool:
        class_ = [
            pool.submit(visit, running.effective_port, number, everybody)
            for number in range(VISITORS)
        ]
        while not all(visitor.done() for visitor in class_):
            started = time.monotonic()
            answer = http.client.HTTPConnection("127.0.0.1", running.effective_port, timeout=60)
            answer.request("GET", "/")
            assert answer.getresponse().status == 200
            answer.close()
            pages.append(time.monotonic() - started)
            time.sleep(0.05)
    answers = [answer for visitor in class_ for answer in visitor.result()]
    assert {status for status, _, _ in answers} <= {200, 503}
    assert len([status for status, _, _ in answers if status == 200]) == VISITORS * DRAWINGS
    assert all(is_right for _, _, is_right in answers)
    assert max(seconds for _, seconds, _ in answers) < 20
    assert max(pages) < 5


def test_page_is_served_while_all_drawings_wait(serve, connect, monkeypatch):
    """More drawings than there are places: the page, and what it loads, would wait behind them."""
    monkeypatch.setattr(turns, "MOST_WAITING", 30)
    monkeypatch.setattr(server, "THREADS", 30 + turns.AT_ONCE + 4)
    release = threading.Event()
    running = serve(lambda picture: release.wait(60) and [])
    request = start_of(content_length=1) + b"x"
    drawings = [connect(running, request) for _ in range(60)]
    try:
        connection = connect(running, start_of("GET", "/api/about"))
        assert answer_on(connection)[0] == 200
    finally:
        release.set()
    statuses = [answer_on(drawing)[0] for drawing in drawings]
    assert statuses.count(200) == 30 + turns.AT_ONCE and set(statuses) == {200, 503}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such limit")
def test_limit_of_open_files_is_raised_or_kept(monkeypatch):
    """Many systems allow 256 or 1,024 at first; with more, accepting a connection would fail."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
        assert server._connections() == server.MOST_CONNECTIONS
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] >= 2 * server.MOST_CONNECTIONS
        resource.setrlimit(resource.RLIMIT_NOFILE, (300, before[1]))
        monkeypatch.setattr(resource, "setrlimit", lambda *_: (_ for _ in ()).throw(ValueError))
        assert server._connections() == 50
    finally:
        monkeypatch.undo()
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


# ---------------------------------------------------------------- connections that take forever


def test_request_that_drips_is_cut_off(serve, connect, monkeypatch):
    monkeypatch.setattr(server, "REQUEST_SECONDS", 1)
    running = serve()
    connection = connect(running, start_of(content_length=1000))
    started = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - started < 10:
            connection.sendall(b"x")
            time.sleep(0.1)
    assert 1 <= time.monotonic() - started < 5


def test_silent_connection_is_closed(serve, connect, monkeypatch):
    monkeypatch.setattr(server, "IDLE_SECONDS", 1)
    assert is_closed(connect(serve()))


def test_answer_that_nobody_takes_is_given_up(serve, connect, monkeypatch):
    """The connection would be kept for as long as the other side likes."""
    monkeypatch.setattr(server, "REQUEST_SECONDS", 1)
    running = serve(lambda picture: [{"much": "x" * 20_000_000}])
    connect(running, start_of(content_length=1) + b"x")
    deadline = time.monotonic() + 10
    while not running.active_channels:
        assert time.monotonic() < deadline
    while running.active_channels:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_connection_may_be_used_for_longer_than_one_request(serve, monkeypatch):
    """The deadline is each request's own."""
    monkeypatch.setattr(server, "REQUEST_SECONDS", 1)
    connection = http.client.HTTPConnection("127.0.0.1", serve().effective_port, timeout=10)
    for _ in range(15):
        connection.request("POST", "/api/read", b"x")
        assert connection.getresponse().read()
        time.sleep(0.1)
    connection.close()


# ---------------------------------------------------------------- what waitress answers by itself


@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (b"nonsense\r\n\r\n", 400, "This request cannot be answered: Bad Request."),
        (start_of(content_length="x"), 400, "This request cannot be answered: Bad Request."),
        (
            start_of(x="y" * 70_000),
            431,
            "This request cannot be answered: Request Header Fields Too Large.",
        ),
        (
            start_of(transfer_encoding="gzip"),
            501,
            "This request cannot be answered: Not Implemented.",
        ),
        (start_of(content_length=10**9), 413, "The picture's file is larger than 32 MB."),
        (
            start_of(transfer_encoding="chunked") + b"1" * 20_000,
            400,
            "This request cannot be answered: Bad Request.",
        ),
    ],
    ids=["no request", "no length", "long header", "encoding", "large", "endless line"],
)
def test_every_refusal_has_the_headers_of_all_answers(serve, connect, sent, status, sentence):
    answered, headers, content = answer_on(connect(serve(), sent))
    assert (answered, content) == (status, {"error": sentence})
    for name, value in webapp.HEADERS.items():
        assert headers[name] == value
    assert "waitress" not in str(headers).lower()


def test_body_in_pieces_is_refused_as_soon_as_it_is_too_large(serve, connect, monkeypatch):
    """A gigabyte would lie in the temporary folder first."""
    monkeypatch.setattr(server, "LARGEST_BODY", 2 * 1024**2)
    connection = connect(serve(), start_of(transfer_encoding="chunked"))
    sent = 0
    with contextlib.suppress(ConnectionError):
        while sent < 100:
            connection.sendall(b"%x\r\n%s\r\n" % (1024**2, b"x" * 1024**2))
            sent += 1
    assert 2 <= sent < 50


def test_all_bodies_together_have_a_limit(serve, connect, monkeypatch):
    """Many connections would fill the temporary folder, which may lie in memory, each with what one picture may be."""
    monkeypatch.setattr(server, "ALL_BODIES", 2_500_000)
    running = serve()
    large = start_of(content_length=1_000_000) + b"x" * 1000
    first, second = connect(running, large), connect(running, large)
    status, headers, content = answer_on(connect(running, large))
    assert status == 503 and int(headers["Retry-After"]) > 0
    assert "try again" in content["error"]
    assert answer_on(connect(running, start_of(content_length=1) + b"x"))[0] == 200
    for connection in (first, second):
        connection.sendall(b"x" * 999_000)
        assert answer_on(connection)[0] == 200
    third = connect(running, large, b"x" * 999_000)
    assert answer_on(third)[0] == 200
