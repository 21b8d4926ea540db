"""The web app: what it answers, what it refuses and how, where it listens, and that it runs as a real process."""

import base64
import contextlib
import errno
import gc
import io
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import tracemalloc
import types
import urllib.error
import urllib.request
import weakref

import numpy as np
import pytest
import waitress.server
from digits.basics import workspace
from digits.drawpad import FOLDER, addresses, turns, uploads, webapp
from digits.handwriting import reading
from PIL import Image

DRAW = workspace.NOTEBOOKS_FOLDER / "draw.py"
ABOUT = {"dataset": "MNIST", "network": "conv"}
FOUND = [{"digit": 7, "sure": True, "probabilities": [0.0] * 10, "image": [0] * 784}]


def seven() -> bytes:
    """A PNG file with a drawn 7."""
    picture = np.full((280, 280), 255, dtype=np.uint8)
    picture[60:80, 80:200] = 0
    for row in range(80, 230):
        picture[row, 195 - (row - 80) // 2 - 18 : 197 - (row - 80) // 2] = 0
    file = io.BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


NAMES = frozenset({"localhost", "laptop"})
ADDRESS = "http://192.0.2.7:8000"


def client(read=lambda picture: FOUND):
    return webapp.create_app(read, ABOUT, NAMES, ADDRESS).test_client()


# ---------------------------------------------------------------- the page


# Written out: a test that compares the program's constants with themselves misses what is dropped from them.
GUARDS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' blob: data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
}


def assert_guarded(headers) -> None:
    """The headers that keep other pages away from this one."""
    assert {name: headers[name] for name in GUARDS} == GUARDS
    assert set(headers["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.parametrize(
    "path", ["/", "/pad.js", "/reading.js", "/pad.css", "/page.js", "/page.css"]
)
def test_page_and_its_files_are_served_with_their_headers(path):
    answer = client().get(path)
    assert answer.status_code == 200
    kind = {"/": "html", ".js": "javascript", "css": "css"}[path if path == "/" else path[-3:]]
    assert kind in answer.content_type
    assert_guarded(answer.headers)


def test_page_needs_nothing_from_elsewhere():
    """No script, font, picture or telemetry of another server, and no script or style in the page itself."""
    for path in FOLDER.iterdir():
        if path.suffix in (".html", ".js", ".css"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"https?:|//[\w.-]+\.\w|@import|url\(", text), path.name
    page = (FOLDER / "page.html").read_text(encoding="utf-8")
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*src=)", page)
    assert page.count("<h1>") == 1 and '<html lang="en">' in page


def test_about_names_dataset_and_network():
    assert client().get("/api/about").get_json() == ABOUT


# ---------------------------------------------------------------- reading


def test_picture_is_read():
    seen = []
    answer = client(lambda picture: seen.append(picture) or FOUND).post("/api/read", data=seven())
    assert answer.status_code == 200 and answer.get_json() == {"digits": FOUND}
    assert seen == [seven()]
    assert answer.headers["Cache-Control"] == "no-store"


def failing(error):
    def read(picture):
        raise error

    return read


@pytest.mark.parametrize(
    ("request_", "status", "sentence"),
    [
        (("POST", "/api/read", b""), 400, "Send a picture file as the body of the request."),
        (("POST", "/api/read", b"x"), 422, "Not a picture."),
        (("GET", "/api/read", None), 405, "/api/read does not take GET."),
        (("GET", "/nowhere", None), 404, "There is nothing at /nowhere."),
        (("GET", "/a/b", None), 404, "There is nothing at /a/b."),
        (("GET", "/__init__.py", None), 404, "There is nothing at /__init__.py."),
        (("GET", "/../draw.py", None), 404, "There is nothing at /../draw.py."),
    ],
)
def test_refusals_are_sentences(request_, status, sentence):
    method, path, body = request_
    answer = client(failing(ValueError("Not a picture."))).open(path, method=method, data=body)
    assert answer.status_code == status
    assert answer.get_json() == {"error": sentence}
    assert_guarded(answer.headers)


