"""Downloads, from a real web server on this machine that behaves as badly as real ones do."""

import contextlib
import hashlib
import http.server
import importlib.util
import os
import pathlib
import re
import shutil
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from digits.basics import workspace
from digits.dataset import containers, mirrors, mnist


@dataclass
class Answer:
    """What the server sends for one path."""

    content: bytes = b""
    status: int = 200
    announced: int | None = None  # the length that it announces; None for the true one
    then_waits: bool = False  # whether it keeps the connection open and silent afterwards
    seconds_between_bytes: float = 0  # how slowly it drips
    never_answers: bool = False
    leads_to: str = ""  # where it sends who asks


class MirrorServer(http.server.ThreadingHTTPServer):
    """A web server with prepared answers; it notes what was asked for."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, host: str = "127.0.0.1"):
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        super().__init__((host, 0), _Handler)
        self.answers: dict[str, Answer] = {}
        self.requested: list[str] = []
        self.ended = threading.Event()
        self.address = f"http://127.0.0.1:{self.server_port}/"

    def mirror(self, folder: str, files: dict[str, bytes], **behaviour) -> mirrors.Mirror:
        """Serve ``files`` below ``folder``; the mirror as the package knows mirrors, with the files' true hashes."""
        for name, content in files.items():
            self.answers[f"/{folder}/{name}"] = Answer(content, **behaviour)
        published = {
            name: mirrors.Published(len(content), f"sha256:{hashlib.sha256(content).hexdigest()}")
            for name, content in files.items()
        }
        return mirrors.Mirror(f"{self.address}{folder}/", published)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requested.append(self.path)
        answer = self.server.answers.get(self.path, Answer(b"not here", status=404))
        if answer.never_answers:
            self.server.ended.wait(60)
            return
        self.send_response(answer.status)
        if self.path.endswith(".gz"):
            self.send_header(
                "Content-Encoding", "x-gzip"
            )  # as Apache does, of files that are packed
        if answer.leads_to:
            self.send_header("Location", answer.leads_to)
        self.send_header(
            "Content-Length",
            str(len(answer.content) if answer.announced is None else answer.announced),
        )
        self.end_headers()
        if answer.seconds_between_bytes:
            with contextlib.suppress(OSError):  # nobody listens any more
                for byte in answer.content:
                    self.wfile.write(bytes([byte]))
                    self.server.ended.wait(answer.seconds_between_bytes)
            return
        self.wfile.write(answer.content)
        if answer.then_waits:
            self.server.ended.wait(60)

    def log_message(self, *arguments):
        """Keep the test's output clean."""


@pytest.fixture
def server(monkeypatch):
    """A running web server; requests never go through a proxy, and waiting for it takes half a second at most."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(mirrors, "TIMEOUT", (0.5, 0.5))
    monkeypatch.setattr(mirrors, "GRACE", 0.5)
    with MirrorServer() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield running
        running.ended.set()
        running.shutdown()
        thread.join()


@pytest.fixture
def npz_file(small_mnist, tmp_path):
    """The bytes of an ``.npz`` file as a mirror publishes it."""
    path = tmp_path / "published.npz"
    np.savez_compressed(path, **small_mnist)
    return {"mnist.npz": path.read_bytes()}


@pytest.fixture
def idx_files(small_mnist, tmp_path, write_idx_files):
    """The bytes of the four ``.gz`` files as a mirror publishes them, by name."""
    paths = write_idx_files(tmp_path / "published", small_mnist, compressed=True).values()
    return {path.name: path.read_bytes() for path in paths}


def assert_is_small_mnist(dataset: mnist.Dataset, small_mnist: dict) -> None:
    """The dataset is what the mirrors publish in these tests."""
    assert not dataset.is_sample
    np.testing.assert_array_equal(dataset.train_images, small_mnist["x_train"])
    np.testing.assert_array_equal(dataset.test_labels, small_mnist["y_test"])


# Size and hash of each file, as they were when all four arrays in it had the published sums.
PUBLISHED = {
    "mnist.npz": (11490434, "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"),
    "train-images-idx3-ubyte.gz": (9912422, "f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    "train-labels-idx1-ubyte.gz": (28881, "d53e105ee54ea40749a09fcbcd1e9432"),
    "t10k-images-idx3-ubyte.gz": (1648877, "9fb629c4189551a2d022fa330f9573f3"),
    "t10k-labels-idx1-ubyte.gz": (4542, "ec29112dd5afa0611ce80d1b7f02629c"),
}


def test_published_mirrors_are_what_the_loader_reads():
    """The published addresses are complete, encrypted and hashed, and deliver what the loader can read."""
    idx_names = {f"{spellings[0]}.gz" for spellings in containers.IDX_NAMES.values()}
    assert len(mirrors.MIRRORS) >= 2, "one dead host must not end the lesson"
    for mirror in mirrors.MIRRORS:
        assert mirror.address.startswith("https://") and mirror.address.endswith("/")
        assert set(mirror.files) in ({"mnist.npz"}, idx_names)
        for name, published in mirror.files.items():
            algorithm, _, digits = published.known_hash.partition(":")
            assert (published.size, digits) == PUBLISHED[name]
            assert len(digits) == {"sha256": 64, "md5": 32}[algorithm]


@pytest.mark.parametrize("kind", ["npz", "idx"])
def test_download_is_stored_and_used_without_a_network_afterwards(
    server, small_mnist, npz_file, idx_files, empty_home, tmp_path, monkeypatch, files_in, kind
):
    """The first lesson downloads MNIST once; from then on the network may be gone, and no copy is left elsewhere."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    files = npz_file if kind == "npz" else idx_files
    monkeypatch.setattr(mirrors, "MIRRORS", (server.mirror("good", files),))
    dataset = mnist.load()
    assert_is_small_mnist(dataset, small_mnist)
    assert dataset.tried == () and dataset.location == str(empty_home / "data" / "mnist.npz")
    assert sorted(server.requested) == sorted(f"/good/{name}" for name in files)
    assert list(files_in(empty_home)) == ["data/mnist.npz"] and not any(temporary.iterdir())
    mnist._load.cache_clear()
    assert_is_small_mnist(mnist.load(), small_mnist)
    assert len(server.requested) == len(files), "the second time nothing is asked for"


