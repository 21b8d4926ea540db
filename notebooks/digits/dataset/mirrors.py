"""Downloads of MNIST from the published mirrors, each file checked against its published hash."""

import pathlib
import tempfile
from collections.abc import Callable
from dataclasses import dataclass

import pooch
import requests

from ..basics.progress import progress_bar

# Seconds to wait for a connection, and then between two pieces of the answer.
TIMEOUT = (3, 5)

_IDX_FILES = {
    "train-images-idx3-ubyte.gz": "md5:f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "md5:d53e105ee54ea40749a09fcbcd1e9432",
    "t10k-images-idx3-ubyte.gz": "md5:9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "md5:ec29112dd5afa0611ce80d1b7f02629c",
}


@dataclass(frozen=True)
class Mirror:
    """One place that publishes MNIST: an address that ends in a slash, and its files with their hashes."""

    address: str
    files: dict[str, str]


MIRRORS = (
    Mirror(
        "https://storage.googleapis.com/tensorflow/tf-keras-datasets/",
        {"mnist.npz": "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
    ),
    Mirror("https://ossci-datasets.s3.amazonaws.com/mnist/", _IDX_FILES),
    Mirror("https://storage.googleapis.com/cvdf-datasets/mnist/", _IDX_FILES),
)


def download(read: Callable[[pathlib.Path], dict]) -> tuple[dict | None, list[str]]:
    """MNIST from the first mirror that delivers it whole.

    Args:
        read: turns a path (an ``.npz`` file or a folder of IDX files) into the four verified arrays.

    Returns:
        The arrays, or None if no mirror delivered; and one sentence for each mirror that failed.
    """
    failures: list[str] = []
    for mirror in MIRRORS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                return read(_fetch(mirror, pathlib.Path(folder))), failures
            except (requests.RequestException, OSError, ValueError, RuntimeError) as error:
                failures.append(f"{mirror.address}: {_reason(error)}")
    return None, failures


def _fetch(mirror: Mirror, folder: pathlib.Path) -> pathlib.Path:
    """All files of one mirror in ``folder``; the path to read them from."""
    pooch.get_logger().setLevel("WARNING")  # its log lines would enter the notebook's output
    for name, known_hash in mirror.files.items():
        # total=1 until pooch sets the file's size: a bar without a total cannot be asked whether it is there.
        bar = progress_bar(
            description=f"Downloading {name}", unit="B", total=1, leave=True, unit_scale=True
        )
        try:
            pooch.retrieve(
                mirror.address + name,
                known_hash,
                fname=name,
                path=folder,
                downloader=pooch.HTTPDownloader(progressbar=bar, chunk_size=2**16, timeout=TIMEOUT),
            )
        finally:
            bar.close()
    return folder if len(mirror.files) > 1 else folder / next(iter(mirror.files))


def _reason(error: Exception) -> str:
    """Why a download failed, in a few words instead of a library's nested exceptions."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answered {error.response.status_code}"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the file was cut off on its way"
    if isinstance(error, requests.ConnectionError):
        return "no connection"
    if isinstance(error, ValueError) and "hash" in str(error):
        return "the file that came is not the published one (wrong hash)"
    return str(error).splitlines()[0] if str(error) else type(error).__name__
