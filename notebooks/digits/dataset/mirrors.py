"""Downloads of MNIST from the published mirrors, each file checked against its published hash."""

import functools
import os
import pathlib
import re
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pooch
import requests
import urllib3

from ..basics.progress import progress_bar

Read = TypeVar("Read")

# What may come before the first tag of a web page: blanks, and the mark of UTF-8.
_BEFORE_A_PAGE = b" \t\r\n\xef\xbb\xbf"
# Seconds to wait for a connection, and then between two pieces of the answer.
TIMEOUT = (3, 5)
# After so many seconds, a mirror that was slower than so many bytes a second on average is given up.
GRACE, SLOWEST = 20.0, 20_000


@dataclass(frozen=True)
class Published:
    """A file as it was published: its size in bytes, and its hash as pooch reads it."""

    size: int
    known_hash: str


_IDX_FILES = {
    "train-images-idx3-ubyte.gz": Published(9_912_422, "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873"),
    "train-labels-idx1-ubyte.gz": Published(28_881, "md5:d53e105ee54ea40749a09fcbcd1e9432"),
    "t10k-images-idx3-ubyte.gz": Published(1_648_877, "md5:9fb629c4189551a2d022fa330f9573f3"),
    "t10k-labels-idx1-ubyte.gz": Published(4_542, "md5:ec29112dd5afa0611ce80d1b7f02629c"),
}


@dataclass(frozen=True)
class Mirror:
    """One place that publishes MNIST: an address that ends in a slash, and its files by name."""

    address: str
    files: dict[str, Published]


MIRRORS = (
    Mirror(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        {
            "mnist.npz": Published(
                11_490_434,
                "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1",
            )
        },
    ),
    Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/", _IDX_FILES),
    Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/", _IDX_FILES),
)


@dataclass(frozen=True)
class Failure:
    """Why a mirror did not deliver, as half a sentence, and what helps, as a sentence."""

    address: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"


class _NotTheFile(Exception):
    """What a mirror sends is not the published file; the message says what it is instead."""


_CONNECT = "Connect to the internet."
_LATER = "Try again later."
_LOG_IN = "Open any web page in a browser: the network may want you to log in there first."
_LOG_IN_TO_PROXY = (
    "Put your name and password into the environment variable {}: http://user:password@host:port."
)
_CORRECT_LOG_IN = "Correct name and password in the environment variable {}; there, @ is written %40, a colon %3A."
_CORRECT_PROXY = (
    "Correct the proxy's address in the environment variable {}: http://user:password@host:port, or unset it if you "
    "need none."
)
_CERTIFICATES = (
    "A proxy or a virus scanner on the way seems to show a certificate of its own: let the environment variable "
    "REQUESTS_CA_BUNDLE name a file with it; who runs your network has it."
)
_NO_CERTIFICATES = (
    "the file of certificates cannot be read",
    "Correct or unset the environment variables REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
)
_DISK = (
    "Free some space, or let the environment variable TMPDIR name a folder that can be written to."
)


def download(
    read: Callable[[pathlib.Path], Read], places: Sequence[Mirror] | None = None
) -> tuple[Read | None, list[Failure]]:
    """MNIST from the first mirror that delivers it whole, or other files from other places.

    Args:
        read: turns a path (a file, or a folder where a place has several files) into what is wanted, such as the four
            verified arrays.
        places: where to ask, in this order; :data:`MIRRORS` if None.

    Returns:
        What was read, or None if no mirror delivered; and a :class:`Failure` for each mirror that did not.
    """
    failures: list[Failure] = []
    for mirror in MIRRORS if places is None else places:
        try:
            with tempfile.TemporaryDirectory() as folder:
                return read(_fetch(mirror, pathlib.Path(folder))), failures
        except (
            requests.RequestException,
            urllib3.exceptions.HTTPError,
            OSError,
            ValueError,
            RuntimeError,
            _NotTheFile,
        ) as error:
            failures.append(Failure(mirror.address, *_reason(error, mirror.address)))
    return None, failures


def _fetch(mirror: Mirror, folder: pathlib.Path) -> pathlib.Path:
    """All files of one mirror in ``folder``; the path to read them from."""
    pooch.get_logger().setLevel("WARNING")  # its log lines would enter the notebook's output
    for name, published in mirror.files.items():
        pooch.retrieve(
            mirror.address + name,
            published.known_hash,
            fname=name,
            path=folder,
            downloader=functools.partial(_write_answer, size=published.size),
        )
    return folder if len(mirror.files) > 1 else folder / next(iter(mirror.files))


def _write_answer(url: str, path: str, _pooch: object, *, size: int) -> None:
    """Write what an address answers, if that can become a file of ``size`` bytes in a bearable time."""
    # As it is: some servers would pack it once more.
    headers = {"Accept-Encoding": "identity"}
    with requests.get(
        url, stream=True, timeout=TIMEOUT, headers=headers, auth=_as_anybody
    ) as answer:
        answer.raise_for_status()
        bar = progress_bar(
            description=f"Downloading {url.rpartition('/')[2]}",
            unit="B",
            total=size,
            leave=True,
            unit_scale=True,
        )
        with bar, open(path, "wb") as output:
            for piece in _pieces(answer, size):
                output.write(piece)
                bar.update(len(piece))