def test_too_large_body_is_not_read():
    seen = []
    app = client(lambda picture: seen.append(picture) or FOUND)
    answer = app.post("/api/read", data=b"x" * (uploads.LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert answer.get_json() == {"error": "The picture's file is larger than 32 MB."}
    assert not seen


def test_error_of_ours_shows_nothing_of_the_inside(caplog):
    answer = client(failing(RuntimeError("a secret"))).post("/api/read", data=b"x")
    assert answer.status_code == 500 and "secret" not in answer.get_data(as_text=True)
    assert answer.get_json()["error"].endswith("tells more.")
    assert "a secret" in caplog.text


@pytest.mark.parametrize(
    "host",
    ["localhost", "LAPTOP:8000", "127.0.0.1:8000", "192.0.2.7:8000", "[::1]:8000", "[2001:db8::7]"],
)
def test_own_names_and_numbers_are_answered(host):
    assert client().get("/api/about", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("evil.example:8000", "This server is not evil.example."),
        ("localhost.evil.example", "This server is not localhost.evil.example."),
        ("127.0.0.1.evil.example", "This server is not 127.0.0.1.evil.example."),
        ("", "The request names no host."),
        ("[::1", "The request names no host."),
    ],
)
def test_other_names_for_this_computer_are_refused(host, sentence):
    """Another web page could let its own name lead here, and would then be taken for this one."""
    answer = client().get("/api/about", headers={"Host": host})
    assert answer.status_code == 421
    assert answer.get_json() == {"error": f"{sentence} Open http://192.0.2.7:8000 instead."}


OTHER_PAGES = [
    {"Origin": "http://evil.example"},
    {"Origin": "http://192.0.2.7:9000"},  # another program's page on this computer
    {"Origin": "http://192.0.2.7"},
    {"Origin": "https://192.0.2.7:8000"},
    {"Origin": "http://localhost:8000"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]
OWN_PAGE = [
    {},
    {"Origin": "http://192.0.2.7:8000"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},  # a link to this page
]


@pytest.mark.parametrize(
    ("headers", "status"),
    [(page, 403) for page in OTHER_PAGES] + [(page, 200) for page in OWN_PAGE],
)
def test_other_web_pages_may_not_use_the_server(headers, status):
    headers = {"Host": "192.0.2.7:8000", **headers}
    assert client().get("/api/about", headers=headers).status_code == status
    assert client().post("/api/read", data=seven(), headers=headers).status_code == status


# ---------------------------------------------------------------- what a picture may come in

BASE64 = base64.b64encode(seven()).decode()
DATA_ADDRESS = f"data:image/png;base64,{BASE64}"
JSON, TEXT, FORM = "application/json", "text/plain", "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


def as_file(content=None, name="photo.png"):
    return io.BytesIO(seven() if content is None else content), name


@pytest.mark.parametrize(
    "sent",
    [
        {"data": {"file": as_file()}},
        {"data": {"picture": as_file(), "comment": "my seven", "empty": as_file(b"", "")}},
        {"data": json.dumps({"image": DATA_ADDRESS}), "content_type": JSON},
        {
            "data": json.dumps({"image": DATA_ADDRESS, "name": "seven"}).replace("/", r"\/"),
            "content_type": JSON,
        },
        {"data": json.dumps(DATA_ADDRESS), "content_type": JSON},
        {
            "data": json.dumps({"image": DATA_ADDRESS}),
            "content_type": FORM,
        },  # what curl -d says of it
        {"data": DATA_ADDRESS, "content_type": TEXT},
        {
            "data": "DATA:" + DATA_ADDRESS[5:-40] + "\r\n" + DATA_ADDRESS[-40:] + "\n",
            "content_type": TEXT,
        },
        {"data": seven(), "content_type": FORM},  # what curl --data-binary says of it
    ],
    ids=lambda sent: str(sent)[:40],
)
def test_picture_is_found_in_what_programs_send(sent):
    seen = []
    answer = client(lambda picture: seen.append(picture) or FOUND).post("/api/read", **sent)
    assert answer.status_code == 200, answer.get_json()
    assert seen == [seven()]


OTHER_JSON = "JSON must be"
DAMAGED = "The data: address is damaged"


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        (
            {"data": {"comment": "none"}, "content_type": MULTIPART},
            "exactly one picture file in the form; there are 0.",
        ),
        (
            {"data": {"a": as_file(), "b": as_file()}},
            "exactly one picture file in the form; there are 2.",
        ),
        (
            {"data": {"a": "x" * 600_000}, "content_type": MULTIPART},
            "exactly one picture file in the form; there are 0.",
        ),
        ({"data": b"no form", "content_type": MULTIPART}, "there are 0."),
        ({"data": {"file": as_file(b"")}}, "Send a picture file"),
        ({"data": "{", "content_type": JSON}, OTHER_JSON),
        ({"data": "[" * 100_000, "content_type": JSON}, OTHER_JSON),
        ({"data": "[1]", "content_type": JSON}, OTHER_JSON),
        ({"data": '{"image": 7}', "content_type": JSON}, OTHER_JSON),
        ({"data": '{"image": "photo.png"}', "content_type": JSON}, OTHER_JSON),
        ({"data": b'"\xff"', "content_type": JSON}, OTHER_JSON),
        ({"data": json.dumps(DATA_ADDRESS + "%"), "content_type": JSON}, DAMAGED),
        ({"data": json.dumps("data:image/png;base64,\u00e4"), "content_type": JSON}, DAMAGED),
        ({"data": json.dumps("data:image/png;base64,\ud83d"), "content_type": JSON}, DAMAGED),
        ({"data": "data:image/png,abcd", "content_type": TEXT}, DAMAGED),
        ({"data": "data:", "content_type": TEXT}, DAMAGED),
        (
            {"data": seven().replace(b"\r", b"").replace(b"\n", b""), "content_type": FORM},
            "--data-binary",
        ),
        ({"data": "image=data%3Aimage", "content_type": FORM}, "--data-binary"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_holds_no_picture_is_told_in_a_sentence(sent, sentence):
    answer = client(failing(ValueError("Not a picture."))).post("/api/read", **sent)
    assert answer.status_code == 400
    assert sentence in answer.get_json()["error"]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"[" + b"[]," * 1_000_000 + b"0]", JSON),
        (b"data:image/png;base64," + b"A " * 1_500_000, TEXT),
        (b"data:image/png;base64," + b"%41" * 1_000_000, TEXT),
    ],
    ids=["brackets", "spaces", "codes"],
)
def test_bulky_text_takes_little_memory(body, content_type):
    """32 MB of small pieces would become gigabytes of lists."""
    tracemalloc.start()
    try:
        client().post("/api/read", data=body, content_type=content_type)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(body)
    finally:
        tracemalloc.stop()