def test_all_of_mnist_is_downloaded_and_verified(
    server, full_mnist, empty_home, monkeypatch, tmp_path, write_idx_files, files_in
):
    """The real thing: four files of real size, with MNIST's own sums, end as one file that needs no network."""
    paths = write_idx_files(tmp_path / "published", full_mnist, compressed=True).values()
    mirror = server.mirror("good", {path.name: path.read_bytes() for path in paths})
    monkeypatch.setattr(mirrors, "MIRRORS", (mirror,))
    assert str(mnist.load()).startswith("MNIST: 60,000 training and 10,000 test images")
    mnist._load.cache_clear()
    monkeypatch.setattr(mirrors, "MIRRORS", ())
    np.testing.assert_array_equal(mnist.load().train_images, full_mnist["x_train"])
    assert list(files_in(empty_home)) == ["data/mnist.npz"]


def _closed_port(server: MirrorServer, files: dict) -> mirrors.Mirror:
    with MirrorServer() as closed:
        return closed.mirror("closed", files)


def _instead(folder: str, change) -> Callable:
    """Make a mirror that delivers something else in place of each file."""

    def make(server: MirrorServer, files: dict) -> mirrors.Mirror:
        mirror = server.mirror(folder, files)
        for name, content in files.items():
            server.answers[f"/{folder}/{name}"] = Answer(change(content))
        return mirror

    return make


def _cut_off(server: MirrorServer, files: dict) -> mirrors.Mirror:
    mirror = server.mirror("cut-off", files)
    for path, content in ((f"/cut-off/{name}", content) for name, content in files.items()):
        server.answers[path] = Answer(content[:1000], announced=len(content))
    return mirror


def _not_mnist(server: MirrorServer, files: dict) -> mirrors.Mirror:
    return server.mirror("other", dict.fromkeys(files, b"published like this, and yet not MNIST"))


