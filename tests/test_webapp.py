"""The web app: what it answers, what it refuses and how, and that it runs as a real process."""

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
import urllib.error
import urllib.request

import numpy as np
import pytest
from digits.basics import workspace
from digits.drawpad import FOLDER, webapp
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


def client(read=lambda picture: FOUND, hosts=frozenset({"localhost"})):
    return webapp.create_app(read, ABOUT, hosts).test_client()


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("path", ["/", "/pad.js", "/pad.css", "/page.js", "/page.css"])
def test_page_and_its_files_are_served_with_their_headers(path):
    answer = client().get(path)
    assert answer.status_code == 200
    kind = {"/": "html", ".js": "javascript", "css": "css"}[path if path == "/" else path[-3:]]
    assert kind in answer.content_type
    for name, value in webapp.HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


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
    assert "Content-Security-Policy" in answer.headers


def test_too_large_body_is_not_read():
    seen = []
    app = client(lambda picture: seen.append(picture) or FOUND)
    answer = app.post("/api/read", data=b"x" * (webapp.LARGEST_BODY + 1))
    assert answer.status_code == 413
    assert answer.get_json() == {"error": "The picture's file is larger than 12 MB."}
    assert not seen


def test_error_of_ours_shows_nothing_of_the_inside(caplog):
    answer = client(failing(RuntimeError("a secret"))).post("/api/read", data=b"x")
    assert answer.status_code == 500 and "secret" not in answer.get_data(as_text=True)
    assert answer.get_json()["error"].endswith("tells more.")
    assert "a secret" in caplog.text


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost", 200),
        ("localhost:8000", 200),
        ("evil.example", 421),
        ("evil.example:8000", 421),
    ],
)
def test_other_names_for_this_computer_are_refused(host, status):
    """Another web page could let its own name lead here, and would then be taken for this one."""
    answer = client().get("/api/about", headers={"Host": host})
    assert answer.status_code == status


def test_classroom_may_use_any_name():
    assert client(hosts=None).get("/", headers={"Host": "192.0.2.7:8000"}).status_code == 200


@pytest.mark.parametrize(
    ("site", "status"), [("same-origin", 200), ("none", 200), ("cross-site", 403)]
)
def test_other_web_pages_may_not_send_pictures(site, status):
    answer = client().post("/api/read", data=seven(), headers={"Sec-Fetch-Site": site})
    assert answer.status_code == status


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

    app = webapp.create_app(read, ABOUT, None)
    statuses = []

    def visit():
        statuses.append(app.test_client().post("/api/read", data=b"x").status_code)

    visitors = [threading.Thread(target=visit) for _ in range(12)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert statuses == [200] * 12
    assert most == webapp.AT_ONCE


def test_place_is_given_back_after_an_error():
    app = client(failing(ValueError("no")))
    assert [app.post("/api/read", data=b"x").status_code for _ in range(5)] == [422] * 5


def test_waiting_too_long_is_told(monkeypatch):
    monkeypatch.setattr(webapp, "PATIENCE", 0.05)
    release = threading.Event()

    def slow(picture):
        release.wait(20)
        return FOUND

    app = webapp.create_app(slow, ABOUT, None)
    busy = [
        threading.Thread(target=lambda: app.test_client().post("/api/read", data=b"x"))
        for _ in range(webapp.AT_ONCE)
    ]
    for thread in busy:
        thread.start()
    try:
        deadline = time.monotonic() + 20
        while (answer := app.test_client().post("/api/read", data=b"x")).status_code == 200:
            assert time.monotonic() < deadline
    finally:
        release.set()
        for thread in busy:
            thread.join()
    assert answer.status_code == 503 and "try again" in answer.get_json()["error"]


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


def address_of(server) -> str:
    """The address that a starting server prints; an error with all that it printed if it ends before."""
    printed = []
    for line in server.stdout:
        printed.append(line)
        found = re.search(r"Draw digits at (http://\S+)", line)
        if found:
            return found[1]
    raise AssertionError("".join(printed) + server.stderr.read())


@pytest.mark.slow
def test_program_serves_the_page_and_ends_with_ctrl_c(trained_home, heeded_interrupts):
    server = draw("--port", "0")
    try:
        address = address_of(server)
        assert address.startswith("http://127.0.0.1:")
        with urllib.request.urlopen(f"{address}/") as page:
            assert b"<h1>Draw a digit</h1>" in page.read()
            assert "waitress" not in str(page.headers).lower()
        with urllib.request.urlopen(f"{address}/api/about") as about:
            assert json.load(about) == {
                "dataset": "5,000-image sample of MNIST",
                "network": "own",
            }
        with urllib.request.urlopen(f"{address}/api/read", data=seven()) as answer:
            [digit] = json.load(answer)["digits"]
        assert digit["digit"] == 7
        assert len(digit["image"]) == 784 and max(digit["image"]) == 255
        assert sum(digit["probabilities"]) == pytest.approx(1, abs=0.001)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/api/read", data=b"no picture")
        assert json.load(refused.value) == {
            "error": "This is not an image file of a kind that can be read."
        }
    finally:
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=180)
    assert server.returncode == 0 and errors == ""


@pytest.fixture
def main(command_line):
    """A function like the program's command line, in this process; it gives the exit code."""
    return command_line(DRAW)


def test_port_in_use_is_told(trained_home, main, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = taken.getsockname()[1]
        assert main("--port", str(number)) == 1
    assert f"Port {number} of 127.0.0.1 cannot be used" in capsys.readouterr().err


def test_wrong_port_is_refused(main, capsys):
    with pytest.raises(SystemExit) as ended:
        main("--port", "70000")
    assert ended.value.code == 2
    assert "70000 is not between 0 and 65535" in capsys.readouterr().err