# ---------------------------------------------------------------- many at a time


def test_few_pictures_are_read_at_once_and_none_is_lost():
    at_once, most, lock = 0, 0, threading.Lock()

    def read(picture):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return FOUND

    app = webapp.create_app(read, ABOUT, NAMES)
    statuses = []

    def visit():
        statuses.append(app.test_client().post("/api/read", data=b"x").status_code)

    visitors = [threading.Thread(target=visit) for _ in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert statuses == [200] * 12
    assert most == turns.AT_ONCE


def test_place_is_given_back_after_an_error():
    app = client(failing(ValueError("no")))
    assert [app.post("/api/read", data=b"x").status_code for _ in range(5)] == [422] * 5


def test_waiting_too_long_is_told(monkeypatch):
    monkeypatch.setattr(turns, "PATIENCE", 0.05)
    started, release = threading.Semaphore(0), threading.Event()

    def slow(picture):
        started.release()
        release.wait(20)
        return FOUND

    app = webapp.create_app(slow, ABOUT, NAMES)
    busy = [
        threading.Thread(target=lambda: app.test_client().post("/api/read", data=b"x"))
        for _ in range(turns.AT_ONCE)
    ]
    for thread in busy:
        thread.start()
        assert started.acquire(timeout=20)
    try:
        answer = app.test_client().post("/api/read", data=b"x")
    finally:
        release.set()
        for thread in busy:
            thread.join()
    assert answer.status_code == 503 and "try again" in answer.get_json()["error"]
    assert int(answer.headers["Retry-After"]) > 0


def test_refused_pictures_do_not_stay_in_memory():
    """An error that holds what was sent, and is held by it, would keep 32 MB each until Python happens to look."""
    gone = []

    def refuse(picture):
        held = np.zeros(1)
        gone.append(weakref.ref(held))
        raise ValueError("Not a picture.")

    app = client(refuse)
    gc.disable()
    try:
        assert app.post("/api/read", data=b"x").status_code == 422
        assert [held() for held in gone] == [None]
    finally:
        gc.enable()


@pytest.mark.parametrize(("most", "seconds"), [(0, 0.0), (240, 100.0)])
def test_who_would_wait_too_long_is_turned_away_at_once(monkeypatch, most, seconds):
    """The line is full, or moves slowly: waiting in vain helps nobody."""
    monkeypatch.setattr(turns, "AT_ONCE", 1)
    monkeypatch.setattr(turns, "MOST_WAITING", most)
    line, release = turns.Turns(), threading.Event()
    line._seconds = seconds
    busy = threading.Thread(target=lambda: line.take(lambda: release.wait(20)))
    busy.start()
    while not line._here:
        time.sleep(0.01)
    started = time.monotonic()
    try:
        with pytest.raises(turns.Full):
            line.take(int)
        assert time.monotonic() - started < turns.PATIENCE / 2
    finally:
        release.set()
        busy.join()
    assert line.take(int) == 0  # nobody is before it


def test_time_that_a_picture_takes_is_that_of_the_last_ones(monkeypatch):
    """A class is not turned away because pictures took long an hour ago, and the first slow ones count at once."""
    now = [0.0]
    monkeypatch.setattr(turns, "time", types.SimpleNamespace(monotonic=lambda: now[0]))
    line, expected = turns.Turns(), []
    for seconds in (10.0, 0.1):
        for _ in range(100):
            line.take(lambda seconds=seconds: now.__setitem__(0, now[0] + seconds))
        expected.append(line._seconds)
    assert expected == pytest.approx([10, 0.1], rel=0.01)


def test_those_who_wait_are_turned_away_when_the_program_ends():
    """Ctrl-C would read all their pictures first."""
    app = webapp.create_app(lambda picture: release.wait(20) and FOUND, ABOUT, NAMES)
    release, answers = threading.Event(), []

    def visit():
        answers.append(app.test_client().post("/api/read", data=b"x").status_code)

    visitors = [threading.Thread(target=visit) for _ in range(turns.AT_ONCE + 3)]
    for visitor in visitors:
        visitor.start()
    line = app.extensions["turns"]
    while line._here < len(visitors):
        time.sleep(0.01)
    line.end()
    release.set()
    for visitor in visitors:
        visitor.join()
    assert sorted(answers) == [200] * turns.AT_ONCE + [503] * 3
    with pytest.raises(turns.Full):
        line.take(int)


# ---------------------------------------------------------------- where it listens


@pytest.fixture
def listen():
    """A function like :func:`addresses.listen`, whose sockets are closed in the end."""
    with contextlib.ExitStack() as opened:

        def call(host, port=0):
            sockets = addresses.listen(host, port)
            for listening in sockets:
                opened.enter_context(listening)
            return sockets

        yield call


HAS_IPV6 = socket.has_ipv6
with contextlib.suppress(OSError):
    HAS_IPV6 = False
    socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    HAS_IPV6 = True
needs_ipv6 = pytest.mark.skipif(not HAS_IPV6, reason="this computer has no IPv6")


def greets(where: str, sockets) -> bool:
    """Whether somebody listens at an address, at the sockets' port."""
    port = sockets[0].getsockname()[1]
    with contextlib.suppress(OSError), socket.create_connection((where, port), timeout=5):
        return True
    return False


@pytest.mark.parametrize(
    ("host", "page"),
    [
        ("127.0.0.1", "http://127.0.0.1:"),
        ("localhost", "http://localhost:"),
        pytest.param("::1", "http://[::1]:", marks=needs_ipv6),
        pytest.param("[::1]", "http://[::1]:", marks=needs_ipv6),
        pytest.param(
            "127.0.0.2",
            "http://127.0.0.2:",
            marks=pytest.mark.skipif(sys.platform == "darwin", reason="macOS has 127.0.0.1 alone"),
        ),
    ],
)
def test_loopback_is_loopback(listen, host, page):
    sockets = listen(host)
    assert addresses.is_local(sockets)
    [shown] = addresses.pages(host, sockets)
    assert shown == page + str(sockets[0].getsockname()[1])
    assert addresses.names(host, sockets) == {"localhost", host.strip("[]")}


def leading_to(*addresses):
    """A stand-in for the system's list of names, in which every name has these addresses."""
    families = {True: socket.AF_INET6, False: socket.AF_INET}
    rest = {True: (0, 0, 0), False: (0,)}

    def getaddrinfo(host, *_, **__):
        ipv6 = [":" in where for where in addresses]
        return [
            (families[six], socket.SOCK_STREAM, 6, "", (where, *rest[six]))
            for six, where in zip(ipv6, addresses, strict=True)
        ]

    return getaddrinfo


@needs_ipv6
def test_name_with_two_addresses_is_served_at_both(listen, monkeypatch):
    """Nearly everywhere, localhost is 127.0.0.1 and ::1."""
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", leading_to("127.0.0.1", "::1", "::1"))
        sockets = listen("localhost")
    assert len(sockets) == 2 and addresses.is_local(sockets)
    assert greets("127.0.0.1", sockets) and greets("::1", sockets)


def test_name_may_have_an_address_that_is_switched_off(listen, monkeypatch):
    """A list of names says ::1 for localhost although the computer's IPv6 is off."""
    with monkeypatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", leading_to("2001:db8::7", "127.0.0.1"))
        sockets = listen("localhost")
    assert greets("127.0.0.1", sockets)


@pytest.mark.parametrize("host", ["0.0.0.0", pytest.param("::", marks=needs_ipv6)])
def test_all_addresses_are_served_and_shown_by_number(listen, host, monkeypatch):
    """Few networks know a computer's name, and telephones could not open the page. Browsers ask in small letters."""
    monkeypatch.setattr(socket, "gethostname", lambda: "Ada-PC.example.org")
    monkeypatch.setattr(
        addresses, "_sender", lambda family, network: "127.0.0.1" if network else "192.0.2.7"
    )
    sockets = listen(host)
    assert not addresses.is_local(sockets) and greets("127.0.0.1", sockets)
    port = sockets[0].getsockname()[1]
    pages = addresses.pages(host, sockets)
    assert pages[0] == f"http://192.0.2.7:{port}"
    assert f"http://127.0.0.1:{port}" not in pages
    assert pages[-1] == f"http://Ada-PC.example.org:{port}"
    names = {"localhost", "ada-pc.example.org", "ada-pc.local"}
    assert names <= addresses.names(host, sockets)


def test_own_address_is_one_of_this_computers(listen):
    """The real question to the system; where there is no network, there is nothing to show."""
    for page in addresses.pages("0.0.0.0", listen("0.0.0.0"))[:-1]:
        with socket.socket() as own:
            own.bind((page.split("/")[2].rsplit(":", 1)[0], 0))


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("", "--host is empty."),
        ("http://127.0.0.1:8000", "is http://127.0.0.1:8000, which is a page's address."),
        ("no-such-name.invalid", "finds no address for --host no-such-name.invalid."),
        ("localhost:8000", "finds no address for --host localhost:8000."),
        ("x" * 70, "finds no address for --host xxx"),
        ("192.0.2.77", "192.0.2.77 is not an address of this computer."),
        ("224.0.0.1", "--host 224.0.0.1 is the address of many computers."),
        ("255.255.255.255", "--host 255.255.255.255 is the address of many computers."),
        pytest.param(
            "2001:db8::7", "2001:db8::7 is not an address of this computer.", marks=needs_ipv6
        ),
        pytest.param("fe80::7", "fe80::7 is not an address of this computer.", marks=needs_ipv6),
    ],
)
def test_wrong_host_is_told(listen, host, sentence):
    with pytest.raises(addresses.AddressError, match=re.escape(sentence)) as raised:
        listen(host)
    assert "--host 0.0.0.0" in str(raised.value)