# For each way to fail: how to make such a mirror, and the words that tell a person what happened.
FAILURES = {
    "not found": (
        lambda server, files: server.mirror("gone", files, status=404),
        "the server answered 404",
    ),
    "forbidden": (
        lambda server, files: server.mirror("forbidden", files, status=403),
        "the server answered 403",
    ),
    "log-in wanted": (
        lambda server, files: server.mirror("log-in", files, status=511),
        "the server answered 511",
    ),
    "circle": (
        lambda server, files: server.mirror("circle", files, status=302, leads_to="mnist.npz"),
        "the answers lead in circles",
    ),
    "broken": (
        lambda server, files: server.mirror("broken", files, status=503),
        "the server answered 503",
    ),
    "wrong hash": (
        _instead("changed", lambda content: content[:-1] + b"?"),
        "the file that came is not the published one (wrong hash)",
    ),
    "log-in page": (
        _instead(
            "hotel",
            lambda content: (
                b"\xef\xbb\xbf\n<!doctype html><title>Log in to the hotel's network</title>"
            ),
        ),
        "a web page came in place of the file",
    ),
    "larger": (
        _instead("larger", lambda content: content * 50),
        "more came than the published file has",
    ),
    "smaller": (
        _instead("smaller", lambda content: content[:-9]),
        "the file was cut off on its way",
    ),
    "drips": (
        lambda server, files: server.mirror("drips", files, seconds_between_bytes=0.1),
        "too slow (0.0 kB per second)",
    ),
    "cut off": (_cut_off, "the file was cut off on its way"),
    "never answers": (
        lambda server, files: server.mirror("silent", files, never_answers=True),
        "no answer in time",
    ),
    "stops in the middle": (
        lambda server, files: server.mirror("stops", files, announced=10**7, then_waits=True),
        "no answer in time",
    ),
    "closed port": (_closed_port, "no connection"),
    "not MNIST": (_not_mnist, None),
}


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("kind", ["npz", "idx"])
def test_next_mirror_is_asked_when_one_fails(
    server, small_mnist, npz_file, idx_files, empty_home, monkeypatch, files_in, kind, failure
):
    """One bad mirror costs some seconds, not the lesson, and leaves nothing half-written."""
    first, second = (npz_file, idx_files) if kind == "npz" else (idx_files, npz_file)
    bad = FAILURES[failure][0](server, first)
    monkeypatch.setattr(mirrors, "MIRRORS", (bad, server.mirror("good", second)))
    assert_is_small_mnist(mnist.load(), small_mnist)
    assert list(files_in(empty_home)) == ["data/mnist.npz"]


# What helps, where it is neither to connect to the internet nor to try again.
IN_A_BROWSER = {"log-in page", "log-in wanted", "circle"}


@pytest.mark.parametrize("failure", [kind for kind in FAILURES if kind != "not MNIST"])
def test_reason_of_a_failure_is_told_in_a_few_words(server, npz_file, monkeypatch, failure):
    """The banner says what each mirror did: a person can tell a dead network from a login page."""
    make, expected = FAILURES[failure]
    mirror = make(server, npz_file)
    monkeypatch.setattr(mirrors, "MIRRORS", (mirror,))
    arrays, failures = mirrors.download(mnist.read)
    assert arrays is None and len(failures) == 1
    reason = str(failures[0]).removeprefix(f"{mirror.address}: ")
    assert reason == failures[0].reason == expected
    is_disconnected = expected in ("no connection", "no answer in time")
    remedy = "Connect to the internet" if is_disconnected else "Try again later"
    assert failures[0].remedy.startswith(
        "Open any web page in a browser" if failure in IN_A_BROWSER else remedy
    )
    for riddle in ("Error", "Exception", "IncompleteRead", "object at", "\n"):
        assert riddle not in reason, (
            "an exception's nested text is no reason that a person understands"
        )


def test_error_that_nobody_foresaw_is_told_as_it_is():
    """It is not taken for another: "wrong hash" sends people to look for a file that somebody changed."""
    for error in (ValueError("unforeseen"), LookupError("no hash of that name")):
        assert mirrors._reason(error, "https://example.org/mnist.npz")[0] == str(error)
    damaged = ValueError("SHA256 hash of downloaded file does not match")
    assert mirrors._reason(damaged, "https://example.org/mnist.npz")[0].endswith("(wrong hash)")


def test_all_mirrors_fail_and_nothing_is_left(
    server, npz_file, empty_home, sample_file, monkeypatch, files_in
):
    """When no mirror delivers, the sample steps in, and the banner lists the mirrors in the order they were asked."""
    place = empty_home / "data" / "sample"
    place.mkdir(parents=True)
    (place / "mnist_sample.npz").write_bytes(sample_file.read_bytes())
    asked = tuple(
        FAILURES[kind][0](server, npz_file)
        for kind in ("forbidden", "log-in page", "log-in wanted", "closed port")
    )
    monkeypatch.setattr(mirrors, "MIRRORS", asked)
    dataset = mnist.load()
    assert dataset.is_sample
    lines, remedies = dataset.tried[1 : 1 + len(asked)], dataset.tried[1 + len(asked) :]
    assert [line.partition(": ")[0] for line in lines] == [
        f"- {mirror.address}" for mirror in asked
    ]
    assert remedies == (
        "To use MNIST itself, do one of these:",
        "* Try again later.",
        "* Open any web page in a browser: the network may want you to log in there first.",
        "* Connect to the internet.",
        "* Set DIGITS_MNIST to an mnist.npz file.",
    )
    assert "\n".join(dataset.tried) in dataset.banner()
    assert list(files_in(empty_home)) == ["data/sample/mnist_sample.npz"]


