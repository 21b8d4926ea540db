"""Downloads of MNIST from the published mirrors, each file checked against its published hash."""

import errno
import functools
import pathlib
import re
import tempfile
import time
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass

import pooch
import requests
import urllib3

from ..basics.progress import progress_bar

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
    """Why a mirror did not deliver, as half a sentence, and what helps, as a sentence, if we know."""

    address: str
    reason: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"


class _NotTheFile(Exception):
    """What a mirror sends is not the published file; the message says what it is instead."""


_LOG_IN = "Open any web page in a browser: the network may want you to log in there first."


def download(read: Callable[[pathlib.Path], dict]) -> tuple[dict | None, list[Failure]]:
    """MNIST from the first mirror that delivers it whole.

    Args:
        read: turns a path (an ``.npz`` file or a folder of IDX files) into the four verified arrays.

    Returns:
        The arrays, or None if no mirror delivered; and a :class:`Failure` for each mirror that did not.
    """
    failures: list[Failure] = []
    for mirror in MIRRORS:
        with tempfile.TemporaryDirectory() as folder:
            try:
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
    name = url.rpartition("/")[2]
    bar = progress_bar(
        description=f"Downloading {name}", unit="B", total=size, leave=True, unit_scale=True
    )
    # As it is: a file that ends in .gz would be unpacked on its way.
    headers = {"Accept-Encoding": "identity"}
    with (
        bar,
        requests.get(
            url, stream=True, timeout=TIMEOUT, headers=headers, auth=_as_anybody
        ) as answer,
        open(path, "wb") as output,
    ):
        answer.raise_for_status()
        received, started = 0, time.monotonic()
        # Not iter_content, which waits until a whole piece is there: a mirror may drip for hours.
        while piece := answer.raw.read1(2**16):
            if received == 0 and piece.lstrip()[:1] == b"<":
                raise _NotTheFile("a web page came in place of the file")
            received += len(piece)
            seconds = time.monotonic() - started
            if received > size:
                raise _NotTheFile("more came than the published file has")
            if seconds > GRACE and received < SLOWEST * seconds:
                raise _NotTheFile(f"too slow ({received / seconds / 1000:.1f} kB per second)")
            output.write(piece)
            bar.update(len(piece))
        if received < size:
            raise _NotTheFile("the file was cut off on its way")


def _as_anybody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """No log-in: what is published needs none, and requests would look into the user's .netrc for one."""
    return request


def _reason(error: Exception, address: str) -> tuple[str, str]:
    """Why a download failed, in a few words instead of a library's nested exceptions; and what helps, if we know."""
    text = str(error)
    if isinstance(error, _NotTheFile):
        return text, _LOG_IN if "web page" in text else ""
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError):
        return "no answer in time", ""
    if isinstance(error, requests.exceptions.ProxyError):
        return _reason_of_proxy(text, address)
    if isinstance(error, requests.exceptions.SSLError):
        return _reason_of_certificate(text)
    if isinstance(error, requests.HTTPError) and error.response is not None:
        if error.response.status_code == 407:
            return _reason_of_proxy("407", address)
        return f"the server answered {error.response.status_code}", ""
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return "the answers lead in circles", _LOG_IN
    if isinstance(
        error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError
    ):
        return "the file was cut off on its way", ""
    if isinstance(error, requests.ConnectionError):
        return "no connection", ""
    if "CA certificate bundle" in text:  # requests, of a file that is not there
        return (
            "the file of certificates is not there",
            "Correct or unset REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE.",
        )
    if "SOCKS" in text:
        return "the proxy speaks SOCKS, for which a library is missing", "pip install pysocks"
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.InvalidSchema):
        return "the address of the proxy is none", _PROXY_AS.format("Correct it")
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        return f"the disk that holds {tempfile.gettempdir()} is full", "Free some space there."
    if isinstance(error, ValueError) and "hash" in text:
        return "the file that came is not the published one (wrong hash)", ""
    return text.splitlines()[0] if text else type(error).__name__, ""


_PROXY_AS = "{} in the environment variable HTTPS_PROXY: http://user:password@host:port, or unset it if you need none."


def _reason_of_proxy(text: str, address: str) -> tuple[str, str]:
    proxies = requests.utils.get_environ_proxies(address)
    used = requests.utils.select_proxy(address, proxies) or ""
    # Without the password.
    place = urllib.parse.urlsplit(used if "//" in used else f"//{used}").netloc.rpartition("@")[2]
    if "407" in text:
        return f"the proxy {place} wants you to log in", _PROXY_AS.format("Put name and password")
    refused = re.search(r"Tunnel connection failed: (\d+)", text)
    if refused:
        return (
            f"the proxy {place} refused it ({refused[1]})",
            "Ask who runs your network to admit the addresses above.",
        )
    return f"the proxy {place} cannot be reached", _PROXY_AS.format("Correct it")


def _reason_of_certificate(text: str) -> tuple[str, str]:
    if "expired" in text or "not yet valid" in text:
        return "its certificate is not valid today", "Check this computer's date and time."
    if "CERTIFICATE_VERIFY_FAILED" in text or "certificate" in text.lower():
        return (
            "its certificate was not accepted",
            "A proxy or a virus scanner on the way seems to show its own: let the environment variable "
            "REQUESTS_CA_BUNDLE name a file with that certificate; who runs your network has it.",
        )
    return "no secure connection", ""