@pytest.mark.parametrize("taken", [65_535, None])
def test_free_port_is_suggested_for_one_in_use(listen, taken):
    """65536 is no port; nor is the next one free for sure."""
    try:
        sockets = listen("127.0.0.1", taken or 0)
    except addresses.AddressError:
        sockets = []  # in use already, which is as good
    taken = taken or sockets[0].getsockname()[1]
    with contextlib.suppress(addresses.AddressError, OverflowError):
        listen("127.0.0.1", taken + 1)
    with pytest.raises(
        addresses.AddressError, match=f"Port {taken} of 127.0.0.1 cannot be used"
    ) as raised:
        listen("127.0.0.1", taken)
    suggested = int(re.search(r"--host 127.0.0.1 --port (\d+)$", str(raised.value))[1])
    assert suggested != taken + 1 and listen("127.0.0.1", suggested)


def test_port_of_the_system_is_told(listen, monkeypatch):
    """Linux and macOS keep those below 1024 for themselves; suggesting the next of them would be no help."""
    create = socket.create_server

    def create_server(address, **options):
        if 0 < address[1] < 1024:
            raise PermissionError(errno.EACCES, "Permission denied (while attempting to bind)")
        return create(address, **options)

    monkeypatch.setattr(socket, "create_server", create_server)
    with pytest.raises(
        addresses.AddressError, match=r"80 .* \(Permission denied\)\. .* --port \d{4,5}$"
    ):
        listen("127.0.0.1", 80)