def size_of_download(*asked: mirrors.Mirror) -> int:
    """How many bytes came from these mirrors, none of which failed."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(mirrors, "MIRRORS", asked)
        size, failures = mirrors.download(lambda path: path.stat().st_size)
    assert not failures
    return size


def test_mirror_that_is_slow_and_bearable_is_not_given_up(server, monkeypatch):
    monkeypatch.setattr(mirrors, "GRACE", 0.05)
    monkeypatch.setattr(mirrors, "SLOWEST", 20)
    content = {"mnist.npz": bytes(50)}
    assert size_of_download(server.mirror("slow", content, seconds_between_bytes=0.005)) == 50


@pytest.mark.parametrize("host", ["::1", "127.0.0.1"])
def test_mirror_is_found_under_each_of_its_addresses(npz_file, monkeypatch, host):
    """Some networks have IPv6 alone; others announce it, and nobody answers there."""
    try:
        running = MirrorServer(host)
    except OSError:
        pytest.skip("this computer has no IPv6")
    monkeypatch.setenv("NO_PROXY", "*")
    addresses = [
        (family, socket.SOCK_STREAM, 6, "", (address, running.server_port))
        for family, address in ((socket.AF_INET6, "::1"), (socket.AF_INET, "127.0.0.1"))
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *asked, **options: addresses)
    running.address = f"http://mirror.invalid:{running.server_port}/"
    with running:
        threading.Thread(target=running.serve_forever, args=(0.05,), daemon=True).start()
        size = size_of_download(running.mirror("good", npz_file))
        running.shutdown()
    assert size == len(npz_file["mnist.npz"])


def test_temporary_folder_that_is_not_there_is_told(server, npz_file, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "no such folder"))
    monkeypatch.setattr(mirrors, "MIRRORS", (server.mirror("good", npz_file),))
    failure = failure_of_download()
    assert failure.reason == "no temporary file can be written (No such file or directory)"
    assert "TMPDIR" in failure.remedy


@pytest.mark.parametrize("progress", ["0", "1"])
def test_download_shows_its_progress_to_a_person_only(server, npz_file, progress):
    """A person sees a bar (not on red ground); stored outputs are the same whether MNIST was there or fetched."""
    mirror = server.mirror("good", npz_file)
    program = (
        "from digits.dataset import mirrors; from digits.dataset.mirrors import Mirror, Published; "
        f"mirrors.MIRRORS = ({mirror!r},); "
        "arrays, failures = mirrors.download(lambda path: {'size': path.stat().st_size}); print(arrays, failures)"
    )
    # In a process of its own: a library's log holds on to the standard error that it found when it was imported.
    result = subprocess.run(
        [sys.executable, "-c", program],
        cwd=workspace.NOTEBOOKS_FOLDER,
        env={**os.environ, "DIGITS_PROGRESS": progress, "PYTHONUTF8": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    *shown, last = re.split(r"[\r\n]+", result.stdout.strip())
    assert last == f"{{'size': {len(npz_file['mnist.npz'])}}} []"
    assert (
        any("Downloading mnist.npz" in line for line in shown) if progress == "1" else shown == []
    )
    assert result.stderr == ""


def test_download_that_cannot_be_stored_is_explained(server, npz_file, empty_home, monkeypatch):
    """A file where data/ should be: the message names the way out instead of losing the download in a traceback."""
    monkeypatch.setattr(mirrors, "MIRRORS", (server.mirror("good", npz_file),))
    (empty_home / "data").write_bytes(b"not a folder")
    with pytest.raises(
        workspace.WorkspaceError, match=r"data/mnist\.npz cannot be written .*DIGITS_HOME"
    ):
        mnist.load()


def test_interrupted_download_leaves_nothing(
    server, npz_file, empty_home, tmp_path, heeded_interrupts, wait_until, files_in
):
    """Ctrl-C while a slow mirror delivers: no half file is taken for MNIST the next time, no temporary file stays."""
    server.mirror("slow", npz_file, announced=10**7, then_waits=True)
    mirror = (
        f"mirrors.Mirror('{server.address}slow/', {{'mnist.npz': mirrors.Published(10**7, None)}})"
    )
    program = (
        "from digits.dataset import mirrors, mnist; mirrors.TIMEOUT = (30, 30); "
        f"mirrors.MIRRORS = ({mirror},); mnist.load()"
    )
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=workspace.NOTEBOOKS_FOLDER,
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as child:
        wait_until(lambda: any(temporary.rglob("*")) and server.requested)
        child.send_signal(signal.SIGINT)
        _, complaints = child.communicate(timeout=30)
    assert child.returncode and complaints.rstrip().endswith("KeyboardInterrupt")
    assert files_in(empty_home) == {} and files_in(temporary) == {}


# ---------------------------------------------------------------- proxies and certificates


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy that answers every request to tunnel in one way, or shows a certificate of its own."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, status: str, certificate: pathlib.Path | None = None):
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.status, self.context, self.ended = status, None, threading.Event()
        if certificate:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(certificate)


class _Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        while self.rfile.readline().strip():
            pass
        if not self.server.status:
            self.server.ended.wait(60)
            return
        self.wfile.write(f"HTTP/1.1 {self.server.status}\r\n\r\n".encode())
        if self.server.context:
            with contextlib.suppress(OSError):  # the other side hangs up, which is the point
                self.server.context.wrap_socket(self.connection, server_side=True)


NAMES_OF_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy")


@pytest.fixture
def proxy(monkeypatch):
    """A function that starts a proxy and lets HTTPS_PROXY name it; the proxy's address, without name and password."""
    for name in (*NAMES_OF_PROXIES, "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    files = {"mnist.npz": mirrors.Published(1, "sha256:0")}
    monkeypatch.setattr(mirrors, "MIRRORS", (mirrors.Mirror("https://mirror.invalid/", files),))
    monkeypatch.setattr(mirrors, "TIMEOUT", (0.5, 0.5))
    with contextlib.ExitStack() as running:

        def start(
            status: str, certificate: pathlib.Path | None = None, log_in: str = "ada:secret@"
        ) -> str:
            server = running.enter_context(Proxy(status, certificate))
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            running.callback(server.shutdown)
            running.callback(server.ended.set)
            place = f"127.0.0.1:{server.server_address[1]}"
            monkeypatch.setenv("HTTPS_PROXY", f"http://{log_in}{place}")
            return f"http://{place}"

        yield start


def failure_of_download() -> mirrors.Failure:
    arrays, (failure,) = mirrors.download(mnist.read)
    assert arrays is None
    return failure


@pytest.mark.parametrize(
    ("status", "log_in", "reason", "remedy"),
    [
        (
            "407 Proxy Authentication Required",
            "",
            "the proxy {} wants you to log in",
            "Put your name and password into the environment variable HTTPS_PROXY: http://user:password@host:port.",
        ),
        (
            "407 Proxy Authentication Required",
            "ada:secret@",
            "the proxy {} does not accept this name and password",
            "Correct name and password in the environment variable HTTPS_PROXY; there, @ is written %40",
        ),
        (
            "403 Forbidden",
            "ada:secret@",
            "the proxy {} refused it (403)",
            "Ask who runs your network",
        ),
        (
            "503 Service Unavailable",
            "ada:secret@",
            "the proxy {} refused it (503)",
            "Try again later",
        ),
        (
            "500 Internal Server Error",
            "ada:secret@",
            "the proxy {} refused it (500)",
            "Try again later",
        ),
        (
            "",
            "ada:sec%2Fret@",
            "no answer in time through the proxy {}",
            "Correct the proxy's address in the environment variable HTTPS_PROXY",
        ),
        (
            "SSH-2.0",
            "ada:s@cret@",
            "no connection through the proxy {}",
            "Correct the proxy's address in the environment variable HTTPS_PROXY",
        ),
    ],
)
def test_proxy_that_refuses_is_named_without_its_password(proxy, status, log_in, reason, remedy):
    """In schools and companies all traffic goes through a proxy; "no connection" would send people to the cable."""
    place = proxy(status, log_in=log_in)
    failure = failure_of_download()
    assert failure.reason == reason.format(place)
    assert failure.remedy.startswith(remedy)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("http://ada:secret@127.0.0.1:407", "http://127.0.0.1:407"),  # no status of an answer
        ("ada:secret@no-such-proxy.invalid", "no-such-proxy.invalid"),
        ("no-such-proxy:8080", "no-such-proxy:8080"),
        ("http//ada:secret@no-such-proxy:8080", "http//no-such-proxy:8080"),
        ("htp://no-such-proxy:8080", "htp://no-such-proxy:8080"),
        ("http://", "http://"),
        ("http://no-such-proxy:port", "http://no-such-proxy:port"),
        ("http://no..such..proxy", "http://no..such..proxy"),
        ("http://ada:密@127.0.0.1:407", "http://127.0.0.1:407"),
    ],
)
def test_proxy_that_is_not_there_or_misspelt_is_named(proxy, monkeypatch, variable, address, shown):
    proxy("200 OK")
    monkeypatch.delenv("HTTPS_PROXY")
    monkeypatch.setenv(variable, address)
    failure = failure_of_download()
    assert failure.reason == f"the proxy {shown} cannot be reached"
    assert f"in the environment variable {variable}: http://" in failure.remedy