def _pieces(answer: requests.Response, size: int) -> Iterator[bytes]:
    """What arrives, as long as it can become a file of ``size`` bytes in a bearable time."""
    received, started = 0, time.monotonic()
    # Not iter_content: it waits until a whole piece is there, and a mirror may drip for hours; and it unpacks files
    # that end in .gz where a server says that they are packed.
    while piece := answer.raw.read1(2**16):
        if received == 0 and piece.lstrip(_BEFORE_A_PAGE).startswith(b"<"):
            raise _NotTheFile("a web page came in place of the file")
        received += len(piece)
        seconds = time.monotonic() - started
        if received > size:
            raise _NotTheFile("more came than the published file has")
        if seconds > GRACE and received < SLOWEST * seconds:
            raise _NotTheFile(f"too slow ({received / seconds / 1000:.1f} kB per second)")
        yield piece
    if received < size:
        raise _NotTheFile("the file was cut off on its way")


def _as_anybody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No log-in: what is published needs none, and requests would look into the user's .netrc for one."""
    return request


def _reason(error: Exception, address: str) -> tuple[str, str]:
    """Why a download failed, in a few words instead of a library's nested exceptions; and what helps."""
    text = str(error)
    if isinstance(error, _NotTheFile):
        return text, _LOG_IN if "web page" in text else _LATER
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return _reason_of_silence("no answer in time", address)
    if isinstance(error, requests.exceptions.ProxyError):
        refused = re.search(r"Tunnel connection failed: (\d+)", text)
        return _reason_of_proxy(int(refused[1]) if refused else None, address)
    if isinstance(error, requests.exceptions.SSLError | urllib3.exceptions.SSLError):
        return _reason_of_certificate(text)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return _reason_of_status(error.response.status_code, address)
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return "the answers lead in circles", _LOG_IN
    if isinstance(
        error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError
    ):
        return "the file was cut off on its way", _LATER
    if isinstance(error, requests.ConnectionError):
        return _reason_of_silence("no connection", address)
    if "CA certificate bundle" in text:  # requests, of a file that is not there
        return _NO_CERTIFICATES
    if "SOCKS" in text:
        return (
            "the proxy speaks SOCKS, for which a library is missing",
            "Install the library: pip install pysocks",
        )
    # The mirrors' own addresses are well formed: it is the proxy's that cannot be understood.
    if isinstance(error, _OF_ADDRESSES) and _proxy(address):
        return _reason_of_proxy(None, address)
    if isinstance(error, OSError) and error.errno:
        return f"no temporary file can be written ({error.strerror})", _DISK
    if isinstance(error, ValueError) and "hash" in text:
        return "the file that came is not the published one (wrong hash)", _LATER
    return text.splitlines()[0] if text else type(error).__name__, _LATER


_OF_ADDRESSES = (
    requests.exceptions.InvalidURL,
    urllib3.exceptions.LocationParseError,
    UnicodeError,
)


def _reason_of_status(status: int, address: str) -> tuple[str, str]:
    if status == 407:
        return _reason_of_proxy(status, address)
    # 511 is how a network says that it wants a log-in.
    return f"the server answered {status}", _LOG_IN if status == 511 else _LATER


def _reason_of_silence(reason: str, address: str) -> tuple[str, str]:
    if not _proxy(address):
        return reason, _CONNECT
    place, variable = _shown_proxy(address)
    return f"{reason} through the proxy {place}", _CORRECT_PROXY.format(variable)


def _proxy(address: str) -> str:
    """The address of the proxy that leads to ``address``, as the environment has it; empty if there is none."""
    return requests.utils.select_proxy(address, requests.utils.get_environ_proxies(address)) or ""


def _shown_proxy(address: str) -> tuple[str, str]:
    """The proxy without name and password, and the environment variable that names it."""
    used = _proxy(address)
    # Small letters win over capitals, so that it would not help to set the other one.
    names = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
    variable = next((name for name in names if os.environ.get(name) == used), "HTTPS_PROXY")
    return re.sub(r"^(\w*:?//)?.*@", r"\1", used), variable


def _reason_of_proxy(status: int | None, address: str) -> tuple[str, str]:
    """What a proxy did that answered with ``status``, or not at all."""
    place, variable = _shown_proxy(address)
    if status == 407 and "@" in _proxy(address):
        return (
            f"the proxy {place} does not accept this name and password",
            _CORRECT_LOG_IN.format(variable),
        )
    if status == 407:
        return f"the proxy {place} wants you to log in", _LOG_IN_TO_PROXY.format(variable)
    if status:
        return (
            f"the proxy {place} refused it ({status})",
            _LATER if status >= 500 else "Ask who runs your network to admit the addresses above.",
        )
    return f"the proxy {place} cannot be reached", _CORRECT_PROXY.format(variable)


def _reason_of_certificate(text: str) -> tuple[str, str]:
    if "expired" in text or "not yet valid" in text:
        return "its certificate is not valid today", "Check this computer's date and time."
    if "mismatch" in text or "doesn't match" in text:  # hotels answer in every server's place
        return "the certificate that came is another server's", _LOG_IN
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return "its certificate was not accepted", _CERTIFICATES
    if "NO_CERTIFICATE" in text or "PEM" in text:
        return _NO_CERTIFICATES
    return "no secure connection", _LATER