def test_qr_code_leads_to_the_page():
    """The code's light and dark squares are those of the standard for this address."""
    import segno

    code = addresses.qr_code(ADDRESS, "utf-8")
    halves = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = [[halves[sign][half] for sign in line] for line in code.splitlines() for half in (0, 1)]
    expected = [list(row) for row in segno.make_qr(ADDRESS).matrix_iter(border=4)]
    assert rows[: len(expected)] == expected


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", None, "no such"])
def test_no_qr_code_where_it_would_be_nonsense(encoding):
    assert addresses.qr_code(ADDRESS, encoding) == ""


# ---------------------------------------------------------------- the real program


@pytest.fixture
def trained_home(home, save_networks):
    """A home in which notebooks 02 to 04 have run, as far as the program can see."""
    save_networks("02", "03", "04")
    return home


def draw(*arguments):
    return subprocess.Popen(
        [sys.executable, str(DRAW), *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONUTF8": "1"},
    )


def address_of(process) -> str:
    """The address that a starting server prints; an error with all that it printed if it ends before."""
    printed = []
    for line in process.stdout:
        printed.append(line)
        found = re.search(r"Draw digits at (http://\S+)", line)
        if found:
            return found[1]
    raise AssertionError("".join(printed) + process.stderr.read())


@pytest.mark.slow
def test_program_serves_the_page_and_ends_with_ctrl_c(empty_home, heeded_interrupts):
    """Right after installation: nothing was trained."""
    process = draw("--port", "0")
    try:
        address = address_of(process)
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/") as page:
            assert b"<h1>Draw a digit</h1>" in page.read()
            assert "waitress" not in str(page.headers).lower()
            assert_guarded(page.headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            other = urllib.request.Request(f"{address}/api/about", headers={"Host": "evil.example"})
            urllib.request.urlopen(other)
        assert refused.value.code == 421
        with urllib.request.urlopen(f"{address}/api/about") as about:
            assert json.load(about) == {
                "dataset": "MNIST, and digits and other marks drawn by a program",
                "network": "reading",
            }
        with urllib.request.urlopen(f"{address}/api/read", data=seven()) as answer:
            [digit] = json.load(answer)["digits"]
        assert digit["digit"] == 7 and digit["sure"] is True
        assert len(digit["image"]) == 784 and max(digit["image"]) == 255
        assert sum(digit["probabilities"]) == pytest.approx(1, abs=0.001)
        with pytest.raises(urllib.error.HTTPError) as refused:
            sent = urllib.request.Request(
                f"{address}/api/read", b"no picture", {"Content-Type": "image/png"}
            )
            urllib.request.urlopen(sent)
        sentence = json.load(refused.value)["error"]
        assert sentence.startswith("This is not an image file of a kind that can be read.")
    finally:
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=180)
    assert process.returncode == 0 and errors == ""


@pytest.fixture
def main(command_line):
    """A function like the program's command line, in this process; it gives the exit code."""
    return command_line(DRAW)


def test_port_in_use_is_told_before_anything_is_loaded(empty_home, main, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert main("--port", str(number)) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert f"\nPort {number} of 127.0.0.1 cannot be used" in written.err


@pytest.mark.parametrize("content", [b"damaged", None])
def test_unreadable_network_is_told(tmp_path, main, capsys, monkeypatch, content):
    """It is not the port that is wrong."""
    path = tmp_path / "network.bin"
    if content:
        path.write_bytes(content)
    monkeypatch.setattr(reading, "SHIPPED", path)
    assert main("--port", "0") == 1
    errors = capsys.readouterr().err
    assert "network.bin" in errors and "ship.py" in errors and "Port" not in errors


def test_classroom_is_shown_a_code_and_numbers(empty_home, main, capsys, monkeypatch):
    monkeypatch.setattr(addresses, "_sender", lambda family, network: "192.0.2.7")
    monkeypatch.setattr(addresses, "qr_code", lambda page, encoding: f"<code of {page}>")
    monkeypatch.setattr(waitress.server.TcpWSGIServer, "run", lambda running: running.close())
    assert main("--host", "0.0.0.0", "--port", "0") == 0
    written = capsys.readouterr().out
    page = re.search(r"Draw digits at (http://192.0.2.7:\d+) ", written)[1]
    assert f"<code of {page}>" in written and f"http://{socket.gethostname()}:" in written
    assert "Everyone in your network" in written


def test_wrong_port_is_refused(main, capsys):
    with pytest.raises(SystemExit) as ended:
        main("--port", "70000")
    assert ended.value.code == 2
    assert "70000 is not between 0 and 65535" in capsys.readouterr().err