def test_library_that_a_proxy_needs_is_named(proxy, monkeypatch):
    if importlib.util.find_spec("socks"):
        pytest.skip("the library is there")
    proxy("200 OK")
    monkeypatch.setenv("HTTPS_PROXY", "socks5://127.0.0.1:9")
    failure = failure_of_download()
    assert failure.reason == "the proxy speaks SOCKS, for which a library is missing"
    assert "pip install pysocks" in failure.remedy


@pytest.fixture
def certificate(tmp_path):
    """A function that makes a certificate, signed by itself, in a file with its key."""
    if not shutil.which("openssl"):
        pytest.skip("needs openssl to make a certificate")
    (tmp_path / "index.txt").touch()
    (tmp_path / "settings.txt").write_text(
        "[ca]\ndefault_ca = own\n[own]\ndatabase = index.txt\nnew_certs_dir = .\nrand_serial = yes\n"
        "default_md = sha256\npolicy = names\ncopy_extensions = copy\n[names]\ncommonName = supplied\n"
    )

    def make(server: str, start: int, end: int) -> pathlib.Path:
        request = (
            "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out request.pem "
            f"-subj /CN=own -addext subjectAltName=DNS:{server}"
        )
        sign = (
            "ca -batch -config settings.txt -selfsign -keyfile key.pem -in request.pem -out own.pem -notext "
            f"-startdate {start}0101000000Z -enddate {end}0101000000Z"
        )
        for how in (request, sign):
            subprocess.run(["openssl", *how.split()], cwd=tmp_path, capture_output=True, check=True)
        made = tmp_path / "own.pem"
        made.write_bytes(made.read_bytes() + (tmp_path / "key.pem").read_bytes())
        return made

    return make


@pytest.mark.parametrize(
    ("server", "start", "end", "is_known", "reason", "remedy"),
    [
        (
            "mirror.invalid",
            2020,
            2090,
            False,
            "its certificate was not accepted",
            "REQUESTS_CA_BUNDLE name a file with it",
        ),
        ("mirror.invalid", 2000, 2001, True, "its certificate is not valid today", "date and time"),
        ("mirror.invalid", 2090, 2091, True, "its certificate is not valid today", "date and time"),
        (
            "hotel.invalid",
            2020,
            2090,
            True,
            "the certificate that came is another server's",
            "in a browser",
        ),
    ],
    ids=["unknown", "too old", "too new", "another server's"],
)
def test_reason_why_a_certificate_was_not_accepted_is_told(
    proxy, certificate, monkeypatch, server, start, end, is_known, reason, remedy
):
    """Virus scanners, companies and hotels show certificates of their own; and a computer's clock may be wrong."""
    shown = certificate(server, start, end)
    proxy("200 OK", shown)
    if is_known:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(shown))
    failure = failure_of_download()
    assert failure.reason == reason and remedy in failure.remedy


@pytest.mark.parametrize("content", [None, b"", b"no certificate"])
def test_file_of_certificates_that_is_none_is_told(
    proxy, certificate, tmp_path, monkeypatch, content
):
    bundle = tmp_path / "bundle.pem"
    if content is not None:
        bundle.write_bytes(content)
    proxy("200 OK", certificate("mirror.invalid", 2020, 2090))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    failure = failure_of_download()
    assert failure.reason == "the file of certificates cannot be read"
    assert "unset the environment variables REQUESTS_CA_BUNDLE" in failure.remedy


def test_users_log_ins_are_not_read(server, npz_file, tmp_path, monkeypatch):
    """A .netrc that is torn, or in another encoding, would end a download that needs no log-in."""
    (tmp_path / "netrc").write_bytes(b"machine h\xe4 login x password y")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    assert size_of_download(server.mirror("good", npz_file))
